//! AdminService: the log as a whole, and what is kept beside it.

use std::collections::VecDeque;

use bytes::Bytes;
use futures::stream;
use holdfast_api::Encoded;
use holdfast_api::holdfast_v1::admin_service_server::AdminService;
use holdfast_api::holdfast_v1::{
    BackupRequest, BackupResponse, DeleteGroupRequest, DeleteGroupResponse, ListGroupsRequest,
    ListGroupsResponse,
};
use holdfast_engine::EngineError;
use holdfast_store::StoreError;
use tonic::{Request, Response, Status, async_trait};

use super::error::{Refusal, unsupported};
use super::strict::known;
use super::{Answer, HoldfastV1, groups};
use crate::backups::{BackupBytes, Part};
use crate::grpc::call::{Call, Shared, Streamed, streaming, unary};

/// Bytes of the file in one message at most.
const CHUNK: usize = 256 << 10;

#[async_trait]
impl AdminService for HoldfastV1 {
    type BackupStream = Streamed<BackupResponse>;

    async fn backup(
        &self,
        request: Request<BackupRequest>,
    ) -> Result<Response<Self::BackupStream>, Status> {
        let shared = self.shared.clone();
        streaming(&self.shared, "holdfast.v1/Backup", request, async move |call, request| {
            backup(&shared, call, request).await
        })
        .await
    }

    async fn list_groups(&self, request: Request<ListGroupsRequest>) -> Answer<ListGroupsResponse> {
        unary(&self.shared, "holdfast.v1/ListGroups", request, groups::list).await
    }

    async fn delete_group(
        &self,
        request: Request<DeleteGroupRequest>,
    ) -> Answer<DeleteGroupResponse> {
        unary(&self.shared, "holdfast.v1/DeleteGroup", request, groups::delete).await
    }
}

async fn backup(
    shared: &Shared,
    call: Call,
    request: BackupRequest,
) -> Result<Streamed<BackupResponse>, Refusal> {
    known("", &request.__buffa_unknown_fields)?;
    call.engine.may_back_up(&call.caller).await?;
    let Some(snapshots) = &shared.snapshots else {
        return Err(unsupported(
            "this store is not backed up by the server: back up a database with its own tools, or copy it with `holdfast migrate`",
        ));
    };
    let bytes =
        BackupBytes::begin(snapshots, call.engine.now()).await.map_err(EngineError::from)?;
    let state = Some(Chunks { bytes, ready: VecDeque::new() });
    Ok(Box::pin(stream::unfold(state, |state| async move {
        let mut chunks = state?;
        match chunks.next().await {
            Ok(None) => None,
            Ok(Some(message)) => Some((Ok(Encoded::Message(message)), Some(chunks))),
            Err(error) => {
                let refusal = Refusal::from(EngineError::from(error));
                Some((Err(Status::from(refusal)), None))
            }
        }
    })))
}

/// Parts of a backup, cut into messages.
struct Chunks {
    bytes: BackupBytes,
    ready: VecDeque<BackupResponse>,
}

impl Chunks {
    async fn next(&mut self) -> Result<Option<BackupResponse>, StoreError> {
        while self.ready.is_empty() {
            let Some(Part { bytes, reached }) = self.bytes.next().await? else { return Ok(None) };
            let outline = self.bytes.outline();
            let (revision, start) = (outline.head.revision.0, outline.start.revision.0);
            let mut rest = Bytes::from(bytes);
            while !rest.is_empty() {
                let data = rest.split_to(rest.len().min(CHUNK));
                let reached = reached.0;
                self.ready.push_back(BackupResponse {
                    data,
                    revision,
                    reached,
                    start,
                    ..BackupResponse::default()
                });
            }
        }
        Ok(self.ready.pop_front())
    }
}
