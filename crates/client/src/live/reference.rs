//! One value that stays current.

use std::fmt;
use std::ops::Deref;
use std::sync::Arc;
use std::time::SystemTime;

use arc_swap::Guard;
use futures::{Stream, StreamExt, stream};

use super::core::{Core, Snapshot};
use crate::config::listeners::Registration;
use crate::{Error, Namespace};

/// One value that stays current. Cheap to clone; it is followed until the last clone is gone.
///
/// When a new value does not decode, or does not fulfil its terms, the last good one stays, and [`last_error`](Self::last_error) says
/// why.
pub struct Live<T> {
    pub(super) core: Arc<Core<T>>,
    pub(super) registration: Arc<Registration>,
    namespace: Namespace,
}

/// The value of now, for as long as it is held; what comes later does not change it.
pub struct Current<T>(Guard<Arc<Snapshot<T>>>);

/// A change: what was told last, and what is so now.
#[derive(Debug)]
pub struct Changed<T> {
    /// What was told last.
    pub old: Arc<T>,
    /// What is so now.
    pub new: Arc<T>,
}

impl<T: Clone + Send + Sync + 'static> Live<T> {
    pub(super) fn new(
        core: Arc<Core<T>>,
        registration: Registration,
        namespace: Namespace,
    ) -> Self {
        Self { core, registration: Arc::new(registration), namespace }
    }

    /// The value of now: no lock, no allocation, nobody is asked. To be held shortly; [`value`](Self::value) is for longer.
    #[must_use]
    pub fn get(&self) -> Current<T> {
        Current(self.core.now.load())
    }

    /// The value of now, to be kept.
    #[must_use]
    pub fn value(&self) -> Arc<T> {
        Arc::clone(&self.core.now.load().value)
    }

    /// Is called with the old and the new value when it has changed; never for a value that is the same. Calls come one at a time, in
    /// order, and have to return soon: the other values of the namespace wait. A panic is caught and logged. It stays for
    /// as long as the value is followed.
    pub fn on_change(&self, told: impl Fn(&T, &T) + Send + Sync + 'static) {
        self.core.on_change.lock().push(Arc::new(told));
    }

    /// Is called when a new value could not be taken. As [`on_change`](Self::on_change).
    pub fn on_error(&self, told: impl Fn(&Error) + Send + Sync + 'static) {
        self.core.on_error.lock().push(Arc::new(told));
    }

    /// Every change from now on; who reads slowly is told about several as one. Ends when the configuration is closed.
    pub fn changes(&self) -> impl Stream<Item = Changed<T>> + Send + Unpin + use<T> {
        let news = self.core.changes.subscribe();
        let last = Arc::clone(&news.borrow().value);
        let closed = self.namespace.closed();
        let changes = stream::unfold((self.clone(), news, last), |(live, mut news, old)| async {
            // The sender is part of what this holds.
            news.changed().await.ok()?;
            let new = Arc::clone(&news.borrow_and_update().value);
            let change = Changed { old, new: Arc::clone(&new) };
            Some((change, (live, news, new)))
        });
        changes.take_until(Box::pin(closed)).boxed()
    }

    /// Why the newest value could not be taken; `None` when it could.
    #[must_use]
    pub fn last_error(&self) -> Option<Error> {
        self.core.last_error.lock().clone()
    }

    /// True when nobody has confirmed for `max_staleness` that nothing has changed.
    #[must_use]
    pub fn is_stale(&self) -> bool {
        self.core.is_stale()
    }

    /// The newest revision that the value is made of; 0 for a default, and of sources without a log.
    #[must_use]
    pub fn revision(&self) -> u64 {
        self.get().revision()
    }

    /// When this process saw the value change the last time, or first.
    #[must_use]
    pub fn changed_at(&self) -> SystemTime {
        self.core.now.load().changed_at
    }
}

impl<T> Current<T> {
    /// The newest revision that the value is made of; 0 for a default, and of sources without a log.
    #[must_use]
    pub fn revision(&self) -> u64 {
        self.0.entries.values().map(|entry| entry.revision).max().unwrap_or(0)
    }

    pub(super) fn entries(&self) -> &Arc<super::known::Entries> {
        &self.0.entries
    }
}

impl<T> Deref for Current<T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.0.value
    }
}

impl<T> Clone for Live<T> {
    fn clone(&self) -> Self {
        let (core, registration) = (Arc::clone(&self.core), Arc::clone(&self.registration));
        Self { core, registration, namespace: self.namespace.clone() }
    }
}

impl<T: fmt::Debug> fmt::Debug for Current<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.value.fmt(f)
    }
}

impl<T: fmt::Debug> fmt::Debug for Live<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Live").field(&self.core.now.load().value).finish()
    }
}
