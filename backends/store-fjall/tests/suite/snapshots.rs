//! A snapshot stays what it was, whatever is written, reclaimed and rewritten beside it.

use std::sync::Arc;

use futures::executor::block_on;
use holdfast_model::{Floors, Revision};
use holdfast_store::copy::Digests;
use holdfast_store::{AppendError, Snapshots, Store, StoreError};
use holdfast_testkit::scribe::{Change, Scribe, key};

use super::dump::open;

#[test]
fn a_snapshot_stays_what_it_was() {
    let directory = tempfile::tempdir().expect("a directory");
    let store = Arc::new(open(directory.path()).expect("it opens"));
    let mut scribe = Scribe::continuing(block_on(store.head()).expect("a head"));
    let mut write = |rounds: u64| {
        for round in 0..rounds {
            let at = key("n", &format!("k{}", round % 7));
            let head = scribe.head();
            let group = scribe.group([vec![Change::set(&at, vec![b'x'; 900 + round as usize])]]);
            block_on(store.append(&head, group)).expect("appended");
        }
    };
    write(300);
    let snapshot = Arc::clone(&store).snapshot();
    let before = block_on(Digests::of(&snapshot)).expect("digests");
    write(300);
    let floors = Floors { events: Revision(601), history: Revision(600) };
    block_on(store.reclaim(floors)).expect("reclaimed");
    store.compact().expect("rewritten");
    assert_eq!(block_on(Digests::of(&snapshot)).expect("digests"), before);
    let now = block_on(Digests::of(&(store.clone() as Arc<dyn Store>))).expect("digests");
    assert_ne!(now.chain, before.chain);

    let head = block_on(snapshot.head()).expect("a head");
    let group = Scribe::continuing(head).set(&key("n", "a"), "1");
    let refused = block_on(snapshot.append(&head, group));
    assert!(matches!(refused, Err(AppendError::Refused(_))), "{refused:?}");
    assert!(matches!(block_on(snapshot.reclaim(floors)), Err(StoreError::Refused(_))));
}
