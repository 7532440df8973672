//! Whole listings, page by page.

use holdfast_api::config_v1::{ListNamespacesRequest, ListRequest};

use crate::connect::Server;
use crate::failure::Failure;
use crate::record::Record;

/// Few enough that a page of ordinary values stays well below a megabyte, many enough that calls do not count.
const PAGE: i32 = 500;

/// The entries of a namespace whose key begins with `prefix`, in key order, at most `limit` of them.
pub async fn entries(
    server: &Server,
    namespace: &str,
    prefix: &str,
    limit: Option<usize>,
) -> Result<Vec<Record>, Failure> {
    let mut client = server.config.clone();
    let mut found = Vec::new();
    let mut cursor = String::new();
    loop {
        let request = ListRequest {
            namespace: namespace.into(),
            prefix: prefix.into(),
            limit: page(limit.map(|limit| limit - found.len())),
            cursor,
            ..ListRequest::default()
        };
        let answer = server.answer(client.list(server.request(request))).await?;
        let came = answer.entries.len();
        found.extend(answer.entries.into_iter().map(Record::from));
        cursor = answer.next_cursor;
        let enough = limit.is_some_and(|limit| found.len() >= limit);
        if cursor.is_empty() || came == 0 || enough {
            return Ok(found);
        }
    }
}

fn page(wanted: Option<usize>) -> i32 {
    wanted.and_then(|wanted| i32::try_from(wanted).ok()).map_or(PAGE, |wanted| wanted.min(PAGE))
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
