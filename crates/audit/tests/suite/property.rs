//! Any records, any fault.

use std::collections::BTreeMap;

use holdfast_audit::{FileAuditor, verify};
use holdfast_auth::{Auditor, Operation, Outcome, Record, RecordedValue};
use holdfast_model::{Revision, Timestamp};
use proptest::prelude::*;

use crate::{block_on, files, keys, place, settings, verified};

fn outcome() -> impl Strategy<Value = Outcome> {
    prop_oneof![
        any::<u64>().prop_map(|revision| Outcome::Done(Revision(revision))),
        Just(Outcome::Allowed),
        any::<String>().prop_map(Outcome::Denied),
        any::<String>().prop_map(Outcome::Failed),
    ]
}

fn value() -> impl Strategy<Value = Option<RecordedValue>> {
    let bytes = proptest::option::of(proptest::collection::vec(any::<u8>(), 0..300));
    let value = (".{0,9}", any::<[u8; 32]>(), bytes).prop_map(|(codec, digest, bytes)| {
        RecordedValue { codec, digest, bytes: bytes.map(Into::into) }
    });
    proptest::option::of(value)
}

fn any_record() -> impl Strategy<Value = Record> {
    let words = (any::<String>(), any::<String>(), any::<String>(), any::<String>());
    let more = (any::<String>(), any::<String>(), any::<i64>(), 0..Operation::ALL.len());
    let metadata = proptest::collection::btree_map(any::<String>(), any::<String>(), 0..3);
    (words, more, outcome(), value(), metadata, any::<Option<std::net::IpAddr>>()).prop_map(
        |(words, more, outcome, value, metadata, peer): (_, _, _, _, BTreeMap<_, _>, _)| Record {
            time: Timestamp(more.2),
            request_id: words.0,
            user: words.1.into(),
            credential: words.2,
            peer,
            method: words.3,
            operation: Operation::ALL[more.3],
            namespace: more.0,
            key: more.1,
            outcome,
            value,
            metadata,
        },
    )
}

/// A change that somebody makes to a file.
#[derive(Debug, Clone, Copy)]
enum Change {
    Flip(u8),
    Cut,
    Remove(usize),
    Insert(u8),
    Copy(usize),
}

fn change() -> impl Strategy<Value = Change> {
    prop_oneof![
        (1..=255_u8).prop_map(Change::Flip),
        Just(Change::Cut),
        (1..400_usize).prop_map(Change::Remove),
        any::<u8>().prop_map(Change::Insert),
        (1..400_usize).prop_map(Change::Copy),
    ]
}

impl Change {
    fn apply(self, bytes: &mut Vec<u8>, at: usize) {
        let end = |length: usize| (at + length).min(bytes.len());
        match self {
            Self::Flip(mask) => bytes[at] ^= mask,
            Self::Cut => bytes.truncate(at),
            Self::Remove(length) => drop(bytes.drain(at..end(length))),
            Self::Insert(byte) => bytes.insert(at, byte),
            Self::Copy(length) => {
                let piece = bytes[at..end(length)].to_vec();
                bytes.splice(at..at, piece);
            }
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(96))]

    #[test]
    fn what_is_kept_verifies_and_no_change_does(
        records in proptest::collection::vec(any_record(), 1..12),
        max_bytes in 500..5_000_u64,
        restarts in 1..4_usize,
        changes in proptest::collection::vec((change(), any::<prop::sample::Index>(), any::<prop::sample::Index>()), 8),
    ) {
        let directory = tempfile::tempdir().expect("a directory");
        for part in records.chunks(records.len().div_ceil(restarts)) {
            let auditor = FileAuditor::open(settings(directory.path(), max_bytes)).expect("opens");
            block_on(async {
                for record in part {
                    auditor.record(record).await.expect("kept");
                }
                auditor.close().await;
            });
        }
        let told = verified(directory.path());
        prop_assert_eq!(told.lines, records.len() as u64 + told.files);
        let expected: Vec<String> = records.iter().map(|record| record.key.clone()).collect();
        prop_assert_eq!(keys(directory.path()), expected);
        let files = files(directory.path());
        for (change, file, at) in changes {
            let path = file.get(&files);
            let whole = std::fs::read(path).expect("reads");
            let mut changed = whole.clone();
            change.apply(&mut changed, at.index(whole.len()));
            if changed == whole {
                continue;
            }
            std::fs::write(path, &changed).expect("written");
            prop_assert!(verify(&place(directory.path())).is_err(), "{:?} in {}", change, path.display());
            std::fs::write(path, &whole).expect("written");
        }
        verified(directory.path());
    }
}
