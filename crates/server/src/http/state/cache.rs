//! Cached values. In v0.14.0 a value cannot be written over HTTP; here it comes as a JSON body, whole or as its member `value`, or as JSON in
//! the parameter or form field `value`.

use axum::body::Body;
use axum::extract::State;
use buffa_types::google::protobuf::Value as WireValue;
use holdfast_api::convert::state as convert;
use holdfast_api::stategate::cache_service_server::CacheService;
use holdfast_api::stategate::{Cache, CacheRef};
use http::{Method, Request};
use serde_json::Value;

use super::answer::{empty, shown};
use super::asked::Asked;
use super::calls::asked;
use super::locks::exp;
use crate::http::Face;
use crate::http::fault::{Answer, Fault};

pub(super) async fn reference(State(face): State<Face>, request: Request<Body>) -> Answer {
    let methods = [Method::PUT, Method::POST, Method::GET, Method::DELETE];
    let asked = asked(&face, request, &methods).await?;
    let (domain, key) = (asked.fields.text(&["domain"])?, asked.fields.text(&["key"])?);
    let of = CacheRef { domain, key, ..CacheRef::default() };
    if asked.method == Method::GET {
        return shown(CacheService::get(&asked.service, asked.by(of)).await, false);
    }
    if asked.method == Method::DELETE {
        return empty(CacheService::del(&asked.service, asked.by(of)).await);
    }
    let (value, said) = value(&asked)?;
    let exp = exp(said.as_ref(), &asked.fields)?;
    let cache = Cache {
        domain: of.domain,
        key: of.key,
        value: value.map(Into::into).unwrap_or_default(),
        exp: exp.map(Into::into).unwrap_or_default(),
        ..Cache::default()
    };
    empty(CacheService::set(&asked.service, asked.by(cache)).await)
}

/// The value, and what the body says of its time.
fn value(asked: &Asked) -> Result<(Option<WireValue>, Option<Value>), Fault> {
    let set = |value: &Value| Some(convert::of_json(value));
    let refused = |what: &str, error: serde_json::Error| {
        Fault::invalid(format!("{what} does not decode: {error}"))
    };
    if asked.body.trim_ascii().is_empty() {
        let Some(text) = asked.fields.query().one(&["value"])? else { return Ok((None, None)) };
        let value: Value =
            serde_json::from_str(text).map_err(|e| refused("the parameter \"value\"", e))?;
        return Ok((set(&value), None));
    }
    let whole: Value =
        serde_json::from_slice(&asked.body).map_err(|error| refused("the body", error))?;
    match whole.get("value") {
        Some(value) => Ok((set(value), whole.get("exp").cloned())),
        None => Ok((set(&whole), None)),
    }
}
