//! Databases that are not the one that was.

use holdfast_model::{Epoch, Head, Revision};
use holdfast_services::Postgres;
use holdfast_store::{AppendError, At, Store, StoreError};
use holdfast_testkit::scribe::{Scribe, key};

use crate::nodes::append;
use crate::{block_on, fresh, open, pause};

fn check_new_epoch(head: &Head, before: &Head) {
    assert_eq!((head.log, head.epoch), (before.log, Epoch(before.epoch.0 + 1)));
    assert!(head.epoch_start.first.0 >= before.revision.0 + Revision::EPOCH_GAP, "{head:?}");
}

#[test]
fn another_database_begins_an_epoch() {
    let Some(postgres) = Postgres::start("a replaced PostgreSQL") else { return };
    block_on(async {
        let settings = fresh(&postgres);
        let store = open(&settings).await;
        append(&*store, &["v".into()]).await;
        let before = store.head().await.expect("a head");
        // As a dump looks that was restored elsewhere.
        let moved = format!("UPDATE {}.head SET identity = '7/1'", settings.schema);
        postgres.psql("holdfast", &moved);
        assert_eq!(store.head().await.expect("the connection is the same"), before);
        let (a, b) = tokio::join!(open(&settings), open(&settings));
        let head = a.head().await.expect("a head");
        check_new_epoch(&head, &before);
        assert_eq!(b.head().await.expect("one epoch, not two"), head);
        let mut scribe = Scribe::continuing(before);
        let stale = store.append(&before, scribe.set(&key("n", "k"), "lost")).await;
        let Err(AppendError::Moved(now)) = stale else { panic!("{stale:?}") };
        assert_eq!(*now, head);
        assert_eq!(append(&*store, &["w".into()]).await, head.epoch_start.first.0);
        let past = store.get_many(&[], At::Revision(Revision(2))).await;
        assert!(
            matches!(past, Err(StoreError::Compacted { .. })),
            "a number of a lost future: {past:?}"
        );
        let log = store.commits(Revision(1), usize::MAX).await.expect("across the epochs");
        assert_eq!(log.commits.len(), 1);
        drop(store);
        assert_eq!(open(&settings).await.head().await.expect("a head").epoch, head.epoch);
    });
}

#[test]
fn a_log_that_lost_what_a_node_has_seen_begins_an_epoch() {
    let Some(postgres) = Postgres::start("a PostgreSQL set back") else { return };
    block_on(async {
        let settings = fresh(&postgres);
        let store = open(&settings).await;
        append(&*store, &["kept".into()]).await;
        let copy = |from: &str, to: &str| {
            ["head", "log", "history", "entries"].map(|table| {
                format!("DELETE FROM {to}.{table}; INSERT INTO {to}.{table} SELECT * FROM {from}.{table};")
            }).concat()
        };
        let schema = &settings.schema;
        let spare = fresh(&postgres);
        drop(open(&spare).await);
        postgres.psql("holdfast", &copy(schema, &spare.schema));
        append(&*store, &["lost".into()]).await;
        let before = store.head().await.expect("a head");
        // Restored from a backup of its files: the same database, an older state.
        postgres.psql("holdfast", &copy(&spare.schema, schema));
        let kill = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'holdfast'";
        postgres.psql("holdfast", kill);
        pause(50).await;
        let head = store.head().await.expect("a head");
        check_new_epoch(&head, &before);
        assert_eq!(head.revision, Revision(1));
        assert_eq!(append(&*store, &["next".into()]).await, head.epoch_start.first.0);
    });
}

/// A standby is promoted; what the primary acknowledged last never reached it.
#[test]
fn a_promoted_standby_begins_an_epoch() {
    let Some(primary) = Postgres::start("a promoted standby of PostgreSQL") else { return };
    block_on(async {
        let settings = fresh(&primary);
        let store = open(&settings).await;
        append(&*store, &["v".into()]).await;
        let before = store.head().await.expect("a head");
        let timeline = "SELECT timeline_id FROM pg_control_checkpoint()";
        assert_eq!(primary.psql("postgres", timeline), "1");
        primary.service().kill();
        std::fs::write(primary.data().join("standby.signal"), "").expect("written");
        primary.service().run();
        let reads_only = store.append(&before, Scribe::continuing(before).set(&key("n", "k"), "v"));
        let promoted = async {
            pause(300).await;
            primary.psql("postgres", "SELECT pg_promote()");
        };
        let (first, ()) = tokio::join!(reads_only, promoted);
        let Err(AppendError::Moved(now)) = first else { panic!("{first:?}") };
        check_new_epoch(&now, &before);
        assert_eq!(append(&*store, &["w".into()]).await, now.epoch_start.first.0);
    });
}
