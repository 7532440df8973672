//! Records in a real SQLite file and a real PostgreSQL server.

mod contract;
mod postgres;
mod sqlite;

use std::collections::BTreeMap;

use bytes::Bytes;
use holdfast_auth::{Operation, Outcome, Record, RecordedValue};
use holdfast_model::{Revision, Timestamp};

/// 2026-01-01T00:00:00.25Z.
const START: i64 = 1_767_225_600_250_000_000;

/// A set of key `k<number>`, a second after the one before.
fn record(number: u64) -> Record {
    Record {
        time: Timestamp(START + number as i64 * 1_000_000_000),
        request_id: format!("r{number}"),
        user: "ann'; DROP TABLE config_audit_log; --".into(),
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
            bytes: Some(Bytes::from_static(b"30")),
        }),
        metadata: BTreeMap::new(),
    }
}

fn block_on<T>(future: impl Future<Output = T>) -> T {
    let runtime =
        tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build();
    runtime.expect("a runtime").block_on(future)
}
