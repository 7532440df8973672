//! The holdfast.v1 dialect: strict about what it is asked, exact about what went wrong.
//!
//! - `commit`, `watch`: the RPCs
//! - `frames`: commits as frames of at most 1 MiB
//! - `strict`: what is refused, with the path of the member
//! - `error`: reasons and metadata

mod commit;
mod error;
mod frames;
mod strict;
mod watch;

use holdfast_api::Encoded;
use holdfast_api::holdfast_v1::holdfast_service_server::HoldfastService;
use holdfast_api::holdfast_v1::{CommitRequest, CommitResponse, WatchRequest, WatchResponse};
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
}

#[async_trait]
impl HoldfastService for HoldfastV1 {
    async fn commit(
        &self,
        request: Request<CommitRequest>,
    ) -> Result<Response<Encoded<CommitResponse>>, Status> {
        unary(&self.shared, "holdfast.v1/Commit", request, commit::commit).await
    }

    type WatchStream = Streamed<WatchResponse>;

    async fn watch(
        &self,
        request: Request<WatchRequest>,
    ) -> Result<Response<Self::WatchStream>, Status> {
        streaming(&self.shared, "holdfast.v1/Watch", request, watch::watch).await
    }
}
