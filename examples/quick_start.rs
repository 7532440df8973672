//! What the README shows: a value that stays current.

use holdfast_client::{Client, Config};

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let client = Client::from_env()?.build()?;
    let config = Config::over(client).default_namespace("production").open()?;
    let timeout = config.namespace("").live_or::<u32>("app/timeout", 30).await?;
    timeout.on_change(|old, new| println!("timeout: {old} -> {new}"));
    println!("timeout: {}", *timeout.get());
    tokio::signal::ctrl_c().await?;
    Ok(())
}
