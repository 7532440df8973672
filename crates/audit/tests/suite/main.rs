//! Auditors over real files: what they keep, what `verify` names, what a crash leaves.

mod crash;
mod disk;
mod faults;
mod files;
mod property;
mod query;
mod several;

use std::collections::BTreeMap;
use std::num::{NonZeroU64, NonZeroUsize};
use std::path::{Path, PathBuf};

use bytes::Bytes;
use holdfast_audit::{Durability, FileAuditor, FileSettings, Place, Verified, VerifyError, verify};
use holdfast_auth::{Auditor, Operation, Outcome, Record, RecordedValue};
use holdfast_model::{Revision, Timestamp};

/// 2026-01-01T00:00:00Z.
const START: i64 = 1_767_225_600_000_000_000;

/// A set of key `k<number>`, a second after the one before.
fn record(number: u64) -> Record {
    Record {
        time: Timestamp(START + number as i64 * 1_000_000_000),
        request_id: format!("r{number}"),
        user: "ann".into(),
        credential: "token:7".into(),
        peer: Some([127, 0, 0, 1].into()),
        method: "config.v1/Set".into(),
        operation: Operation::Set,
        namespace: "prod".into(),
        key: format!("k{number}"),
        outcome: Outcome::Done(Revision(number)),
        value: Some(RecordedValue {
            codec: "json".into(),
            digest: [7; 32],
            bytes: Some(Bytes::from(number.to_string())),
        }),
        metadata: BTreeMap::from([("reason".to_owned(), "a \"test\"\n".to_owned())]),
    }
}

/// Small files, all of them kept.
fn settings(directory: &Path, max_bytes: u64) -> FileSettings {
    FileSettings {
        max_bytes: NonZeroU64::new(max_bytes).expect("not zero"),
        keep: NonZeroUsize::new(1_000_000).expect("not zero"),
        durability: Durability::Within(std::time::Duration::from_secs(3_600)),
        ..FileSettings::new(directory)
    }
}

/// Keeps records of these numbers, one after the other, and closes the files.
fn keep(settings: FileSettings, numbers: impl IntoIterator<Item = u64>) {
    let auditor = FileAuditor::open(settings).expect("opens");
    block_on(async {
        for number in numbers {
            auditor.record(&record(number)).await.expect("kept");
        }
        auditor.close().await;
    });
}

fn block_on<T>(future: impl Future<Output = T>) -> T {
    let runtime =
        tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build();
    runtime.expect("a runtime").block_on(future)
}

fn place(directory: &Path) -> Place {
    Place::new(directory, "audit").expect("a name")
}

fn verified(directory: &Path) -> Verified {
    verify(&place(directory)).expect("verified")
}

/// What `verify` names: the file's name, the line, the sequence, the sentence.
fn fault(directory: &Path) -> (String, u64, u64, String) {
    match verify(&place(directory)) {
        Err(VerifyError::Fault(fault)) => {
            let file = fault.file.file_name().expect("a name").to_string_lossy().into_owned();
            (file, fault.line, fault.sequence, fault.what)
        }
        other => panic!("a fault, but: {other:?}"),
    }
}

fn files(directory: &Path) -> Vec<PathBuf> {
    place(directory).files().expect("listed").into_iter().map(|(_, path)| path).collect()
}

/// The keys of all records, in the order of the files.
fn keys(directory: &Path) -> Vec<String> {
    let found = holdfast_audit::query(
        files(directory),
        holdfast_audit::Filter::default(),
        holdfast_audit::Order::OldestFirst,
    );
    let key = |hit: holdfast_audit::query::Hit| hit.entry.fields().expect("a record").key.clone();
    found.map(|hit| key(hit.expect("readable"))).collect()
}
