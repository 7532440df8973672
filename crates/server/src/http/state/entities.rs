//! Entities: Set, Edit, Revert, Get, Del and search.

use axum::body::Body;
use axum::extract::State;
use holdfast_api::stategate::entity_service_server::EntityService;
use holdfast_api::stategate::{Entity, EntityRef, EventRef, SearchEntityOpts};
use http::{Method, Request};

use super::answer::{empty, shown};
use super::asked::Fields;
use super::calls::{asked, is_verb, sort};
use super::locks::fence;
use super::values::values;
use crate::http::Face;
use crate::http::fault::{Answer, Fault};

pub(super) async fn reference(State(face): State<Face>, request: Request<Body>) -> Answer {
    if is_verb(&request) {
        return Err(Fault::not_found());
    }
    // Later versions PUT what those before them POST.
    let methods = [Method::PUT, Method::POST, Method::PATCH, Method::GET, Method::DELETE];
    let asked = asked(&face, request, &methods).await?;
    let name = |field: &str| asked.fields.text(&[field]);
    let (domain, kind, key) = (name("domain")?, name("type")?, name("key")?);
    let service = &asked.service;
    if asked.method == Method::GET {
        let of = EntityRef { domain, r#type: kind, key, ..EntityRef::default() };
        return shown(EntityService::get(service, asked.by(of)).await, false);
    }
    let fence = fence(&asked.fields)?.map(Into::into).unwrap_or_default();
    if asked.method == Method::DELETE {
        let of = EntityRef { domain, r#type: kind, key, fence, ..EntityRef::default() };
        return empty(EntityService::del(service, asked.by(of)).await);
    }
    let values = values(&asked)?.map(Into::into).unwrap_or_default();
    let entity = Entity { domain, r#type: kind, key, values, fence, ..Entity::default() };
    if asked.method == Method::PATCH {
        return shown(service.edit(asked.by(entity)).await, false);
    }
    empty(EntityService::set(service, asked.by(entity)).await)
}

pub(super) async fn revert(State(face): State<Face>, request: Request<Body>) -> Answer {
    let asked = asked(&face, request, &[Method::PUT, Method::POST]).await?;
    let mut of = event(&asked.fields)?;
    of.fence = fence(&asked.fields)?.map(Into::into).unwrap_or_default();
    shown(asked.service.revert(asked.by(of)).await, false)
}

/// The name of an event.
pub(super) fn event(fields: &Fields) -> Result<EventRef, Fault> {
    Ok(EventRef {
        domain: fields.text(&["domain"])?,
        r#type: fields.text(&["type"])?,
        key: fields.text(&["key"])?,
        id: fields.text(&["id"])?,
        ..EventRef::default()
    })
}

pub(super) async fn search(State(face): State<Face>, request: Request<Body>) -> Answer {
    let asked = asked(&face, request, &[Method::GET]).await?;
    let fields = &asked.fields;
    let opts = SearchEntityOpts {
        domain: fields.text(&["domain"])?,
        r#type: fields.text(&["type"])?,
        query_string: fields.text(&["query_string", "queryString"])?,
        limit: fields.number32("limit", "limit")?,
        offset: fields.number32("offset", "offset")?,
        sort: sort(fields)?.map(Into::into).unwrap_or_default(),
        cursor: fields.text(&["cursor"])?,
        ..SearchEntityOpts::default()
    };
    let extended = fields.flag("extended")?;
    shown(EntityService::search(&asked.service, asked.by(opts)).await, extended)
}
