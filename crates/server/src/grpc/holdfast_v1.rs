//! The holdfast.v1 dialect: strict about what it is asked, exact about what went wrong.
//!
//! - `commit`, `watch`, `txn`, `read`, `diff`, `rollback`, `events`, `search`: the RPCs
//! - `trust`: tokens, users, roles and policies: a service of its own over the same engine
//! - `admin`: the log as a whole; `groups`: consumer groups
//! - `moment`, `cursor`: which state a read is of, and how its pages hang together
//! - `frames`: commits as frames of at most 1 MiB
//! - `strict`: what is refused, with the path of the member
//! - `error`: reasons and metadata

mod admin;
pub(crate) mod commit;
mod cursor;
pub(crate) mod diff;
mod error;
pub(crate) mod events;
pub(crate) mod frames;
mod groups;
mod moment;
pub(crate) mod read;
pub(crate) mod rollback;
pub(crate) mod search;
mod strict;
mod trust;
pub(crate) mod txn;
pub(crate) mod watch;

use holdfast_api::Encoded;
use holdfast_api::convert::holdfast::TIME_METADATA;
use holdfast_api::holdfast_v1::holdfast_service_server::HoldfastService;
use holdfast_api::holdfast_v1::{
    CommitRequest, CommitResponse, DiffRequest, DiffResponse, EventsRequest, EventsResponse,
    GetRequest, GetResponse, HistoryRequest, HistoryResponse, ListRequest, ListResponse,
    RollbackRequest, RollbackResponse, SearchRequest, SearchResponse, SnapshotRequest,
    SnapshotResponse, TxnRequest, TxnResponse, WatchRequest, WatchResponse,
};
use holdfast_engine::Delivery;
use tonic::metadata::MetadataValue;
use tonic::{Request, Response, Status, async_trait};

use super::call::{Shared, Streamed, streaming, unary};

pub(crate) use error::refuse;

/// The service.
pub struct HoldfastV1 {
    shared: Shared,
}

impl HoldfastV1 {
    /// Over an engine.
    #[must_use]
    pub fn new(shared: Shared) -> Self {
        Self { shared }
    }

    /// A watch whose deliveries are not framed yet.
    pub(crate) async fn deliveries(
        &self,
        request: Request<WatchRequest>,
    ) -> Result<Response<Streamed<Delivery>>, Status> {
        streaming(&self.shared, WATCH, request, watch::deliveries).await
    }
}

/// The method of a watch, in commits and in counters.
const WATCH: &str = "holdfast.v1/Watch";

type Answer<A> = Result<Response<Encoded<A>>, Status>;

#[async_trait]
impl HoldfastService for HoldfastV1 {
    async fn commit(&self, request: Request<CommitRequest>) -> Answer<CommitResponse> {
        unary(&self.shared, "holdfast.v1/Commit", request, commit::commit).await
    }

    type WatchStream = Streamed<WatchResponse>;

    async fn watch(
        &self,
        request: Request<WatchRequest>,
    ) -> Result<Response<Self::WatchStream>, Status> {
        let mut response = streaming(&self.shared, WATCH, request, watch::watch).await?;
        // From here on a client can tell how old a message is, whatever its own clock says.
        let now = self.shared.engine.now().0;
        response.metadata_mut().insert(TIME_METADATA, MetadataValue::from(now));
        Ok(response)
    }

    async fn txn(&self, request: Request<TxnRequest>) -> Answer<TxnResponse> {
        unary(&self.shared, "holdfast.v1/Txn", request, txn::txn).await
    }

    async fn get(&self, request: Request<GetRequest>) -> Answer<GetResponse> {
        unary(&self.shared, "holdfast.v1/Get", request, read::get).await
    }

    async fn list(&self, request: Request<ListRequest>) -> Answer<ListResponse> {
        unary(&self.shared, "holdfast.v1/List", request, read::list).await
    }

    async fn snapshot(&self, request: Request<SnapshotRequest>) -> Answer<SnapshotResponse> {
        unary(&self.shared, "holdfast.v1/Snapshot", request, read::snapshot).await
    }

    async fn history(&self, request: Request<HistoryRequest>) -> Answer<HistoryResponse> {
        unary(&self.shared, "holdfast.v1/History", request, read::history).await
    }

    async fn diff(&self, request: Request<DiffRequest>) -> Answer<DiffResponse> {
        unary(&self.shared, "holdfast.v1/Diff", request, diff::diff).await
    }

    async fn rollback(&self, request: Request<RollbackRequest>) -> Answer<RollbackResponse> {
        unary(&self.shared, "holdfast.v1/Rollback", request, rollback::rollback).await
    }

    async fn events(&self, request: Request<EventsRequest>) -> Answer<EventsResponse> {
        unary(&self.shared, "holdfast.v1/Events", request, events::events).await
    }

    async fn search(&self, request: Request<SearchRequest>) -> Answer<SearchResponse> {
        unary(&self.shared, "holdfast.v1/Search", request, search::search).await
    }
}
