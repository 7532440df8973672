//! CheckAccess and ListCodecs.

use holdfast_api::config_v1::{
    CheckAccessRequest, CheckAccessResponse, ListCodecsRequest, ListCodecsResponse,
};

use super::error::Refusal;
use crate::grpc::call::Call;

/// QUIRK(config.v1): a guard that fails counts as no, and the namespace may be empty and need not exist.
pub(crate) async fn check_access(
    call: Call,
    request: CheckAccessRequest,
) -> Result<CheckAccessResponse, Refusal> {
    let access = call.engine.check_access(&call.caller, &request.namespace).await;
    Ok(CheckAccessResponse {
        can_read: access.read,
        can_write: access.write,
        ..CheckAccessResponse::default()
    })
}

pub(crate) async fn list_codecs(
    call: Call,
    _request: ListCodecsRequest,
) -> Result<ListCodecsResponse, Refusal> {
    let codecs = call.engine.list_codecs(&call.caller).await?;
    let codecs = codecs.iter().map(|name| (*name).to_owned()).collect();
    Ok(ListCodecsResponse { codecs, ..ListCodecsResponse::default() })
}
