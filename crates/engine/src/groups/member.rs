//! A member of a group, and what it gets.

use std::sync::Arc;

use holdfast_model::Filter;
use tokio::sync::Notify;

use super::Group;
use super::ledger::{MemberId, Taken};
use crate::caller::Caller;
use crate::engine::Engine;
use crate::error::EngineError;
use crate::events::Place;
use crate::hub::delivered::{Delivered, Matched, Which};
use crate::hub::eye::Eye;
use crate::quotas::Seats;
use crate::rights::Rights;

/// A member of a group. Dropping it leaves the group: what it has not processed is for the others.
pub struct Member {
    engine: Engine,
    group: Arc<Group>,
    id: MemberId,
    bell: Arc<Notify>,
    rights: Rights,
    eye: Eye,
    _seats: Option<Box<Seats>>,
}

/// An event for one member.
pub struct Parcel {
    /// The commit, and which event of it.
    pub matched: Matched,
    /// The event's place in the commit.
    pub index: usize,
    /// Another member may have got it before.
    pub redelivered: bool,
    place: Place,
}

impl Member {
    pub(super) fn new(
        engine: &Engine,
        caller: &Caller,
        filters: Vec<Filter>,
        group: Arc<Group>,
        (id, bell): (MemberId, Arc<Notify>),
        seats: Option<Box<Seats>>,
    ) -> Self {
        let rights = Rights::new(engine, caller, filters, false);
        let eye = Eye { guard: Arc::clone(engine.guard()), who: caller.identity.clone() };
        engine.log().metrics.group_members.inc();
        Self { engine: engine.clone(), group, id, bell, rights, eye, _seats: seats }
    }

    /// The next event; waits for it. An error ends the membership: that of the group, or that the caller may not watch any longer.
    pub async fn next(&mut self) -> Result<Parcel, EngineError> {
        loop {
            self.rights.check().await?;
            if let Some(error) = self.group.failure() {
                return Err(error);
            }
            let taken = self.group.take(self.id);
            if let Some(taken) = taken {
                if let Some(parcel) = self.seen(taken).await? {
                    return Ok(parcel);
                }
                continue;
            }
            tokio::select! {
                () = self.bell.notified() => {}
                () = self.rights.changed() => {}
            }
        }
    }

    /// The caller is not to see an event that it got: it is for the others.
    pub fn refuse(&self, parcel: &Parcel) {
        self.group.change(|ledger| ledger.refuse(self.id, parcel.place, parcel.redelivered));
    }

    /// An event as far as the caller may see it.
    async fn seen(&mut self, taken: Taken) -> Result<Option<Parcel>, EngineError> {
        let Taken { place, commit, repeated } = taken;
        let metrics = &self.engine.log().metrics;
        let commit = match commit {
            Some(commit) => commit,
            None => match self.engine.log().commit_at(place.revision).await? {
                Some(sealed) => Arc::new(Delivered::new(sealed)),
                None => {
                    tracing::warn!(
                        group = self.group.name,
                        revision = place.revision.0,
                        "an event of a consumer group is not kept any longer"
                    );
                    self.group.change(|ledger| ledger.finish(place));
                    return Ok(None);
                }
            },
        };
        let index = place.index as usize;
        let events = Which::one(place.index, commit.commit().events.len());
        let seen = match self.engine.own {
            true => Some(Matched { commit, events }),
            false => self.eye.look(Matched { commit, events }).await?,
        };
        let Some(matched) = seen else {
            self.group.change(|ledger| ledger.refuse(self.id, place, repeated));
            return Ok(None);
        };
        self.rights.account(&matched).await?;
        metrics.group_events.inc();
        metrics.group_repeats.inc_by(u64::from(repeated));
        Ok(Some(Parcel { matched, index, redelivered: repeated, place }))
    }
}

impl Drop for Member {
    fn drop(&mut self) {
        self.engine.log().metrics.group_members.dec();
        self.group.change(|ledger| ledger.leave(self.id));
    }
}
