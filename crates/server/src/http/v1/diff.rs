//! Two versions of a key side by side. Its JSON and its errors are not those of the other paths: see the contract's
//! section 3.6.

use axum::response::{IntoResponse, Response};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use holdfast_api::config_v1::{Entry, GetVersionsRequest};
use holdfast_engine::JsonChange;
use holdfast_engine::diff::json as members;
use http::StatusCode;
use serde::Serialize;
use serde_json::Value;
use tonic::{Code, Status};

use super::watch::shown_message;
use crate::http::caller::Known;
use crate::http::fault::{Fault, plain};
use crate::http::path::AtKey;
use crate::http::query::{Query, parse_int};
use crate::http::{Face, json, sse};

/// GET.
pub(super) async fn show(
    face: &Face,
    known: Result<Known, Fault>,
    at: AtKey,
    query: &Query,
) -> Response {
    let wanted = match Wanted::of(query) {
        Ok(wanted) => wanted,
        Err(why) => return plain(StatusCode::BAD_REQUEST, &format!("invalid parameters: {why}")),
    };
    let compared = match known {
        Ok(known) => compare(face, &known, &at, &wanted).await,
        Err(fault) => Err(fault.status),
    };
    match compared {
        Ok(diff) => shown(&at, &wanted, &diff),
        Err(status) => plain(http_status(&status), shown_message(&status)),
    }
}

struct Wanted {
    v1: i64,
    v2: i64,
    semantic: bool,
}

impl Wanted {
    fn of(query: &Query) -> Result<Self, String> {
        let version = |name| parse_int(query.all(name).next().unwrap_or_default());
        let semantic = query.all("semantic").next().is_some_and(|value| value != "false");
        Ok(Self { v1: version("v1")?, v2: version("v2")?, semantic })
    }
}

/// The two versions of a key.
struct Both {
    old: Entry,
    new: Entry,
}

async fn compare(face: &Face, known: &Known, at: &AtKey, wanted: &Wanted) -> Result<Both, Status> {
    let old = version(face, known, at, wanted.v1).await?;
    Ok(Both { old, new: version(face, known, at, wanted.v2).await? })
}

/// One version. QUIRK(config.v1): zero and below are the current one.
async fn version(face: &Face, known: &Known, at: &AtKey, version: i64) -> Result<Entry, Status> {
    let request = GetVersionsRequest {
        namespace: at.namespace.clone(),
        key: at.key.clone(),
        version: version.max(0),
        limit: 1,
        ..GetVersionsRequest::default()
    };
    let answer = face.config.get_versions(known.asks(request)).await?;
    let found = answer.into_inner().into_message()?.entries.into_iter().next();
    found.ok_or_else(|| Status::not_found("version not found"))
}

#[derive(Serialize)]
struct Shown<'a> {
    namespace: &'a str,
    key: &'a str,
    v1: i64,
    v2: i64,
    #[serde(skip_serializing_if = "String::is_empty")]
    v1_value: String,
    #[serde(skip_serializing_if = "String::is_empty")]
    v2_value: String,
    #[serde(skip_serializing_if = "str::is_empty")]
    v1_codec: &'a str,
    #[serde(skip_serializing_if = "str::is_empty")]
    v2_codec: &'a str,
    changed: bool,
    /// Only when asked for; `null` when one of the values is no JSON.
    #[serde(skip_serializing_if = "Option::is_none")]
    changes: Option<Option<Vec<Step>>>,
}

/// A place inside the value, as a JSON Pointer, with what was there and what is.
#[derive(Serialize)]
struct Step {
    pointer: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    old: Option<Value>,
    #[serde(skip_serializing_if = "Option::is_none")]
    new: Option<Value>,
}

impl From<JsonChange> for Step {
    fn from(JsonChange { pointer, old, new }: JsonChange) -> Self {
        Self { pointer, old, new }
    }
}

fn shown(at: &AtKey, wanted: &Wanted, diff: &Both) -> Response {
    let value = |entry: &Entry| STANDARD.encode(&entry.value);
    let text = sse::html_safe_json(&Shown {
        namespace: &at.namespace,
        key: &at.key,
        v1: wanted.v1,
        v2: wanted.v2,
        v1_value: value(&diff.old),
        v2_value: value(&diff.new),
        v1_codec: &diff.old.codec,
        v2_codec: &diff.new.codec,
        changed: diff.old.value != diff.new.value || diff.old.codec != diff.new.codec,
        changes: wanted.semantic.then(|| changes(diff)),
    });
    match text {
        Ok(text) => json::of_bytes((text + "\n").into_bytes()),
        Err(_) => StatusCode::INTERNAL_SERVER_ERROR.into_response(),
    }
}

fn changes(diff: &Both) -> Option<Vec<Step>> {
    let both_json = [&diff.old, &diff.new].iter().all(|entry| entry.codec == "json");
    let found = both_json.then(|| members::compare(&diff.old.value, &diff.new.value)).flatten()?;
    Some(found.into_iter().map(Step::from).collect())
}

/// QUIRK(config.v1): what has no status of its own here is an internal error.
fn http_status(status: &Status) -> StatusCode {
    match status.code() {
        Code::PermissionDenied => StatusCode::FORBIDDEN,
        Code::Unauthenticated => StatusCode::UNAUTHORIZED,
        Code::InvalidArgument => StatusCode::BAD_REQUEST,
        Code::NotFound => StatusCode::NOT_FOUND,
        Code::AlreadyExists => StatusCode::CONFLICT,
        Code::Unimplemented => StatusCode::NOT_IMPLEMENTED,
        _ => StatusCode::INTERNAL_SERVER_ERROR,
    }
}
