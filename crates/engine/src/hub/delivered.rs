//! A commit on its way to watchers.

use std::any::Any;
use std::sync::{Arc, OnceLock};

use holdfast_model::{Commit, Filter, ResumeToken, Sealed};
use parking_lot::Mutex;

use crate::sight::without;

/// How many dialects may keep an encoded form beside a commit.
pub const ENCODING_SLOTS: usize = 8;

/// A commit and its encoded forms: each is made by the first watcher that needs it and used by all.
pub struct Delivered {
    form: Form,
    encodings: [OnceLock<Arc<dyn Any + Send + Sync>>; ENCODING_SLOTS],
    /// What callers see of it that may not see all of its values, each with forms of its own.
    redacted: Mutex<Vec<(Redactions, Arc<Delivered>)>>,
}

enum Form {
    Whole(Arc<Sealed>),
    Redacted(Box<Commit>),
}

/// Indexes of events, and what is taken from their values ([`holdfast_auth::Sight::Without`]).
pub(crate) type Redactions = Vec<(u32, Arc<[String]>)>;

/// Redacted forms kept of a commit; more are made anew for each watcher.
const REDACTED_FORMS: usize = 16;

impl Delivered {
    pub(crate) fn new(sealed: Arc<Sealed>) -> Self {
        Self::of(Form::Whole(sealed))
    }

    fn of(form: Form) -> Self {
        Self { form, encodings: Default::default(), redacted: Mutex::default() }
    }

    /// The commit without parts of its values.
    pub(crate) fn redacted(&self, redactions: Redactions) -> Arc<Self> {
        let known = |forms: &[(Redactions, Arc<Self>)]| {
            let found = forms.iter().find(|(other, _)| *other == redactions);
            found.map(|(_, form)| Arc::clone(form))
        };
        if let Some(form) = known(&self.redacted.lock()) {
            return form;
        }
        let mut commit = self.commit().clone();
        for (index, pointers) in &redactions {
            if let Some(event) = commit.events.get_mut(*index as usize) {
                event.value = without(&event.value, pointers);
            }
        }
        let form = Arc::new(Self::of(Form::Redacted(Box::new(commit))));
        let mut forms = self.redacted.lock();
        if forms.len() < REDACTED_FORMS {
            forms.push((redactions, Arc::clone(&form)));
        }
        form
    }

    /// The commit.
    pub fn commit(&self) -> &Commit {
        match &self.form {
            Form::Whole(sealed) => sealed.commit(),
            Form::Redacted(commit) => commit,
        }
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

    /// One event of a commit of `of`.
    pub(crate) fn one(index: u32, of: usize) -> Self {
        if of == 1 { Self::All } else { Self::Some(vec![index]) }
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
