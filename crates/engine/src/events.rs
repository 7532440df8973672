//! Events of the log, by what happened, to what, through whom and when.

mod find;
mod keyed;

use std::borrow::Cow;
use std::collections::HashMap;
use std::sync::Arc;

use holdfast_auth::{Action, Authorized, Resource};
use holdfast_model::{
    Commit, EntryKey, Event, EventKind, Filter, Head, Revision, Sealed, Timestamp,
};
use holdfast_store::StoreError;
use uuid::Uuid;

use crate::caller::Caller;
use crate::engine::Engine;
use crate::error::EngineError;
use crate::sight;

/// Which events.
#[derive(Debug, Clone, Default)]
pub struct Events {
    /// Of keys that one of these lets through; none: of all but those of the server's own namespaces.
    pub filters: Vec<Filter>,
    /// Of this key alone, of the one namespace that the one filter names: found through the history of the key, where that
    /// goes back far enough. Oldest first only.
    pub only: Option<String>,
    /// The one of this id: where to look is told by the id.
    pub id: Option<Uuid>,
    /// Of these kinds; none: of any.
    pub kinds: Vec<EventKind>,
    /// Of commits by this identity; empty: by anybody.
    pub actor: String,
    /// From this revision on; `None`: from the oldest.
    pub from: Option<Revision>,
    /// Up to this revision.
    pub to: Option<Revision>,
    /// Not before this time.
    pub since: Option<Timestamp>,
    /// Not after this time.
    pub until: Option<Timestamp>,
    /// The newest one first.
    pub newest_first: bool,
    /// Behind this one, in the order asked for.
    pub after: Option<Place>,
    /// At most so many.
    pub limit: usize,
}

/// Which event.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Place {
    /// Its commit.
    pub revision: Revision,
    /// Its place in there; in a cursor `u32::MAX` (or 0, the newest first) stands for the whole commit.
    pub index: u32,
}

/// An event and its commit.
#[derive(Debug, Clone)]
pub struct Logged {
    commit: Arc<Sealed>,
    index: usize,
    /// The event as the caller sees it, where that is less than all of it.
    seen: Option<Arc<Event>>,
}

impl Logged {
    /// The commit.
    pub fn commit(&self) -> &Commit {
        self.commit.commit()
    }

    /// The event.
    pub fn event(&self) -> &Event {
        self.seen.as_deref().unwrap_or(&self.commit.commit().events[self.index])
    }

    /// Its place in the commit.
    pub fn index(&self) -> usize {
        self.index
    }
}

/// Events, in the order asked for.
#[derive(Debug, Clone)]
pub struct EventPage {
    /// Those the caller may read.
    pub events: Vec<Logged>,
    /// Where to go on; `None`: nothing is left.
    pub after: Option<Place>,
    /// The head of the log at that moment.
    pub revision: Revision,
    /// The oldest commit that is still kept.
    pub oldest: Revision,
}

/// Commits and bytes looked at in one call.
const COMMITS: usize = 20_000;
const BYTES: usize = 32 << 20;
/// Bytes read at once on the way forward, and commits on the way back.
const STEP_BYTES: usize = 1 << 20;
const STEP_BACK: u64 = 256;

/// The commits to look through: both ends are part of it.
#[derive(Debug, Clone, Copy)]
struct Range {
    first: Revision,
    last: Revision,
}

impl Engine {
    /// A page of events. One that ends early, because it looked at as much as one call may, has a place to go on all the same.
    pub async fn events(&self, caller: &Caller, wanted: Events) -> Result<EventPage, EngineError> {
        let proof = self.authorize_events(caller, &wanted).await?;
        let head = self.log().view().head;
        let (revision, oldest) = (head.revision, head.floors.events);
        let page = EventPage { events: Vec::new(), after: None, revision, oldest };
        let Some(range) = self.range(&wanted, &head).await? else { return Ok(page) };
        let mut reading = Reading {
            engine: self,
            caller,
            proof,
            wanted,
            page,
            asked: HashMap::new(),
            commits: 0,
            bytes: 0,
            answer: 0,
        };
        if reading.wanted.newest_first {
            reading.backward(range, &head).await?;
        } else if let Some(at) = reading.only(range, &head) {
            reading.through_history(&at, range).await?;
        } else {
            reading.forward(range).await?;
        }
        Ok(reading.page)
    }

    /// Names of namespaces are listed; what is in them is asked for event by event.
    async fn authorize_events(
        &self,
        caller: &Caller,
        wanted: &Events,
    ) -> Result<Authorized, EngineError> {
        self.check_filters(&wanted.filters)?;
        let mut proof = None;
        for namespace in wanted.filters.iter().flat_map(|filter| &filter.namespaces) {
            let resource = Resource::namespace(namespace);
            proof = Some(self.authorize(caller, Action::List, resource).await?);
        }
        let everywhere = wanted.filters.iter().any(|filter| filter.namespaces.is_empty());
        match proof.filter(|_| !everywhere) {
            Some(proof) => Ok(proof),
            None => self.authorize(caller, Action::List, Resource::any()).await,
        }
    }

    /// What times and revisions leave over; `None`: nothing.
    async fn range(&self, wanted: &Events, head: &Head) -> Result<Option<Range>, EngineError> {
        let oldest = head.floors.events;
        let mut first = match wanted.from {
            Some(asked) if asked != Revision::ZERO && asked < oldest => {
                return Err(StoreError::Compacted { asked, oldest }.into());
            }
            asked => asked.unwrap_or_default().max(oldest),
        };
        let mut last = wanted.to.unwrap_or(head.revision).min(head.revision);
        let millisecond = match wanted.id.map(find::millisecond) {
            None => None,
            Some(None) => return Ok(None),
            Some(Some(times)) => Some(times),
        };
        let since = wanted.since.max(millisecond.map(|(begin, _)| begin));
        let until = match (wanted.until, millisecond) {
            (Some(until), Some((_, last))) => Some(until.min(last)),
            (until, millisecond) => until.or(millisecond.map(|(_, last)| last)),
        };
        if let Some(since) = since {
            let before = self.last_commit_until(Timestamp(since.0.saturating_sub(1)), head).await?;
            first = first.max(before.map_or(oldest, |commit| commit.commit().revision.next()));
        }
        if let Some(until) = until {
            match self.last_commit_until(until, head).await? {
                Some(commit) => last = last.min(commit.commit().revision),
                None => return Ok(None),
            }
        }
        if let Some(place) = wanted.after {
            if wanted.newest_first {
                last = last.min(place.revision);
            } else {
                first = first.max(place.revision);
            }
        }
        Ok((first <= last).then_some(Range { first, last }))
    }
}

/// A call on its way through the log.
struct Reading<'a> {
    engine: &'a Engine,
    caller: &'a Caller,
    proof: Authorized,
    wanted: Events,
    page: EventPage,
    /// Keys that the guard was asked about.
    asked: HashMap<EntryKey, bool>,
    commits: usize,
    bytes: usize,
    answer: usize,
}

impl Reading<'_> {
    async fn forward(&mut self, range: Range) -> Result<(), EngineError> {
        let mut position = Revision(range.first.0.saturating_sub(1));
        while position < range.last {
            let from = self.engine.log().first_from(position.next()).await?;
            let Some(from) = from.filter(|c| c.commit().revision <= range.last) else { break };
            let before = Revision(from.commit().revision.0 - 1);
            let read = self.engine.log().commits(&self.proof, before, STEP_BYTES).await?;
            for commit in read {
                position = commit.commit().revision;
                if position > range.last {
                    break;
                }
                if self.take(commit).await? {
                    return Ok(());
                }
            }
            if self.is_enough() && position < range.last {
                self.page.after = Some(Place { revision: position, index: u32::MAX });
                return Ok(());
            }
        }
        Ok(())
    }

    async fn backward(&mut self, range: Range, head: &Head) -> Result<(), EngineError> {
        let (inherited, first) = (head.epoch_start.inherited, head.epoch_start.first);
        let mut last = range.last;
        let mut step = STEP_BACK;
        while last >= range.first && last > Revision::ZERO {
            // In the hole before an epoch there are no commits.
            if last > inherited && last < first {
                last = inherited;
                continue;
            }
            let mut from = Revision(last.0.saturating_sub(step - 1)).max(range.first);
            if last >= first && from < first {
                from = first;
            }
            let Some(commits) = self.window(from, last, step).await? else {
                step = (step / 4).max(1);
                continue;
            };
            for commit in commits.into_iter().rev() {
                if self.take(commit).await? {
                    return Ok(());
                }
            }
            last = Revision(from.0 - 1);
            if self.is_enough() && last >= range.first && last > Revision::ZERO {
                self.page.after = Some(Place { revision: from, index: 0 });
                return Ok(());
            }
        }
        Ok(())
    }

    /// The commits of a window; `None` when they are too many bytes to hold at once and the window can be smaller.
    async fn window(
        &self,
        from: Revision,
        last: Revision,
        step: u64,
    ) -> Result<Option<Vec<Arc<Sealed>>>, EngineError> {
        let mut commits = Vec::new();
        let mut bytes = 0;
        let mut position = Revision(from.0 - 1);
        while position < last {
            let read = self.engine.log().commits(&self.proof, position, STEP_BYTES).await?;
            if read.is_empty() {
                break;
            }
            for commit in read {
                position = commit.commit().revision;
                if position > last {
                    break;
                }
                bytes += commit.commit().weight();
                commits.push(commit);
            }
            if bytes > BYTES && step > 1 {
                return Ok(None);
            }
        }
        Ok(Some(commits))
    }

    fn is_enough(&self) -> bool {
        self.commits >= COMMITS || self.bytes >= BYTES
    }

    /// Takes what is wanted of a commit; true when the page is full.
    async fn take(&mut self, commit: Arc<Sealed>) -> Result<bool, EngineError> {
        self.commits += 1;
        self.bytes += commit.commit().weight();
        let actor = &self.wanted.actor;
        if !actor.is_empty() && **actor != *commit.commit().actor.identity {
            return Ok(false);
        }
        let mut indexes: Vec<usize> = (0..commit.commit().events.len()).collect();
        if self.wanted.newest_first {
            indexes.reverse();
        }
        for index in indexes {
            let mut logged = Logged { commit: Arc::clone(&commit), index, seen: None };
            if self.is_behind(&logged)
                && self.is_wanted(&logged).await?
                && self.is_shown(&mut logged)?
            {
                if self.is_full() {
                    self.page.after = self.page.events.last().map(place);
                    return Ok(true);
                }
                if self.engine.audit.is_some()
                    && let Some(entry) = logged.event().entry(logged.commit())
                {
                    self.engine.answered(self.caller, &entry).await?;
                }
                self.answer += logged.event().weight();
                self.page.events.push(logged);
            }
        }
        Ok(false)
    }

    fn is_full(&self) -> bool {
        let most = self.engine.limits().answer_bytes();
        self.page.events.len() >= self.wanted.limit
            || (self.answer >= most && !self.page.events.is_empty())
    }

    /// Behind the place where the page before ended.
    fn is_behind(&self, logged: &Logged) -> bool {
        let Some(after) = self.wanted.after else { return true };
        let here = (logged.commit().revision, u32::try_from(logged.index).unwrap_or(u32::MAX));
        let there = (after.revision, after.index);
        if self.wanted.newest_first { here < there } else { here > there }
    }

    /// Hides what the caller may not see of it; false when that is everything.
    fn is_shown(&self, logged: &mut Logged) -> Result<bool, EngineError> {
        let guard = self.engine.guard();
        if !guard.redacts() {
            return Ok(true);
        }
        let who = &self.caller.identity;
        let event = &logged.commit.commit().events[logged.index];
        let Some(seen) = sight::shown_event(guard.as_ref(), who, Action::Read, event)? else {
            return Ok(false);
        };
        if let Cow::Owned(event) = seen {
            logged.seen = Some(Arc::new(event));
        }
        Ok(true)
    }

    async fn is_wanted(&mut self, logged: &Logged) -> Result<bool, EngineError> {
        let event = logged.event();
        if self.wanted.id.is_some_and(|id| id != event.id) {
            return Ok(false);
        }
        let kind = self.wanted.kinds.is_empty() || self.wanted.kinds.contains(&event.kind);
        let filters = &self.wanted.filters;
        let named = match filters.as_slice() {
            [] => Filter::all().matches(&event.at),
            filters => filters.iter().any(|filter| filter.matches(&event.at)),
        };
        let named =
            named && self.wanted.only.as_ref().is_none_or(|key| event.at.key.as_str() == key);
        if !kind || !named {
            return Ok(false);
        }
        if let Some(known) = self.asked.get(&event.at) {
            return Ok(*known);
        }
        let may = self.engine.sees(self.caller, &event.at).await?;
        self.asked.insert(event.at.clone(), may);
        Ok(may)
    }
}

fn place(logged: &Logged) -> Place {
    Place {
        revision: logged.commit().revision,
        index: u32::try_from(logged.index).unwrap_or(u32::MAX),
    }
}
