//! What a log is made of while it is copied.

use std::cmp::Reverse;
use std::sync::Arc;

use bytes::Bytes;
use holdfast_model::{ChainHash, EntryKey, Head, Revision, Sealed, Timestamp};

use crate::error::StoreError;
use crate::read::HistoryRow;

/// Which log is copied, from where to where.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Outline {
    /// The end of the copy: what the filled store answers as its head.
    pub head: Head,
    /// What lies before its oldest commit.
    pub start: Start,
}

/// The end of what the commits of a copy cannot tell.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Start {
    /// The oldest commit comes behind this revision.
    pub revision: Revision,
    /// Before the time of the oldest commit.
    pub time: Timestamp,
    /// What the oldest commit names as the hash before its own; zeros when that is not known.
    pub hash: ChainHash,
    /// Bytes of all commits up to here ([`Head::appended_bytes`]).
    pub appended_bytes: u64,
}

impl Start {
    /// Behind everything: no commit is kept.
    pub fn at(head: &Head) -> Self {
        let Head { revision, time, hash, appended_bytes, .. } = *head;
        Self { revision, time, hash, appended_bytes }
    }

    /// Before this commit, which is the oldest one kept.
    pub fn before(oldest: &Sealed) -> Self {
        let commit = oldest.commit();
        Self {
            revision: Revision(commit.revision.0.saturating_sub(1)),
            time: Timestamp(commit.time.0.saturating_sub(1)),
            hash: commit.previous_hash,
            appended_bytes: 0,
        }
    }
}

impl Outline {
    /// The head of the copy before its oldest commit.
    pub fn base(&self) -> Head {
        let Start { revision, time, hash, appended_bytes } = self.start;
        Head { revision, time, hash, appended_bytes, ..self.head }
    }
}

/// A part of a log, small enough to be at hand as a whole.
#[derive(Debug, Clone)]
pub enum Piece {
    /// Rows of the history below the oldest commit, in the order of [`crate::Scan::Kept`].
    Kept(Vec<Arc<HistoryRow>>),
    /// Side rows by key: key and value.
    Side(Vec<(Bytes, Bytes)>),
    /// Commits, each chained to the one before.
    Commits(Vec<Arc<Sealed>>),
}

/// Up to where a log is copied. Ordered: what is further is greater.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Position {
    /// Among the kept rows: the last one that was copied. Its revision counts backwards, because rows of one key come newest first.
    Kept(Option<(EntryKey, Reverse<Revision>)>),
    /// Among the side rows: the last key that was copied.
    Side(Option<Bytes>),
    /// Among the commits: the last one that was copied.
    Commits(Revision),
}

impl Position {
    /// Before everything.
    pub const START: Self = Self::Kept(None);
}

impl Piece {
    /// Where the last part of the piece is; `None` when it has none.
    pub fn end(&self) -> Option<Position> {
        match self {
            Self::Kept(rows) => rows.last().map(|row| Position::Kept(Some(place(row)))),
            Self::Side(rows) => rows.last().map(|(key, _)| Position::Side(Some(key.clone()))),
            Self::Commits(commits) => {
                commits.last().map(|last| Position::Commits(last.commit().revision))
            }
        }
    }

    /// Leaves only what lies behind `position`.
    pub fn drop_up_to(&mut self, position: &Position) {
        match self {
            Self::Kept(rows) => {
                rows.retain(|row| Position::Kept(Some(place(row))) > *position);
            }
            Self::Side(rows) => {
                rows.retain(|(key, _)| Position::Side(Some(key.clone())) > *position);
            }
            Self::Commits(commits) => {
                commits.retain(|one| Position::Commits(one.commit().revision) > *position);
            }
        }
    }

    /// How many rows or commits.
    pub fn len(&self) -> usize {
        match self {
            Self::Kept(rows) => rows.len(),
            Self::Side(rows) => rows.len(),
            Self::Commits(commits) => commits.len(),
        }
    }

    /// True when there is nothing in it.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
}

fn place(row: &HistoryRow) -> (EntryKey, Reverse<Revision>) {
    (row.event.at.clone(), Reverse(row.revision))
}

/// The head behind `head` and these commits, once they are found to be of its log, dense (but for the holes before epochs) and
/// chained.
///
/// # Errors
/// [`StoreError::Corrupt`] names the first commit that is not.
pub fn follow(head: &Head, commits: &[Arc<Sealed>]) -> Result<Head, StoreError> {
    let mut next = *head;
    for sealed in commits {
        let commit = sealed.commit();
        let dense = commit.revision == next.revision.next()
            || commit.revision.0.saturating_sub(next.revision.0) >= Revision::EPOCH_GAP;
        if commit.log != next.log || !dense || commit.previous_hash != next.hash {
            return Err(StoreError::Corrupt {
                place: "log".into(),
                what: format!("commit {} does not follow {}", commit.revision, next.revision),
            });
        }
        next.revision = commit.revision;
        next.time = commit.time;
        next.hash = sealed.hash();
        next.appended_bytes += sealed.appended_bytes();
    }
    Ok(next)
}
