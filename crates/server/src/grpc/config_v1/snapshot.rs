//! Snapshot.

use holdfast_api::config_v1::{SnapshotRequest, SnapshotResponse};
use holdfast_api::convert::config as convert;

use super::error::{Refusal, required};
use crate::grpc::call::Call;

pub(crate) async fn snapshot(
    call: Call,
    request: SnapshotRequest,
) -> Result<SnapshotResponse, Refusal> {
    required(&[("namespace", &request.namespace)])?;
    let (namespace, seen) = (&request.namespace, &request.if_none_match);
    let snapshot = call.engine.snapshot(&call.caller, namespace, seen).await?;
    Ok(SnapshotResponse {
        entries: snapshot.entries.iter().map(|entry| convert::entry(entry)).collect(),
        etag: snapshot.etag,
        not_modified: snapshot.not_modified,
        ..SnapshotResponse::default()
    })
}
