//! A process that is stopped at every change it makes to its files, and flushes and writes that fail.
//!
//! A child process runs a script under the shim, which writes down every change; here the directory is rebuilt as a crash
//! behind each of them would leave it, with what was not flushed dropped, and the store has to show every group that the
//! child was told is durable, and no half of any other.

mod child;
mod disk;
mod shim;

use std::path::Path;

use futures::executor::block_on;
use holdfast_model::{Head, LogId};
use holdfast_store::{AppendError, MemoryStore, Store};
use holdfast_testkit::scribe::Scribe;

use self::child::{Step, keys, script};
use self::disk::{Disk, Survives};
use self::shim::{Change, Shim};
use crate::dump::{dump, open};
use crate::flips::scratch;

/// So many moments are tried without `HOLDFAST_TORTURE`, spread evenly.
const SAMPLE: usize = 250;

#[test]
fn a_crash_at_any_change_loses_nothing_acknowledged() {
    let shim = Shim::build();
    let place = scratch();
    shim.run(place.path(), "script");
    let changes = shim.changes();
    let torture = std::env::var_os("HOLDFAST_TORTURE").is_some();
    let step = if torture { 1 } else { (changes.len() / SAMPLE).max(1) };
    let mut disk = Disk::default();
    let mut acknowledged = 0;
    let mut tried = 0;
    for (moment, change) in changes.iter().enumerate() {
        disk.apply(change);
        if let Change::Mark(mark) = change {
            acknowledged = mark.parse().expect("the number of a step");
        }
        if !moment.is_multiple_of(step) && moment + 1 != changes.len() {
            continue;
        }
        for survives in [Survives::Flushed, Survives::FlushedNames, Survives::SomePages(moment)] {
            let copy = scratch();
            disk.rebuild(copy.path(), survives);
            check(copy.path(), acknowledged, &format!("change {moment} {change:?}, {survives:?}"));
            tried += 1;
        }
    }
    assert_eq!(acknowledged, script().len(), "the child went through its script");
    disk.assert_same_as(place.path());
    println!("figure: crash at every change: {} changes, {tried} crashes", changes.len());
}

/// The store opens, shows the first so many steps of the script and at most one more, and goes on.
fn check(path: &Path, acknowledged: usize, what: &str) {
    let store = open(path).unwrap_or_else(|error| panic!("after {what}: {error}"));
    let found = dump(&store, &keys()).unwrap_or_else(|error| panic!("after {what}: {error}"));
    let mut candidates = Vec::new();
    for steps in [acknowledged, acknowledged + 1] {
        let expected = replay(found.head.log, steps, &found.head);
        let expected = dump(&expected, &keys()).expect("the model reads");
        if (expected.head.revision, &expected.rows) == (found.head.revision, &found.rows) {
            assert_eq!(expected.head.hash, found.head.hash, "after {what}");
            assert_eq!(expected.head.appended_bytes, found.head.appended_bytes, "after {what}");
            assert_eq!(expected.commits, found.commits, "after {what}");
            return go_on(store, path, steps, what);
        }
        candidates.push(expected);
    }
    panic!(
        "after {what}: {acknowledged} steps were acknowledged; found {found:#?}, not {candidates:#?}"
    );
}

/// A memory store after the first steps of the script, with the floors of `like`.
fn replay(log: LogId, steps: usize, like: &Head) -> MemoryStore {
    let store = MemoryStore::with_head(Head::genesis(log));
    let mut scribe = Scribe::continuing(Head::genesis(log));
    for step in script().into_iter().take(steps) {
        if let Step::Append(commits, side) = step {
            let head = scribe.head();
            let group = child::group(&mut scribe, commits, side);
            block_on(store.append(&head, group)).expect("the model appends");
        }
    }
    block_on(store.reclaim(like.floors)).expect("the model reclaims");
    store
}

fn go_on(store: impl Store, path: &Path, steps: usize, what: &str) {
    let log = block_on(store.head()).expect("a head").log;
    let mut scribe = Scribe::continuing(Head::genesis(log));
    for step in script().into_iter().take(steps) {
        if let Step::Append(commits, side) = step {
            child::group(&mut scribe, commits, side);
        }
    }
    let before = scribe.head();
    let group = scribe.set(&keys()[0], "after the crash");
    let head = block_on(store.append(&before, group));
    let head = head.unwrap_or_else(|error| panic!("after {what}: {error}"));
    drop(store);
    let again = open(path).unwrap_or_else(|error| panic!("reopened after {what}: {error}"));
    assert_eq!(block_on(again.head()).expect("a head").hash, head.hash);
}

#[test]
fn a_failed_flush_leaves_reads_only_and_loses_nothing_acknowledged() {
    let shim = Shim::build();
    let place = scratch();
    shim.run(place.path(), "failing-flush");
    check(place.path(), child::BEFORE_FAILURE, "a failed flush");
}

#[test]
fn a_write_that_finds_no_space_loses_nothing_acknowledged() {
    let shim = Shim::build();
    let place = scratch();
    shim.run(place.path(), "full-disk");
    check(place.path(), child::BEFORE_FAILURE, "a full disk");
}

#[test]
fn below_the_reserve_only_what_frees_space_passes_until_there_is_space_again() {
    let place = tempfile::tempdir().expect("a directory");
    let stat = rustix::fs::statvfs(place.path()).expect("the file system");
    let free = stat.f_bavail * stat.f_frsize;
    const MARGIN: u64 = 512 << 20;
    assert!(free > 2 * MARGIN, "this test needs 1 GiB of free space");
    let options =
        holdfast_store_fjall::FjallOptions { reserve_bytes: free - MARGIN, ..Default::default() };
    let store = holdfast_store_fjall::FjallStore::open(place.path(), options).expect("opens");
    let mut scribe = Scribe::continuing(block_on(store.head()).expect("a head"));
    let at = &keys()[0];
    let head = scribe.head();
    block_on(store.append(&head, scribe.set(at, "fits"))).expect("there is space");

    let filler = std::fs::File::create(place.path().join("filler")).expect("a file");
    let flags = rustix::fs::FallocateFlags::empty();
    rustix::fs::fallocate(&filler, flags, 0, 2 * MARGIN).expect("space for the filler");
    // The store looks at the disk at most every tenth of a second.
    std::thread::sleep(std::time::Duration::from_millis(150));
    let head = scribe.head();
    let mut ahead = scribe.clone();
    let refused = block_on(store.append(&head, ahead.set(at, "does not fit")));
    assert!(matches!(refused, Err(AppendError::NoSpace { .. })), "{refused:?}");
    assert_eq!(store.stats().refused_for_space, 1);
    assert_eq!(block_on(store.head()).expect("a head").revision, head.revision);
    let mut group = scribe.group([vec![holdfast_testkit::Change::delete(at)]]);
    group.frees_space = true;
    block_on(store.append(&head, group)).expect("a delete passes");

    drop(filler);
    std::fs::remove_file(place.path().join("filler")).expect("removed");
    let head = scribe.head();
    block_on(store.append(&head, scribe.set(at, "fits again"))).expect("it recovers by itself");
}
