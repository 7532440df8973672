//! What the server itself is asked at the start.

use holdfast_services::{MariaDb, MariaDbOptions};
use holdfast_store::{Store, StoreError};
use holdfast_store_mysql::MySqlSettings;
use holdfast_testkit::scribe::{Change, Scribe, key};

use crate::{block_on, fresh, open};

#[test]
fn a_server_that_cannot_take_the_largest_commit_is_refused() {
    let arguments = vec!["--max-allowed-packet=4M".to_owned()];
    let options = MariaDbOptions { arguments, ..MariaDbOptions::default() };
    let Some(mariadb) = MariaDb::start_with("small packets on MariaDB", options) else { return };
    block_on(async {
        let settings = fresh(&mariadb);
        let refused = holdfast_store_mysql::open(&settings).await.expect_err("too small");
        let StoreError::Refused(told) = refused else { panic!("{refused:?}") };
        for word in ["max_allowed_packet", "4194304", "13281960", "limits.commit_bytes"] {
            assert!(told.contains(word), "{word}: {told}");
        }
        open(&MySqlSettings { commit_bytes: 1 << 20, ..settings }).await;
    });
}

/// What a commit of 8 MiB weighs most as SQL: long names and values that are kept beside them.
#[test]
fn the_largest_commit_is_taken_whatever_it_is_made_of() {
    const BYTES: usize = 8 << 20;
    let Some(mariadb) = MariaDb::start("large commits on MariaDB") else { return };
    block_on(async {
        for (name, value) in [(1_000, 0), (20, 512), (20, 513), (20, 1 << 20)] {
            let store = open(&fresh(&mariadb)).await;
            let head = store.head().await.expect("a head");
            let mut scribe = Scribe::continuing(head);
            // As the engine counts them: namespace, key, value.
            let count = (BYTES / (name + value + 1)).min(10_000);
            let set = |n: usize| Change::set(&key("n", &format!("{n:0name$}")), vec![0xff; value]);
            let group = scribe.group([(0..count).map(set).collect()]);
            let appended = store.append(&head, group).await;
            assert!(appended.is_ok(), "{count} of {name} and {value} bytes: {appended:?}");
        }
    });
}
