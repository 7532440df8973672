//! Every byte of a small data directory, changed one at a time: the store refuses, or shows exactly what was written.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};

use futures::executor::block_on;
use holdfast_model::{EntryKey, Floors, Revision, Timestamp};
use holdfast_store::{Group, SideWrite, Store};
use holdfast_testkit::scribe::{Change, Scribe, key};
use tempfile::TempDir;

use crate::dump::{Dump, dump, open, open_and_dump};

/// So many bytes are tried without `HOLDFAST_TORTURE`, spread evenly over all files.
const SAMPLE: usize = 1_500;

#[test]
fn a_flipped_byte_is_refused_or_harmless() {
    let (original, keys) = directory();
    let expected = open_and_dump(original.path(), &keys).expect("the original opens");
    let files = files(original.path());
    let total: usize = files.iter().map(|(_, bytes)| bytes.len()).sum();
    let torture = std::env::var_os("HOLDFAST_TORTURE").is_some();
    let step = if torture { 1 } else { (total / SAMPLE).max(1) };
    let masks: &[u8] = if torture { &[0x01, 0x80, 0xff] } else { &[0x01] };
    let mut tried = Tried::default();
    let mut offset = 0;
    for (file, bytes) in &files {
        for place in (0..bytes.len()).filter(|place| (offset + place).is_multiple_of(step)) {
            for mask in masks {
                let copy = copy_of(&files);
                let mut flipped = bytes.clone();
                flipped[place] ^= mask;
                std::fs::write(copy.path().join(file), flipped).expect("writes");
                let what = format!("byte {place} of {} ^ {mask:#x}", file.display());
                tried.check(copy.path(), &keys, &expected, &what);
            }
        }
        offset += bytes.len();
    }
    println!("figure: flipped bytes: {total} bytes in {} files: {tried:?}", files.len());
    assert!(tried.refused > tried.harmless);
}

#[test]
fn a_file_that_is_cut_or_missing_is_refused_or_harmless() {
    let (original, keys) = directory();
    let expected = open_and_dump(original.path(), &keys).expect("the original opens");
    let files = files(original.path());
    let mut tried = Tried::default();
    for (file, bytes) in &files {
        let copy = copy_of(&files);
        std::fs::remove_file(copy.path().join(file)).expect("removes");
        tried.check(copy.path(), &keys, &expected, &format!("{} missing", file.display()));
        for part in [0, 1, 2, 3] {
            let copy = copy_of(&files);
            let len = bytes.len() * part / 4;
            std::fs::write(copy.path().join(file), &bytes[..len]).expect("writes");
            let what = format!("{} cut to {len} of {} bytes", file.display(), bytes.len());
            tried.check(copy.path(), &keys, &expected, &what);
        }
    }
    println!("figure: files cut or missing: {tried:?}");
}

#[derive(Debug, Default)]
struct Tried {
    refused: usize,
    harmless: usize,
}

impl Tried {
    fn check(&mut self, path: &Path, keys: &[EntryKey], expected: &Dump, what: &str) {
        let found = catch_unwind(AssertUnwindSafe(|| open_and_dump(path, keys)));
        match found.unwrap_or_else(|_| panic!("panicked over {what}")) {
            Err(_) => self.refused += 1,
            Ok(found) => {
                assert_eq!(found.head, expected.head, "another head after {what}");
                assert_eq!(found.commits, expected.commits, "another log after {what}");
                assert_eq!(found.rows, expected.rows, "other rows after {what}");
                self.harmless += 1;
            }
        }
    }
}

/// A log with some of everything: partly in files of the engine, partly in its journal, partly reclaimed.
pub(crate) fn directory() -> (TempDir, Vec<EntryKey>) {
    let directory = scratch();
    let keys: Vec<EntryKey> = ["a", "b", "c", "big", "gone"].iter().map(|k| key("n", k)).collect();
    let store = open(directory.path()).expect("opens");
    let mut scribe = Scribe::continuing(block_on(store.head()).expect("a head"));
    let append = |scribe: &mut Scribe, commits: Vec<Vec<Change>>, side: &[&'static str]| {
        let head = scribe.head();
        let side = side.iter().map(|key| SideWrite {
            key: key.as_bytes().into(),
            value: Some(key.as_bytes().into()),
        });
        let group = Group { side: side.collect(), ..scribe.group(commits) };
        block_on(store.append(&head, group)).expect("appended");
    };
    let [a, b, c, big, gone] = &keys[..] else { panic!("five keys") };
    append(&mut scribe, vec![vec![Change::set(a, "1")], vec![Change::set(gone, "1")]], &["i/1"]);
    append(&mut scribe, vec![vec![Change::set(big, vec![7; 600]), Change::set(b, "2")]], &[]);
    append(&mut scribe, vec![vec![Change::delete(gone)], vec![Change::set(a, "3")]], &[]);
    let floors = Floors { events: Revision(4), history: Revision(3) };
    block_on(store.reclaim(floors)).expect("reclaimed");
    store.compact().expect("compacted");
    append(&mut scribe, vec![vec![Change::set_until(c, "4", Timestamp(99))]], &["i/2"]);
    append(&mut scribe, vec![vec![Change::set(a, "5")], vec![Change::set(a, "6")]], &[]);
    append(&mut scribe, vec![vec![Change::set(big, vec![8; 700])]], &[]);
    append(&mut scribe, vec![], &["i/3"]);
    let before = dump(&store, &keys).expect("reads");
    drop(store);
    // Opening once more cuts the journal to what is used of it.
    let after = open_and_dump(directory.path(), &keys).expect("opens again");
    assert_eq!(before, after);
    (directory, keys)
}

/// In memory where the system has such a place: thousands of directories are written.
pub(crate) fn scratch() -> TempDir {
    let memory = Path::new("/dev/shm");
    let made = if memory.is_dir() { tempfile::tempdir_in(memory) } else { tempfile::tempdir() };
    made.expect("a directory")
}

pub(crate) fn files(root: &Path) -> Vec<(PathBuf, Vec<u8>)> {
    let mut files = Vec::new();
    let mut folders = vec![root.to_owned()];
    while let Some(folder) = folders.pop() {
        for item in std::fs::read_dir(folder).expect("reads") {
            let path = item.expect("an item").path();
            if path.is_dir() {
                folders.push(path);
            } else {
                let bytes = std::fs::read(&path).expect("reads");
                files.push((path.strip_prefix(root).expect("inside").to_owned(), bytes));
            }
        }
    }
    files.sort();
    files
}

pub(crate) fn copy_of(files: &[(PathBuf, Vec<u8>)]) -> TempDir {
    let copy = scratch();
    for (file, bytes) in files {
        let path = copy.path().join(file);
        std::fs::create_dir_all(path.parent().expect("a folder")).expect("made");
        std::fs::write(path, bytes).expect("writes");
    }
    copy
}
