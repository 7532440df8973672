//! What every handler gets, and what is counted of every call.

use std::future::Future;
use std::net::IpAddr;
use std::pin::Pin;
use std::sync::Arc;
use std::time::{Duration, Instant};

use futures::{Stream, StreamExt};
use holdfast_api::Encoded;
use holdfast_auth::{Asking, AuthError, Credentials, Identity, RateLimiter, Work};
use holdfast_engine::{Caller, Engine, Origin};
use holdfast_graphql::Bounds;
use holdfast_model::{Precondition, Revision};
use holdfast_store::Snapshots;
use http::Extensions;
use tokio::time::timeout_at;
use tokio_util::sync::CancellationToken;
use tonic::metadata::MetadataMap;
use tonic::{Code, Request, Response, Status};

use crate::intercept::{RequestId, unbroken};
use crate::listen::Peer;
use crate::metrics::Metrics;
use crate::nodes::ways::Ways;
use crate::observe::Observation;
use crate::peers::Peers;
use crate::rate::{self, work_of};
use crate::settings::{DelEvents, Settings};
use crate::trust::keeper::Keeper;
use crate::trust::state::StateTrust;

/// What the services of one server share.
#[derive(Clone)]
pub struct Shared {
    /// The use cases.
    pub engine: Engine,
    /// Counters.
    pub metrics: Metrics,
    /// Cancelled when the server stops: watches end.
    pub stop: CancellationToken,
    /// How often callers may call; `None`: as often as they like.
    pub limits: Option<Arc<dyn RateLimiter>>,
    /// Who follows tokens and roles; `None` where nobody does.
    pub keeper: Option<Arc<Keeper>>,
    /// Who decides about calls of stategate.
    pub state: StateTrust,
    /// What holds a moment of the log still; `None` where the store cannot.
    pub snapshots: Option<Arc<dyn Snapshots>>,
    /// How other nodes of the same log are reached.
    pub ways: Ways,
    /// Who listens to messages of peers.
    pub peers: Peers,
    /// What the adapters themselves have to know of the settings.
    pub knobs: Knobs,
}

impl Shared {
    /// What an engine without a network has.
    #[must_use]
    pub fn alone(engine: Engine, settings: &Settings, stop: CancellationToken) -> Self {
        let (metrics, knobs) = (Metrics::default(), Knobs::of(settings));
        let state = StateTrust::alone(&engine);
        let peers = Peers::default();
        let ways = Ways::default();
        Self {
            engine,
            metrics,
            stop,
            knobs,
            state,
            ways,
            peers,
            snapshots: None,
            keeper: None,
            limits: None,
        }
    }

    /// For the services of stategate: the same behind the guard of theirs.
    pub(crate) fn of_state(&self) -> Self {
        Self { engine: self.engine.guarded_by(self.state.guard()), ..self.clone() }
    }

    /// Who shows these credentials. An attempt that fails is counted and recorded.
    pub(crate) async fn recognise(
        &self,
        shown: &Credentials<'_>,
        method: &str,
    ) -> Result<Identity, AuthError> {
        let error = match self.engine.guard().authenticate(shown).await {
            Ok(identity) => return Ok(identity),
            Err(error) => error,
        };
        if let Some(limits) = &self.limits {
            let asking = Asking { who: None, peer: shown.peer, work: Work::SignIn };
            limits.admit(&asking).map_err(AuthError::TooOften)?;
        }
        if let Err(fault) = self.engine.not_recognised(shown, method, &error).await {
            // The caller is refused either way.
            tracing::debug!(%fault, "a refused caller was not recorded");
        }
        Err(error)
    }

    /// Counts a call.
    pub(crate) fn admit(
        &self,
        who: Option<&Identity>,
        peer: Option<IpAddr>,
        work: Work,
    ) -> Result<(), Status> {
        let Some(limits) = &self.limits else { return Ok(()) };
        limits.admit(&Asking { who, peer, work }).map_err(rate::exceeded)
    }
}

/// Settings of the adapters.
#[derive(Debug, Clone, Copy)]
pub struct Knobs {
    /// Names in a page of namespaces when the request does not say.
    pub namespaces_page: usize,
    /// Names in a page of namespaces at most.
    pub namespaces_page_max: usize,
    /// Pause after which a quiet holdfast.v1 watch gets a bookmark.
    pub bookmark_interval: Duration,
    /// The largest request on the wire.
    pub request_bytes: usize,
    /// A request body has to be complete by then.
    pub body_timeout: Duration,
    /// Which removals are events of stategate too.
    pub del_events: DelEvents,
    /// What a request in GraphQL may be; `None`: none is answered.
    pub graphql: Option<Bounds>,
    /// Events of what was removed are in no search of stategate.
    pub forget_removed: bool,
}

impl Knobs {
    /// Those of the settings.
    #[must_use]
    pub fn of(settings: &Settings) -> Self {
        Self {
            namespaces_page: settings.limits.namespaces_page,
            namespaces_page_max: settings.limits.namespaces_page_max,
            bookmark_interval: settings.watch.bookmark_interval,
            request_bytes: settings.limits.request_bytes.0,
            body_timeout: settings.limits.body_timeout,
            del_events: settings.state.del_events,
            graphql: settings.graphql.bounds(),
            forget_removed: settings.state.forget_removed,
        }
    }
}

/// One call: the use cases, and on whose behalf.
pub(crate) struct Call {
    pub(crate) engine: Engine,
    pub(crate) caller: Caller,
    pub(crate) knobs: Knobs,
    /// What has to be true of the entry that is written, beside what the message says.
    pub(crate) condition: Precondition,
}

/// What an adapter that has headers of its own adds to a request, in its extensions; the answer then has a [`ModRevision`].
#[derive(Debug, Clone)]
pub(crate) struct Extras {
    pub(crate) condition: Precondition,
    pub(crate) origin: Origin,
    pub(crate) observation: Option<Observation>,
}

/// The request that a call came with, to be observed.
pub(crate) fn observation(extensions: &Extensions) -> Option<Observation> {
    match extensions.get::<Extras>() {
        Some(extras) => extras.observation.clone(),
        None => extensions.get::<RequestId>()?.observation.clone(),
    }
}

/// From where a request came.
pub(crate) fn origin(extensions: &Extensions) -> Origin {
    let peer = extensions.get::<Peer>().map(|peer| peer.address);
    let request_id = extensions.get::<RequestId>().map(|id| Arc::clone(&id.id));
    Origin { peer, request_id: request_id.unwrap_or_default() }
}

/// In the extensions of an answer: where the entry in it was last written.
#[derive(Debug, Clone, Copy)]
pub(crate) struct ModRevision(pub(crate) Revision);

/// What a unary handler answers: the message, and what does not fit into it.
pub(crate) struct Reply<A> {
    pub(crate) message: Encoded<A>,
    pub(crate) revision: Option<Revision>,
}

impl<A> From<A> for Reply<A> {
    fn from(message: A) -> Self {
        Self { message: message.into(), revision: None }
    }
}

impl<A> From<Encoded<A>> for Reply<A> {
    fn from(message: Encoded<A>) -> Self {
        Self { message, revision: None }
    }
}

impl<A> Reply<A> {
    fn into_response(self, wants_revision: bool) -> Response<Encoded<A>> {
        let mut response = Response::new(self.message);
        if let Some(revision) = self.revision.filter(|_| wants_revision) {
            response.extensions_mut().insert(ModRevision(revision));
        }
        response
    }
}

impl Call {
    fn new(
        shared: &Shared,
        method: &'static str,
        metadata: &MetadataMap,
        extensions: &Extensions,
    ) -> Result<Self, Status> {
        // The authn layer put it there; without one nobody is let in.
        let identity = extensions.get::<Identity>().cloned();
        let identity =
            identity.ok_or_else(|| Status::unauthenticated("the caller is not known"))?;
        let deadline = deadline(metadata);
        let extras = extensions.get::<Extras>();
        let origin = match extras {
            Some(extras) => extras.origin.clone(),
            None => origin(extensions),
        };
        shared.admit(Some(&identity), origin.peer, work_of(method))?;
        let caller = Caller { identity, method, deadline, origin, fence: None };
        let condition = extras.map(|extras| extras.condition.clone()).unwrap_or_default();
        Ok(Self { engine: shared.engine.clone(), caller, knobs: shared.knobs, condition })
    }
}

/// Runs the handler of a unary call, no longer than its deadline, and counts it.
pub(crate) async fn unary<Q, A, M, E, F>(
    shared: &Shared,
    method: &'static str,
    request: Request<Q>,
    handle: impl FnOnce(Call, Q) -> F,
) -> Result<Response<Encoded<M>>, Status>
where
    F: Future<Output = Result<A, E>>,
    A: Into<Reply<M>>,
    E: Into<Status>,
{
    let wants_revision = request.extensions().get::<Extras>().is_some();
    let counted = Counted::new(&shared.metrics, method, observation(request.extensions()));
    let call = match Call::new(shared, method, request.metadata(), request.extensions()) {
        Ok(call) => call,
        Err(status) => return counted.end(Err(status)),
    };
    let deadline = call.caller.deadline;
    let handled = handle(call, request.into_inner());
    let reply = counted.run(deadline, handled).await?;
    Ok(reply.into().into_response(wants_revision))
}

/// The messages of a server stream.
pub(crate) type Streamed<A> = Pin<Box<dyn Stream<Item = Result<Encoded<A>, Status>> + Send>>;

/// Starts the handler of a server stream. The stream ends with the server or at its deadline, and is counted then.
pub(crate) async fn streaming<Q, A, E, F>(
    shared: &Shared,
    method: &'static str,
    request: Request<Q>,
    handle: impl FnOnce(Call, Q) -> F,
) -> Result<Response<Streamed<A>>, Status>
where
    F: Future<Output = Result<Streamed<A>, E>>,
    E: Into<Status>,
    A: Send + 'static,
{
    let counted = Counted::new(&shared.metrics, method, observation(request.extensions()));
    let begun = async {
        let call = Call::new(shared, method, request.metadata(), request.extensions())?;
        let id = RequestId {
            id: Arc::clone(&call.caller.origin.request_id),
            observation: counted.observation.clone(),
        };
        let over = over(shared.stop.clone(), call.caller.deadline);
        let stream = handle(call, request.into_inner()).await.map_err(Into::into)?;
        Ok((stream, Box::pin(over), id))
    };
    match begun.await {
        Ok((stream, over, id)) => Ok(Response::new(until(stream, over, counted, id))),
        Err(status) => counted.end(Err(status)),
    }
}

/// Never OK, and never the reason of a closed store: clients take those for the end and do not come back.
async fn over(stop: CancellationToken, deadline: Option<Instant>) -> Status {
    let stopped = stop.cancelled_owned();
    match deadline {
        None => stopped.await,
        Some(at) => {
            if timeout_at(at.into(), stopped).await.is_err() {
                return Status::deadline_exceeded("the deadline passed");
            }
        }
    }
    Status::unavailable("the server is shutting down")
}

type Over = Pin<Box<dyn Future<Output = Status> + Send>>;

fn until<A: Send + 'static>(
    stream: Streamed<A>,
    over: Over,
    counted: Counted,
    id: RequestId,
) -> Streamed<A> {
    if let Some(observation) = &id.observation {
        observation.streams();
    }
    Box::pin(futures::stream::unfold(Some((stream, over, counted, id)), |state| async move {
        let (mut stream, mut over, mut counted, id) = state?;
        let next = tokio::select! {
            biased;
            status = &mut over => Some(Err(status)),
            next = unbroken(&id, stream.next()) => next.unwrap_or_else(|status| Some(Err(status))),
        };
        match next {
            Some(Err(status)) => {
                counted.code = status.code();
                Some((Err(status), None))
            }
            Some(message) => {
                counted.metrics.state_calls.sent(counted.method);
                if let Some(observation) = &id.observation {
                    observation.message();
                }
                Some((message, Some((stream, over, counted, id))))
            }
            None => {
                counted.code = Code::Ok;
                None
            }
        }
    }))
}

/// Counts a call when it is over, however it ends.
pub(crate) struct Counted {
    metrics: Metrics,
    method: &'static str,
    started: Instant,
    code: Code,
    observation: Option<Observation>,
}

impl Counted {
    pub(crate) fn new(
        metrics: &Metrics,
        method: &'static str,
        observation: Option<Observation>,
    ) -> Self {
        if let Some(observation) = &observation {
            observation.method(method);
        }
        metrics.state_calls.started(method);
        // What it stays when it is dropped without an end: the caller went away.
        let code = Code::Cancelled;
        Self { metrics: metrics.clone(), method, started: Instant::now(), code, observation }
    }

    /// Runs what a call does, no longer than its deadline.
    pub(crate) async fn run<A, E: Into<Status>>(
        self,
        deadline: Option<Instant>,
        handled: impl Future<Output = Result<A, E>>,
    ) -> Result<A, Status> {
        let answer = match deadline {
            None => handled.await.map_err(Into::into),
            Some(at) => match timeout_at(at.into(), handled).await {
                Ok(answer) => answer.map_err(Into::into),
                Err(_) => Err(too_late()),
            },
        };
        self.end(answer)
    }

    /// With this answer.
    pub(crate) fn end<A>(mut self, answer: Result<A, Status>) -> Result<A, Status> {
        self.ended(answer.as_ref().map_or_else(Status::code, |_| Code::Ok));
        answer
    }

    /// For what ends later than it answers: how it would have ended by now.
    pub(crate) fn ended(&mut self, code: Code) {
        self.code = code;
    }
}

impl Drop for Counted {
    fn drop(&mut self) {
        let (took, code) = (self.started.elapsed(), self.code);
        self.metrics.answered(self.method, code, took);
        if let Some(observation) = &self.observation {
            observation.code(code);
        }
    }
}

fn too_late() -> Status {
    Status::deadline_exceeded(
        "the deadline passed before there was an answer; a write may still have been applied",
    )
}

/// `grpc-timeout`: up to eight digits and a unit. What does not parse is no deadline.
fn deadline(metadata: &MetadataMap) -> Option<Instant> {
    deadline_of(metadata.get("grpc-timeout")?.to_str().ok()?)
}

pub(crate) fn deadline_of(text: &str) -> Option<Instant> {
    let (digits, unit) = text.split_at_checked(text.len().checked_sub(1)?)?;
    if digits.len() > 8 || !digits.bytes().all(|digit| digit.is_ascii_digit()) {
        return None;
    }
    let amount: u64 = digits.parse().ok()?;
    let span = match unit {
        "H" => Duration::from_secs(amount * 3_600),
        "M" => Duration::from_secs(amount * 60),
        "S" => Duration::from_secs(amount),
        "m" => Duration::from_millis(amount),
        "u" => Duration::from_micros(amount),
        "n" => Duration::from_nanos(amount),
        _ => return None,
    };
    Instant::now().checked_add(span)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parsed(text: &str) -> Option<Duration> {
        let mut metadata = MetadataMap::new();
        metadata.insert("grpc-timeout", text.parse().expect("ASCII"));
        deadline(&metadata).map(|at| at.duration_since(Instant::now()))
    }

    #[test]
    fn timeouts_are_read_as_grpc_writes_them() {
        assert!(parsed("200S").is_some_and(|span| span > Duration::from_secs(100)));
        assert!(parsed("99999999H").is_some());
        for text in ["", "S", "5", "999999999S", "-1S", "1x", "1.5S"] {
            assert!(parsed(text).is_none(), "{text}");
        }
    }
}
