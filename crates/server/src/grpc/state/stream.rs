//! Stream: one message for each event of a type, from now on or from behind an earlier one.

use std::collections::VecDeque;
use std::sync::Arc;

use buffa::Message as _;
use bytes::Bytes;
use futures::stream;
use holdfast_api::Encoded;
use holdfast_api::convert::state as convert;
use holdfast_api::convert::state::json::Shown;
use holdfast_api::stategate::{Event as Message, StreamOpts};
use holdfast_engine::{Delivery, EngineError, Matched, Place, Start, Watch, Watcher};
use holdfast_model::{Commit, Event, Revision};
use tonic::Status;
use uuid::Uuid;

use super::event::{Happened, before, is_shown};
use super::fault::{About, Refusal};
use super::group::Sharing;
use super::policy::Gate;
use super::relay::Relay;
use super::valid::invalid;
use super::wanted::Wanted;
use crate::grpc::call::{Call, Streamed};

/// As what events are sent. The forms are made once for each event and kept beside its commit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Form {
    /// The message.
    Protobuf,
    /// A line of JSON, as v0.5.0 has it: `{"result":<event>}`.
    Line,
    /// The same with what v0.5.0 did not have.
    ExtendedLine,
    /// A line as v0.14.0 has it: with `entity` and `method`.
    EntityLine,
    /// The same with what that did not have, either.
    ExtendedEntityLine,
}

impl Form {
    /// The place among the encoded forms that the hub keeps beside a commit; what is rarely asked for has none.
    fn slot(self) -> Option<usize> {
        match self {
            Self::Protobuf => Some(5),
            Self::Line => Some(6),
            Self::EntityLine => Some(7),
            Self::ExtendedLine | Self::ExtendedEntityLine => None,
        }
    }

    pub(super) fn bytes(self, message: &Message) -> Result<Bytes, Status> {
        match self {
            Self::Protobuf => Ok(message.encode_to_bytes()),
            Self::Line => line(&Shown::new(message, false)),
            Self::ExtendedLine => line(&Shown::new(message, true)),
            Self::EntityLine => line(&Shown::newest(message, false)),
            Self::ExtendedEntityLine => line(&Shown::newest(message, true)),
        }
    }
}

fn line(event: &Shown<'_, Message>) -> Result<Bytes, Status> {
    let mut line = br#"{"result":"#.to_vec();
    serde_json::to_writer(&mut line, event)
        .map_err(|error| Status::internal(format!("the event does not encode: {error}")))?;
    line.extend_from_slice(b"}\n");
    Ok(line.into())
}

/// An event in its encoded form.
struct Formed {
    kind: String,
    bytes: Bytes,
}

/// Those of a commit, in order; `None` for removals, which are made for each watcher.
type All = Result<Vec<Option<Formed>>, Status>;

fn form_all(commit: &Commit, form: Form) -> All {
    let formed = |(index, event): (usize, &Event)| {
        if !event.leaves_entry() {
            return Ok(None);
        }
        let happened = Happened::of(commit, index);
        let bytes = form.bytes(&happened.message())?;
        Ok(Some(Formed { kind: happened.kind, bytes }))
    };
    commit.events.iter().enumerate().map(formed).collect()
}

/// The events as messages of the service.
pub(super) async fn stream(
    call: Call,
    relay: Relay,
    opts: StreamOpts,
    gate: Option<Gate>,
) -> Result<Streamed<Message>, Refusal> {
    let streaming = Running::begin(call, relay, opts, gate, Form::Protobuf).await?;
    Ok(Box::pin(stream::unfold(Some(streaming), |streaming| async move {
        let mut streaming = streaming?;
        match streaming.next().await {
            Ok(bytes) => Some((Ok(Encoded::Bytes(bytes)), Some(streaming))),
            Err(refusal) => Some((Err(Status::from(refusal)), None)),
        }
    })))
}

/// The same as lines of JSON.
pub(super) async fn lines(
    call: Call,
    relay: Relay,
    opts: StreamOpts,
    gate: Option<Gate>,
    form: Form,
) -> Result<Streamed<Bytes>, Refusal> {
    let streaming = Running::begin(call, relay, opts, gate, form).await?;
    Ok(Box::pin(stream::unfold(Some(streaming), |streaming| async move {
        let mut streaming = streaming?;
        match streaming.next().await {
            Ok(bytes) => Some((Ok(Encoded::Message(bytes)), Some(streaming))),
            Err(refusal) => Some((Err(Status::from(refusal)), None)),
        }
    })))
}

/// A running stream.
enum Running {
    /// With all events.
    Own(Box<Streaming>),
    /// With its share.
    Shared(Box<Sharing>),
}

impl Running {
    async fn begin(
        call: Call,
        relay: Relay,
        opts: StreamOpts,
        gate: Option<Gate>,
        form: Form,
    ) -> Result<Self, Refusal> {
        if opts.consumer_group.is_empty() {
            let streaming = Streaming::begin(call, opts, gate, form).await?;
            return Ok(Self::Own(Box::new(streaming)));
        }
        Ok(Self::Shared(Box::new(Sharing::begin(call, relay, opts, gate, form).await?)))
    }

    async fn next(&mut self) -> Result<Bytes, Refusal> {
        match self {
            Self::Own(streaming) => streaming.next().await,
            Self::Shared(sharing) => sharing.next().await,
        }
    }
}

/// A stream of one's own.
struct Streaming {
    call: Call,
    opts: StreamOpts,
    wanted: Wanted,
    /// Who is asked about each event; `None`: nobody.
    gate: Option<Gate>,
    form: Form,
    watcher: Watcher,
    /// Up to here the caller has everything.
    behind: Option<Place>,
    ready: VecDeque<Bytes>,
}

impl Streaming {
    async fn begin(
        call: Call,
        opts: StreamOpts,
        gate: Option<Gate>,
        form: Form,
    ) -> Result<Self, Refusal> {
        let about = About { domain: &opts.domain, kind: &opts.r#type, key: None };
        let failed = |error: EngineError| about.failed("failed to stream events", &error);
        let behind = place(&call, &opts).await?;
        let wanted = Wanted::of(&opts.domain, &opts.r#type);
        let watch = Watch {
            filters: vec![wanted.keys()],
            start: behind.map_or(Start::Now, Start::behind),
            ..Watch::default()
        };
        let watcher = call.engine.watch(&call.caller, watch).await.map_err(failed)?;
        Ok(Self { call, opts, wanted, gate, form, watcher, behind, ready: VecDeque::new() })
    }

    async fn next(&mut self) -> Result<Bytes, Refusal> {
        loop {
            if let Some(message) = self.ready.pop_front() {
                return Ok(message);
            }
            let delivery = self.watcher.next().await.map_err(|error| self.failed(&error))?;
            if let Delivery::Commit(matched) = delivery {
                self.take(&matched).await?;
            }
        }
    }

    fn failed(&self, error: &EngineError) -> Refusal {
        let about = About { domain: &self.opts.domain, kind: &self.opts.r#type, key: None };
        about.failed("failed to stream events", error)
    }

    /// The messages of a commit for this caller.
    async fn take(&mut self, matched: &Matched) -> Result<(), Refusal> {
        let commit = matched.commit.commit();
        let all: Option<Arc<All>> = self.form.slot().and_then(|slot| {
            let form = self.form;
            matched.commit.encoded(slot, |commit| form_all(commit, form))
        });
        let all = all.unwrap_or_else(|| Arc::new(form_all(commit, self.form)));
        let all = all.as_ref().as_ref().map_err(Status::clone)?;
        for index in matched.events.indexes(commit.events.len()) {
            if self.has(commit.revision, index) {
                continue;
            }
            let namespace = commit.events[index].at.namespace.as_str();
            match all.get(index).and_then(Option::as_ref) {
                Some(formed) if self.wanted.lets(namespace, &formed.kind) => {
                    let happened = || Happened::of(commit, index).message();
                    if self.lets_through(happened)? {
                        self.ready.push_back(formed.bytes.clone());
                    }
                }
                Some(_) => {}
                None => self.removed(commit, index).await?,
            }
        }
        Ok(())
    }

    /// Whether the caller has the event already.
    fn has(&self, revision: Revision, index: usize) -> bool {
        self.behind.is_some_and(|behind| {
            revision == behind.revision && u32::try_from(index).is_ok_and(|i| i <= behind.index)
        })
    }

    async fn removed(&mut self, commit: &Commit, index: usize) -> Result<(), Refusal> {
        let event = &commit.events[index];
        if !is_shown(self.call.knobs.del_events, commit, event) {
            return Ok(());
        }
        let before = before(&self.call.engine, &self.call.caller, event).await;
        let before = before.map_err(|error| self.failed(&error))?;
        let happened = Happened::removal(commit, index, before.as_deref());
        let message = happened.message();
        let wanted = self.wanted.lets(event.at.namespace.as_str(), &happened.kind);
        if wanted && self.lets_through(|| message.clone())? {
            self.ready.push_back(self.form.bytes(&message)?);
        }
        Ok(())
    }

    /// What the response policy says of an event.
    fn lets_through(&self, message: impl FnOnce() -> Message) -> Result<bool, Status> {
        self.gate.as_ref().map_or(Ok(true), |gate| gate.event(&message()))
    }
}

/// From where a stream is asked for.
enum Since {
    Now,
    Revision(Revision),
    Event(Uuid),
}

/// Behind which event a stream is to begin; `None`: with the next one.
pub(super) async fn place(call: &Call, opts: &StreamOpts) -> Result<Option<Place>, Refusal> {
    Ok(match since(&opts.since)? {
        Since::Now => None,
        Since::Revision(revision) => Some(Place { revision, index: u32::MAX }),
        Since::Event(id) => {
            let about = About { domain: &opts.domain, kind: &opts.r#type, key: None };
            let namespace = Wanted::of(&opts.domain, &opts.r#type).namespace().unwrap_or_default();
            let found = call.engine.place_of_event(&call.caller, &namespace, id).await;
            let found = found.map_err(|error| about.failed("failed to stream events", &error))?;
            Some(found.ok_or_else(|| no_since(&opts.since))?)
        }
    })
}

fn since(text: &str) -> Result<Since, Refusal> {
    if text.is_empty() {
        return Ok(Since::Now);
    }
    if let Ok(revision) = text.parse() {
        return Ok(Since::Revision(Revision(revision)));
    }
    match Uuid::try_parse(text) {
        Ok(id) => Ok(Since::Event(convert::shown_event(id))),
        Err(_) => Err(no_since(text)),
    }
}

fn no_since(text: &str) -> Refusal {
    let why = format!("value '{text}' must be a revision or the id of an event");
    invalid("Since", &why).into()
}
