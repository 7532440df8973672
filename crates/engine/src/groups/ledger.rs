//! Where each event of a group is: waiting, under way to a member, or done. No clock, no log, no tasks.
//!
//! Events of one key are under way to one member at a time, in their order; when one of them comes back, those behind it do too.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet, VecDeque};
use std::ops::Bound;
use std::sync::Arc;
use std::time::{Duration, Instant};

use holdfast_model::Revision;
use tokio::sync::Notify;
use uuid::Uuid;

use crate::events::Place;
use crate::hub::delivered::Delivered;

/// One of those who share the events.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) struct MemberId(u64);

/// An event as the log has it.
pub(super) struct Offered {
    pub(super) place: Place,
    /// Stands for its key: those of one key keep their order.
    pub(super) key: u64,
    pub(super) id: Uuid,
    pub(super) commit: Option<Arc<Delivered>>,
    /// Somebody may have got it before.
    pub(super) repeated: bool,
}

/// An event for one member.
pub(super) struct Taken {
    pub(super) place: Place,
    /// `None`: it has to be read again.
    pub(super) commit: Option<Arc<Delivered>>,
    pub(super) repeated: bool,
}

/// How many members a group has, and events that were read for them.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Counts {
    pub(super) members: usize,
    /// Events for which no member has room, or which another one of their key holds up.
    pub(super) waiting: usize,
    /// Events that a member has got and that are not done.
    pub(super) under_way: usize,
}

struct Item {
    key: u64,
    id: Uuid,
    commit: Option<Arc<Delivered>>,
    repeated: bool,
    at: At,
    /// Those who may not see it.
    refused: Vec<MemberId>,
    /// Who had it last.
    last: Option<MemberId>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum At {
    Waiting,
    /// With a member, who has until `due`.
    Member {
        member: MemberId,
        due: Instant,
    },
}

struct Member {
    acknowledges: bool,
    /// So many may be under way.
    most: usize,
    /// Under way to it.
    out: BTreeSet<Place>,
    /// Of those: what it has not taken yet.
    queue: VecDeque<Place>,
    /// When it was last given something, in gifts of the group.
    given: u64,
    bell: Arc<Notify>,
}

impl Member {
    fn has_room(&self) -> bool {
        if self.acknowledges { self.out.len() < self.most } else { self.queue.len() < self.most }
    }
}

/// The member to which events of a key are under way, and how many.
struct Holder {
    member: MemberId,
    events: usize,
}

/// The state of a group.
pub(super) struct Ledger {
    /// Everything that was read and is not done.
    window: BTreeMap<Place, Item>,
    waiting: BTreeSet<Place>,
    keys: HashMap<u64, Holder>,
    ids: HashMap<Uuid, Place>,
    due: BTreeSet<(Instant, Place)>,
    members: BTreeMap<MemberId, Member>,
    joined: u64,
    /// How often somebody was given something.
    gifts: u64,
    /// Up to here everything was read.
    read: Place,
    /// How long a member has for an event.
    patience: Duration,
}

impl Ledger {
    pub(super) fn new(read: Place, patience: Duration) -> Self {
        Self {
            window: BTreeMap::new(),
            waiting: BTreeSet::new(),
            keys: HashMap::new(),
            ids: HashMap::new(),
            due: BTreeSet::new(),
            members: BTreeMap::new(),
            joined: 0,
            gifts: 0,
            read,
            patience,
        }
    }

    /// A new member, which gets at most `most` events at a time.
    pub(super) fn join(&mut self, acknowledges: bool, most: usize) -> (MemberId, Arc<Notify>) {
        self.joined += 1;
        let (id, bell) = (MemberId(self.joined), Arc::new(Notify::new()));
        let (out, queue) = (BTreeSet::new(), VecDeque::new());
        let bell_of = Arc::clone(&bell);
        let member = Member { acknowledges, most, out, queue, given: 0, bell: bell_of };
        self.members.insert(id, member);
        (id, bell)
    }

    /// What was under way to a member is for the others.
    pub(super) fn leave(&mut self, id: MemberId) {
        let out = self.members.get(&id).map(|member| member.out.clone()).unwrap_or_default();
        for place in out {
            self.back(place);
        }
        self.members.remove(&id);
        self.forget_unseen();
    }

    pub(super) fn is_empty(&self) -> bool {
        self.members.is_empty()
    }

    pub(super) fn members(&self) -> impl Iterator<Item = &Arc<Notify>> {
        self.members.values().map(|member| &member.bell)
    }

    /// How many events wait, and how many are not done in all.
    pub(super) fn sizes(&self) -> (usize, usize) {
        (self.waiting.len(), self.window.len())
    }

    /// What there is at the moment.
    pub(super) fn counts(&self) -> Counts {
        let (waiting, all) = self.sizes();
        Counts { members: self.members.len(), waiting, under_way: all.saturating_sub(waiting) }
    }

    /// An event that nobody has got from this ledger.
    pub(super) fn offer(&mut self, offered: Offered) {
        let Offered { place, key, id, commit, repeated } = offered;
        self.read_to(place);
        self.ids.insert(id, place);
        self.waiting.insert(place);
        let item =
            Item { key, id, commit, repeated, at: At::Waiting, refused: Vec::new(), last: None };
        self.window.insert(place, item);
    }

    /// Up to here everything was read.
    pub(super) fn last_read(&self) -> Place {
        self.read
    }

    /// The first revision behind this one of which something waits.
    pub(super) fn next_waiting(&self, behind: Revision) -> Option<Revision> {
        let behind = Place { revision: behind, index: u32::MAX };
        let behind = (Bound::Excluded(behind), Bound::Unbounded);
        self.waiting.range(behind).next().map(|place| place.revision)
    }

    /// There is nothing for the group up to here.
    pub(super) fn read_to(&mut self, place: Place) {
        self.read = self.read.max(place);
    }

    /// Up to here everything is done.
    pub(super) fn done(&self) -> Place {
        let Some(first) = self.window.keys().next() else { return self.read };
        match first.index.checked_sub(1) {
            Some(index) => Place { index, ..*first },
            None => {
                Place { revision: Revision(first.revision.0.saturating_sub(1)), index: u32::MAX }
            }
        }
    }

    /// Gives what waits, up to a revision, to those who have room for it; true when there is room for what waits behind that revision.
    pub(super) fn assign(&mut self, until: Revision, now: Instant) -> bool {
        let mut held_up = HashSet::new();
        let mut next = self.waiting.first().copied();
        while let Some(place) = next {
            if !self.members.values().any(Member::has_room) {
                return false;
            }
            if place.revision > until {
                return true;
            }
            next = self.waiting.range((Bound::Excluded(place), Bound::Unbounded)).next().copied();
            let Some(item) = self.window.get(&place) else { continue };
            let key = item.key;
            // Behind one of its key that waits everything of that key waits.
            if held_up.contains(&key) {
                continue;
            }
            match self.choose(item) {
                Some(member) => self.give(place, member, now),
                None => {
                    held_up.insert(key);
                }
            }
        }
        false
    }

    fn choose(&self, item: &Item) -> Option<MemberId> {
        let fits =
            |(id, member): &(&MemberId, &Member)| member.has_room() && !item.refused.contains(*id);
        if let Some(holder) = self.keys.get(&item.key) {
            let member = self.members.get_key_value(&holder.member)?;
            return Some(member).filter(fits).map(|(id, _)| *id);
        }
        let fitting = self.members.iter().filter(fits);
        // Who did not manage it the last time is not the first to be asked again; among those that have as much to do, it goes round.
        let rank = |(id, member): &(&MemberId, &Member)| {
            (item.last == Some(**id), member.out.len(), member.given)
        };
        fitting.min_by_key(rank).map(|(id, _)| *id)
    }

    fn give(&mut self, place: Place, to: MemberId, now: Instant) {
        let due = now + self.patience;
        let (Some(item), Some(member)) = (self.window.get_mut(&place), self.members.get_mut(&to))
        else {
            return;
        };
        item.at = At::Member { member: to, due };
        item.last = Some(to);
        self.waiting.remove(&place);
        self.due.insert((due, place));
        self.gifts += 1;
        member.given = self.gifts;
        member.out.insert(place);
        member.queue.push_back(place);
        member.bell.notify_one();
        let holder = self.keys.entry(item.key).or_insert(Holder { member: to, events: 0 });
        holder.events += 1;
    }

    /// The next event of a member. Its time begins now.
    pub(super) fn take(&mut self, id: MemberId, now: Instant) -> Option<Taken> {
        let place = self.members.get_mut(&id)?.queue.pop_front()?;
        let item = self.window.get_mut(&place)?;
        if let At::Member { due, .. } = &mut item.at {
            self.due.remove(&(*due, place));
            *due = now + self.patience;
            self.due.insert((*due, place));
        }
        let repeated = std::mem::replace(&mut item.repeated, true);
        Some(Taken { place, commit: item.commit.take(), repeated })
    }

    /// A member may not see an event: it is for the others. What no member may see is done.
    pub(super) fn refuse(&mut self, id: MemberId, place: Place, was_repeated: bool) {
        self.back_with_key(place);
        if let Some(item) = self.window.get_mut(&place) {
            item.refused.push(id);
            // Nobody got it.
            item.repeated = was_repeated;
        }
        self.forget_unseen();
    }

    fn forget_unseen(&mut self) {
        if self.members.is_empty() {
            return;
        }
        let unseen = |item: &Item| {
            !item.refused.is_empty() && self.members.keys().all(|id| item.refused.contains(id))
        };
        let unseen: Vec<Place> = self
            .waiting
            .iter()
            .filter(|place| self.window.get(place).is_some_and(unseen))
            .copied()
            .collect();
        for place in unseen {
            self.finish(place);
        }
    }

    /// Events were processed; how many of them were not done yet.
    pub(super) fn acknowledge(&mut self, ids: impl IntoIterator<Item = Uuid>) -> usize {
        let places: Vec<Place> =
            ids.into_iter().filter_map(|id| self.ids.get(&id).copied()).collect();
        places.into_iter().filter(|place| self.finish(*place)).count()
    }

    /// Events could not be processed: they are for another one at once. How many of them were under way.
    pub(super) fn give_back(&mut self, ids: impl IntoIterator<Item = Uuid>) -> usize {
        let places: Vec<Place> =
            ids.into_iter().filter_map(|id| self.ids.get(&id).copied()).collect();
        places.into_iter().filter(|place| self.back_with_key(*place)).count()
    }

    /// Nothing is left to do about an event.
    pub(super) fn finish(&mut self, place: Place) -> bool {
        self.back(place);
        self.waiting.remove(&place);
        let Some(item) = self.window.remove(&place) else { return false };
        self.ids.remove(&item.id);
        true
    }

    /// When the time of some member ends.
    pub(super) fn next_due(&self) -> Option<Instant> {
        self.due.first().map(|(due, _)| *due)
    }

    /// Ends the time of members: what an acknowledging one has not acknowledged comes back, what another one has taken is done.
    pub(super) fn expire(&mut self, now: Instant) {
        while let Some((due, place)) = self.due.first().copied() {
            if due > now {
                return;
            }
            let member = match self.window.get(&place).map(|item| item.at) {
                Some(At::Member { member, .. }) => self.members.get(&member),
                _ => None,
            };
            let done = member.is_some_and(|m| !m.acknowledges && !m.queue.contains(&place));
            if done {
                self.finish(place);
            } else {
                self.back_with_key(place);
            }
            self.due.remove(&(due, place));
        }
    }

    /// From its member back to those that wait, with what is behind it of the same key.
    fn back_with_key(&mut self, place: Place) -> bool {
        let Some(item) = self.window.get(&place) else { return false };
        let At::Member { member, .. } = item.at else { return false };
        let key = item.key;
        let behind = self.members.get(&member).map(|m| m.out.range(place..).copied().collect());
        let behind: Vec<Place> = behind.unwrap_or_default();
        for other in behind {
            if self.window.get(&other).is_some_and(|item| item.key == key) {
                self.back(other);
            }
        }
        true
    }

    /// From its member back to those that wait.
    fn back(&mut self, place: Place) {
        let Some(item) = self.window.get_mut(&place) else { return };
        let At::Member { member, due } = std::mem::replace(&mut item.at, At::Waiting) else {
            return;
        };
        self.due.remove(&(due, place));
        self.waiting.insert(place);
        if let Some(member) = self.members.get_mut(&member) {
            member.out.remove(&place);
            member.queue.retain(|queued| *queued != place);
        }
        let key = item.key;
        if let Some(holder) = self.keys.get_mut(&key) {
            holder.events -= 1;
            if holder.events == 0 {
                self.keys.remove(&key);
            }
        }
    }
}

#[cfg(test)]
mod tests;
