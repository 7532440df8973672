//! Of several workers one works: the one that has the lease, a key that ends by itself unless it is renewed.
//!
//! `cargo run -p holdfast-client --example worker_lease -- NAME`, several times, with a server at `HOLDFAST_ENDPOINT`.

use std::time::Duration;

use holdfast_client::{Action, Client, Config, Error, Kind, Namespace, OnlyIf};

const LEASE: &str = "jobs/lease";
const HOLDS_FOR: Duration = Duration::from_secs(3);
const RENEWED_EVERY: Duration = Duration::from_secs(1);

/// Takes the lease, or renews it; answers the version that is ours now.
async fn take(jobs: &Namespace, name: &str, condition: OnlyIf) -> Result<u64, Error> {
    let mut write = jobs.put(LEASE, name, "json").await?.only_if(condition);
    if let Action::Put { ttl, .. } = &mut write.action {
        *ttl = Some(HOLDS_FOR);
    }
    Ok(jobs.write(write).await?.versions.first().copied().unwrap_or(0))
}

/// Works for as long as the lease is renewed in time.
async fn work(jobs: &Namespace, name: &str, mut version: u64) -> Error {
    loop {
        println!("{name} works");
        tokio::time::sleep(RENEWED_EVERY).await;
        // Who does not hear in time has to assume that somebody else works by now.
        let left = HOLDS_FOR - RENEWED_EVERY;
        let renewed = tokio::time::timeout(left, take(jobs, name, OnlyIf::Version(version))).await;
        match renewed {
            Ok(Ok(renewed)) => version = renewed,
            Ok(Err(error)) => return error,
            Err(_) => return Error::new(Kind::Deadline, "the lease was not renewed in time"),
        }
    }
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    let name = std::env::args().nth(1).unwrap_or_else(|| "worker".to_owned());
    let endpoint = std::env::var("HOLDFAST_ENDPOINT");
    let client = Client::builder(endpoint.as_deref().unwrap_or("http://127.0.0.1:8080")).build()?;
    let config = Config::over(client).open()?;
    let jobs = config.namespace("production");
    println!("{name} waits");
    loop {
        match take(&jobs, &name, OnlyIf::Absent).await {
            Ok(version) => println!("{name} stops: {}", work(&jobs, &name, version).await),
            // Somebody else has it.
            Err(error) if matches!(error.kind(), Kind::Exists | Kind::Conflict) => {}
            Err(error) => println!("{name}: {error}"),
        }
        tokio::time::sleep(Duration::from_millis(200)).await;
    }
}
