//! An axum app whose handlers see the settings of now, typed and whole.
//!
//! `cargo run -p holdfast-client --example axum_app`, with a server at `HOLDFAST_ENDPOINT`; settings are the keys below `greeting`, and
//! `APP_GREETING__NAME` in the environment is over them.

use axum::extract::State;
use axum::routing::get;
use axum::{Json, Router};
use holdfast_client::live::{Invalid, Terms, Validate};
use holdfast_client::sources::{Environment, Layered};
use holdfast_client::{Bound, Client, Config};
use serde::{Deserialize, Serialize};

#[derive(Debug, Clone, Serialize, Deserialize)]
struct Greeting {
    #[serde(default = "hello")]
    word: String,
    #[serde(default)]
    name: Option<String>,
    #[serde(default)]
    times: u8,
}

fn hello() -> String {
    "hello".to_owned()
}

impl Validate for Greeting {
    fn validate(&self) -> Result<(), Invalid> {
        if self.times > 10 { Err(Invalid::at("times", "is too polite")) } else { Ok(()) }
    }
}

async fn greet(State(greeting): State<Bound<Greeting>>) -> String {
    let now = greeting.get();
    let name = now.name.as_deref().unwrap_or("world");
    vec![format!("{} {name}", now.word); usize::from(now.times.max(1))].join(", ")
}

async fn settings(State(greeting): State<Bound<Greeting>>) -> Json<Greeting> {
    Json(greeting.get().clone())
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let endpoint = std::env::var("HOLDFAST_ENDPOINT");
    let client = Client::builder(endpoint.as_deref().unwrap_or("http://127.0.0.1:8080")).build()?;
    let layers = Layered::new().over(client).over(Environment::new("production", "APP_"));
    let config = Config::over(layers).open()?;
    let default = Greeting { word: hello(), name: None, times: 1 };
    let terms = Terms::new().or(default).validated();
    let greeting = config.namespace("production").bind_on("greeting", terms).await?;

    let app = Router::new().route("/", get(greet)).route("/settings", get(settings));
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await?;
    println!("http://{}", listener.local_addr()?);
    axum::serve(listener, app.with_state(greeting)).await?;
    Ok(())
}
