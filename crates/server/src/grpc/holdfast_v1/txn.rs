//! Txn.

use holdfast_api::convert::{holdfast as convert, time};
use holdfast_api::holdfast_v1::compare::Target as WireTarget;
use holdfast_api::holdfast_v1::{
    Branch as WireBranch, Compare, Read, ReadResult, Relation as WireRelation, TxnRequest,
    TxnResponse,
};
use holdfast_engine::{Branch, RequestedCompare, RequestedRead, Txn};
use holdfast_model::{Relation, Revision, Target, ValueHash};

use super::commit::{named, result, write};
use super::error::{Refusal, invalid};
use super::strict::{choice, known};
use crate::grpc::call::Call;

pub(crate) async fn txn(call: Call, request: TxnRequest) -> Result<TxnResponse, Refusal> {
    let done = call.engine.txn(&call.caller, requested(request)?).await?;
    let read = |entry: Option<std::sync::Arc<holdfast_model::Entry>>| ReadResult {
        entry: entry.map(|entry| convert::entry(&entry, true)).into(),
        ..ReadResult::default()
    };
    Ok(TxnResponse {
        succeeded: done.succeeded,
        revision: done.commit.revision.0,
        time: time(done.commit.time).into(),
        token: done.commit.token.to_string(),
        results: done.commit.results.into_iter().map(result).collect(),
        reads: done.reads.into_iter().map(read).collect(),
        replayed: done.commit.replayed,
        ..TxnResponse::default()
    })
}

fn requested(request: TxnRequest) -> Result<Txn, Refusal> {
    known("", &request.__buffa_unknown_fields)?;
    let compares = request.compares.into_iter().enumerate();
    Ok(Txn {
        compares: compares.map(|(index, one)| compare(index, one)).collect::<Result<_, _>>()?,
        then: branch("then.", request.then.into_option())?,
        otherwise: branch("otherwise.", request.otherwise.into_option())?,
        reason: request.reason,
        idempotency_key: request.idempotency_key,
    })
}

fn compare(index: usize, compare: Compare) -> Result<RequestedCompare, Refusal> {
    let path = || format!("compares[{index}]");
    known(&path(), &compare.__buffa_unknown_fields)?;
    named(&path, &compare.namespace, &compare.key)?;
    let relation = match choice(|| format!("{}.relation", path()), &compare.relation)? {
        WireRelation::RELATION_EQUAL => Relation::Equal,
        WireRelation::RELATION_NOT_EQUAL => Relation::NotEqual,
        WireRelation::RELATION_GREATER => Relation::Greater,
        WireRelation::RELATION_LESS => Relation::Less,
        WireRelation::RELATION_UNSPECIFIED => {
            return Err(invalid(format!("{}.relation", path()), "is required"));
        }
    };
    let Some(target) = compare.target else {
        return Err(invalid(path(), "needs something to compare with, such as version"));
    };
    let target = target_of(&path, target, relation)?;
    let Compare { namespace, key, .. } = compare;
    Ok(RequestedCompare { namespace, key, target, relation })
}

fn target_of(
    path: &impl Fn() -> String,
    target: WireTarget,
    relation: Relation,
) -> Result<Target, Refusal> {
    Ok(match target {
        WireTarget::Version(version) => Target::Version(version),
        WireTarget::CreateRevision(revision) => Target::CreateRevision(Revision(revision)),
        WireTarget::ModRevision(revision) => Target::ModRevision(Revision(revision)),
        WireTarget::Ordinal(ordinal) => Target::Ordinal(ordinal),
        WireTarget::Value(value) => Target::Value(value),
        WireTarget::ValueHash(bytes) => {
            let path = || format!("{}.value_hash", path());
            let hash = bytes.as_ref().try_into().map_err(|_| {
                invalid(path(), format!("has {} bytes, a BLAKE3 hash has 32", bytes.len()))
            })?;
            if matches!(relation, Relation::Greater | Relation::Less) {
                return Err(invalid(path(), "a hash is only equal or not equal"));
            }
            Target::ValueHash(ValueHash(hash))
        }
    })
}

fn branch(path: &str, branch: Option<WireBranch>) -> Result<Branch, Refusal> {
    let Some(branch) = branch else { return Ok(Branch::default()) };
    known(path.trim_end_matches('.'), &branch.__buffa_unknown_fields)?;
    let writes = branch.writes.into_iter().enumerate();
    let reads = branch.reads.into_iter().enumerate();
    Ok(Branch {
        writes: writes.map(|(index, one)| write(path, index, one)).collect::<Result<_, _>>()?,
        reads: reads.map(|(index, one)| read(path, index, one)).collect::<Result<_, _>>()?,
    })
}

fn read(inside: &str, index: usize, read: Read) -> Result<RequestedRead, Refusal> {
    let path = || format!("{inside}reads[{index}]");
    known(&path(), &read.__buffa_unknown_fields)?;
    named(&path, &read.namespace, &read.key)?;
    Ok(RequestedRead { namespace: read.namespace, key: read.key })
}
