//! Databases that are not the one that was.

use holdfast_model::{Epoch, Head, Revision};
use holdfast_store::{AppendError, At, StoreError};

use super::{Server, append, head, open, pause};
use crate::scribe::{Scribe, key};

/// Fails unless a head begins the epoch behind that of another one.
pub fn check_new_epoch(head: &Head, before: &Head) {
    assert_eq!((head.log, head.epoch), (before.log, Epoch(before.epoch.0 + 1)));
    assert!(head.epoch_start.first.0 >= before.revision.0 + Revision::EPOCH_GAP, "{head:?}");
}

pub(super) async fn another_database_begins_an_epoch(server: &dyn Server) {
    let place = server.place();
    let store = open(server, &place).await;
    append(&*store, &["v"]).await;
    let before = head(&*store).await;
    // As a dump looks that was restored elsewhere.
    server.sql(&place, "UPDATE head SET identity = '7/1'");
    assert_eq!(head(&*store).await, before, "the connection is the same");
    let (a, b) = tokio::join!(open(server, &place), open(server, &place));
    let now = head(&*a).await;
    check_new_epoch(&now, &before);
    assert_eq!(head(&*b).await, now, "one epoch, not two");
    let mut scribe = Scribe::continuing(before);
    let stale = store.append(&before, scribe.set(&key("n", "k"), "lost")).await;
    let Err(AppendError::Moved(moved)) = stale else { panic!("{stale:?}") };
    assert_eq!(moved.head, now);
    assert_eq!(append(&*store, &["w"]).await, now.epoch_start.first.0);
    let past = store.get_many(&[], At::Revision(Revision(2))).await;
    let lost = matches!(past, Err(StoreError::Compacted { .. }));
    assert!(lost, "a number of a lost future: {past:?}");
    let log = store.commits(Revision(1), usize::MAX).await.expect("across the epochs");
    assert_eq!(log.commits.len(), 1);
    drop(store);
    assert_eq!(head(&*open(server, &place).await).await.epoch, now.epoch);
}

pub(super) async fn a_log_that_lost_what_a_node_has_seen_begins_an_epoch(server: &dyn Server) {
    let place = server.place();
    let store = open(server, &place).await;
    append(&*store, &["kept"]).await;
    let spare = server.place();
    drop(open(server, &spare).await);
    copy(server, &place, &spare);
    append(&*store, &["lost"]).await;
    let before = head(&*store).await;
    // Restored from a backup of its files: the same database, an older state.
    copy(server, &spare, &place);
    server.break_connections();
    pause(50).await;
    let now = head(&*store).await;
    check_new_epoch(&now, &before);
    assert_eq!(now.revision, Revision(1));
    assert_eq!(append(&*store, &["next"]).await, now.epoch_start.first.0);
}

/// The rows of a log, in another place.
fn copy(server: &dyn Server, from: &str, to: &str) {
    for table in ["head", "log", "history", "entries"] {
        server.sql(
            to,
            &format!("DELETE FROM {table}; INSERT INTO {table} SELECT * FROM {from}.{table}"),
        );
    }
}
