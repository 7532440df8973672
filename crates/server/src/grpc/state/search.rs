//! Search in states, which are entities too.

use std::sync::Arc;

use bytes::Bytes;
use holdfast_api::Encoded;
use holdfast_api::convert::state::FoundStates;
use holdfast_api::stategate::{Entities, SearchEntityOpts, SearchStateOpts, Sort, StateValues};
use holdfast_engine::{Created, EngineError, Select, Selected};
use holdfast_model::{Entry, ErrorKind};
use holdfast_query::{Filter, FilterError, FilterErrorKind, Order};
use tonic::Code;

use super::event::Stored;
use super::fault::{About, Noun, Refusal, Said};
use super::{cursor, names};
use crate::grpc::call::Call;

/// What a call is answered with at most, whatever it asks for.
const MOST: usize = 10_000;

/// The filter of a query string; `info` is what its caller is told that failed.
pub(super) fn filter(about: Said<'_>, text: &str, info: &str) -> Result<Filter, Refusal> {
    Filter::parse(text).map_err(|FilterError { kind, message }| match kind {
        FilterErrorKind::NotJson => {
            about.envelope(Code::Internal, "failed to decode query string", Some(message))
        }
        FilterErrorKind::Unknown => about.envelope(Code::Internal, info, Some(message)),
        FilterErrorKind::Refused => about.envelope(Code::InvalidArgument, info, Some(message)),
    })
}

/// The order that is asked for in place of the usual one.
pub(super) fn order(sort: Option<&Sort>) -> Option<Order> {
    let sort = sort.filter(|sort| !sort.field.is_empty())?;
    Some(Order::new(&sort.field, sort.reverse))
}

/// QUIRK(stategate): a limit is never too large, and an offset below zero is none.
pub(super) fn window(limit: i64, offset: i64) -> (usize, usize) {
    let limit = usize::try_from(limit).unwrap_or(MOST).min(MOST);
    (limit, usize::try_from(offset).unwrap_or(0))
}

pub(super) async fn states(
    call: Call,
    opts: SearchStateOpts,
) -> Result<Encoded<StateValues>, Refusal> {
    search(call, opts, Noun::State).await.map(Encoded::Bytes)
}

pub(super) async fn entities(
    call: Call,
    opts: SearchEntityOpts,
) -> Result<Encoded<Entities>, Refusal> {
    let opts = SearchStateOpts {
        domain: opts.domain,
        r#type: opts.r#type,
        query_string: opts.query_string,
        limit: opts.limit.into(),
        offset: opts.offset.into(),
        sort: opts.sort,
        cursor: opts.cursor,
        ..SearchStateOpts::default()
    };
    search(call, opts, Noun::Entity).await.map(Encoded::Bytes)
}

/// The answer of either service: it looks the same.
async fn search(call: Call, opts: SearchStateOpts, noun: Noun) -> Result<Bytes, Refusal> {
    let about = About { domain: &opts.domain, kind: &opts.r#type, key: None }.said(noun);
    let info = match noun {
        Noun::State => "failed to search states",
        Noun::Entity => "failed to search entities",
    };
    let filter = filter(about, &opts.query_string, info)?;
    let order = order(opts.sort.as_option());
    let after = cursor::state(&opts.cursor)?;
    let (limit, offset) = window(opts.limit, opts.offset);
    let reads = |entry: &Arc<Entry>| {
        let stored = Stored::of(entry);
        let is_of_type = stored.names().0 == opts.r#type;
        let wanted = is_of_type && (filter.is_all() || filter.matches(&stored));
        wanted.then_some(stored)
    };
    let in_order = order.as_ref().map(|order| |a: &Stored, b: &Stored| order.compare(a, b));
    let select = Select {
        namespace: names::namespace_of(&opts.domain),
        prefixes: names::prefixes_of(&opts.r#type),
        only: filter.pinned("_id").map(|key| names::key_of(&opts.r#type, key)),
        reads: &reads,
        order: in_order.as_ref().map(|order| order as _),
        after,
        offset,
        limit,
    };
    let found = match call.engine.select(&call.caller, select).await {
        Ok(found) => found,
        Err(error) if error.kind() == ErrorKind::InvalidNamespace => {
            return Ok(Bytes::new());
        }
        Err(error) => return Err(too_much(about, info, &error)),
    };
    Ok(page(&opts, &found, order.is_some()))
}

fn page(opts: &SearchStateOpts, found: &Selected<Stored>, sorted: bool) -> Bytes {
    let last = found.entries.last().filter(|_| found.more && !sorted);
    let next_cursor = last.map(|(entry, _)| cursor::of_state(&Created::of(entry)));
    let room = found.entries.iter().map(|(entry, _)| entry.weight()).sum();
    let mut answer = FoundStates::with_room(room);
    found.entries.iter().for_each(|(_, stored)| stored.show(&opts.domain, &mut answer));
    answer.finish(&next_cursor.unwrap_or_default())
}

/// Says how to narrow what was too much.
pub(super) fn too_much(about: Said<'_>, info: &str, error: &EngineError) -> Refusal {
    let hint = match error {
        EngineError::TooMuchToLookAt { what: "commits", .. } => "by `min`, `max` or a cursor",
        EngineError::TooMuchToLookAt { .. } => "by `_id`, or keep fewer states in one type",
        EngineError::AnswerTooLarge { max_bytes } => {
            let why = format!(
                "the answer would hold more than {max_bytes} bytes; ask for fewer by `limit`"
            );
            return about.envelope(Code::ResourceExhausted, info, Some(why));
        }
        _ => return about.failed(info, error),
    };
    about.envelope(Code::ResourceExhausted, info, Some(format!("{error}: {hint}")))
}
