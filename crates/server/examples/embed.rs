//! Holdfast inside another program: the engine over an embedded store and the HTTP router, without a network.
//!
//! `cargo run --example embed [DIRECTORY]`

use std::error::Error;
use std::path::Path;
use std::sync::Arc;

use axum::body::Body;
use holdfast_auth::{Credentials, Guard, Identity};
use holdfast_engine::{Caller, Engine, EngineError, KeyRule, Options, Set, any_key};
use holdfast_model::{Precondition, WriteMode};
use holdfast_server::Settings;
use holdfast_server::http::router;
use holdfast_store_fjall::{FjallOptions, FjallStore};
use http::Request;
use http_body_util::BodyExt;
use tokio_util::sync::CancellationToken;
use tower::ServiceExt;

#[path = "guard/team.rs"]
mod team;

use team::Team;

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let directory = std::env::args().nth(1).unwrap_or_else(|| "embed-data".into());
    for line in run(Path::new(&directory)).await? {
        println!("{line}");
    }
    Ok(())
}

/// What the program does, and what it says about it.
pub(crate) async fn run(directory: &Path) -> Result<Vec<String>, Box<dyn Error>> {
    let guard: Arc<dyn Guard> = Arc::new(Team);
    let store = FjallStore::open(directory, FjallOptions::default())?;
    let engine = Engine::open(Arc::new(store), Arc::clone(&guard), Options::default()).await?;
    let mut said = Vec::new();

    // A use case, called as a function. The guard is asked here as everywhere: there is no other way to the data.
    let ann = who(&guard, "ann").await?;
    let entry = engine.set(&calls(&ann), timeout("30")).await?;
    said.push(format!("ann set version {} at revision {}", entry.version, entry.mod_revision));
    let bob = who(&guard, "bob").await?;
    let denied = engine.set(&calls(&bob), timeout("60")).await;
    let denied = denied.err().ok_or("bob may not write")?;
    said.push(format!("bob: {denied}"));

    // The same state as REST, called as a function too: a router of the program's own may take it in.
    let stop = CancellationToken::new();
    let face = router(engine.clone(), &Settings::default(), stop.clone());
    let path = "/v1/namespaces/shop/keys/app/timeout";
    let mut request = Request::get(path).body(Body::empty())?;
    // The program has recognised its caller already; without this line the guard would look at the headers.
    request.extensions_mut().insert(bob);
    let answer = face.clone().oneshot(request).await?;
    let etag = answer.headers().get("etag").cloned().ok_or("an entry has a tag")?;
    said.push(format!("bob read it over REST: {} {}", answer.status(), etag.to_str()?));
    let nobody = face.oneshot(Request::get(path).body(Body::empty())?).await?;
    let status = nobody.status();
    let body = nobody.into_body().collect().await?.to_bytes();
    let body: serde_json::Value = serde_json::from_slice(&body)?;
    said.push(format!("nobody: {status} {}", body["message"]));

    // Who did it is in the log, whichever way it came.
    stop.cancel();
    engine.shutdown().await;
    Ok(said)
}

async fn who(guard: &Arc<dyn Guard>, name: &str) -> Result<Identity, EngineError> {
    let shown = vec![("x-user".into(), name.into())];
    Ok(guard.authenticate(&Credentials::new(&shown, None)).await?)
}

fn calls(who: &Identity) -> Caller {
    Caller::of(who.clone(), "embed")
}

fn timeout(seconds: &'static str) -> Set {
    let key_rule: KeyRule = any_key;
    Set {
        namespace: "shop".into(),
        key: "app/timeout".into(),
        value: seconds.into(),
        codec: String::new(),
        mode: WriteMode::Upsert,
        condition: Precondition::default(),
        key_rule,
    }
}
