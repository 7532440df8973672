//! What can be read, as GET of a path with parameters.

use holdfast_api::holdfast_v1::holdfast_service_server::HoldfastService;
use holdfast_api::holdfast_v1::{
    EventsRequest, GetRequest, HistoryRequest, ListRequest, SearchRequest, SnapshotRequest,
};
use http::Uri;
use percent_encoding::percent_decode_str;
use serde_json::{Value, json};

use super::asked::Asked;
use super::fault::{self, answered, shown};
use super::query::{MOMENT, Parameter, decoded, flag, members, message, small, text, texts};
use crate::http::fault::{Answer, Fault};
use crate::http::query::Query;

const NAMESPACE: &str = "namespace";

/// What each path takes.
pub(super) const GET: [Parameter; 4] = MOMENT;
pub(super) const LIST: [Parameter; 8] = [
    text("prefix"),
    small("limit"),
    text("cursor"),
    flag("omit_values"),
    MOMENT[0],
    MOMENT[1],
    MOMENT[2],
    MOMENT[3],
];
pub(super) const SNAPSHOT: [Parameter; 5] =
    [text("if_none_match"), MOMENT[0], MOMENT[1], MOMENT[2], MOMENT[3]];
pub(super) const HISTORY: [Parameter; 2] = [small("limit"), text("cursor")];
pub(super) const SEARCH: [Parameter; 13] = [
    text(NAMESPACE),
    text("prefix"),
    text("pattern"),
    flag("regex"),
    flag("ignore_case"),
    text("where"),
    small("limit"),
    text("cursor"),
    flag("omit_values"),
    MOMENT[0],
    MOMENT[1],
    MOMENT[2],
    MOMENT[3],
];
pub(super) const WATCH: [Parameter; 6] = [
    texts("namespace"),
    texts("prefix"),
    text("after_revision"),
    text("token"),
    flag("initial_state"),
    text("bookmark_interval"),
];
pub(super) const EVENTS: [Parameter; 12] = [
    texts(NAMESPACE),
    texts("prefix"),
    texts("kinds"),
    text("actor"),
    text("from_revision"),
    text("to_revision"),
    text("since"),
    text("until"),
    flag("newest_first"),
    small("limit"),
    text("cursor"),
    flag("omit_values"),
];

pub(super) async fn get(asked: Asked, uri: Uri, query: Query) -> Answer {
    let request: GetRequest = message(&query, &GET, &key(&uri)?)?;
    let answer = answered(asked.service.get(asked.by(request)).await)?;
    shown(&answered(answer.into_inner().into_message())?)
}

pub(super) async fn list(asked: Asked, uri: Uri, query: Query) -> Answer {
    let request: ListRequest = message(&query, &LIST, &namespace(&uri)?)?;
    let answer = answered(asked.service.list(asked.by(request)).await)?;
    shown(&answered(answer.into_inner().into_message())?)
}

pub(super) async fn snapshot(asked: Asked, uri: Uri, query: Query) -> Answer {
    let request: SnapshotRequest = message(&query, &SNAPSHOT, &namespace(&uri)?)?;
    let answer = answered(asked.service.snapshot(asked.by(request)).await)?;
    shown(&answered(answer.into_inner().into_message())?)
}

pub(super) async fn history(asked: Asked, uri: Uri, query: Query) -> Answer {
    let request: HistoryRequest = message(&query, &HISTORY, &key(&uri)?)?;
    let answer = answered(asked.service.history(asked.by(request)).await)?;
    shown(&answered(answer.into_inner().into_message())?)
}

pub(super) async fn search(asked: Asked, query: Query) -> Answer {
    let request: SearchRequest = message(&query, &SEARCH, &[])?;
    let answer = answered(asked.service.search(asked.by(request)).await)?;
    shown(&answered(answer.into_inner().into_message())?)
}

pub(super) async fn events(asked: Asked, query: Query) -> Answer {
    let mut members = members(&query, &EVENTS)?;
    filters(&mut members);
    let request: EventsRequest = decoded(members)?;
    let answer = answered(asked.service.events(asked.by(request)).await)?;
    shown(&answered(answer.into_inner().into_message())?)
}

/// Namespaces and prefixes as filters: each namespace with each prefix.
pub(super) fn filters(members: &mut serde_json::Map<String, Value>) {
    let mut take = |name: &str| match members.remove(name) {
        Some(Value::Array(values)) => values,
        _ => Vec::new(),
    };
    let (namespaces, prefixes) = (take(NAMESPACE), take("prefix"));
    if namespaces.is_empty() && prefixes.is_empty() {
        return;
    }
    let or_all = |values: Vec<Value>| if values.is_empty() { vec!["".into()] } else { values };
    let prefixes = or_all(prefixes);
    let filters: Vec<Value> = or_all(namespaces)
        .iter()
        .flat_map(|namespace| {
            prefixes.iter().map(move |prefix| json!({ NAMESPACE: namespace, "prefix": prefix }))
        })
        .collect();
    members.insert("filters".to_owned(), filters.into());
}

/// The names of `/v2/namespaces/{namespace}/...`, decoded part by part.
fn namespace(uri: &Uri) -> Result<[(&'static str, String); 1], Fault> {
    let text = uri.path().split('/').nth(3).unwrap_or_default();
    Ok([(NAMESPACE, part(text)?)])
}

/// Those of `/v2/namespaces/{namespace}/keys/{key}`: the whole rest is the key, its slashes raw or encoded.
fn key(uri: &Uri) -> Result<[(&'static str, String); 2], Fault> {
    let [namespace] = namespace(uri)?;
    let rest = uri.path().splitn(6, '/').nth(5).unwrap_or_default();
    Ok([namespace, ("key", part(rest)?)])
}

/// A part of a path, decoded.
pub(super) fn part(text: &str) -> Result<String, Fault> {
    let decoded = percent_decode_str(text).decode_utf8();
    decoded
        .map(String::from)
        .map_err(|_| fault::of_request(Fault::invalid(format!("{text:?} in the path is no UTF-8"))))
}
