//! Get, Set, Delete, List.

use axum::body::Body;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use holdfast_api::Encoded;
use holdfast_api::config_v1::{DeleteRequest, GetRequest, ListRequest, SetRequest};
use holdfast_auth::Work;
use holdfast_engine::Caller;
use http::{HeaderMap, Request, StatusCode, header};
use serde::Serialize;

use super::shown::Shown;
use super::{diff, entry, versions};
use crate::grpc::call::{Counted, ModRevision};
use crate::grpc::config_v1;
use crate::http::caller::Known;
use crate::http::etag;
use crate::http::fault::Answer;
use crate::http::json::{self, Lenient};
use crate::http::path::{AtKey, InNamespace, Part};
use crate::http::query::Query;
use crate::http::{Behind, Face};

/// GET of anything below a key. It takes the request apart by itself: what the other parts need costs a get nothing.
pub(super) async fn read(State(face): State<Face>, request: Request<Body>) -> Answer {
    let (parts, _) = request.into_parts();
    let at = AtKey::parse(&parts.method, parts.uri.path())?;
    let known = Known::of(&face, &parts).await;
    let query = || Query::parse(parts.uri.query().unwrap_or_default());
    match at.part {
        Part::Entry => get(&face, known?, at, &parts.headers).await,
        Part::Versions => versions::list(&face, known?, at, &query()).await,
        Part::Diff => Ok(diff::show(&face, known, at, &query()).await),
    }
}

async fn get(face: &Face, known: Known, at: AtKey, headers: &HeaderMap) -> Answer {
    let (Behind::Engine(here), Some(identity)) = (&face.behind, known.identity()) else {
        let request = GetRequest { namespace: at.namespace, key: at.key, ..GetRequest::default() };
        return shown(face.config.get(known.asks(request)).await?);
    };
    let (identity, method, deadline) = (identity.clone(), config_v1::GET, known.deadline());
    let origin = known.origin().clone();
    let counted = Counted::new(&here.metrics, method, known.observation());
    if let Err(status) = here.admit(Some(&identity), origin.peer, Work::Read) {
        return Ok(counted.end(Err(status))?);
    }
    let caller = Caller { identity, method, deadline, origin, fence: None };
    let found = config_v1::find(&here.engine, &caller, &at.namespace, &at.key);
    let entry = counted.run(deadline, found).await?;
    let revision = entry.mod_revision.0;
    let known_to_caller = headers.contains_key(header::IF_NONE_MATCH)
        && etag::is_known(headers, &revision.to_string());
    let response = if known_to_caller {
        StatusCode::NOT_MODIFIED.into_response()
    } else {
        json::of_bytes(entry::answer(&entry))
    };
    Ok(tagged(response, Some(revision)))
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

/// Where the entry of an answer was last written: its entity tag.
fn revision<M>(answer: &tonic::Response<M>) -> Option<u64> {
    answer.extensions().get::<ModRevision>().map(|revision| revision.0.0)
}

fn tagged(mut response: Response, revision: Option<u64>) -> Response {
    if let Some(tag) = revision.and_then(etag::quoted) {
        response.headers_mut().insert(header::ETAG, tag);
    }
    response
}
