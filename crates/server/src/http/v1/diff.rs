//! Two versions of a key side by side. Its JSON and its errors are not those of the other paths: see the contract's
//! section 3.6.

use axum::response::{IntoResponse, Response};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use holdfast_engine::diff::json as members;
use holdfast_engine::{Caller, JsonChange, VersionDiff};
use holdfast_model::Entry;
use http::StatusCode;
use serde::Serialize;
use serde_json::Value;
use tonic::{Code, Status};

use super::watch::shown_message;
use crate::grpc::config_v1::{Refusal, key_rule};
use crate::http::caller::Known;
use crate::http::fault::{Fault, plain};
use crate::http::path::AtKey;
use crate::http::query::{Query, parse_int};
use crate::http::{Face, json, sse};

const METHOD: &str = "config.v1/Diff";

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

async fn compare(
    face: &Face,
    known: &Known,
    at: &AtKey,
    wanted: &Wanted,
) -> Result<VersionDiff, Status> {
    for (name, value) in [("namespace", &at.namespace), ("key", &at.key)] {
        if value.is_empty() {
            return Err(Status::invalid_argument(format!("{name} is required")));
        }
    }
    // QUIRK(config.v1): zero and below are the current version.
    let version = |number| u64::try_from(number).ok().filter(|number| *number > 0);
    let caller = Caller { identity: known.identity.clone(), method: METHOD, deadline: None };
    let (key, versions) = ((&*at.namespace, &*at.key), (version(wanted.v1), version(wanted.v2)));
    let compared = face.shared.engine.diff_versions(&caller, key, versions, key_rule).await;
    compared.map_err(|error| Refusal::from(error).into())
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

fn shown(at: &AtKey, wanted: &Wanted, diff: &VersionDiff) -> Response {
    let value = |entry: &Entry| STANDARD.encode(&entry.value);
    let text = sse::html_safe_json(&Shown {
        namespace: &at.namespace,
        key: &at.key,
        v1: wanted.v1,
        v2: wanted.v2,
        v1_value: value(&diff.old),
        v2_value: value(&diff.new),
        v1_codec: diff.old.codec.as_str(),
        v2_codec: diff.new.codec.as_str(),
        changed: diff.changed,
        changes: wanted.semantic.then(|| changes(diff)),
    });
    match text {
        Ok(text) => json::of_bytes((text + "\n").into_bytes()),
        Err(_) => StatusCode::INTERNAL_SERVER_ERROR.into_response(),
    }
}

fn changes(diff: &VersionDiff) -> Option<Vec<Step>> {
    let both_json = [&diff.old, &diff.new].iter().all(|entry| entry.codec.as_str() == "json");
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
