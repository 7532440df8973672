//! Through whose eyes a watcher looks.

use std::sync::Arc;

use holdfast_auth::{Action, AuthError, Decision, Guard, Identity, Sight, allowed};
use holdfast_model::{Commit, EntryKey};

use super::delivered::{Matched, Which};
use crate::error::EngineError;
use crate::sight::{of_event, question};

/// A caller and the guard that knows what they may see.
#[derive(Clone)]
pub(crate) struct Eye {
    pub(crate) guard: Arc<dyn Guard>,
    pub(crate) who: Identity,
}

impl Eye {
    /// Those of the events that the caller may see; `None` when that is nothing. An event about which the guard cannot say
    /// at once stays in, and is asked about by [`Eye::ask`] before it is delivered.
    pub(crate) fn filter(&self, commit: &Commit, which: Which) -> Option<Which> {
        let all = commit.events.len();
        let hidden = |at: &EntryKey| {
            let (action, what) = question(at);
            match self.guard.decide_now(&self.who, action, &what) {
                Some(Ok(Decision::Deny(_)) | Err(AuthError::Denied(_))) => true,
                // A guard that fails is asked again where its failure can be told.
                None | Some(_) => false,
            }
        };
        let indexes = which.indexes(all);
        let wanted = indexes.len();
        let seen = indexes.into_iter().filter(|index| !hidden(&commit.events[*index].at));
        let seen: Vec<u32> = seen.filter_map(|index| u32::try_from(index).ok()).collect();
        if seen.len() == wanted { Some(which) } else { Which::some(seen, all) }
    }

    /// The same right before delivery: for a guard that has to think, and because rules may have changed while the event
    /// waited in the queue. A failure of the guard ends the watch.
    pub(crate) async fn ask(
        &self,
        commit: &Commit,
        which: Which,
    ) -> Result<Option<Which>, EngineError> {
        let all = commit.events.len();
        let indexes = which.indexes(all);
        let mut seen = Vec::with_capacity(indexes.len());
        for index in &indexes {
            let (action, what) = question(&commit.events[*index].at);
            if allowed(self.guard.as_ref(), &self.who, action, &what).await? {
                seen.extend(u32::try_from(*index));
            }
        }
        Ok(if seen.len() == indexes.len() { Some(which) } else { Which::some(seen, all) })
    }

    /// What is delivered in the end: parts of values may be hidden too.
    pub(crate) async fn look(&self, matched: Matched) -> Result<Option<Matched>, EngineError> {
        let commit = matched.commit.commit();
        let Some(which) = self.ask(commit, matched.events).await? else { return Ok(None) };
        if !self.guard.redacts() {
            return Ok(Some(Matched { commit: matched.commit, events: which }));
        }
        let (mut seen, mut redactions) = (Vec::new(), Vec::new());
        for index in which.indexes(commit.events.len()) {
            let Ok(place) = u32::try_from(index) else { continue };
            match self.guard.show(&self.who, &of_event(Action::Watch, &commit.events[index]))? {
                Sight::Hidden => continue,
                Sight::Whole => {}
                Sight::Without(pointers) => redactions.push((place, pointers)),
            }
            seen.push(place);
        }
        let Some(events) = Which::some(seen, commit.events.len()) else { return Ok(None) };
        let commit = match redactions.is_empty() {
            true => matched.commit,
            false => matched.commit.redacted(redactions),
        };
        Ok(Some(Matched { commit, events }))
    }
}
