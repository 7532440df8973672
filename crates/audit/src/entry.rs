//! What a line holds.

use std::collections::BTreeMap;
use std::net::IpAddr;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use holdfast_auth::{Outcome, Record};
use holdfast_model::Timestamp;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use uuid::Uuid;

use crate::line::Hash;

/// One line: a record, or a note that the auditor made about its own files.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Entry {
    /// From 1, without a hole, over all files.
    pub seq: u64,
    /// The hash of the line before; zeros before the first.
    pub prev: Hash,
    /// When, RFC 3339 in UTC. A note takes the time of the record that it stands before.
    #[serde(serialize_with = "write_time", deserialize_with = "read_time")]
    pub ts: Timestamp,
    /// The rest of it.
    #[serde(flatten)]
    pub what: What,
}

/// What a line is about.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum What {
    /// The auditor's own.
    Note(Note),
    /// What a caller did or tried.
    Record(Box<Fields>),
}

/// What the auditor says about its files.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "note", rename_all = "lowercase")]
pub enum Note {
    /// The first line of a file, and of no other place.
    Begin {
        /// Of the lines; 1.
        format: u32,
        /// Which log of records, for ever the same.
        log: Uuid,
        /// The number in the file's name.
        file: u64,
    },
    /// The auditor did not find its files as it had left them.
    Recovered {
        /// What it found and did, in sentences.
        what: String,
    },
}

/// A record, with the names of the config.v1 contract where it has one.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Fields {
    /// Who.
    pub user_id: String,
    /// The word of the operation.
    pub operation: String,
    /// Where.
    pub namespace: String,
    /// Key or alias.
    pub key: String,
    /// `done`, `allowed`, `denied` or `failed`.
    pub outcome: String,
    /// The commit of what was done.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub revision: Option<u64>,
    /// Why it was denied, or failed.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub why: String,
    /// As in the request log.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub request_id: String,
    /// Which credential proved the identity.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub credential: String,
    /// Address without port.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub peer: Option<IpAddr>,
    /// Through which method.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub method: String,
    /// Of the value.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub codec: Option<String>,
    /// Of the value's bytes, in hexadecimal digits.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sha256: Option<String>,
    /// The bytes in base64: only where a setting asks for them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub value: Option<String>,
    /// What else belongs to it.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub metadata: BTreeMap<String, String>,
}

impl From<&Record> for Fields {
    fn from(record: &Record) -> Self {
        let (outcome, revision, why) = outcome(&record.outcome);
        let value = record.value.as_ref();
        Self {
            user_id: record.user.to_string(),
            operation: record.operation.as_str().to_owned(),
            namespace: record.namespace.clone(),
            key: record.key.clone(),
            outcome: outcome.to_owned(),
            revision,
            why: why.to_owned(),
            request_id: record.request_id.clone(),
            credential: record.credential.clone(),
            peer: record.peer,
            method: record.method.clone(),
            codec: value.map(|value| value.codec.clone()),
            sha256: value.map(|value| hex::encode(value.digest)),
            value: value.and_then(|value| value.bytes.as_ref()).map(|bytes| STANDARD.encode(bytes)),
            metadata: record.metadata.clone(),
        }
    }
}

/// The word of an outcome, its revision, its reason.
pub(crate) fn outcome(outcome: &Outcome) -> (&'static str, Option<u64>, &str) {
    match outcome {
        Outcome::Done(revision) => ("done", Some(revision.0), ""),
        Outcome::Allowed => ("allowed", None, ""),
        Outcome::Denied(why) => ("denied", None, why),
        Outcome::Failed(why) => ("failed", None, why),
    }
}

impl Entry {
    /// The record, unless it is a note.
    #[must_use]
    pub fn fields(&self) -> Option<&Fields> {
        match &self.what {
            What::Record(fields) => Some(fields),
            What::Note(_) => None,
        }
    }
}

fn write_time<S: Serializer>(time: &Timestamp, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_str(time)
}

fn read_time<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Timestamp, D::Error> {
    let text = String::deserialize(deserializer)?;
    let time: jiff::Timestamp = text.parse().map_err(serde::de::Error::custom)?;
    let nanos = i64::try_from(time.as_nanosecond()).map_err(serde::de::Error::custom)?;
    Ok(Timestamp(nanos))
}
