//! The shared suite and what is PostgreSQL's own, against real servers.

mod channel;
mod conformance;
mod copies;
mod epochs;
mod shared;
mod tls;
mod users;

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use holdfast_services::Postgres;
use holdfast_store_postgres::{PostgresSettings, PostgresStore};

/// A schema that no other test uses.
fn fresh(postgres: &Postgres) -> PostgresSettings {
    static NEXT: AtomicU32 = AtomicU32::new(0);
    let schema = format!("log_{}", NEXT.fetch_add(1, Ordering::Relaxed));
    PostgresSettings { schema, ..PostgresSettings::new(postgres.url()) }
}

async fn open(settings: &PostgresSettings) -> Arc<PostgresStore> {
    Arc::new(holdfast_store_postgres::open(settings).await.expect("it opens"))
}

/// A runtime whose threads may wait for each other.
fn block_on<T>(future: impl Future<Output = T>) -> T {
    let runtime =
        tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build();
    runtime.expect("a runtime").block_on(future)
}

async fn pause(millis: u64) {
    tokio::time::sleep(Duration::from_millis(millis)).await;
}
