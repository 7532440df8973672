//! A commit on its way to watchers.

use std::any::Any;
use std::sync::{Arc, OnceLock};

use holdfast_model::{Commit, Filter, ResumeToken, Sealed};

/// How many dialects may keep an encoded form beside a commit.
pub const ENCODING_SLOTS: usize = 5;

/// A commit and its encoded forms: each is made by the first watcher that needs it and used by all.
pub struct Delivered {
    sealed: Arc<Sealed>,
    encodings: [OnceLock<Arc<dyn Any + Send + Sync>>; ENCODING_SLOTS],
}

impl Delivered {
    pub(crate) fn new(sealed: Arc<Sealed>) -> Self {
        Self { sealed, encodings: Default::default() }
    }

    /// The commit.
    pub fn commit(&self) -> &Commit {
        self.sealed.commit()
    }

    /// The form that a dialect keeps in `slot`, made by `encode` if nobody needed it before. A slot belongs to one dialect
    /// and one type; `None` when the slot holds another type or does not exist.
    pub fn encoded<T: Send + Sync + 'static>(
        &self,
        slot: usize,
        encode: impl FnOnce(&Commit) -> T,
    ) -> Option<Arc<T>> {
        let form = self.encodings.get(slot)?.get_or_init(|| Arc::new(encode(self.commit())));
        Arc::clone(form).downcast().ok()
    }

    pub(crate) fn weight(&self) -> usize {
        self.commit().weight()
    }
}

/// Which events of a commit a watcher gets.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Which {
    /// Every one.
    All,
    /// Those with these indexes, rising.
    Some(Vec<u32>),
}

impl Which {
    /// What the filters let through; `None` when that is nothing.
    pub(crate) fn of(commit: &Commit, filters: &[Filter]) -> Option<Self> {
        let wanted = |at| filters.iter().any(|filter| filter.matches(at));
        let indexes: Vec<u32> =
            (0u32..).zip(&commit.events).filter(|(_, e)| wanted(&e.at)).map(|(i, _)| i).collect();
        Self::some(indexes, commit.events.len())
    }

    pub(crate) fn some(indexes: Vec<u32>, of: usize) -> Option<Self> {
        match indexes.len() {
            0 => None,
            n if n == of => Some(Self::All),
            _ => Some(Self::Some(indexes)),
        }
    }

    /// The indexes into a commit of `len` events.
    pub fn indexes(&self, len: usize) -> Vec<usize> {
        match self {
            Self::All => (0..len).collect(),
            Self::Some(indexes) => indexes.iter().map(|i| *i as usize).collect(),
        }
    }

    fn weight(&self, commit: &Commit) -> usize {
        let indexes = self.indexes(commit.events.len());
        indexes.iter().map(|i| commit.events[*i].weight()).sum()
    }
}

/// A commit for one watcher.
#[derive(Clone)]
pub struct Matched {
    /// The whole commit, shared by all watchers.
    pub commit: Arc<Delivered>,
    /// What of it this watcher asked for.
    pub events: Which,
}

impl Matched {
    /// Right behind the commit.
    pub fn token(&self) -> ResumeToken {
        let commit = self.commit.commit();
        ResumeToken { log: commit.log, epoch: commit.epoch, revision: commit.revision }
    }

    pub(crate) fn weight(&self) -> usize {
        self.events.weight(self.commit.commit())
    }
}
