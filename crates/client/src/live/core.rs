//! What a live value is made of: the entries behind it, the value that was made of them, and whoever wants to be told.

use std::fmt;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::time::SystemTime;

use arc_swap::ArcSwap;
use parking_lot::Mutex;
use tokio::sync::watch;

use super::Terms;
use super::known::{Entries, Known, digest};
use crate::config::clock::Tick;
use crate::config::listeners::Listener;
use crate::config::namespace::Kept;
use crate::source::Change;
use crate::{Entry, Error};

/// Makes a value of entries; `None` when there is nothing to make it of.
pub(super) type Assemble<T> =
    Box<dyn Fn(&Kept, &Entries) -> Result<Option<T>, Error> + Send + Sync>;

/// A value, and what it was made of.
#[derive(Debug)]
pub(super) struct Snapshot<T> {
    pub(super) value: Arc<T>,
    pub(super) entries: Arc<Entries>,
    pub(super) changed_at: SystemTime,
    digest: Option<blake3::Hash>,
}

type OnChange<T> = Arc<dyn Fn(&T, &T) + Send + Sync>;
type OnError = Arc<dyn Fn(&Error) + Send + Sync>;

/// How values are made: what stays the same for as long as one is followed.
pub(super) struct Recipe<T> {
    /// The key or the prefix, for errors.
    pub(super) name: String,
    pub(super) kept: Arc<Kept>,
    /// When what was told first was true by an answer of its own.
    pub(super) answered: Tick,
    pub(super) assemble: Assemble<T>,
    pub(super) terms: Terms<T>,
}

impl<T: Clone + 'static> Recipe<T> {
    fn cook(&self, entries: &Entries) -> Result<T, Error> {
        let made = (self.assemble)(&self.kept, entries)?;
        match made.or_else(|| self.terms.default.clone()) {
            Some(value) => self.terms.hold(&self.name, &value).map(|()| value),
            None => Err(Error::not_found(&self.kept.name, &self.name)),
        }
    }
}

pub(super) struct Core<T> {
    recipe: Recipe<T>,
    pub(super) now: ArcSwap<Snapshot<T>>,
    pub(super) changes: watch::Sender<Arc<Snapshot<T>>>,
    pub(super) last_error: Mutex<Option<Error>>,
    pub(super) on_change: Mutex<Vec<OnChange<T>>>,
    pub(super) on_error: Mutex<Vec<OnError>>,
}

impl<T: Clone + Send + Sync + 'static> Core<T> {
    /// The first value; an error when there is none that can be taken, and no default.
    pub(super) fn new(recipe: Recipe<T>, entries: &Arc<Entries>) -> Result<Self, Error> {
        let (value, error) = match (recipe.cook(entries), &recipe.terms.default) {
            (Ok(value), _) => (value, None),
            (Err(error), Some(default)) => (default.clone(), Some(error)),
            (Err(error), None) => return Err(error),
        };
        // What could not be taken is looked at anew when it is told again.
        let digest = error.is_none().then(|| digest(entries, recipe.kept.codecs()));
        let (value, entries) = (Arc::new(value), Arc::clone(entries));
        let first = Arc::new(Snapshot { value, entries, changed_at: SystemTime::now(), digest });
        Ok(Self {
            recipe,
            now: ArcSwap::new(Arc::clone(&first)),
            changes: watch::Sender::new(first),
            last_error: Mutex::new(error),
            on_change: Mutex::default(),
            on_error: Mutex::default(),
        })
    }

    pub(super) fn is_stale(&self) -> bool {
        self.recipe.kept.is_stale(self.recipe.answered)
    }

    fn news(&self, entries: &Arc<Entries>) {
        let digest = digest(entries, self.recipe.kept.codecs());
        let before = self.now.load_full();
        if before.digest == Some(digest) {
            // The same value, perhaps by a newer version: that is what a write back has to name.
            let same = Snapshot {
                value: Arc::clone(&before.value),
                entries: Arc::clone(entries),
                changed_at: before.changed_at,
                digest: Some(digest),
            };
            self.now.store(Arc::new(same));
            *self.last_error.lock() = None;
            return;
        }
        match self.recipe.cook(entries) {
            Ok(value) => self.change(&before, value, entries, digest),
            Err(error) => self.fail(error),
        }
    }

    fn change(&self, before: &Snapshot<T>, value: T, entries: &Arc<Entries>, digest: blake3::Hash) {
        let (value, entries) = (Arc::new(value), Arc::clone(entries));
        let digest = Some(digest);
        let after = Arc::new(Snapshot { value, entries, changed_at: SystemTime::now(), digest });
        self.now.store(Arc::clone(&after));
        *self.last_error.lock() = None;
        self.changes.send_replace(Arc::clone(&after));
        let told: Vec<_> = self.on_change.lock().clone();
        for told in told {
            self.guarded(|| told(&before.value, &after.value));
        }
    }

    fn fail(&self, error: Error) {
        tracing::warn!(name = %self.recipe.name, %error, "the last good value stays");
        *self.last_error.lock() = Some(error.clone());
        let told: Vec<_> = self.on_error.lock().clone();
        for told in told {
            self.guarded(|| told(&error));
        }
    }

    /// One callback that panics keeps no other from being told.
    fn guarded(&self, told: impl FnOnce()) {
        if catch_unwind(AssertUnwindSafe(told)).is_err() {
            tracing::error!(name = %self.recipe.name, "a callback of a live value panicked");
        }
    }
}

/// Follows from the first news on; the value comes when all that is known so far has been told.
pub(super) struct Following<T> {
    state: Mutex<(Known, Option<Arc<Core<T>>>)>,
}

impl<T: Clone + Send + Sync + 'static> Following<T> {
    pub(super) fn new() -> Self {
        Self { state: Mutex::default() }
    }

    /// Makes the first value of what was told so far.
    pub(super) fn begin(&self, recipe: Recipe<T>) -> Result<Arc<Core<T>>, Error> {
        let mut state = self.state.lock();
        let core = Arc::new(Core::new(recipe, state.0.entries())?);
        state.1 = Some(Arc::clone(&core));
        Ok(core)
    }

    fn learn(&self, learn: impl FnOnce(&mut Known)) {
        let mut state = self.state.lock();
        learn(&mut state.0);
        let told = state.1.clone().map(|core| (core, Arc::clone(state.0.entries())));
        // A callback may ask for anything, this value among it.
        drop(state);
        if let Some((core, entries)) = told {
            core.news(&entries);
        }
    }
}

impl<T: Clone + Send + Sync + 'static> Listener for Following<T> {
    fn state(&self, entries: Vec<Arc<Entry>>) {
        self.learn(|known| known.state(entries));
    }

    fn changed(&self, changes: Vec<Change>) {
        self.learn(|known| known.changed(changes));
    }
}

impl<T> fmt::Debug for Following<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Following")
    }
}
