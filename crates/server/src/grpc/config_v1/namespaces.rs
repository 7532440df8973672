//! ListNamespaces.

use holdfast_api::config_v1::{ListNamespacesRequest, ListNamespacesResponse};
use holdfast_model::Namespace;

use super::cursor;
use super::entries::limit;
use super::error::{Refusal, invalid_cursor};
use crate::grpc::call::{Call, Knobs};

pub(crate) async fn list(
    call: Call,
    request: ListNamespacesRequest,
) -> Result<ListNamespacesResponse, Refusal> {
    let (engine, caller) = (&call.engine, &call.caller);
    let after = match after(&request.cursor) {
        Ok(after) => after,
        Err(refusal) => {
            // Whether the caller may comes before what is wrong with the cursor.
            engine.list_namespaces(caller, &request.prefix, 1, None).await?;
            return Err(refusal);
        }
    };
    let size = page_size(request.limit, &call.knobs);
    let page = engine.list_namespaces(caller, &request.prefix, size, after.as_deref()).await?;
    let last = page.namespaces.last().filter(|_| page.more);
    Ok(ListNamespacesResponse {
        next_cursor: last.map(|name| cursor::of_namespace(name.as_str())).unwrap_or_default(),
        namespaces: page.namespaces.into_iter().map(String::from).collect(),
        ..ListNamespacesResponse::default()
    })
}

fn after(text: &str) -> Result<Option<String>, Refusal> {
    if text.is_empty() {
        return Ok(None);
    }
    let name = cursor::namespace(text)?;
    // A page never ends with a name that is none.
    Namespace::new(&name).map_err(|_| invalid_cursor("not a namespace"))?;
    Ok(Some(name))
}

/// QUIRK(config.v1): no limit is 50, and more than 500 is 500, silently.
fn page_size(wanted: i32, knobs: &Knobs) -> usize {
    limit(wanted).unwrap_or(knobs.namespaces_page).min(knobs.namespaces_page_max)
}
