//! What the table holds, the same in both databases.

use std::sync::Arc;

use holdfast_audit_sql::{SqlAuditor, SqlSettings};
use holdfast_auth::{Auditor, Operation, Outcome};

use crate::record;

/// A row as text: ts, user_id, operation, namespace, key, value, codec, metadata.
pub(crate) type Row = [String; 8];

/// Writes of all kinds, by several callers at once; `read` answers the rows in the order of their keys.
pub(crate) async fn check<F: Future<Output = Vec<Row>>>(url: &str, read: impl Fn() -> F) {
    let auditor = Arc::new(SqlAuditor::new(&SqlSettings::new(url)).expect("settings"));
    for _ in 0..2 {
        auditor.create_table().await.expect("made once");
    }
    let calls: Vec<_> = (10..50)
        .map(|number| {
            let auditor = auditor.clone();
            tokio::spawn(async move { auditor.record(&record(number)).await })
        })
        .collect();
    for call in calls {
        call.await.expect("no panic").expect("kept");
    }
    let rows = read().await;
    let expected: Vec<String> = (10..50).map(|number| format!("k{number}")).collect();
    assert_eq!(rows.iter().map(|row| row[4].clone()).collect::<Vec<_>>(), expected);
    let metadata: serde_json::Value = serde_json::from_str(&rows[0][7]).expect("JSON");
    let row = rows[0].each_ref().map(String::as_str);
    assert_eq!(
        row[..4],
        ["2026-01-01T00:00:10.25Z", "ann'; DROP TABLE config_audit_log; --", "set", "prod"]
    );
    assert_eq!(row[4..7], ["k10", "MzA=", "json"]);
    let expected = serde_json::json!({
        "outcome": "done", "revision": 10, "request_id": "r10", "method": "config.v1/Set",
        "credential": "token:7", "peer": "127.0.0.1", "sha256": "07".repeat(32),
    });
    assert_eq!(metadata, expected);
    odd(&auditor, read).await;
    auditor.close().await;
}

/// Records that have little in common with a write.
async fn odd<F: Future<Output = Vec<Row>>>(auditor: &SqlAuditor, read: impl Fn() -> F) {
    let mut alias = record(1);
    (alias.operation, alias.namespace, alias.key) =
        (Operation::AliasSet, String::new(), "a".into());
    alias.value = None;
    alias.metadata.insert("target".into(), "k1".into());
    alias.metadata.insert("outcome".into(), "forged".into());
    auditor.record(&alias).await.expect("kept");
    let mut denied = record(2);
    (denied.operation, denied.key) = (Operation::Decision, "b\0é\u{1F980}".into());
    denied.outcome = Outcome::Denied("no\0rule".into());
    denied.value.as_mut().expect("a value").bytes = None;
    auditor.record(&denied).await.expect("kept, NUL and all");
    let rows = read().await;
    let (alias, denied) = (&rows[0], &rows[1]);
    let shown = |row: &Row| row[2..7].iter().map(String::clone).collect::<Vec<_>>();
    assert_eq!(shown(alias), ["alias_set", "", "a", "", ""]);
    let metadata: serde_json::Value = serde_json::from_str(&alias[7]).expect("JSON");
    assert_eq!((&metadata["target"], &metadata["outcome"]), (&"k1".into(), &"done".into()));
    assert_eq!(shown(denied), ["decision", "prod", "b\u{fffd}é\u{1F980}", "", "json"]);
    let metadata: serde_json::Value = serde_json::from_str(&denied[7]).expect("JSON");
    assert_eq!((&metadata["outcome"], &metadata["why"]), (&"denied".into(), &"no\0rule".into()));
    assert_eq!(metadata["sha256"], "07".repeat(32));
}
