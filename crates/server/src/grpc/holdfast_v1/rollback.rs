//! Rollback.

use holdfast_api::convert::{model_time, time};
use holdfast_api::holdfast_v1::rollback_request::{Scope, To};
use holdfast_api::holdfast_v1::{RollbackRequest, RollbackResponse};
use holdfast_engine::{Moment, Rollback, RollbackScope};
use holdfast_model::Revision;

use super::diff::difference;
use super::error::{Refusal, invalid};
use super::strict::{known, required};
use crate::grpc::call::Call;

pub(crate) async fn rollback(
    call: Call,
    request: RollbackRequest,
) -> Result<RollbackResponse, Refusal> {
    let done = call.engine.rollback(&call.caller, requested(request)?).await?;
    let mut answer = RollbackResponse {
        to_revision: done.to.0,
        head: done.head.0,
        plan: done.plan.iter().map(|step| difference(step, false)).collect(),
        ..RollbackResponse::default()
    };
    if let Some(commit) = done.commit {
        answer.revision = commit.revision.0;
        answer.time = time(commit.time).into();
        answer.token = commit.token.to_string();
        answer.replayed = commit.replayed;
    }
    Ok(answer)
}

fn requested(request: RollbackRequest) -> Result<Rollback, Refusal> {
    known("", &request.__buffa_unknown_fields)?;
    required("namespace", &request.namespace)?;
    let scope = match request.scope {
        None => RollbackScope::Below(String::new()),
        Some(Scope::Prefix(prefix)) => RollbackScope::Below(prefix),
        Some(Scope::Key(key)) => {
            required("key", &key)?;
            RollbackScope::Key(key)
        }
    };
    let to = match request.to {
        None => return Err(invalid("revision", "either a revision or a time is required")),
        Some(To::Revision(revision)) => Moment::Revision(Revision(revision)),
        Some(To::Time(time)) => Moment::Time(model_time(&time)),
    };
    Ok(Rollback {
        namespace: request.namespace,
        scope,
        to,
        dry_run: request.dry_run,
        expect_head: request.expect_head.map(Revision),
        reason: request.reason,
        idempotency_key: request.idempotency_key,
    })
}
