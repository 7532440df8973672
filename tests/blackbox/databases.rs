//! What a server says of a database that it should not trust.

use holdfast_services::{MariaDb, MariaDbOptions, Postgres};
use holdfast_tests::Shared;
use holdfast_tests::server::Launch;

#[tokio::test]
async fn a_database_that_may_lose_what_it_acknowledged_is_told_at_the_start() {
    let suite = "databases that are not durable";
    // Both are as tests want them: fast.
    let Some(postgres) = Postgres::start(suite) else { return };
    let Some(mariadb) = MariaDb::start(suite) else { return };
    for (url, told) in [
        (postgres.url(), "fsync of the database is off"),
        (mariadb.url(), "innodb_flush_log_at_trx_commit of the database is not 1"),
    ] {
        let server = Launch::default().over(&Shared::new(&url, None)).start().await;
        let log = server.log();
        assert_eq!(log.matches(told).count(), 1, "{told}: {log}");
        assert!(log.contains("may lose writes that were acknowledged"), "{log}");
    }
}

#[tokio::test]
async fn a_database_that_is_durable_is_not_warned_of() {
    let suite = "databases that are durable";
    let Some(mariadb) =
        MariaDb::start_with(suite, MariaDbOptions { durable: true, ..MariaDbOptions::default() })
    else {
        return;
    };
    let server = Launch::default().over(&Shared::new(&mariadb.url(), None)).start().await;
    assert!(!server.log().contains("may lose writes"), "{}", server.log());
}

#[tokio::test]
async fn a_database_whose_packets_are_too_small_ends_the_start() {
    let arguments = vec!["--max-allowed-packet=4M".to_owned()];
    let options = MariaDbOptions { arguments, ..MariaDbOptions::default() };
    let Some(mariadb) = MariaDb::start_with("small packets", options) else { return };
    let shared = Shared::new(&mariadb.url(), None);
    let mut server = Launch::default().over(&shared).prepare();
    let status = server.try_start().await.expect("it ends");
    assert!(!status.success(), "{status:?}");
    assert!(
        server.log().contains("max_allowed_packet of the database is 4194304 bytes"),
        "{}",
        server.log()
    );
    server.set("[limits]\nvalue_bytes = '512KiB'\ncommit_bytes = '1MiB'");
    server.start_again().await;
}
