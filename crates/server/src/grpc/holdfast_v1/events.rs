//! Events.

use holdfast_api::convert::{holdfast as convert, model_time};
use holdfast_api::holdfast_v1::{EventsRequest, EventsResponse, LoggedEvent};
use holdfast_engine::{Events, Logged, Place};
use holdfast_model::{EventKind, Revision};

use super::cursor::{Cursor, Pages};
use super::error::{Refusal, invalid, invalid_cursor};
use super::strict::{choice, known, limit};
use super::watch::filter;
use crate::grpc::call::Call;

pub(crate) async fn events(call: Call, request: EventsRequest) -> Result<EventsResponse, Refusal> {
    let first = EventsRequest { limit: 0, cursor: String::new(), ..request.clone() };
    let pages = Pages::of("events", &first);
    let cursor = pages.open(&request.cursor)?;
    let values = !request.omit_values;
    let mut wanted = requested(request)?;
    if let Some(cursor) = cursor {
        let index = cursor.place.as_slice().try_into().map(u32::from_be_bytes);
        let index = index.map_err(|_| invalid_cursor("its place is none"))?;
        wanted.after = Some(Place { revision: cursor.revision, index });
    }
    let page = call.engine.events(&call.caller, wanted).await?;
    let next = page.after.map(|Place { revision, index }| {
        pages.text(&Cursor { revision, live: false, place: index.to_be_bytes().to_vec() })
    });
    Ok(EventsResponse {
        events: page.events.iter().map(|event| logged(event, values)).collect(),
        next_cursor: next.unwrap_or_default(),
        revision: page.revision.0,
        oldest_revision: page.oldest.0,
        ..EventsResponse::default()
    })
}

fn requested(request: EventsRequest) -> Result<Events, Refusal> {
    known("", &request.__buffa_unknown_fields)?;
    let filters = request.filters.into_iter().enumerate();
    let kinds = request.kinds.iter().enumerate();
    Ok(Events {
        only: None,
        id: None,
        filters: filters.map(|(index, one)| filter(index, one)).collect::<Result<_, _>>()?,
        kinds: kinds.map(|(index, one)| kind(index, one)).collect::<Result<_, _>>()?,
        actor: request.actor,
        from: Some(Revision(request.from_revision)).filter(|from| *from != Revision::ZERO),
        to: Some(Revision(request.to_revision)).filter(|to| *to != Revision::ZERO),
        since: request.since.as_option().map(model_time),
        until: request.until.as_option().map(model_time),
        newest_first: request.newest_first,
        after: None,
        limit: limit(request.limit),
    })
}

fn kind(
    index: usize,
    kind: &buffa::EnumValue<holdfast_api::holdfast_v1::EventKind>,
) -> Result<EventKind, Refusal> {
    let path = || format!("kinds[{index}]");
    let kind = convert::model_event_kind(choice(path, kind)?);
    kind.ok_or_else(|| invalid(path(), "is required"))
}

fn logged(logged: &Logged, values: bool) -> LoggedEvent {
    let commit = logged.commit();
    let mut event = convert::event(logged.index(), logged.event(), commit.revision, commit.time);
    if !values {
        event.value = bytes::Bytes::new();
    }
    LoggedEvent {
        event: event.into(),
        actor: convert::actor(&commit.actor).into(),
        reason: commit.reason.as_ref().into(),
        cause: convert::cause(commit.cause).into(),
        ..LoggedEvent::default()
    }
}
