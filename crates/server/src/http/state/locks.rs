//! Locks, and the fences of writes.

use axum::body::Body;
use axum::extract::State;
use buffa_types::google::protobuf::Timestamp;
use holdfast_api::stategate::mutex_service_server::MutexService;
use holdfast_api::stategate::{Fence, Mutex, MutexRef};
use http::{Method, Request};
use serde_json::{Map, Value};

use super::answer::{empty, shown};
use super::asked::{Asked, Fields};
use super::calls::asked;
use crate::http::Face;
use crate::http::fault::{Answer, Fault};

pub(super) async fn lock(State(face): State<Face>, request: Request<Body>) -> Answer {
    let asked = asked(&face, request, &[Method::POST, Method::PUT]).await?;
    let body = members(&asked.body)?;
    let mutex = Mutex {
        domain: asked.fields.text(&["domain"])?,
        key: asked.fields.text(&["key"])?,
        exp: exp(body.get("exp"), &asked.fields)?.map(Into::into).unwrap_or_default(),
        owner: owner(&body, &asked)?,
        ..Mutex::default()
    };
    shown(asked.service.lock(asked.by(mutex)).await, false)
}

pub(super) async fn unlock(State(face): State<Face>, request: Request<Body>) -> Answer {
    give_back(asked(&face, request, &[Method::POST, Method::PUT]).await?).await
}

/// QUIRK(stategate): v0.14.0 has both calls at this path and method, of which the later one is there.
pub(super) async fn reference(State(face): State<Face>, request: Request<Body>) -> Answer {
    give_back(asked(&face, request, &[Method::PUT]).await?).await
}

async fn give_back(asked: Asked) -> Answer {
    let of = MutexRef {
        domain: asked.fields.text(&["domain"])?,
        key: asked.fields.text(&["key"])?,
        owner: owner(&members(&asked.body)?, &asked)?,
        ..MutexRef::default()
    };
    empty(asked.service.unlock(asked.by(of)).await)
}

fn owner(body: &Map<String, Value>, asked: &Asked) -> Result<String, Fault> {
    match body.get("owner") {
        None | Some(Value::Null) => asked.fields.text(&["owner"]),
        Some(Value::String(owner)) => Ok(owner.clone()),
        Some(_) => Err(Fault::invalid("the body does not decode: `owner` has to be a text")),
    }
}

/// Members of a body; without one: none.
pub(super) fn members(body: &[u8]) -> Result<Map<String, Value>, Fault> {
    if body.trim_ascii().is_empty() {
        return Ok(Map::new());
    }
    match serde_json::from_slice(body) {
        Ok(Value::Object(members)) => Ok(members),
        Ok(_) => Err(Fault::invalid("the body does not decode: expected a JSON object")),
        Err(error) => Err(Fault::invalid(format!("the body does not decode: {error}"))),
    }
}

/// A time as RFC 3339, in the body or as a parameter.
pub(super) fn exp(in_body: Option<&Value>, fields: &Fields) -> Result<Option<Timestamp>, Fault> {
    let text = match in_body {
        Some(Value::Null) | None => Value::String(fields.text(&["exp"])?),
        Some(said) => said.clone(),
    };
    if text == "" {
        return Ok(None);
    }
    let exp: Result<Timestamp, _> = serde_json::from_value(text);
    exp.map(Some).map_err(|error| Fault::invalid(format!("parsing field \"exp\": {error}")))
}

/// The lock under which something is to be written.
pub(super) fn fence(fields: &Fields) -> Result<Option<Fence>, Fault> {
    let (domain, key) = (fields.text(&["fence.domain"])?, fields.text(&["fence.key"])?);
    let revision = fields.number("fence.revision")?;
    if domain.is_empty() && key.is_empty() && revision == 0 {
        return Ok(None);
    }
    Ok(Some(Fence { domain, key, revision, ..Fence::default() }))
}
