//! Watch: frames from a chosen place on.

use std::collections::VecDeque;
use std::time::Duration;

use buffa::Message;
use bytes::Bytes;
use futures::stream;
use holdfast_api::Encoded;
use holdfast_api::holdfast_v1::watch_request::Start as WireStart;
use holdfast_api::holdfast_v1::watch_response::Kind;
use holdfast_api::holdfast_v1::{Filter as WireFilter, WatchRequest, WatchResponse};
use holdfast_engine::{Delivery, Start, Watch, Watcher};
use holdfast_model::{Filter, Prefix, ResumeToken, Revision, Timestamp};
use tonic::Status;

use super::error::{Refusal, invalid};
use super::frames;
use super::strict::{known, span};
use crate::grpc::call::{Call, Streamed};

/// More often than this a bookmark says nothing new.
const SHORTEST_BOOKMARK_INTERVAL: Duration = Duration::from_millis(100);

pub(crate) async fn watch(
    call: Call,
    request: WatchRequest,
) -> Result<Streamed<WatchResponse>, Refusal> {
    let watcher = begin(call, request).await?;
    let state = Some(Framing { watcher, ready: VecDeque::new(), initial: 0 });
    Ok(Box::pin(stream::unfold(state, |state| async move {
        let mut framing = state?;
        match framing.next().await {
            Ok(frame) => Some((Ok(Encoded::Bytes(frame)), Some(framing))),
            Err(refusal) => Some((Err(Status::from(refusal)), None)),
        }
    })))
}

/// The same before it is framed, for whoever frames it otherwise.
pub(crate) async fn deliveries(
    call: Call,
    request: WatchRequest,
) -> Result<Streamed<Delivery>, Refusal> {
    let watcher = begin(call, request).await?;
    Ok(Box::pin(stream::unfold(Some(watcher), |watcher| async move {
        let mut watcher = watcher?;
        match watcher.next().await {
            Ok(delivery) => Some((Ok(Encoded::Message(delivery)), Some(watcher))),
            Err(error) => Some((Err(Status::from(Refusal::from(error))), None)),
        }
    })))
}

async fn begin(call: Call, request: WatchRequest) -> Result<Watcher, Refusal> {
    let watch = requested(request, call.knobs.bookmark_interval)?;
    Ok(call.engine.watch(&call.caller, watch).await?)
}

fn requested(request: WatchRequest, usual: Duration) -> Result<Watch, Refusal> {
    known("", &request.__buffa_unknown_fields)?;
    let filters = request.filters.into_iter().enumerate();
    let wanted = span(|| "bookmark_interval".into(), request.bookmark_interval.as_option())?;
    Ok(Watch {
        filters: filters.map(|(index, one)| filter(index, one)).collect::<Result<_, _>>()?,
        aliases: false,
        start: start(request.start)?,
        bookmark: Some(wanted.unwrap_or(usual).max(SHORTEST_BOOKMARK_INTERVAL)),
        resync: true,
    })
}

fn place(kind: Kind, revision: Revision, token: ResumeToken, at: Option<Timestamp>) -> Bytes {
    frames::place(kind, revision, token, at).encode_to_bytes()
}

/// What to look at.
pub(crate) fn filter(index: usize, filter: WireFilter) -> Result<Filter, Refusal> {
    known(&format!("filters[{index}]"), &filter.__buffa_unknown_fields)?;
    let namespaces = if filter.namespace.is_empty() { vec![] } else { vec![filter.namespace] };
    let prefixes = if filter.prefix.is_empty() { vec![] } else { vec![Prefix::new(filter.prefix)] };
    Ok(Filter { namespaces, prefixes })
}

fn start(start: Option<WireStart>) -> Result<Start, Refusal> {
    Ok(match start {
        None => Start::Now,
        Some(WireStart::AfterRevision(revision)) => Start::After(Revision(revision)),
        Some(WireStart::Token(token)) => {
            let token: Result<ResumeToken, _> = token.parse();
            Start::Token(token.map_err(|error| invalid("token", error.to_string()))?)
        }
        Some(WireStart::InitialState(true)) => Start::Initial,
        Some(WireStart::InitialState(false)) => {
            return Err(invalid("initial_state", "can only be true; leave it out to start now"));
        }
    })
}

struct Framing {
    watcher: Watcher,
    ready: VecDeque<Bytes>,
    /// Entries of the initial state sent so far.
    initial: usize,
}

impl Framing {
    async fn next(&mut self) -> Result<Bytes, Refusal> {
        loop {
            if let Some(frame) = self.ready.pop_front() {
                return Ok(frame);
            }
            match self.watcher.next().await? {
                Delivery::Commit(matched) => self.ready.extend(frames::of_commit(&matched)),
                Delivery::Bookmark { revision, token } => {
                    let at = self.watcher.complete_at();
                    self.ready.push_back(place(Kind::KIND_BOOKMARK, revision, token, at));
                }
                Delivery::Resync { revision, token } => {
                    self.ready.push_back(place(Kind::KIND_RESYNC, revision, token, None));
                }
                Delivery::Initial { entries, revision, last, token } => {
                    let token = last.then_some(token);
                    self.ready.extend(frames::initial(&entries, self.initial, revision, token));
                    self.initial += entries.len();
                }
            }
        }
    }
}
