//! Whoever wants to be told: each has a box in which news gather until the one task that tells everybody comes by.

use std::collections::BTreeMap;
use std::fmt::Debug;
use std::sync::{Arc, Weak};

use parking_lot::Mutex;
use tokio::sync::Notify;

use crate::Entry;
use crate::source::Change;

/// Which keys somebody listens to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Selector {
    /// This one.
    Key(Arc<str>),
    /// All that begin with this.
    Prefix(Arc<str>),
}

impl Selector {
    pub(crate) fn selects(&self, key: &str) -> bool {
        match self {
            Self::Key(only) => **only == *key,
            Self::Prefix(prefix) => key.starts_with(&**prefix),
        }
    }
}

/// Somebody who is told. Called by one task at a time, in order; a panic is caught and logged.
pub(crate) trait Listener: Debug + Send + Sync + 'static {
    /// All entries that are selected, as they are; what was known before no longer counts.
    fn state(&self, entries: Vec<Arc<Entry>>);

    /// What became of selected keys. Of several changes of one key only the newest is told. May repeat what is known.
    fn changed(&self, changes: Vec<Change>);
}

/// News that nobody has looked at yet: bounded by the keys that are selected.
#[derive(Debug, Default)]
struct Pending {
    state: Option<Vec<Arc<Entry>>>,
    changes: BTreeMap<Arc<str>, Change>,
}

#[derive(Debug)]
struct Inbox {
    selector: Selector,
    pending: Mutex<Pending>,
    /// Held while its listener is told, so that nobody is told twice at once.
    listener: Mutex<Arc<dyn Listener>>,
}

/// All listeners of a namespace.
#[derive(Debug, Default)]
pub(crate) struct Listeners {
    boxes: Mutex<Vec<Weak<Inbox>>>,
    news: Notify,
}

/// Keeps a listener listening; it ends with this.
#[derive(Debug)]
pub(crate) struct Registration {
    inbox: Arc<Inbox>,
}

impl Listeners {
    /// From now on changes gather for this listener.
    pub(crate) fn register(&self, selector: Selector, listener: Arc<dyn Listener>) -> Registration {
        let inbox =
            Arc::new(Inbox { selector, pending: Mutex::default(), listener: Mutex::new(listener) });
        let mut boxes = self.boxes.lock();
        boxes.retain(|inbox| inbox.strong_count() > 0);
        boxes.push(Arc::downgrade(&inbox));
        Registration { inbox }
    }

    /// True when somebody listens to this key.
    pub(crate) fn selects(&self, key: &str) -> bool {
        self.each().iter().any(|inbox| inbox.selector.selects(key))
    }

    /// One commit, in the order of commits.
    pub(crate) fn post(&self, changes: &[Change]) {
        for inbox in self.each() {
            let mine = changes.iter().filter(|change| inbox.selector.selects(change.key()));
            let mut mine = mine.peekable();
            if mine.peek().is_some() {
                let mut pending = inbox.pending.lock();
                for change in mine {
                    pending.changes.insert(Arc::clone(change.key()), change.clone());
                }
            }
        }
        self.news.notify_one();
    }

    /// The whole state.
    pub(crate) fn post_state<'a>(&self, entries: impl Iterator<Item = &'a Arc<Entry>> + Clone) {
        for inbox in self.each() {
            let mine = entries.clone().filter(|entry| inbox.selector.selects(&entry.key));
            let state = mine.cloned().collect();
            *inbox.pending.lock() = Pending { state: Some(state), changes: BTreeMap::new() };
        }
        self.news.notify_one();
    }

    /// Waits for news and tells them. Runs for ever: the task that tells everybody.
    pub(crate) async fn tell(&self) {
        loop {
            self.news.notified().await;
            for inbox in self.each() {
                inbox.tell();
            }
        }
    }

    fn each(&self) -> Vec<Arc<Inbox>> {
        self.boxes.lock().iter().filter_map(Weak::upgrade).collect()
    }
}

impl Registration {
    /// Tells what is known so far, then what has gathered meanwhile.
    pub(crate) fn begin(&self, entries: Vec<Arc<Entry>>) {
        {
            let mut pending = self.inbox.pending.lock();
            if pending.state.is_none() {
                pending.state = Some(entries);
            }
        }
        self.inbox.tell();
    }

    /// Tells what has gathered by now, unless it is being told for long: whoever wrote something sees it.
    pub(crate) fn catch_up(&self) {
        const LONG: std::time::Duration = std::time::Duration::from_millis(100);
        if let Some(listener) = self.inbox.listener.try_lock_for(LONG) {
            self.inbox.tell_to(&**listener);
        }
    }
}

impl Inbox {
    fn tell(&self) {
        self.tell_to(&**self.listener.lock());
    }

    fn tell_to(&self, listener: &dyn Listener) {
        let pending = std::mem::take(&mut *self.pending.lock());
        let told = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
            if let Some(state) = pending.state {
                listener.state(state);
            }
            if !pending.changes.is_empty() {
                listener.changed(pending.changes.into_values().collect());
            }
        }));
        if told.is_err() {
            tracing::error!(selector = ?self.selector, "a callback of a live value panicked");
        }
    }
}
