//! Whole listings: page by page, or as of one revision.

use holdfast_api::config_v1::{ListNamespacesRequest, ListRequest};
use holdfast_api::holdfast_v1;
use holdfast_api::holdfast_v1::watch_request::Start;
use holdfast_api::holdfast_v1::watch_response::Kind;
use holdfast_api::holdfast_v1::{Filter, WatchRequest};
use tonic::{Request, Status};

use crate::connect::Server;
use crate::failure::Failure;
use crate::moment::Moment;
use crate::record::Record;

/// The entries of a namespace whose key begins with `prefix`, in key order, all as of one revision. A server without
/// holdfast.v1 is asked page by page, where one page may be newer than the one before.
pub async fn moment(
    server: &Server,
    namespace: &str,
    prefix: &str,
) -> Result<Vec<Record>, Failure> {
    match initial_state(server, namespace, prefix).await {
        Err(Failure::NotSpoken) => all(server, namespace, prefix).await,
        Err(failure) => Err(failure),
        Ok(mut found) => {
            found.sort_by(|a, b| a.key.cmp(&b.key));
            Ok(found)
        }
    }
}

/// A watch begins with just that; once it was told, the watch has done its work.
async fn initial_state(
    server: &Server,
    namespace: &str,
    prefix: &str,
) -> Result<Vec<Record>, Failure> {
    let filter = Filter { namespace: namespace.into(), prefix: prefix.into(), ..Filter::default() };
    let request = WatchRequest {
        filters: vec![filter],
        start: Some(Start::InitialState(true)),
        ..WatchRequest::default()
    };
    let mut client = server.holdfast.clone();
    let mut stream = server.own(client.watch(Request::new(request))).await?;
    let mut found = Vec::new();
    loop {
        let frame = server.next(&mut stream).await?.ok_or_else(|| {
            Status::unavailable("the server ended the listing before its end; nothing was done")
        })?;
        if frame.kind.as_known() != Some(Kind::KIND_INITIAL) {
            continue;
        }
        found.extend(frame.events.into_iter().map(Record::from));
        if frame.last {
            return Ok(found);
        }
    }
}

/// Few enough that a page of ordinary values stays well below a megabyte, many enough that calls do not count.
const PAGE: i32 = 500;

/// The entries of a namespace whose key begins with `prefix`, in key order, at most `limit` of them.
pub async fn entries(
    server: &Server,
    namespace: &str,
    prefix: &str,
    limit: Option<usize>,
) -> Result<Vec<Record>, Failure> {
    let Some(limit) = limit else { return all(server, namespace, prefix).await };
    match ordered(server, namespace, prefix, Some(limit), None).await {
        // The first of a server that has no order are known when all are.
        Err(Failure::NotSpoken) => {
            let mut found = all(server, namespace, prefix).await?;
            found.truncate(limit);
            Ok(found)
        }
        other => other,
    }
}

/// All of them through config.v1, whose servers may list in any order, and with a cursor behind the last page.
async fn all(server: &Server, namespace: &str, prefix: &str) -> Result<Vec<Record>, Failure> {
    let mut client = server.config.clone();
    let mut found: Vec<Record> = Vec::new();
    let mut cursor = String::new();
    loop {
        let request = ListRequest {
            namespace: namespace.into(),
            prefix: prefix.into(),
            limit: PAGE,
            cursor,
            ..ListRequest::default()
        };
        let answer = server.answer(client.list(server.request(request))).await?;
        let came = answer.entries.len();
        found.extend(answer.entries.into_iter().map(Record::from));
        cursor = answer.next_cursor;
        if cursor.is_empty() || came == 0 {
            found.sort_by(|a, b| a.key.cmp(&b.key));
            return Ok(found);
        }
    }
}

fn page(wanted: Option<usize>) -> i32 {
    wanted.and_then(|wanted| i32::try_from(wanted).ok()).map_or(PAGE, |wanted| wanted.min(PAGE))
}

/// The entries of a namespace whose key begins with `prefix` as they were, in key order, at most `limit` of them.
pub async fn past(
    server: &Server,
    namespace: &str,
    prefix: &str,
    limit: Option<usize>,
    moment: Moment,
) -> Result<Vec<Record>, Failure> {
    ordered(server, namespace, prefix, limit, Some(moment)).await
}

/// Through holdfast.v1, all pages of one state.
async fn ordered(
    server: &Server,
    namespace: &str,
    prefix: &str,
    limit: Option<usize>,
    moment: Option<Moment>,
) -> Result<Vec<Record>, Failure> {
    let mut client = server.holdfast.clone();
    let mut found = Vec::new();
    let mut cursor = String::new();
    loop {
        let wanted = page(limit.map(|limit| limit - found.len()));
        let request = holdfast_v1::ListRequest {
            namespace: namespace.into(),
            prefix: prefix.into(),
            limit: u32::try_from(wanted).unwrap_or_default(),
            cursor,
            at: moment.map(Moment::wire).into(),
            ..holdfast_v1::ListRequest::default()
        };
        let answer = server.own(client.list(server.request(request))).await?;
        found.extend(answer.entries.into_iter().map(Record::from));
        cursor = answer.next_cursor;
        let enough = limit.is_some_and(|limit| found.len() >= limit);
        if cursor.is_empty() || enough {
            return Ok(found);
        }
    }
}

/// The namespaces that hold entries, in order.
pub async fn namespaces(server: &Server, prefix: &str) -> Result<Vec<String>, Failure> {
    let mut client = server.config.clone();
    let mut found = Vec::new();
    let mut cursor = String::new();
    loop {
        let request = ListNamespacesRequest {
            prefix: prefix.into(),
            limit: PAGE,
            cursor,
            ..ListNamespacesRequest::default()
        };
        let answer = server.answer(client.list_namespaces(server.request(request))).await?;
        found.extend(answer.namespaces);
        cursor = answer.next_cursor;
        if cursor.is_empty() {
            return Ok(found);
        }
    }
}
