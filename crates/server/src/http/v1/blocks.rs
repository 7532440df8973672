//! Events as blocks of config.v1's stream: members in snake_case, versions as numbers, nothing that is empty.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use holdfast_api::config_v1::{ChangeType, WatchResponse};
use holdfast_api::convert::model_time;
use holdfast_api::status::row;
use holdfast_model::{Commit, ErrorKind, Revision};
use serde::Serialize;
use serde_json::json;
use tonic::Status;

use super::watch::shown_message;
use crate::grpc::config_v1::watch_message;
use crate::http::sse;

/// The place of these blocks among the encoded forms that the hub keeps beside a commit.
pub(super) const SLOT: usize = 3;

/// One block for each event of a commit; `None` where config.v1 has no word for it.
pub(super) struct Blocks {
    pub(super) blocks: Vec<Option<Bytes>>,
    /// Length of the line with the id, which every block begins with; a block is sent with it or without.
    pub(super) id_bytes: usize,
}

/// The blocks of a commit, made once for all watchers.
pub(super) fn of_commit(commit: &Commit) -> Blocks {
    let id_bytes = sse::id_line(&commit.revision).len();
    let block =
        |event| watch_message(event, commit).map(|message| one(Some(commit.revision), message));
    Blocks { blocks: commit.events.iter().map(block).collect(), id_bytes }
}

#[derive(Serialize)]
struct Data<'a> {
    r#type: &'static str,
    namespace: &'a str,
    key: &'a str,
    #[serde(skip_serializing_if = "String::is_empty")]
    value: String,
    #[serde(skip_serializing_if = "str::is_empty")]
    codec: &'a str,
    #[serde(skip_serializing_if = "is_zero")]
    version: i64,
    #[serde(skip_serializing_if = "Option::is_none")]
    created_at: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    updated_at: Option<String>,
}

fn is_zero(version: &i64) -> bool {
    *version == 0
}

/// The block of a message; without a revision it has no id.
pub(super) fn one(revision: Option<Revision>, message: WatchResponse) -> Bytes {
    let (event, name) = names(message.r#type.to_i32());
    let entry = message.entry.into_option().unwrap_or_default();
    let data = Data {
        r#type: name,
        namespace: &entry.namespace,
        key: &entry.key,
        value: STANDARD.encode(&entry.value),
        codec: &entry.codec,
        version: entry.version,
        created_at: entry.created_at.as_option().map(|time| model_time(time).to_string()),
        updated_at: entry.updated_at.as_option().map(|time| model_time(time).to_string()),
    };
    let data =
        sse::html_safe_json(&data).unwrap_or_else(|error| unreachable!("texts encode: {error}"));
    let id = revision.as_ref().map(|id| id as &dyn std::fmt::Display);
    sse::block(id, event, &data)
}

fn names(change: i32) -> (&'static str, &'static str) {
    const SET: i32 = ChangeType::CHANGE_TYPE_SET as i32;
    const DELETE: i32 = ChangeType::CHANGE_TYPE_DELETE as i32;
    const ALIAS_SET: i32 = ChangeType::CHANGE_TYPE_ALIAS_SET as i32;
    const ALIAS_DELETE: i32 = ChangeType::CHANGE_TYPE_ALIAS_DELETE as i32;
    match change {
        SET => ("set", "SET"),
        DELETE => ("delete", "DELETE"),
        ALIAS_SET => ("alias_set", "ALIAS_SET"),
        ALIAS_DELETE => ("alias_delete", "ALIAS_DELETE"),
        _ => ("unknown", "UNKNOWN"),
    }
}

/// Why there is no stream, or none any more.
pub(super) fn error(status: &Status) -> Bytes {
    let data = sse::html_safe_json(&json!({ "error": shown_message(status) }));
    sse::block(None, "error", &data.unwrap_or_else(|error| unreachable!("texts encode: {error}")))
}

/// The stream broke: the sentence has the id under which the log says more.
pub(super) fn broken(status: &Status) -> Bytes {
    let data = sse::html_safe_json(&json!({ "error": status.message() }));
    sse::block(None, "error", &data.unwrap_or_else(|error| unreachable!("texts encode: {error}")))
}

/// The place that the client asked for is gone: it stands at `now`, and should read the current state.
pub(super) fn reset(why: ErrorKind, oldest: Revision, now: Revision, ids: bool) -> Bytes {
    let data = json!({ "reason": row(why).reason, "oldest": oldest.0, "revision": now.0 });
    sse::block(ids.then_some(&now as &dyn std::fmt::Display), "reset", &data.to_string())
}

#[cfg(test)]
mod tests {
    use holdfast_api::config_v1::Entry;
    use holdfast_api::convert::time;
    use holdfast_model::Timestamp;

    use super::*;

    #[test]
    fn the_contracts_example() {
        let entry = Entry {
            namespace: "production".into(),
            key: "app/timeout".into(),
            value: Bytes::from_static(b"30"),
            codec: "json".into(),
            r#type: 1,
            version: 2,
            created_at: time(Timestamp(1_767_323_045_100_000_000)).into(),
            updated_at: time(Timestamp(1_767_323_100_000_000_000)).into(),
            ..Entry::default()
        };
        let message = WatchResponse {
            r#type: ChangeType::CHANGE_TYPE_SET.into(),
            entry: entry.into(),
            ..WatchResponse::default()
        };
        let data = concat!(
            r#"{"type":"SET","namespace":"production","key":"app/timeout","value":"MzA=","codec":"json","#,
            r#""version":2,"created_at":"2026-01-02T03:04:05.1Z","updated_at":"2026-01-02T03:05:00Z"}"#
        );
        let block = one(Some(Revision(7)), message);
        assert_eq!(block, format!("id: 7\nevent: set\ndata: {data}\n\n"));
    }

    #[test]
    fn a_delete_has_names_only() {
        let entry = Entry { namespace: "a".into(), key: "<k>".into(), ..Entry::default() };
        let message = WatchResponse {
            r#type: ChangeType::CHANGE_TYPE_DELETE.into(),
            entry: entry.into(),
            ..WatchResponse::default()
        };
        let data = r#"{"type":"DELETE","namespace":"a","key":"\u003ck\u003e"}"#;
        assert_eq!(
            one(Some(Revision(9)), message),
            format!("id: 9\nevent: delete\ndata: {data}\n\n")
        );
    }

    #[test]
    fn a_reset_says_where_the_stream_stands() {
        let block = reset(ErrorKind::Compacted, Revision(5), Revision(9), true);
        let data = r#"{"reason":"COMPACTED","oldest":5,"revision":9}"#;
        let parsed = |text: &str| serde_json::from_str::<serde_json::Value>(text).expect("JSON");
        let text = String::from_utf8(block.to_vec()).expect("text");
        let shown = text.strip_prefix("id: 9\nevent: reset\ndata: ").expect("a reset");
        assert_eq!(parsed(shown.trim_end()), parsed(data));
    }
}
