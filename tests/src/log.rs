//! The whole log of a server, read over holdfast.v1, and the checks that hold for every log.

use std::collections::BTreeMap;
use std::time::Duration;

use bytes::Bytes;
use holdfast_api::Streaming;
use holdfast_api::holdfast_v1::watch_request::Start;
use holdfast_api::holdfast_v1::watch_response::Kind;
use holdfast_api::holdfast_v1::{Event, EventKind, WatchResponse};
use tonic::Code;

use crate::{Failure, Holdfast};

/// A commit, put together from its frames.
#[derive(Debug, Clone, PartialEq)]
pub struct Commit {
    /// Its number.
    pub revision: u64,
    /// What it changed, in order.
    pub events: Vec<Event>,
    /// Behind it.
    pub token: String,
    /// Why.
    pub reason: String,
}

/// What a watch delivers, frames put together.
#[derive(Debug, Clone, PartialEq)]
pub enum Delivery {
    /// All current entries at a revision.
    Initial(Commit),
    /// A commit.
    Commit(Commit),
    /// Nothing happened up to this revision; the token behind it.
    Bookmark(u64, String),
}

/// A watch whose frames are put together and checked against the rules of framing.
#[derive(Debug)]
pub struct Watch {
    stream: Streaming<WatchResponse>,
}

impl Watch {
    /// Over a stream that was just opened.
    pub fn new(stream: Streaming<WatchResponse>) -> Self {
        Self { stream }
    }

    /// The next delivery.
    ///
    /// # Panics
    /// When frames break the rules, or the stream ends with OK: a server never does that.
    pub async fn next(&mut self) -> Result<Delivery, Failure> {
        let mut whole: Option<WatchResponse> = None;
        loop {
            let frame = self.stream.message().await?.expect("a watch never ends with OK");
            let last = frame.last;
            assert_eq!(!frame.token.is_empty(), last, "the token is on the last frame: {frame:?}");
            let joined = match whole.take() {
                None => frame,
                Some(before) => join(before, frame),
            };
            if last {
                return Ok(delivery(joined));
            }
            whole = Some(joined);
        }
    }

    /// The next commit; bookmarks are passed over.
    ///
    /// # Panics
    /// When there is initial state.
    pub async fn next_commit(&mut self) -> Result<Commit, Failure> {
        loop {
            match self.next().await? {
                Delivery::Commit(commit) => return Ok(commit),
                Delivery::Bookmark(..) => {}
                Delivery::Initial(state) => panic!("nobody asked for initial state: {state:?}"),
            }
        }
    }
}

fn join(mut before: WatchResponse, frame: WatchResponse) -> WatchResponse {
    assert_eq!(
        (before.revision, before.kind),
        (frame.revision, frame.kind),
        "frames of one commit"
    );
    before.events.extend(frame.events);
    before.token = frame.token;
    before.last = frame.last;
    before
}

fn delivery(frame: WatchResponse) -> Delivery {
    let kind = frame.kind.as_known();
    let commit = Commit {
        revision: frame.revision,
        events: frame.events,
        token: frame.token,
        reason: frame.reason,
    };
    match kind {
        Some(Kind::KIND_COMMIT) => {
            assert!(!commit.events.is_empty(), "a commit without an event: {commit:?}");
            Delivery::Commit(commit)
        }
        Some(Kind::KIND_INITIAL) => Delivery::Initial(commit),
        Some(Kind::KIND_BOOKMARK) => {
            assert!(commit.events.is_empty(), "a bookmark with events: {commit:?}");
            Delivery::Bookmark(commit.revision, commit.token)
        }
        other => panic!("a frame of kind {other:?}"),
    }
}

/// The newest revision: where a watch "from now" stands.
async fn head(server: &Holdfast) -> Result<u64, Failure> {
    let mut watch = Watch::new(server.watch(&[], None).await?);
    match watch.next().await? {
        Delivery::Bookmark(revision, _) => Ok(revision),
        Delivery::Commit(commit) => Ok(commit.revision),
        Delivery::Initial(state) => panic!("nobody asked for initial state: {state:?}"),
    }
}

/// Waits until the server has compacted its first commits; the oldest revision that a watch can begin with.
///
/// # Panics
/// When it compacts nothing, or says something else of a start that is gone.
pub async fn oldest(holdfast: &Holdfast) -> u64 {
    for _ in 0..1_000 {
        match holdfast.watch(&[], Some(Start::AfterRevision(1))).await {
            Err(failure) => {
                assert_eq!(
                    (failure.code, failure.reason.as_str()),
                    (Code::OutOfRange, "COMPACTED")
                );
                return failure.metadata["oldest"].parse().expect("a revision");
            }
            Ok(_) => tokio::time::sleep(Duration::from_millis(20)).await,
        }
    }
    panic!("nothing was compacted");
}

/// All commits behind a revision, up to what was the newest one when this was called (or a little further).
pub async fn read_after(server: &Holdfast, revision: u64) -> Result<Vec<Commit>, Failure> {
    let head = head(server).await?;
    let mut watch = Watch::new(server.watch(&[], Some(Start::AfterRevision(revision))).await?);
    let mut commits: Vec<Commit> = Vec::new();
    let mut position = revision;
    while position < head {
        match watch.next().await? {
            Delivery::Commit(commit) => {
                assert!(commit.revision > position, "{} behind {position}", commit.revision);
                position = commit.revision;
                commits.push(commit);
            }
            // A bookmark only says that nothing came for a moment, not that nothing more is there.
            Delivery::Bookmark(seen, _) => {
                assert!(seen >= position, "a bookmark at {seen} behind commit {position}");
                position = seen;
            }
            Delivery::Initial(state) => panic!("nobody asked for initial state: {state:?}"),
        }
    }
    Ok(commits)
}

/// Where an entry is.
pub type Name = (String, String);

/// The current entries, as set events, and the revision they show.
pub async fn read_state(server: &Holdfast) -> Result<(u64, BTreeMap<Name, Event>), Failure> {
    let mut watch = Watch::new(server.watch(&[], Some(Start::InitialState(true))).await?);
    match watch.next().await? {
        Delivery::Initial(state) => {
            let entries = state.events.into_iter();
            let entries =
                entries.map(|event| ((event.namespace.clone(), event.key.clone()), event));
            Ok((state.revision, entries.collect()))
        }
        other => panic!("initial state comes first, not {other:?}"),
    }
}

/// Reads everything and checks what is true of every log: revisions 1, 2, 3, ...; versions and ordinals that count on;
/// current entries that are exactly what the events add up to.
///
/// # Panics
/// When one of that is not so.
pub async fn check(server: &Holdfast) -> Vec<Commit> {
    let commits = read_after(server, 0).await.expect("the whole log can be read");
    assert_dense(&commits, 0);
    let (revision, state) = read_state(server).await.expect("the state can be read");
    assert_eq!(revision, commits.last().map_or(0, |c| c.revision), "the state is that of the head");
    assert_same(&replay(&commits), &state);
    commits
}

/// Fails unless revisions follow each other without a hole.
pub fn assert_dense(commits: &[Commit], after: u64) {
    for (place, commit) in commits.iter().enumerate() {
        let expected = after + 1 + place as u64;
        assert_eq!(commit.revision, expected, "revisions are dense");
        for (place, event) in commit.events.iter().enumerate() {
            assert_eq!(event.index as usize, place, "events are numbered: {event:?}");
        }
    }
}

/// The entries that the events of a whole log add up to.
pub fn replay(commits: &[Commit]) -> BTreeMap<Name, Event> {
    let mut state: BTreeMap<Name, Event> = BTreeMap::new();
    let mut ordinals: BTreeMap<Name, u64> = BTreeMap::new();
    for commit in commits {
        for event in &commit.events {
            let name = (event.namespace.clone(), event.key.clone());
            let before = ordinals.insert(name.clone(), event.ordinal).unwrap_or(0);
            assert!(event.ordinal > before, "ordinals rise: {event:?} after {before}");
            apply(&mut state, name, event, commit.revision);
        }
    }
    state
}

fn apply(state: &mut BTreeMap<Name, Event>, name: Name, event: &Event, revision: u64) {
    let current = state.get(&name);
    match event.kind.as_known() {
        Some(EventKind::EVENT_KIND_SET) => {
            let version = current.map_or(1, |entry| entry.version + 1);
            assert_eq!(event.version, version, "versions count from 1: {event:?}");
            let previous = current.map_or(0, |entry| entry.mod_revision);
            assert_eq!(event.previous_revision, previous, "it names the version before: {event:?}");
            assert_eq!(event.mod_revision, revision, "it was written here: {event:?}");
            state.insert(name, event.clone());
        }
        Some(EventKind::EVENT_KIND_DELETE | EventKind::EVENT_KIND_EXPIRE) => {
            assert!(current.is_some(), "what is not there cannot go: {event:?}");
            state.remove(&name);
        }
        other => panic!("an event of kind {other:?}: {event:?}"),
    }
}

/// What an entry and its event have in common.
fn essence(event: &Event) -> (u64, u64, u64, u64, &Bytes, &str, i32) {
    (
        event.version,
        event.ordinal,
        event.create_revision,
        event.mod_revision,
        &event.value,
        &event.codec,
        event.r#type,
    )
}

fn assert_same(replayed: &BTreeMap<Name, Event>, state: &BTreeMap<Name, Event>) {
    for (name, entry) in state {
        let event =
            replayed.get(name).unwrap_or_else(|| panic!("an entry without its event: {entry:?}"));
        assert_eq!(essence(event), essence(entry), "entry and event of {name:?}");
    }
    for (name, event) in replayed {
        assert!(state.contains_key(name), "an event without its entry: {event:?}");
    }
}
