//! A service whose settings change while it runs.
//!
//! `cargo run -p holdfast-client --example service`, with a server at `HOLDFAST_ENDPOINT`; then
//! `holdfast -n production set service/limit 20` changes the limit.

use futures::StreamExt;
use holdfast_client::live::{Invalid, Terms};
use holdfast_client::{Client, Config, Error};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    let endpoint = std::env::var("HOLDFAST_ENDPOINT");
    let client = Client::builder(endpoint.as_deref().unwrap_or("http://127.0.0.1:8080")).build()?;
    let config = Config::over(client).open()?;
    let production = config.namespace("production");

    let sensible = |limit: &u32| match limit {
        1..=1_000 => Ok(()),
        _ => Err(Invalid::because("has to be between 1 and 1000")),
    };
    let limit = production.live_on("service/limit", Terms::new().or(10).check(sensible)).await?;
    limit.on_error(|error| println!("stays: {error}"));
    println!("limit is {}", *limit.get());

    let mut changes = limit.changes();
    while let Some(change) = changes.next().await {
        println!("limit was {} and is {}", change.old, change.new);
    }
    Ok(())
}
