//! Commit.

use holdfast_api::convert::holdfast::model_precondition;
use holdfast_api::convert::time;
use holdfast_api::holdfast_v1::write::Action;
use holdfast_api::holdfast_v1::{
    CommitRequest, CommitResponse, Condition, Precondition as WirePrecondition, Put, Write,
    WriteMode as WireMode, WriteResult,
};
use holdfast_engine::{
    CommitRequest as Requested, RequestedAction, RequestedCondition, RequestedWrite,
    WriteResult as Done,
};
use holdfast_model::{Precondition, WriteMode};

use super::error::{Refusal, invalid};
use super::strict::{choice, known, span};
use crate::grpc::call::Call;

pub(crate) async fn commit(call: Call, request: CommitRequest) -> Result<CommitResponse, Refusal> {
    let requested = requested(request)?;
    let done = call.engine.commit(&call.caller, requested).await?;
    Ok(CommitResponse {
        revision: done.revision.0,
        time: time(done.time).into(),
        token: done.token.to_string(),
        results: done.results.into_iter().map(result).collect(),
        replayed: done.replayed,
        ..CommitResponse::default()
    })
}

fn requested(request: CommitRequest) -> Result<Requested, Refusal> {
    known("", &request.__buffa_unknown_fields)?;
    let writes = request.writes.into_iter().enumerate();
    let conditions = request.conditions.into_iter().enumerate();
    Ok(Requested {
        writes: writes.map(|(index, one)| write("", index, one)).collect::<Result<_, _>>()?,
        conditions: conditions
            .map(|(index, one)| condition(index, one))
            .collect::<Result<_, _>>()?,
        reason: request.reason,
        idempotency_key: request.idempotency_key,
    })
}

/// A write; `inside` is the path of the message that has it, with its dot.
pub(crate) fn write(inside: &str, index: usize, write: Write) -> Result<RequestedWrite, Refusal> {
    let path = || format!("{inside}writes[{index}]");
    known(&path(), &write.__buffa_unknown_fields)?;
    named(&path, &write.namespace, &write.key)?;
    let action = match write.action {
        None => return Err(invalid(path(), "needs one of put and delete")),
        Some(Action::Put(one)) => put(&path, *one)?,
        Some(Action::Delete(delete)) => {
            known(&format!("{}.delete", path()), &delete.__buffa_unknown_fields)?;
            RequestedAction::Delete { missing_ok: delete.missing_ok }
        }
    };
    let condition = precondition(&path, write.r#if.as_option())?.unwrap_or_default();
    Ok(RequestedWrite { namespace: write.namespace, key: write.key, action, condition })
}

fn put(path: &impl Fn() -> String, put: Put) -> Result<RequestedAction, Refusal> {
    known(&format!("{}.put", path()), &put.__buffa_unknown_fields)?;
    let mode = match choice(|| format!("{}.put.mode", path()), &put.mode)? {
        WireMode::WRITE_MODE_UNSPECIFIED | WireMode::WRITE_MODE_UPSERT => WriteMode::Upsert,
        WireMode::WRITE_MODE_CREATE => WriteMode::Create,
        WireMode::WRITE_MODE_UPDATE => WriteMode::Update,
    };
    let ttl = span(|| format!("{}.put.ttl", path()), put.ttl.as_option())?;
    Ok(RequestedAction::Put { value: put.value, codec: put.codec, ttl, mode })
}

fn condition(index: usize, condition: Condition) -> Result<RequestedCondition, Refusal> {
    let path = || format!("conditions[{index}]");
    known(&path(), &condition.__buffa_unknown_fields)?;
    named(&path, &condition.namespace, &condition.key)?;
    let wanted = precondition(&path, condition.r#if.as_option())?;
    let wanted = wanted.filter(|wanted| !wanted.is_empty());
    let wanted = wanted.ok_or_else(|| invalid(format!("{}.if", path()), "needs a condition"))?;
    let Condition { namespace, key, .. } = condition;
    Ok(RequestedCondition { namespace, key, condition: wanted })
}

/// Both names are given.
pub(crate) fn named(path: &impl Fn() -> String, namespace: &str, key: &str) -> Result<(), Refusal> {
    for (name, value) in [("namespace", namespace), ("key", key)] {
        if value.is_empty() {
            return Err(invalid(format!("{}.{name}", path()), "is required"));
        }
    }
    Ok(())
}

fn precondition(
    path: &impl Fn() -> String,
    wire: Option<&WirePrecondition>,
) -> Result<Option<Precondition>, Refusal> {
    let Some(wire) = wire else { return Ok(None) };
    known(&format!("{}.if", path()), &wire.__buffa_unknown_fields)?;
    let wanted = model_precondition(wire);
    wanted.map(Some).map_err(|(member, why)| invalid(format!("{}.if.{member}", path()), why))
}

pub(crate) fn result(done: Done) -> WriteResult {
    WriteResult {
        namespace: done.namespace,
        key: done.key,
        version: done.version,
        ordinal: done.ordinal,
        id: done.id.map(|id| id.to_string()).unwrap_or_default(),
        ..WriteResult::default()
    }
}
