//! Consumer groups as paths: what of AdminService is no stream.

use axum::Router;
use axum::routing::{delete, get};
use holdfast_api::holdfast_v1::admin_service_server::AdminService;
use holdfast_api::holdfast_v1::{DeleteGroupRequest, ListGroupsRequest};
use http::Uri;

use super::asked::Asked;
use super::fault::{answered, shown};
use super::query::{Parameter, message, small, text};
use super::resources::part;
use crate::http::Face;
use crate::http::fault::{Answer, Fault};
use crate::http::query::Query;

/// What the listing takes.
pub(super) const LIST: [Parameter; 3] = [text("domain"), small("limit"), text("cursor")];

/// All paths of groups.
pub(super) fn routes() -> Router<Face> {
    Router::new()
        .route("/v2/groups", get(list))
        .route("/v2/groups/{domain}/{type}/{name}", delete(remove))
}

async fn list(asked: Asked, query: Query) -> Answer {
    let request: ListGroupsRequest = message(&query, &LIST, &[])?;
    let answer = answered(asked.service.list_groups(asked.by(request)).await)?;
    shown(&answered(answer.into_inner().into_message())?)
}

async fn remove(asked: Asked, uri: Uri, query: Query) -> Answer {
    let named = |place| -> Result<String, Fault> {
        part(uri.path().split('/').nth(place).unwrap_or_default())
    };
    let names = [("domain", named(3)?), ("type", named(4)?), ("name", named(5)?)];
    let request: DeleteGroupRequest = message(&query, &[], &names)?;
    let answer = answered(asked.service.delete_group(asked.by(request)).await)?;
    shown(&answered(answer.into_inner().into_message())?)
}
