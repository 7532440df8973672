//! A log that another server has now.

use holdfast_services::MariaDb;
use holdfast_store::Store;
use holdfast_testkit::shared_suite::{append, check_new_epoch};

use crate::{block_on, fresh, fresh_name, open};

#[test]
fn a_dump_that_is_restored_elsewhere_begins_an_epoch() {
    let suite = "a restored dump of MariaDB";
    let Some((first, second)) = MariaDb::start(suite).zip(MariaDb::start(suite)) else { return };
    block_on(async {
        let settings = fresh(&first);
        let store = open(&settings).await;
        append(&*store, &["v"]).await;
        let before = store.head().await.expect("a head");
        let name = settings.url.rsplit('/').next().expect("a name");
        let dump = first.dump(name);
        append(&*store, &["lost"]).await;
        let elsewhere = fresh_name(&second);
        second.sql(&format!("USE {elsewhere}; {dump}"));
        let store = open(&crate::at(&second, &elsewhere)).await;
        let now = store.head().await.expect("a head");
        check_new_epoch(&now, &before);
        assert_eq!(now.revision, before.revision);
        assert_eq!(append(&*store, &["next"]).await, now.epoch_start.first.0);
    });
}
