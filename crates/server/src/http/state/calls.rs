//! States: Set, Get, Del and search.

use axum::body::Body;
use axum::extract::{FromRequest, State};
use holdfast_api::stategate::state_service_server::StateService;
use holdfast_api::stategate::{SearchStateOpts, Sort, State as Message, StateRef};
use http::{Method, Request};

use super::answer::{self, empty, shown};
use super::asked::{Asked, Fields, is_served};
use super::locks::fence;
use super::values::values;
use crate::http::Face;
use crate::http::fault::{Answer, Fault};

/// The request, if it is one of these methods.
pub(super) async fn asked(
    face: &Face,
    request: Request<Body>,
    methods: &[Method],
) -> Result<Asked, Fault> {
    let (parts, body) = request.into_parts();
    if !is_served(&parts, methods) {
        return Err(answer::no_such_method());
    }
    Asked::from_request(Request::from_parts(parts, body), face).await
}

/// QUIRK(stategate): a last segment that begins with a colon is taken for a verb, and there is none.
pub(super) fn is_verb(request: &Request<Body>) -> bool {
    request.uri().path().rsplit('/').next().is_some_and(|last| last.starts_with(':'))
}

pub(super) async fn reference(State(face): State<Face>, request: Request<Body>) -> Answer {
    if is_verb(&request) {
        return Err(Fault::not_found());
    }
    let methods = [Method::POST, Method::GET, Method::DELETE];
    let asked = asked(&face, request, &methods).await?;
    let name = |field: &str| asked.fields.text(&[field]);
    let (domain, kind, key) = (name("domain")?, name("type")?, name("key")?);
    if asked.method == Method::POST {
        let values = values(&asked)?;
        let state = Message {
            domain,
            r#type: kind,
            key,
            values: values.map(Into::into).unwrap_or_default(),
            fence: fence(&asked.fields)?.map(Into::into).unwrap_or_default(),
            ..Message::default()
        };
        return empty(StateService::set(&asked.service, asked.by(state)).await);
    }
    let mut of = StateRef { domain, r#type: kind, key, ..StateRef::default() };
    if asked.method == Method::DELETE {
        of.fence = fence(&asked.fields)?.map(Into::into).unwrap_or_default();
        return empty(StateService::del(&asked.service, asked.by(of)).await);
    }
    shown(StateService::get(&asked.service, asked.by(of)).await, false)
}

/// The order, by `sort.field` and `sort.reverse`.
pub(super) fn sort(fields: &Fields) -> Result<Option<Sort>, Fault> {
    let field = fields.text(&["sort.field"])?;
    let reverse = fields.flag("sort.reverse")?;
    Ok((!field.is_empty()).then(|| Sort { field, reverse, ..Sort::default() }))
}

pub(super) async fn search_states(State(face): State<Face>, request: Request<Body>) -> Answer {
    let asked = asked(&face, request, &[Method::GET]).await?;
    let fields = &asked.fields;
    let opts = SearchStateOpts {
        domain: fields.text(&["domain"])?,
        r#type: fields.text(&["type"])?,
        query_string: fields.text(&["query_string", "queryString"])?,
        limit: fields.number("limit")?,
        offset: fields.number("offset")?,
        sort: sort(fields)?.map(Into::into).unwrap_or_default(),
        cursor: fields.text(&["cursor"])?,
        ..SearchStateOpts::default()
    };
    let extended = fields.flag("extended")?;
    shown(StateService::search(&asked.service, asked.by(opts)).await, extended)
}
