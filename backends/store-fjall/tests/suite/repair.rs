//! Repair: what is intact before the damage is there afterwards, nothing else is, and a new epoch begins.

use std::path::Path;
use std::sync::Arc;

use futures::executor::block_on;
use holdfast_model::{Epoch, Revision};
use holdfast_store::copy::{Fill as _, LogSource, Position, Source as _, copy};
use holdfast_store::{At, MemoryStore, Store, StoreError};
use holdfast_store_fjall::{FjallFill, RepairReport, repair};
use holdfast_testkit::scribe::{Scribe, key};

use crate::dump::{Dump, dump, open, open_and_dump, options};
use crate::flips::{copy_of, directory, files};

/// So many damages are tried without `HOLDFAST_TORTURE`, spread evenly over all files.
const SAMPLE: usize = 120;

#[test]
fn an_intact_directory_is_left_alone() {
    let (original, keys) = directory();
    let expected = open_and_dump(original.path(), &keys).expect("opens");
    let report = repair(original.path(), options()).expect("repairs");
    assert!(!report.changed, "{report:?}");
    assert_eq!(open_and_dump(original.path(), &keys).expect("opens"), expected);
}

#[test]
fn without_a_head_record_all_is_kept_and_a_new_epoch_begins() {
    let (original, keys) = directory();
    let expected = open_and_dump(original.path(), &keys).expect("opens");
    std::fs::remove_file(original.path().join("HEAD")).expect("removed");
    let refused = open(original.path()).map(drop).expect_err("refused");
    assert!(matches!(&refused, StoreError::Refused(text) if text.contains("holdfast repair")));
    let report = repair(original.path(), options()).expect("repairs");
    assert!(report.changed && report.epoch == Epoch(2), "{report:?}");
    assert_eq!(report.revision, expected.head.revision);

    let store = open(original.path()).expect("opens");
    let found = dump(&store, &keys).expect("reads");
    assert_eq!((found.commits, found.rows), (expected.commits, expected.rows));
    let head = found.head;
    assert_eq!(head.epoch_start.inherited, expected.head.revision);
    assert_eq!(head.next_revision().0, expected.head.revision.0 + Revision::EPOCH_GAP);
    let mut scribe = Scribe::continuing(head);
    let group = scribe.set(&keys[0], "in the new epoch");
    let head = block_on(store.append(&head, group)).expect("goes on");
    let lost = At::Revision(Revision(expected.head.revision.0 + 5));
    let read = block_on(store.get_many(&keys, lost));
    assert!(matches!(read, Err(StoreError::Compacted { .. })), "{read:?}");
    let page = block_on(store.commits(expected.head.revision, usize::MAX)).expect("goes on");
    assert_eq!(page.commits[0].commit().revision, head.revision);
    drop(store);
    let again = open(original.path()).expect("opens again");
    assert_eq!(block_on(again.head()).expect("a head"), head);
}

#[test]
fn after_any_damage_a_repair_keeps_a_beginning_of_the_log() {
    let (original, keys) = directory();
    let expected = open_and_dump(original.path(), &keys).expect("opens");
    let files = files(original.path());
    let total: usize = files.iter().map(|(_, bytes)| bytes.len()).sum();
    let torture = std::env::var_os("HOLDFAST_TORTURE").is_some();
    let step = if torture { 7 } else { (total / SAMPLE).max(1) };
    let (mut offset, mut repaired, mut hopeless) = (0, 0, 0);
    for (file, bytes) in &files {
        for place in (0..bytes.len()).filter(|place| (offset + place).is_multiple_of(step)) {
            let copy = copy_of(&files);
            let mut flipped = bytes.clone();
            flipped[place] ^= 0x01;
            std::fs::write(copy.path().join(file), flipped).expect("writes");
            if open(copy.path()).is_ok() {
                continue;
            }
            let what = format!("byte {place} of {}", file.display());
            match repair(copy.path(), options()) {
                Ok(report) if report.changed => {
                    check(copy.path(), &keys, &expected, &report, &what);
                    repaired += 1;
                }
                Ok(report) => panic!("{what}: refused, but nothing was found wrong: {report:?}"),
                Err(StoreError::Refused(_) | StoreError::Corrupt { .. }) => hopeless += 1,
                Err(other) => panic!("{what}: {other}"),
            }
        }
        offset += bytes.len();
    }
    println!("figure: repairs after a damage: {repaired} repaired, {hopeless} beyond repair");
    assert!(repaired > hopeless);
}

fn check(
    path: &Path,
    keys: &[holdfast_model::EntryKey],
    expected: &Dump,
    report: &RepairReport,
    what: &str,
) {
    let store = open(path).unwrap_or_else(|error| panic!("{what}, {report:?}: {error}"));
    let found = dump(&store, keys).unwrap_or_else(|error| panic!("{what}, {report:?}: {error}"));
    assert!(expected.commits.starts_with(&found.commits), "{what}: another log; {report:?}");
    assert_eq!(found.head.epoch, Epoch(2), "{what}");
    // Rows of a state that is still there are as they were, unless the report says what is missing.
    let said =
        report.notes.iter().any(|note| note.contains("cannot be read") || note.contains("broken"));
    let all_commits = found.commits.len() == expected.commits.len();
    if all_commits && !said && !report.notes.iter().any(|note| note.contains("lost")) {
        assert_eq!(found.rows, expected.rows, "{what}: {report:?}");
    }
    let kept = report.kept.as_ref().expect("the damaged files are kept");
    assert!(kept.join("engine").is_dir());
    let again = repair(path, options());
    drop(store);
    assert!(again.is_err(), "the directory is open");
    let again = repair(path, options()).expect("nothing is left to repair");
    assert!(!again.changed, "{what}: {again:?}");
}

/// Half a log must not become one that is taken for whole.
#[test]
fn a_directory_that_is_being_filled_is_not_repaired() {
    let log = Arc::new(MemoryStore::new());
    let mut scribe = Scribe::continuing(block_on(log.head()).expect("a head"));
    for number in 0..40 {
        let head = scribe.head();
        let group = scribe.set(&key("n", &format!("k{number}")), vec![7; 40_000]);
        block_on(log.append(&head, group)).expect("appended");
    }
    let directory = tempfile::tempdir().expect("a directory");
    let path = directory.path();
    let mut source = block_on(LogSource::open(log)).expect("a source");
    let outline = *source.outline();
    let mut fill = FjallFill::new(path, options());
    let position = block_on(fill.begin(&outline)).expect("begun");
    let piece = block_on(source.next(&position)).expect("a piece").expect("there is one");
    block_on(fill.put(&piece)).expect("taken");
    assert_ne!(piece.end(), Some(Position::Commits(outline.head.revision)), "half of the log");
    drop(fill);

    let refused = |what: &str| {
        let repaired = repair(path, options()).expect_err(what);
        assert!(repaired.to_string().contains("is being filled"), "{what}: {repaired}");
    };
    refused("an intact one");
    let head = std::fs::read(path.join("HEAD")).expect("read");
    std::fs::remove_file(path.join("HEAD")).expect("removed");
    refused("a damaged one");
    assert!(open(path).is_err());
    std::fs::write(path.join("HEAD"), head).expect("written");

    block_on(copy(&mut source, &mut FjallFill::new(path, options()), &mut |_| {})).expect("copied");
    assert!(!path.join("FILLING").exists());
    // As after a kill between the last two steps.
    std::fs::write(path.join("FILLING"), b"").expect("written");
    drop(open(path).expect("it is finished"));
    assert!(!path.join("FILLING").exists());
    assert!(!repair(path, options()).expect("intact").changed);
}
