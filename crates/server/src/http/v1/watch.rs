//! Watch as server-sent events: each event a block, each id a revision.

use std::collections::VecDeque;
use std::sync::Arc;
use std::time::Duration;

use axum::extract::State;
use axum::response::Response;
use bytes::Bytes;
use futures::stream::BoxStream;
use futures::{Stream, stream};
use holdfast_api::config_v1::WatchRequest;
use holdfast_auth::Work;
use holdfast_engine::{
    Caller, Delivery, Engine, EngineError, Matched, Start, Watch, Watcher, Which,
};
use holdfast_model::{ErrorKind, Revision};
use holdfast_store::StoreError;
use http::{HeaderMap, Method, StatusCode};
use tonic::{Code, Status};

use super::blocks;
use super::upstream::{self, Passed};
use crate::grpc::call::Counted;
use crate::grpc::config_v1::{Refusal, watch_wanted};
use crate::http::caller::Known;
use crate::http::fault::{Fault, plain};
use crate::http::query::Query;
use crate::http::sse::Wire;
use crate::http::{Behind, Face, SseKnobs, sse};

/// In commits, and in counters.
const METHOD: &str = "config.v1/Watch";
/// A stream on which nothing has happened yet says this soon where it stands: a client that is cut off before its first
/// event then resumes without a gap.
const FIRST_BOOKMARK: Duration = Duration::from_secs(1);
/// Room for so many blocks is kept while a stream waits.
const KEPT: usize = 4;

/// GET.
pub(super) async fn watch(
    State(face): State<Face>,
    known: Result<Known, Fault>,
    method: Method,
    wire: Wire,
    query: Query,
    headers: HeaderMap,
) -> Response {
    let request = match requested(&query, &face.sse) {
        Ok(request) => request,
        Err(why) => return plain(StatusCode::BAD_REQUEST, &why),
    };
    if method == Method::HEAD {
        return wire.whole([]);
    }
    // A token of its own: whoever waits for the shared one takes the lock of all with each event.
    let stop = face.stop.child_token().cancelled_owned();
    let begun = match known {
        Ok(known) => begin(&face, &known, request, &headers).await,
        Err(fault) => Err(fault.status),
    };
    match begun {
        Ok(Begun::Here(events)) => {
            wire.stream(sse::until_stopped(events.blocks(), stop), blocks::broken)
        }
        Ok(Begun::There(blocks)) => wire.stream(sse::until_stopped(blocks, stop), blocks::broken),
        // The headers of the contract's servers are out before anybody is refused.
        Err(status) => wire.refused(&status, [sse::PREAMBLE, blocks::error(&status)]),
    }
}

enum Begun {
    /// From the engine of this process.
    Here(Box<Events>),
    /// From the server behind a gateway.
    There(BoxStream<'static, Bytes>),
}

async fn begin(
    face: &Face,
    known: &Known,
    request: WatchRequest,
    headers: &HeaderMap,
) -> Result<Begun, Status> {
    let (engine, identity) = match (&face.behind, known.identity()) {
        (Behind::Engine(here), Some(identity)) => (here.engine.clone(), identity.clone()),
        (Behind::Upstream(upstream), _) => {
            if let Some(observation) = known.observation() {
                observation.method(METHOD);
            }
            let passed = Passed { headers, known };
            let blocks = upstream::blocks(upstream, passed, request, face.sse.heartbeat).await;
            return Ok(Begun::There(blocks));
        }
        (Behind::Engine(_), None) => {
            return Err(Status::unauthenticated("the caller is not known"));
        }
    };
    let origin = known.origin().clone();
    let counted = Counted::new(&face.metrics, METHOD, known.observation());
    let begun = async {
        if let Behind::Engine(here) = &face.behind {
            here.admit(Some(&identity), origin.peer, Work::Stream)?;
        }
        let caller = Caller { origin, ..Caller::of(identity.clone(), METHOD) };
        let asked = Asked { engine, sse: face.sse, caller, request, counted: None };
        Events::begin(asked, start(headers)).await
    };
    match begun.await {
        Ok(mut events) => {
            events.asked.counted = Some(counted);
            Ok(Begun::Here(Box::new(events)))
        }
        Err(status) => counted.end(Err(status)),
    }
}

/// A method that event streams do not have.
pub(super) async fn not_allowed() -> Response {
    plain(StatusCode::METHOD_NOT_ALLOWED, "Method Not Allowed")
}

fn requested(query: &Query, knobs: &SseKnobs) -> Result<WatchRequest, String> {
    Ok(WatchRequest {
        namespaces: values(query, "namespaces", "namespace", knobs)?,
        prefixes: values(query, "prefixes", "prefix", knobs)?,
        ..WatchRequest::default()
    })
}

fn values(query: &Query, name: &str, one: &str, knobs: &SseKnobs) -> Result<Vec<String>, String> {
    let values: Vec<String> = query.all(name).map(str::to_owned).collect();
    let (most, longest) = (knobs.query_values, knobs.query_value_bytes);
    if values.len() > most {
        return Err(format!("too many {name} (max {most})"));
    }
    if values.iter().any(|value| value.len() > longest) {
        return Err(format!("{one} value too long (max {longest} bytes)"));
    }
    Ok(values)
}

/// Behind the last event that the client saw; one that is no number says nothing.
fn start(headers: &HeaderMap) -> Start {
    let id = headers.get("last-event-id").and_then(|id| id.to_str().ok());
    let id = id.filter(|id| id.bytes().all(|digit| digit.is_ascii_digit()));
    id.filter(|id| !id.is_empty()).map_or(Start::Now, |digits| {
        // More digits than any revision has: from a log that is not this one.
        Start::After(Revision(digits.parse().unwrap_or(u64::MAX - 1)))
    })
}

/// What a stream was asked for, to begin again after a reset.
struct Asked {
    engine: Engine,
    sse: SseKnobs,
    caller: Caller,
    request: WatchRequest,
    counted: Option<Counted>,
}

impl Asked {
    async fn open(&self, start: Start) -> Result<Watcher, EngineError> {
        let first = if self.sse.ids { FIRST_BOOKMARK } else { self.sse.heartbeat };
        let bookmark = Some(self.sse.heartbeat.min(first));
        let watch = Watch { start, bookmark, ..watch_wanted(self.request.clone()) };
        self.engine.watch(&self.caller, watch).await
    }

    fn reset(&self, error: &EngineError, watcher: &Watcher) -> Bytes {
        let oldest = match error {
            EngineError::ForeignLog { oldest }
            | EngineError::Store(StoreError::Compacted { oldest, .. }) => *oldest,
            _ => self.engine.head().floors.events,
        };
        blocks::reset(error.kind(), oldest, watcher.position(), self.sse.ids)
    }
}

/// One stream. There are many that wait for days, so what is seldom used is in a box.
struct Events {
    asked: Box<Asked>,
    watcher: Watcher,
    ready: VecDeque<Bytes>,
    /// The id that the client knows.
    told: Revision,
    /// Events have ids.
    ids: bool,
    /// Nothing was quiet for long yet.
    fresh: bool,
    over: bool,
}

impl Events {
    async fn begin(asked: Asked, start: Start) -> Result<Self, Status> {
        let mut ready = VecDeque::from([sse::PREAMBLE]);
        let watcher = match asked.open(start).await {
            Err(error) if resets(&error) => {
                let watcher = asked.open(Start::Now).await;
                let watcher = watcher.map_err(|error| Status::from(Refusal::from(error)))?;
                ready.push_back(asked.reset(&error, &watcher));
                watcher
            }
            opened => opened.map_err(|error| Status::from(Refusal::from(error)))?,
        };
        let (ids, told) = (asked.sse.ids, Revision::ZERO);
        let fresh = ids && FIRST_BOOKMARK < asked.sse.heartbeat;
        Ok(Self { asked: Box::new(asked), watcher, ready, told, ids, fresh, over: false })
    }

    fn blocks(self) -> impl Stream<Item = Bytes> + Send + 'static {
        stream::unfold(self, |mut events| async move {
            events.next().await.map(|block| (block, events))
        })
    }

    /// The next block; `None` when there will be none. What has been taken from the log but not sent is of one commit.
    async fn next(&mut self) -> Option<Bytes> {
        loop {
            if let Some(block) = self.ready.pop_front() {
                return Some(block);
            }
            if self.over {
                return None;
            }
            self.ready.shrink_to(KEPT);
            match self.watcher.next().await {
                Ok(Delivery::Commit(matched)) => self.commit(&matched),
                Ok(Delivery::Bookmark { revision, .. }) => self.quiet(revision),
                // Neither is in this dialect.
                Ok(Delivery::Initial { .. } | Delivery::Resync { .. }) => {}
                Err(error) => Box::pin(self.failed(error)).await,
            }
        }
    }

    /// The id goes with the last block only: who is cut off inside a commit gets that commit again.
    fn commit(&mut self, matched: &Matched) {
        let revision = matched.commit.commit().revision;
        let shared: Option<Arc<blocks::Blocks>> =
            matched.commit.encoded(blocks::SLOT, blocks::of_commit);
        let shared = shared.unwrap_or_else(|| Arc::new(blocks::of_commit(matched.commit.commit())));
        let without_id = |block: &Bytes| block.slice(shared.id_bytes..);
        let (ready, mut last) = (&mut self.ready, None);
        let take = |block| {
            if let Some(before) = last.replace(block) {
                ready.push_back(without_id(before));
            }
        };
        match &matched.events {
            Which::All => shared.blocks.iter().flatten().for_each(take),
            Which::Some(indexes) => {
                let at = |index: &u32| shared.blocks.get(*index as usize)?.as_ref();
                indexes.iter().filter_map(at).for_each(take);
            }
        }
        let Some(last) = last else { return };
        self.ready.push_back(if self.ids { last.clone() } else { without_id(last) });
        self.told = revision;
    }

    fn quiet(&mut self, revision: Revision) {
        if self.fresh {
            self.fresh = false;
            self.watcher.bookmark_every(self.asked.sse.heartbeat);
        } else {
            self.ready.push_back(sse::HEARTBEAT);
        }
        if self.ids && revision > self.told {
            self.ready.push_back(sse::bookmark(&revision));
            self.told = revision;
        }
    }

    async fn failed(&mut self, error: EngineError) {
        if resets(&error) {
            match self.asked.open(Start::Now).await {
                Ok(watcher) => {
                    self.ready.push_back(self.asked.reset(&error, &watcher));
                    self.watcher = watcher;
                    return;
                }
                Err(again) => self.refuse(again),
            }
        } else {
            self.refuse(error);
        }
        self.over = true;
    }

    fn refuse(&mut self, error: EngineError) {
        // The end of the server is no failure: the client comes back by itself.
        let is_end = matches!(error, EngineError::Stopping);
        let status = Status::from(Refusal::from(error));
        if let Some(counted) = &mut self.asked.counted {
            counted.ended(status.code());
        }
        if !is_end {
            self.ready.push_back(blocks::error(&status));
        }
    }
}

/// The place is gone: the client has to read the current state. A 4xx would stop an EventSource for good.
fn resets(error: &EngineError) -> bool {
    matches!(error.kind(), ErrorKind::Compacted | ErrorKind::ForeignLog | ErrorKind::FutureRevision)
}

/// The sentences that a stream may show; the others are the server's own business.
pub(super) fn shown_message(status: &Status) -> &str {
    match status.code() {
        Code::PermissionDenied
        | Code::Unauthenticated
        | Code::InvalidArgument
        | Code::NotFound
        | Code::AlreadyExists
        | Code::FailedPrecondition
        | Code::Unimplemented => status.message(),
        _ => "internal error",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_whole_numbers_are_places() {
        let of = |id: &str| {
            let mut headers = HeaderMap::new();
            headers.insert("last-event-id", id.parse().expect("a value"));
            start(&headers)
        };
        assert_eq!(of("7"), Start::After(Revision(7)));
        assert_eq!(of("0"), Start::After(Revision(0)));
        for id in ["", "abc", "-1", "+1", "7.0", "7 "] {
            assert_eq!(of(id), Start::Now, "{id}");
        }
        assert!(
            matches!(of("99999999999999999999999"), Start::After(Revision(far)) if far > 1 << 60)
        );
        assert_eq!(start(&HeaderMap::new()), Start::Now);
    }
}
