//! Events: search, one by its name, and what became of those of a group. Shown in two dialects: that of v0.5.0, and a later one.

use axum::body::Body;
use axum::extract::State;
use holdfast_api::convert::state::json::Shown;
use holdfast_api::stategate::event_service_server::EventService;
use holdfast_api::stategate::{AckOpts, SearchEventOpts};
use http::{Method, Request};

use super::answer::{shown, shown_by};
use super::calls::{asked, is_verb, sort};
use super::entities::event;
use crate::http::Face;
use crate::http::fault::{Answer, Fault};

/// How events are shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Dialect {
    /// `/api/events`, with `state`.
    V05,
    /// `/api/event`, with `entity` and `method`.
    Newest,
}

impl Dialect {
    fn shown<M>(self, message: &M, extended: bool) -> Shown<'_, M> {
        match self {
            Self::V05 => Shown::new(message, extended),
            Self::Newest => Shown::newest(message, extended),
        }
    }
}

pub(super) async fn search_v05(State(face): State<Face>, request: Request<Body>) -> Answer {
    search(&face, request, Dialect::V05).await
}

pub(super) async fn search_newest(State(face): State<Face>, request: Request<Body>) -> Answer {
    search(&face, request, Dialect::Newest).await
}

async fn search(face: &Face, request: Request<Body>, dialect: Dialect) -> Answer {
    let asked = asked(face, request, &[Method::GET]).await?;
    let fields = &asked.fields;
    let opts = SearchEventOpts {
        domain: fields.text(&["domain"])?,
        r#type: fields.text(&["type"])?,
        key: fields.text(&["key"])?,
        query_string: fields.text(&["query_string", "queryString"])?,
        min: fields.number("min")?,
        max: fields.number("max")?,
        limit: fields.number("limit")?,
        offset: fields.number("offset")?,
        sort: sort(fields)?.map(Into::into).unwrap_or_default(),
        cursor: fields.text(&["cursor"])?,
        ..SearchEventOpts::default()
    };
    let extended = fields.flag("extended")?;
    let found = EventService::search(&asked.service, asked.by(opts)).await;
    shown_by(found, |events| dialect.shown(events, extended))
}

pub(super) async fn get_v05(State(face): State<Face>, request: Request<Body>) -> Answer {
    get(&face, request, Dialect::V05).await
}

pub(super) async fn get_newest(State(face): State<Face>, request: Request<Body>) -> Answer {
    get(&face, request, Dialect::Newest).await
}

async fn get(face: &Face, request: Request<Body>, dialect: Dialect) -> Answer {
    if is_verb(&request) {
        return Err(Fault::not_found());
    }
    let asked = asked(face, request, &[Method::GET]).await?;
    let of = event(&asked.fields)?;
    let extended = asked.fields.flag("extended")?;
    let found = EventService::get(&asked.service, asked.by(of)).await;
    shown_by(found, |event| dialect.shown(event, extended))
}

/// Which events of a group were processed: the message as JSON.
pub(super) async fn acknowledge(State(face): State<Face>, request: Request<Body>) -> Answer {
    let asked = asked(&face, request, &[Method::POST]).await?;
    let opts: AckOpts = serde_json::from_slice(&asked.body)
        .map_err(|error| Fault::invalid(format!("the body does not decode: {error}")))?;
    shown(asked.service.ack(asked.by(opts)).await, true)
}
