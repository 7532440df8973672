//! The contract under a [`Config`](crate::Config): whoever has entries and tells when they change.

mod anchor;

use std::fmt::Debug;
use std::sync::Arc;
use std::time::{Duration, Instant};

pub use anchor::Anchor;
use async_trait::async_trait;
use futures::stream::BoxStream;

use crate::entry::Log;
use crate::{Batch, Committed, Entry, Error};

/// Whoever has entries: a server, an engine in this process, files, the environment, or several of them as layers.
///
/// What a source promises:
///
/// 1. A read that begins after a write was answered sees that write.
/// 2. [`follow`](Self::follow) tells the whole state first, unless it can go on behind `after`; from then on every
///    change, in order, each commit in one piece. Between two states it may leave nothing out.
/// 3. When it cannot go on, the stream ends: with an error, or, when it simply ended, without. Whoever follows asks again.
/// 4. [`Update::Confirmed`] says: until now there is nothing else. A source that cannot lose touch (memory, files that it
///    watches itself) says it often enough by itself, once in `every`.
/// 5. "There is no such key" and "you may not" are told as they are.
#[async_trait]
pub trait Source: Debug + Send + Sync + 'static {
    /// What it is called where the origin of a value is shown: `server`, `file`, `environment`.
    fn origin(&self) -> Arc<str>;

    /// What tells this source from others of its kind, such as the addresses of a server: files that keep its state bear this name.
    fn identity(&self) -> String {
        self.origin().to_string()
    }

    /// One entry.
    async fn get(&self, namespace: &str, key: &str) -> Result<Entry, Error>;

    /// Every entry whose key begins with the prefix, by key, of one state.
    async fn list(&self, namespace: &str, prefix: &str) -> Result<Vec<Entry>, Error>;

    /// Applies a batch, as a whole or not at all; [`Kind::ReadOnly`](crate::Kind::ReadOnly) for a source that only reads,
    /// [`Kind::Unsupported`](crate::Kind::Unsupported) for one that cannot do this as a whole.
    async fn commit(&self, batch: Batch) -> Result<Committed, Error>;

    /// The state of a namespace and its changes.
    async fn follow(&self, follow: Follow) -> Result<Updates, Error>;

    /// True when what is written is what is read. Where it is not (another layer may be above it), whoever writes reads it.
    fn reads_as_written(&self) -> bool {
        true
    }

    /// Other names of keys, the same in every namespace: each with the key that it stands for. None by default.
    async fn aliases(&self) -> Result<Vec<(Arc<str>, Arc<str>)>, Error> {
        Ok(Vec::new())
    }
}

/// What to follow.
#[derive(Debug, Clone)]
pub struct Follow {
    /// Which namespace.
    pub namespace: Arc<str>,
    /// Only keys that begin with this.
    pub prefix: Arc<str>,
    /// Go on behind this place, which the same source gave before; `None`: from the state of now.
    pub after: Option<Place>,
    /// Confirm at least this often.
    pub every: Duration,
}

/// A place in the changes of a source. Means something only to the source that gave it.
#[derive(Debug, Clone, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize)]
pub struct Place(pub Arc<str>);

/// What a source tells whoever follows it.
pub type Updates = BoxStream<'static, Result<Update, Error>>;

/// One piece of news.
#[derive(Debug, Clone, PartialEq)]
pub enum Update {
    /// The whole state comes: what is told from here to [`Update::Complete`] is all there is.
    Begin(Why),
    /// A part of that state. Which log they are of may only be known at its end.
    Entries(Vec<Entry>),
    /// The state is told.
    Complete {
        /// Where it stands; `None` where the source cannot go on from a place.
        place: Option<Place>,
        /// Of which state it is.
        moment: Moment,
        /// When everything told so far was all there was; a moment before the source looked, never one after it.
        as_of: Instant,
    },
    /// One commit.
    Changes {
        /// By key; each key once. None at all: only the place moves on, or the moment up to which everything is told.
        changes: Vec<Change>,
        /// Right behind it.
        place: Option<Place>,
        /// The revision of the commit, or when the changes were asked for.
        moment: Moment,
        /// When everything told so far was all there was; `None`: the changes say nothing about other keys.
        as_of: Option<Instant>,
    },
    /// Until a moment that is not long past there is nothing else.
    Confirmed {
        /// Where that is.
        place: Option<Place>,
        /// Until when.
        as_of: Instant,
    },
}

/// Which state news are of: tells them apart from writes that the caller made meanwhile.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Moment {
    /// This revision of this log.
    Revision(u64, Log),
    /// Of a source without a log: whatever was written before the source was asked is in it.
    Asked(Instant),
}

impl Moment {
    /// Of which log it is.
    #[must_use]
    pub fn log(self) -> Log {
        match self {
            Self::Revision(_, log) => log,
            Self::Asked(_) => Log::default(),
        }
    }
}

/// What became of a key.
#[derive(Debug, Clone, PartialEq)]
pub enum Change {
    /// It has this value.
    Set(Entry),
    /// It is gone.
    Gone {
        /// The key.
        key: Arc<str>,
        /// The revision that removed it; 0 where the source has no log.
        revision: u64,
        /// Of which log.
        log: Log,
    },
}

impl Change {
    /// Whose.
    #[must_use]
    pub fn key(&self) -> &Arc<str> {
        match self {
            Self::Set(entry) => &entry.key,
            Self::Gone { key, .. } => key,
        }
    }

    /// Of which log its revision is.
    #[must_use]
    pub fn log(&self) -> Log {
        match self {
            Self::Set(entry) => entry.log,
            Self::Gone { log, .. } => *log,
        }
    }
}

/// Why a source tells the whole state.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Why {
    /// Nothing was known.
    First,
    /// The changes behind the place are no longer kept.
    Compacted,
    /// The place belongs to another log: the source is another one now, or was restored.
    ForeignLog,
    /// The caller may see more than before.
    WiderRights,
    /// The source cannot go on from a place.
    NoResume,
    /// A source without a log was compared with what is known: nothing was missed, as far as anybody can tell.
    Compared,
}
