//! Tables that are made, and tables of others.

use futures::future::join_all;
use holdfast_store::StoreError;
use std::time::Duration;

use super::{Server, Waits, head, open};

pub(super) async fn many_nodes_may_open_an_empty_database_at_once(server: &dyn Server) {
    let place = server.place();
    let opening = (0..6).map(|_| async { head(&*open(server, &place).await).await.log });
    let mut logs = join_all(opening).await;
    logs.dedup();
    assert_eq!(logs.len(), 1, "one log, made once");
    let versions =
        server.sql(&place, "SELECT count(*), min(version), max(version) FROM migrations");
    let versions: Vec<&str> = versions.split('|').collect();
    assert_eq!((versions[0], versions[1]), (versions[2], "1"), "each of them once");
}

pub(super) async fn tables_of_a_newer_release_are_refused(server: &dyn Server) {
    let place = server.place();
    let short = Duration::from_millis(700);
    let waits = Waits { append: short, acquire: short, statement: short };
    let running = server.open(&place, Some(waits)).await.expect("it opens");
    server.sql(&place, "INSERT INTO migrations (version) VALUES (99)");
    let refused = server.open(&place, None).await.err().expect("too new");
    let StoreError::Refused(told) = refused else { panic!("{refused:?}") };
    assert!(told.contains("version 99") && told.contains("newer release"), "{told}");
    // Of an older release's nodes that run, no new connection is used.
    server.break_connections();
    let refused = running.head().await.expect_err("too new");
    assert!(refused.to_string().contains("newer release"), "{refused}");
}
