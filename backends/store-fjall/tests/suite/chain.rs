//! The chain of a log, verified while nobody has it open.

use holdfast_model::Revision;
use holdfast_store::StoreError;
use holdfast_store_fjall::{ChainReport, verify_chain};

use crate::dump::{open, open_and_dump, options};
use crate::flips::{copy_of, directory, files, scratch};

/// So many bytes are tried without `HOLDFAST_TORTURE`, spread evenly over all files.
const SAMPLE: usize = 200;

#[test]
fn an_intact_log_is_verified_to_its_head() {
    let (original, keys) = directory();
    let expected = open_and_dump(original.path(), &keys).expect("opens");
    let report = verify_chain(original.path(), options()).expect("reads").expect("intact");
    let first = expected.commits[0].commit().revision;
    let commits = expected.commits.len() as u64;
    let (epoch, hash) = (expected.head.epoch, expected.head.hash);
    assert_eq!(
        report,
        ChainReport { epoch, revisions: (first, expected.head.revision), commits, hash }
    );
    assert_eq!(open_and_dump(original.path(), &keys).expect("opens"), expected);
}

#[test]
fn a_directory_in_use_or_without_a_log_is_an_error() {
    let (original, _) = directory();
    let store = open(original.path()).expect("opens");
    let refused = verify_chain(original.path(), options()).expect_err("in use");
    assert!(matches!(&refused, StoreError::Refused(text) if text.contains("open")), "{refused}");
    drop(store);
    let empty = scratch();
    assert!(verify_chain(empty.path(), options()).is_err());
    assert_eq!(std::fs::read_dir(empty.path()).expect("reads").count(), 0, "nothing is made there");
}

#[test]
fn a_flipped_byte_is_a_fault_or_harmless() {
    let (original, keys) = directory();
    let head = open_and_dump(original.path(), &keys).expect("opens").head;
    let intact = verify_chain(original.path(), options()).expect("reads").expect("intact");
    let files = files(original.path());
    let total: usize = files.iter().map(|(_, bytes)| bytes.len()).sum();
    let torture = std::env::var_os("HOLDFAST_TORTURE").is_some();
    let step = if torture { 7 } else { (total / SAMPLE).max(1) };
    let (mut offset, mut named, mut unnamed, mut harmless) = (0, 0, 0, 0);
    for (file, bytes) in &files {
        for place in (0..bytes.len()).filter(|place| (offset + place).is_multiple_of(step)) {
            let copy = copy_of(&files);
            let mut flipped = bytes.clone();
            flipped[place] ^= 0x01;
            std::fs::write(copy.path().join(file), flipped).expect("writes");
            let what = format!("byte {place} of {}", file.display());
            match verify_chain(copy.path(), options()) {
                Ok(Ok(report)) => {
                    assert_eq!(report, intact, "{what}");
                    harmless += 1;
                }
                Ok(Err(fault)) => match fault.revision {
                    Some(revision) => {
                        let known = Revision(1)..=head.revision.next();
                        assert!(known.contains(&revision), "{what}: {fault:?}");
                        named += 1;
                    }
                    None => unnamed += 1,
                },
                Err(StoreError::Refused(_) | StoreError::Corrupt { .. }) => unnamed += 1,
                Err(other) => panic!("{what}: {other}"),
            }
        }
        offset += bytes.len();
    }
    println!(
        "figure: flipped bytes under a verification: {named} with their revision, {unnamed} without, {harmless} harmless"
    );
    assert!(named > 0);
}
