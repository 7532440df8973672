//! Rows that somebody else changed.

use holdfast_model::Revision;
use holdfast_store::{At, PageLimit, Scan, StoreError};

use super::{Server, append, open};
use crate::scribe::key;

/// What was done to the rows of a table, and in which one it is found.
fn damages(server: &dyn Server) -> Vec<(String, &'static str)> {
    let flip = |table: &str, column: &str, at| {
        format!("UPDATE {table} SET {column} = {}", server.flipped(column, at))
    };
    let large = || flip("large_values", "value", 9);
    vec![
        (flip("history", "body", 3), "history"),
        ("UPDATE history SET value_len = 1".into(), "history"),
        (flip("log", "canonical", 20), "log"),
        (large(), "log"),
        (large(), "history"),
        ("DELETE FROM large_values".into(), "history"),
        ("DELETE FROM log WHERE revision = 1".into(), "log"),
        ("UPDATE head SET revision = -4".into(), "head"),
    ]
}

pub(super) async fn rows_that_were_changed_are_said_with_their_place_and_a_remedy(
    server: &dyn Server,
) {
    let large = "x".repeat(900);
    for (damage, table) in damages(server) {
        let place = server.place();
        let store = open(server, &place).await;
        append(&*store, &[&large]).await;
        append(&*store, &["small"]).await;
        server.sql(&place, &damage);
        let failed = match table {
            "history" => store.get_many(&[key("race", &large)], At::Latest).await.map(drop),
            "log" => store.commits(Revision::ZERO, usize::MAX).await.map(drop),
            _ => store.head().await.map(drop),
        };
        let Err(StoreError::Corrupt { place, what }) = failed else {
            panic!("{damage}: {failed:?}")
        };
        assert!(place.contains(table) && what.contains("restore"), "{damage}: {place}: {what}");
        let side = Scan::Side { prefix: "".into(), after: None };
        let goes_on = store.scan(&side, At::Latest, PageLimit::rows(1)).await;
        assert!(goes_on.is_ok() || table == "head", "{goes_on:?}");
    }
}
