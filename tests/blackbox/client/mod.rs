//! The client library against real servers.
//!
//! - [`calls`]: calls, retries, breaker, errors
//! - [`config`]: configuration in memory: what is fresh, what is stale, what is never covered up
//! - [`schedules`]: seeded schedules of faults, and what has to hold through all of them
//! - `world`: the servers of a schedule, what is written to them, and what was true when

mod calls;
mod config;
mod schedules;
mod world;

use std::time::Duration;

use holdfast_client::{Client, ClientBuilder};
use holdfast_tests::Server;

/// A client that does not wait for long.
fn builder(endpoint: &str) -> ClientBuilder {
    Client::builder(endpoint)
        .attempt_timeout(Duration::from_secs(2))
        .deadline(Duration::from_secs(10))
        .retry_backoff(Duration::from_millis(20), Duration::from_millis(200))
}

fn client(server: &Server) -> Client {
    builder(&server.endpoint()).build().expect("a client")
}
