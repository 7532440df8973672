//! The same configuration without a server: the log is in this process, and on disk where a directory is named.
//!
//! `cargo run -p holdfast-embed --example in_process [DIRECTORY]`

use holdfast_client::{Config, Error, OnlyIf};
use holdfast_embed::Embedded;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    let embedded = match std::env::args().nth(1) {
        Some(directory) => Embedded::at(directory).await?,
        None => Embedded::in_memory().await?,
    };
    let config = Config::over(embedded.clone()).open()?;
    let app = config.namespace("app");
    app.ready().await?;

    let before = app.get("starts").await.ok();
    let starts = before.as_ref().map_or(Ok(0), |value| value.as_i64())? + 1;
    let version = before.map_or(0, |value| value.entry().version);
    app.set_if_version("starts", &starts, version).await?;
    println!("started {starts} times");

    let live = app.live::<i64>("starts").await?;
    live.on_change(|old, new| println!("starts: {old} -> {new}"));
    let write = app.put("starts", &100, "json").await?;
    app.write(write.only_if(OnlyIf::Version(version + 1))).await?;
    app.set_if_version("starts", &starts, version + 2).await?;
    println!("revision {}", app.get("starts").await?.entry().revision);

    config.close().await;
    embedded.shutdown().await;
    Ok(())
}
