//! What every handler gets: who calls, by which method, and the fields of the message from path, query string and form.

use axum::body::Body;
use axum::extract::{FromRequest, FromRequestParts, RawPathParams};
use bytes::Bytes;
use holdfast_auth::Metadata;
use http::request::Parts;
use http::{HeaderName, Method, Request, header};
use tonic::Status;
use tonic::metadata::MetadataMap;

use super::answer;
use crate::grpc::call::{Shared, deadline_of};
use crate::grpc::state::{self, Stategate};
use crate::http::Face;
use crate::http::caller::Known;
use crate::http::fault::Fault;
use crate::http::headers::Shown;
use crate::http::json::Arrived;
use crate::http::query::{Query, parse_int};
use crate::listen::Peer;

const OVERRIDE: HeaderName = HeaderName::from_static("x-http-method-override");
const FORM: &str = "application/x-www-form-urlencoded";

/// A request with all that it says.
pub(super) struct Asked {
    known: Known,
    metadata: MetadataMap,
    pub(super) service: Stategate,
    /// The method that is meant.
    pub(super) method: Method,
    pub(super) fields: Fields,
    /// What is no form.
    pub(super) body: Bytes,
}

impl Asked {
    /// The message as a call of this caller.
    pub(super) fn by<Q>(&self, message: Q) -> tonic::Request<Q> {
        self.known.asks_showing(message, self.metadata.clone())
    }
}

/// Whether a path with these methods takes a request: a form may be posted to any path.
pub(super) fn is_served(parts: &Parts, methods: &[Method]) -> bool {
    let method = meant(parts);
    methods.contains(&method) || (is_form(parts) && method == Method::POST)
}

fn is_form(parts: &Parts) -> bool {
    let kind = parts.headers.get(header::CONTENT_TYPE).and_then(|kind| kind.to_str().ok());
    let essence = kind.unwrap_or_default().split(';').next().unwrap_or_default().trim();
    parts.method == Method::POST && essence.eq_ignore_ascii_case(FORM)
}

/// A form says by a header which method it stands for.
fn meant(parts: &Parts) -> Method {
    let other = parts.headers.get(OVERRIDE).filter(|_| is_form(parts));
    let other =
        other.and_then(|name| Method::from_bytes(&name.as_bytes().to_ascii_uppercase()).ok());
    other.unwrap_or_else(|| parts.method.clone())
}

impl FromRequest<Face> for Asked {
    type Rejection = Fault;

    async fn from_request(request: Request<Body>, face: &Face) -> Result<Self, Fault> {
        let (mut parts, body) = request.into_parts();
        let service = face.state.clone();
        let service = service.ok_or_else(|| answer::failed(crate::http::only_config()))?;
        let known = recognised(face, service.shared(), &parts).await?;
        let path = RawPathParams::from_request_parts(&mut parts, face).await;
        let path = path.map_err(|_| Fault::invalid("the path is no UTF-8"))?;
        let path = path.iter().map(|(name, value)| (name.to_owned(), value.to_owned()));
        let path = path.collect();
        check_timeout(&parts)?;
        let arrived = Arrived::of(face, body).await?;
        // What is called a form by a client that says so of everything (curl) may still be a JSON object.
        let is_form = is_form(&parts) && !arrived.bytes.trim_ascii_start().starts_with(b"{");
        let query = parts.uri.query().unwrap_or_default();
        let query = match std::str::from_utf8(&arrived.bytes).ok().filter(|_| is_form) {
            Some(form) => Query::parse(&format!("{form}&{query}")),
            None => Query::parse(query),
        };
        Ok(Self {
            known,
            metadata: metadata(&parts),
            service,
            method: meant(&parts),
            fields: Fields { path, query },
            body: if is_form { Bytes::new() } else { arrived.bytes },
        })
    }
}

async fn recognised(face: &Face, here: &Shared, parts: &Parts) -> Result<Known, Fault> {
    Known::recognise_by(face, Some(here), parts).await.map_err(|error| {
        let status: Status = state::refuse(error);
        face.metrics.answered("http", status.code(), std::time::Duration::ZERO);
        answer::failed(status)
    })
}

fn check_timeout(parts: &Parts) -> Result<(), Fault> {
    let Some(timeout) = parts.headers.get("grpc-timeout") else { return Ok(()) };
    match timeout.to_str().ok().and_then(deadline_of) {
        Some(_) => Ok(()),
        None => Err(Fault::invalid("invalid grpc-timeout: digits and one of H, M, S, m, u, n")),
    }
}

/// What rules get to see of the request beside its message.
fn metadata(parts: &Parts) -> MetadataMap {
    let peer = parts.extensions.get::<Peer>().map(|peer| peer.direct);
    let mut map = http::HeaderMap::new();
    for (name, value) in Shown::of(&parts.headers, peer).all() {
        if let (Ok(name), Ok(value)) = (HeaderName::try_from(name), value.try_into()) {
            map.append(name, value);
        }
    }
    MetadataMap::from_headers(map)
}

/// The fields of a message; those of the path can be said by nothing else.
pub(super) struct Fields {
    path: Vec<(String, String)>,
    query: Query,
}

impl Fields {
    /// A text, by its name in the proto file and in JSON; empty when it is not there.
    pub(super) fn text(&self, names: &[&str]) -> Result<String, Fault> {
        if let Some((_, value)) = self.path.iter().find(|(name, _)| names.contains(&&**name)) {
            return Ok(value.clone());
        }
        Ok(self.query.one(names)?.unwrap_or_default().to_owned())
    }

    /// A whole number; 0 when it is not there.
    pub(super) fn number(&self, name: &str) -> Result<i64, Fault> {
        let Some(text) = self.query.one(&[name])? else { return Ok(0) };
        parse_int(text).map_err(|why| Fault::invalid(format!("parsing field {name:?}: {why}")))
    }

    /// A whole number of 32 bits, by its name in the proto file and in JSON; 0 when it is not there.
    pub(super) fn number32(&self, name: &str, json: &str) -> Result<i32, Fault> {
        let Some(text) = self.query.one(&[name, json])? else { return Ok(0) };
        parse_int(text).map_err(|why| Fault::invalid(format!("parsing field {name:?}: {why}")))
    }

    /// `true`, `1` or nothing behind the name.
    pub(super) fn flag(&self, name: &str) -> Result<bool, Fault> {
        Ok(matches!(self.query.one(&[name])?, Some("true" | "1" | "")))
    }

    pub(super) fn query(&self) -> &Query {
        &self.query
    }
}
