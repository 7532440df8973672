//! What of a record is in which column.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use holdfast_auth::{Outcome, Record};

/// The columns, as text. What is absent is empty, as the contract of config.v1 has it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Row {
    /// RFC 3339 in UTC.
    pub ts: String,
    /// Who.
    pub user_id: String,
    /// The word of the operation.
    pub operation: String,
    /// Where.
    pub namespace: String,
    /// Key or alias.
    pub key: String,
    /// The bytes in base64, where they were given.
    pub value: String,
    /// Of the value.
    pub codec: String,
    /// JSON: what the record has as metadata, and what no column is for.
    pub metadata: String,
}

impl From<&Record> for Row {
    fn from(record: &Record) -> Self {
        let value = record.value.as_ref();
        let bytes = value.and_then(|value| value.bytes.as_ref());
        Self {
            ts: record.time.to_string(),
            user_id: text(&record.user),
            operation: record.operation.as_str().to_owned(),
            namespace: text(&record.namespace),
            key: text(&record.key),
            value: bytes.map(|bytes| STANDARD.encode(bytes)).unwrap_or_default(),
            codec: value.map(|value| text(&value.codec)).unwrap_or_default(),
            metadata: metadata(record),
        }
    }
}

/// PostgreSQL has no place for the character NUL, and a record must not be lost over it.
fn text(text: &str) -> String {
    text.replace('\0', "\u{fffd}")
}

fn metadata(record: &Record) -> String {
    let mut members: serde_json::Map<String, serde_json::Value> =
        record.metadata.iter().map(|(name, text)| (name.clone(), text.as_str().into())).collect();
    // Ours stand, whatever a caller could bring in under their names.
    let mut put = |name: &str, text: &str| {
        if !text.is_empty() {
            members.insert(name.into(), text.into());
        }
    };
    put("request_id", &record.request_id);
    put("credential", &record.credential);
    put("method", &record.method);
    put("peer", &record.peer.map(|peer| peer.to_string()).unwrap_or_default());
    if let Some(value) = &record.value {
        put("sha256", &hex::encode(value.digest));
    }
    match &record.outcome {
        Outcome::Done(revision) => {
            put("outcome", "done");
            members.insert("revision".into(), revision.0.into());
        }
        Outcome::Allowed => put("outcome", "allowed"),
        Outcome::Denied(why) => {
            put("outcome", "denied");
            put("why", why);
        }
        Outcome::Failed(why) => {
            put("outcome", "failed");
            put("why", why);
        }
    }
    // JSON escapes what text cannot hold, NUL included.
    serde_json::Value::Object(members).to_string()
}
