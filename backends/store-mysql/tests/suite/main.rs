//! The shared suite and what is MariaDB's own, against real servers.

mod conformance;
mod copies;
mod epochs;
mod server;
mod shared;
mod tls;

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use holdfast_services::MariaDb;
use holdfast_store_mysql::{MySqlSettings, MySqlStore};

/// A database that no other test uses.
fn fresh(mariadb: &MariaDb) -> MySqlSettings {
    at(mariadb, &fresh_name(mariadb))
}

fn fresh_name(mariadb: &MariaDb) -> String {
    static NEXT: AtomicU32 = AtomicU32::new(0);
    let name = format!("log_{}", NEXT.fetch_add(1, Ordering::Relaxed));
    mariadb.sql(&format!("CREATE DATABASE {name}"));
    name
}

fn at(mariadb: &MariaDb, database: &str) -> MySqlSettings {
    let url = mariadb.url();
    let server = url.rsplit_once('/').map_or("", |(server, _)| server);
    MySqlSettings::new(format!("{server}/{database}"))
}

async fn open(settings: &MySqlSettings) -> Arc<MySqlStore> {
    Arc::new(holdfast_store_mysql::open(settings).await.expect("it opens"))
}

/// A runtime whose threads may wait for each other.
fn block_on<T>(future: impl Future<Output = T>) -> T {
    let runtime =
        tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build();
    runtime.expect("a runtime").block_on(future)
}
