//! A standby that takes over.

use holdfast_services::Postgres;
use holdfast_store::{AppendError, Store};
use holdfast_testkit::scribe::{Scribe, key};
use holdfast_testkit::shared_suite::{append, check_new_epoch};

use crate::{block_on, fresh, open, pause};

/// A standby is promoted; what the primary acknowledged last never reached it.
#[test]
fn a_promoted_standby_begins_an_epoch() {
    let Some(primary) = Postgres::start("a promoted standby of PostgreSQL") else { return };
    block_on(async {
        let settings = fresh(&primary);
        let store = open(&settings).await;
        append(&*store, &["v"]).await;
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
        check_new_epoch(&now.head, &before);
        assert_eq!(append(&*store, &["w"]).await, now.head.epoch_start.first.0);
    });
}
