//! What the fence of a write asks of the commit.

use holdfast_api::stategate::Fence;
use holdfast_engine::RequestedCondition;
use tonic::Status;

use super::fault::Refusal;

/// The conditions on other keys under which the write is made.
pub(super) fn conditions_of(fence: Option<&Fence>) -> Result<Vec<RequestedCondition>, Refusal> {
    match fence {
        None => Ok(Vec::new()),
        // Better than a write that is not fenced although it says so.
        Some(_) => Err(Status::unimplemented("this server has no locks to be fenced by").into()),
    }
}
