//! Get, Set, Delete, List.

use axum::extract::State;
use axum::response::{IntoResponse, Response};
use holdfast_api::Encoded;
use holdfast_api::config_v1::{DeleteRequest, GetRequest, GetResponse, ListRequest, SetRequest};
use http::{HeaderMap, StatusCode, header};
use serde::Serialize;

use super::shown::Shown;
use super::{diff, versions};
use crate::grpc::call::ModRevision;
use crate::http::Face;
use crate::http::caller::Known;
use crate::http::etag;
use crate::http::fault::{Answer, Fault};
use crate::http::json::{self, Lenient};
use crate::http::path::{AtKey, InNamespace, Part};
use crate::http::query::Query;

/// GET of anything below a key.
pub(super) async fn read(
    State(face): State<Face>,
    known: Result<Known, Fault>,
    at: AtKey,
    query: Query,
    headers: HeaderMap,
) -> Answer {
    match at.part {
        Part::Entry => get(&face, known?, at, &headers).await,
        Part::Versions => versions::list(&face, known?, at, &query).await,
        Part::Diff => Ok(diff::show(&face, known, at, &query).await),
    }
}

async fn get(face: &Face, known: Known, at: AtKey, headers: &HeaderMap) -> Answer {
    let request = GetRequest { namespace: at.namespace, key: at.key, ..GetRequest::default() };
    let answer = face.config.get(known.asks(request)).await?;
    let revision = revision(&answer);
    if revision.as_ref().is_some_and(|revision| etag::is_known(headers, revision)) {
        return Ok(tagged(StatusCode::NOT_MODIFIED.into_response(), revision));
    }
    let message: GetResponse = answer.into_inner().into_message()?;
    Ok(tagged(json::answer(&Shown(&message))?, revision))
}

/// POST. The names of the path win over those of the body.
pub(super) async fn set(
    State(face): State<Face>,
    known: Known,
    at: AtKey,
    headers: HeaderMap,
    Lenient(body): Lenient<SetRequest>,
) -> Answer {
    let condition = etag::condition(&headers)?;
    let request = SetRequest { namespace: at.namespace, key: at.key, ..body };
    let answer = face.config.set(known.asks_if(request, condition.clone())).await;
    let answer = answer.map_err(|status| etag::refused(status, &condition))?;
    let revision = revision(&answer);
    Ok(tagged(shown(answer)?, revision))
}

/// DELETE.
pub(super) async fn delete(
    State(face): State<Face>,
    known: Known,
    at: AtKey,
    headers: HeaderMap,
) -> Answer {
    let condition = etag::condition(&headers)?;
    let request =
        DeleteRequest { namespace: at.namespace, key: at.key, ..DeleteRequest::default() };
    let answer = face.config.delete(known.asks_if(request, condition.clone())).await;
    shown(answer.map_err(|status| etag::refused(status, &condition))?)
}

/// GET of the keys of a namespace.
pub(super) async fn list(
    State(face): State<Face>,
    known: Known,
    InNamespace(namespace): InNamespace,
    query: Query,
) -> Answer {
    let request = ListRequest {
        namespace,
        prefix: query.text("prefix")?.into(),
        limit: query.number("limit")?,
        cursor: query.text("cursor")?.into(),
        ..ListRequest::default()
    };
    shown(face.config.list(known.asks(request)).await?)
}

/// The answer of a service as JSON.
pub(super) fn shown<M: buffa::Message>(answer: tonic::Response<Encoded<M>>) -> Answer
where
    for<'a> Shown<'a, M>: Serialize,
{
    let message = answer.into_inner().into_message()?;
    json::answer(&Shown(&message))
}

/// Where the entry of an answer was last written, as the text of its entity tag.
fn revision<M>(answer: &tonic::Response<M>) -> Option<String> {
    answer.extensions().get::<ModRevision>().map(|revision| revision.0.to_string())
}

fn tagged(mut response: Response, revision: Option<String>) -> Response {
    if let Some(tag) = revision.and_then(etag::quoted) {
        response.headers_mut().insert(header::ETAG, tag);
    }
    response
}
