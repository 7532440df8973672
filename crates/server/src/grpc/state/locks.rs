//! Locks, and writes that are fenced by one.

use std::sync::Arc;

use buffa_types::google::protobuf::Empty;
use holdfast_api::stategate::mutex_service_server::MutexService;
use holdfast_api::stategate::{Fence as FenceMessage, Locked, Mutex, MutexRef};
use holdfast_engine::{Fence, Lock};
use holdfast_model::Revision;
use tonic::{Request, Status, async_trait};

use super::cache::check_exp;
use super::fault::{Refusal, Subject};
use super::valid::{Checked, invalid, name};
use super::{Answer, Stategate, access, names};
use crate::grpc::call::Call;

#[async_trait]
impl MutexService for Stategate {
    async fn lock(&self, request: Request<Mutex>) -> Answer<Locked> {
        access::unary(self.shared(), "/stategate.MutexService/Lock", request, lock).await
    }

    async fn unlock(&self, request: Request<MutexRef>) -> Answer<Empty> {
        access::unary(self.shared(), "/stategate.MutexService/Unlock", request, unlock).await
    }
}

impl Checked for Mutex {
    fn check(&self) -> Result<(), Status> {
        name("Domain", &self.domain)?;
        name("Key", &self.key)?;
        check_exp(self.exp.as_option())
    }
}

impl Checked for MutexRef {
    fn check(&self) -> Result<(), Status> {
        name("Domain", &self.domain)?;
        name("Key", &self.key)
    }
}

async fn lock(call: Call, mutex: Mutex) -> Result<Locked, Refusal> {
    let lock = Lock {
        namespace: names::namespace_of(&mutex.domain),
        key: names::plain(&mutex.key),
        owner: mutex.owner,
        until: mutex.exp.as_option().map(holdfast_api::convert::model_time),
    };
    let locked = call.engine.lock(&call.caller, lock).await;
    let about = [("mutex_domain", &*mutex.domain), ("mutex_key", &*mutex.key)];
    let failed = |error| Subject(&about).failed("failed to lock mutex", &error);
    let holdfast_engine::Locked { owner, revision } = locked.map_err(failed)?;
    let revision = i64::try_from(revision.0).unwrap_or(i64::MAX);
    Ok(Locked { owner, revision, ..Locked::default() })
}

async fn unlock(call: Call, of: MutexRef) -> Result<Empty, Refusal> {
    let (namespace, key) = (names::namespace_of(&of.domain), names::plain(&of.key));
    let owner = (!of.owner.is_empty()).then_some(&*of.owner);
    let unlocked = call.engine.unlock(&call.caller, &namespace, &key, owner).await;
    let about = [("mutex_domain", &*of.domain), ("mutex_key", &*of.key)];
    unlocked.map_err(|error| Subject(&about).failed("failed to unlock mutex", &error))?;
    Ok(Empty::default())
}

/// The call under the lock that its message names, if it names one: whatever it writes is refused once that is lost.
pub(super) fn fenced(mut call: Call, fence: Option<&FenceMessage>) -> Result<Call, Status> {
    let Some(fence) = fence else { return Ok(call) };
    name("Fence.Domain", &fence.domain)?;
    name("Fence.Key", &fence.key)?;
    let revision = u64::try_from(fence.revision).ok().filter(|revision| *revision > 0);
    let revision = revision.ok_or_else(|| {
        let why = format!("value '{}' must be greater than '0'", fence.revision);
        invalid("Fence.Revision", &why)
    })?;
    call.caller.fence = Some(Arc::new(Fence {
        namespace: names::namespace_of(&fence.domain),
        key: names::plain(&fence.key),
        revision: Revision(revision),
    }));
    Ok(call)
}
