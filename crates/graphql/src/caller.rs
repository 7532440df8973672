//! On whose behalf fields call services.

use std::pin::Pin;
use std::sync::Arc;

use async_graphql::{Context, Error};
use async_trait::async_trait;
use futures::Stream;
use holdfast_api::Encoded;
use holdfast_api::stategate::cache_service_server::CacheService;
use holdfast_api::stategate::entity_service_server::EntityService;
use holdfast_api::stategate::event_service_server::EventService;
use holdfast_api::stategate::mutex_service_server::MutexService;
use holdfast_api::stategate::peer_service_server::PeerService;
use holdfast_api::stategate::{Event, PeerMessage};
use http::Extensions;
use tonic::metadata::MetadataMap;
use tonic::{Request, Status};

use crate::failure;

/// Messages of a stream.
pub type Streamed<A> = Pin<Box<dyn Stream<Item = Result<Encoded<A>, Status>> + Send>>;

/// Who answers: what gRPC calls, too.
#[derive(Clone)]
pub struct Services {
    /// Entities.
    pub entities: Arc<dyn EntityService>,
    /// What happened to them.
    pub events: Arc<dyn EventService<StreamStream = Streamed<Event>>>,
    /// Values that may go at a time.
    pub cache: Arc<dyn CacheService>,
    /// Locks.
    pub locks: Arc<dyn MutexService>,
    /// Messages between those who are connected.
    pub peers: Arc<dyn PeerService<StreamStream = Streamed<PeerMessage>>>,
}

/// Knows callers, each time one asks for something: what they showed may have ended since.
#[async_trait]
pub trait Reception: Send + Sync + 'static {
    /// Who calls: by the headers of the request, with `authorization` in the place of theirs where it is said.
    async fn caller(&self, authorization: Option<&str>) -> Caller;
}

/// Who calls, or why nobody does: each field that calls a service is then refused, and the others are answered.
#[derive(Clone)]
pub struct Caller(Result<Arc<Shown>, Status>);

/// What every call of a caller carries.
struct Shown {
    metadata: MetadataMap,
    extensions: Extensions,
}

impl Caller {
    /// Whose calls all look like this one.
    #[must_use]
    pub fn like(request: Request<()>) -> Self {
        let (metadata, extensions, ()) = request.into_parts();
        Self(Ok(Arc::new(Shown { metadata, extensions })))
    }

    /// Who is not known.
    #[must_use]
    pub fn refused(status: Status) -> Self {
        Self(Err(status))
    }

    /// Why they are not known.
    #[must_use]
    pub fn refusal(&self) -> Option<&Status> {
        self.0.as_ref().err()
    }

    /// The message as a call of theirs.
    fn asks<Q>(&self, message: Q) -> Result<Request<Q>, Status> {
        let shown = self.0.as_ref().map_err(Status::clone)?;
        let (metadata, extensions) = (shown.metadata.clone(), shown.extensions.clone());
        Ok(Request::from_parts(metadata, extensions, message))
    }
}

/// The message as a call of the one for whom a field is resolved.
pub(crate) fn asked<Q>(ctx: &Context<'_>, message: Q) -> Result<Request<Q>, Error> {
    ctx.data::<Caller>()?.asks(message).map_err(|status| failure::of(&status))
}

/// Who answers.
pub(crate) fn services<'a>(ctx: &Context<'a>) -> Result<&'a Services, Error> {
    ctx.data::<Services>()
}
