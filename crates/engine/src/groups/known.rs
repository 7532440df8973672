//! Which groups there are, how far each of them is, and that one goes which nobody uses.

use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::Ordering::Relaxed;
use std::time::Duration;

use holdfast_auth::{Action, Resource};
use holdfast_model::{Filter, Revision, Timestamp};
use tokio::sync::MutexGuard;
use tracing::Instrument as _;

use super::lease::{self, Lease, Taking};
use super::ledger::Counts;
use super::{Group, Running, stored};
use crate::backup::whole_server;
use crate::caller::Caller;
use crate::engine::Engine;
use crate::error::EngineError;
use crate::events::Place;

/// Between two looks whether a group that has lost its last member has ended.
const PAUSE: Duration = Duration::from_millis(20);
/// So often at most: it writes down where it was, and no more.
const LOOKS: u32 = 100;

/// A group, at the moment of the answer; where another node reads for it, as that one last said, two seconds ago at most.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KnownGroup {
    /// Its name, as its members give it.
    pub name: String,
    /// Up to this revision everything is done.
    pub done: Revision,
    /// Revisions behind that. Any of them may have something for the group, or nothing.
    pub behind: u64,
    /// Streams that share its events.
    pub members: usize,
    /// Events that were read and wait for a member.
    pub waiting: usize,
    /// Events that a member has and that are not done.
    pub under_way: usize,
    /// The node that reads for it, where nodes share the log, one reads and says where it is.
    pub node: Option<Arc<str>>,
    /// When it was last written down how far it is; a group that has members is written down again and again.
    pub written: Timestamp,
}

/// Groups by name.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct GroupPage {
    /// Those whose events the caller may watch.
    pub groups: Vec<KnownGroup>,
    /// There may be more behind the last one.
    pub more: bool,
}

impl Engine {
    /// Groups that are known, behind a name: those of which `events_of` says what their events are. Whoever may be a member of a
    /// group may know of it.
    pub async fn list_groups(
        &self,
        caller: &Caller,
        namespace: Option<&str>,
        events_of: impl Fn(&str) -> Option<Filter> + Send,
        (after, limit): (Option<&str>, usize),
    ) -> Result<GroupPage, EngineError> {
        let what = namespace.map_or(Resource::any(), Resource::namespace);
        self.authorize(caller, Action::Watch, what).await?;
        let running: HashMap<String, Arc<Group>> = {
            let running = self.groups().running.lock().await;
            let group = |(name, it): (&String, &Running)| (name.clone(), Arc::clone(&it.group));
            running.iter().map(group).collect()
        };
        let (mut page, mut after) = (GroupPage::default(), after.map(str::to_owned));
        loop {
            let found = stored::page(self.log(), after.as_deref(), self.oldest_group()).await?;
            let mut wanted = Vec::new();
            for (name, progress) in found.groups {
                let Some(filter) = events_of(&name) else { continue };
                if self.may_watch(caller, &filter).await? {
                    wanted.push((name, progress));
                }
            }
            page.more = page.groups.len() + wanted.len() > limit;
            wanted.truncate(limit - page.groups.len());
            page.groups.extend(self.described(wanted, &running).await?);
            after = found.next;
            if page.more || after.is_none() {
                return Ok(page);
            }
        }
    }

    /// Forgets a group that has no member: who becomes one later begins anew. It takes an administrator of its namespace; of one whose
    /// events are of several, an administrator of the server.
    pub async fn delete_group(
        &self,
        caller: &Caller,
        name: &str,
        events: &Filter,
    ) -> Result<(), EngineError> {
        for namespace in &events.namespaces {
            self.authorize(caller, Action::Admin, Resource::namespace(namespace)).await?;
        }
        if events.namespaces.is_empty() {
            self.authorize(caller, Action::Admin, whole_server()).await?;
        }
        let (engine, caller, name) = (self.clone(), caller.clone(), name.to_owned());
        let namespace = events.namespaces.first().cloned().unwrap_or_default();
        let removed = async move {
            engine.remove_group(&name).await?;
            engine.changed_beside_the_log(&caller, &namespace, ("removed_group", &name)).await;
            Ok(())
        };
        // As the group is gone whether its caller waits for that or not, so is the record there.
        match tokio::spawn(removed.in_current_span()).await {
            Ok(removed) => removed,
            Err(error) if error.is_panic() => std::panic::resume_unwind(error.into_panic()),
            Err(_) => Err(EngineError::Stopping),
        }
    }

    /// Groups that were used before that are forgotten.
    pub(super) fn oldest_group(&self) -> Timestamp {
        let log = self.log();
        let keep = i64::try_from(log.options.groups.keep.as_nanos()).unwrap_or(i64::MAX);
        Timestamp(log.now().0.saturating_sub(keep))
    }

    async fn may_watch(&self, caller: &Caller, events: &Filter) -> Result<bool, EngineError> {
        if events.namespaces.is_empty() {
            return self.may(caller, Action::Watch, Resource::any()).await;
        }
        for namespace in &events.namespaces {
            if !self.may(caller, Action::Watch, Resource::namespace(namespace)).await? {
                return Ok(false);
            }
        }
        Ok(true)
    }

    async fn described(
        &self,
        groups: Vec<(String, stored::Progress)>,
        running: &HashMap<String, Arc<Group>>,
    ) -> Result<Vec<KnownGroup>, EngineError> {
        let log = self.log();
        let beats: Vec<_> = groups.iter().map(|(name, it)| (name.clone(), it.at())).collect();
        let holders = match &log.follow {
            Some(_) => lease::holders(log, &beats).await?,
            // Whoever reads is this one.
            None => vec![None; beats.len()],
        };
        let head = log.view().head.revision;
        let own = log.follow.as_ref().and_then(|_| log.options.shared.address.clone());
        let described = |((name, progress), heard): ((String, stored::Progress), _)| {
            let here = running.get(&name).filter(|group| group.is_read());
            let (place, counts, node) = match (here, heard) {
                (Some(group), _) => {
                    let ledger = group.ledger.lock();
                    (ledger.done(), ledger.counts(), own.clone())
                }
                (None, Some(lease::Heard { address })) => {
                    (progress.done(), progress.counts(), address)
                }
                // What is written of members is of a node that has ended.
                (None, None) => (progress.done(), Counts::default(), None),
            };
            let done = before(place);
            KnownGroup {
                name,
                done,
                behind: head.0.saturating_sub(done.0),
                members: counts.members,
                waiting: counts.waiting,
                under_way: counts.under_way,
                node,
                written: progress.at(),
            }
        };
        Ok(groups.into_iter().zip(holders).map(described).collect())
    }

    async fn remove_group(&self, name: &str) -> Result<(), EngineError> {
        let log = self.log();
        // Held until it is gone: nobody becomes a member here meanwhile.
        let _running = self.without_members(name).await?;
        let known = stored::load(log, name, self.oldest_group()).await?.0;
        let Some(progress) = known else { return Err(EngineError::NoSuchGroup) };
        if log.follow.is_none() {
            return stored::remove(log, name, None).await;
        }
        // Nor on another node: this one has it now.
        match Lease::take(log, name, Some(progress.at())).await? {
            Taking::Elsewhere(_) => {
                Err(EngineError::GroupInUse { members: progress.counts().members })
            }
            Taking::Taken(lease) => {
                let removed = stored::remove(log, name, Some(&lease)).await;
                lease.give_up(log).await;
                removed
            }
        }
    }

    /// The groups of this node, once this one is not among them.
    async fn without_members(
        &self,
        name: &str,
    ) -> Result<MutexGuard<'_, HashMap<String, Running>>, EngineError> {
        let mut looks = 0;
        loop {
            let running = self.groups().running.lock().await;
            let members = match running.get(name) {
                Some(it) if !it.task.is_finished() => it.group.ledger.lock().counts().members,
                _ => return Ok(running),
            };
            looks += 1;
            if members > 0 || looks > LOOKS {
                return Err(EngineError::GroupInUse { members });
            }
            drop(running);
            tokio::time::sleep(PAUSE).await;
        }
    }
}

impl Group {
    /// By this node, now.
    fn is_read(&self) -> bool {
        self.reads.load(Relaxed) && self.failure().is_none()
    }
}

/// The last revision of which everything is done.
fn before(place: Place) -> Revision {
    match place.index {
        u32::MAX => place.revision,
        _ => Revision(place.revision.0.saturating_sub(1)),
    }
}
