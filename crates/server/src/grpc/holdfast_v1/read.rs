//! Get, List, Snapshot, History.

use holdfast_api::convert::holdfast as convert;
use holdfast_api::holdfast_v1::{
    GetRequest, GetResponse, HistoryRequest, HistoryResponse, ListRequest, ListResponse,
    SnapshotRequest, SnapshotResponse,
};
use holdfast_engine::{List, Moment};

use super::cursor::{Cursor, Pages};
use super::error::Refusal;
use super::moment::moment;
use super::strict::{known, limit, required};
use crate::grpc::call::Call;

pub(crate) async fn get(call: Call, request: GetRequest) -> Result<GetResponse, Refusal> {
    known("", &request.__buffa_unknown_fields)?;
    required("namespace", &request.namespace)?;
    required("key", &request.key)?;
    let at = moment("at", request.at.as_option())?;
    let seen = call.engine.read(&call.caller, (&request.namespace, &request.key), at).await?;
    Ok(GetResponse {
        entry: convert::entry(&seen.entry, true).into(),
        revision: seen.revision.0,
        token: call.engine.token(seen.revision).to_string(),
        ..GetResponse::default()
    })
}

pub(crate) async fn list(call: Call, request: ListRequest) -> Result<ListResponse, Refusal> {
    known("", &request.__buffa_unknown_fields)?;
    required("namespace", &request.namespace)?;
    let first = ListRequest { limit: 0, cursor: String::new(), ..request.clone() };
    let pages = Pages::of("list", &first);
    let asked = moment("at", request.at.as_option())?;
    let cursor = pages.open(&request.cursor)?;
    let list = List {
        namespace: request.namespace,
        prefix: request.prefix,
        limit: Some(limit(request.limit)),
        after: cursor.as_ref().map(Cursor::text).transpose()?,
    };
    let at = cursor.as_ref().map_or(asked, |cursor| Moment::Revision(cursor.revision));
    // The first page of the latest state leaves out what has expired by itself.
    let live = cursor.as_ref().is_some_and(|cursor| cursor.live);
    let page = call.engine.read_list(&call.caller, list, at, live).await?;
    let (revision, live) = (page.revision, live || asked.is_live());
    let next = page
        .next
        .map(|key| pages.text(&Cursor { revision, live, place: key.as_str().as_bytes().to_vec() }));
    let values = !request.omit_values;
    Ok(ListResponse {
        entries: page.entries.iter().map(|entry| convert::entry(entry, values)).collect(),
        next_cursor: next.unwrap_or_default(),
        revision: revision.0,
        token: call.engine.token(revision).to_string(),
        ..ListResponse::default()
    })
}

pub(crate) async fn snapshot(
    call: Call,
    request: SnapshotRequest,
) -> Result<SnapshotResponse, Refusal> {
    known("", &request.__buffa_unknown_fields)?;
    required("namespace", &request.namespace)?;
    let at = moment("at", request.at.as_option())?;
    let (namespace, seen) = (&request.namespace, &request.if_none_match);
    let snapshot = call.engine.snapshot_at(&call.caller, namespace, seen, at).await?;
    Ok(SnapshotResponse {
        entries: snapshot.entries.iter().map(|entry| convert::entry(entry, true)).collect(),
        etag: snapshot.etag,
        not_modified: snapshot.not_modified,
        revision: snapshot.revision.0,
        token: call.engine.token(snapshot.revision).to_string(),
        ..SnapshotResponse::default()
    })
}

pub(crate) async fn history(
    call: Call,
    request: HistoryRequest,
) -> Result<HistoryResponse, Refusal> {
    known("", &request.__buffa_unknown_fields)?;
    required("namespace", &request.namespace)?;
    required("key", &request.key)?;
    let first = HistoryRequest { limit: 0, cursor: String::new(), ..request.clone() };
    let pages = Pages::of("history", &first);
    let before = pages.open(&request.cursor)?.map(|cursor| cursor.revision);
    let name = (&*request.namespace, &*request.key);
    let page = call.engine.key_history(&call.caller, name, before, limit(request.limit)).await?;
    let last = page.rows.last().filter(|_| page.more);
    let next = last
        .map(|row| pages.text(&Cursor { revision: row.revision, live: false, place: Vec::new() }));
    let event =
        |row: &holdfast_store::HistoryRow| convert::event(0, &row.event, row.revision, row.time);
    Ok(HistoryResponse {
        events: page.rows.iter().map(|row| event(row)).collect(),
        next_cursor: next.unwrap_or_default(),
        ..HistoryResponse::default()
    })
}
