//! The note that says which log a database is being filled with, and how far that came.

use std::cmp::Reverse;

use holdfast_model::{ChainHash, EntryKey, Head, Key, Namespace, Revision, Timestamp};
use holdfast_store::StoreError;
use holdfast_store::copy::{Outline, Position, Start};
use serde::{Deserialize, Serialize};

use crate::corrupt;

#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Note {
    pub(super) outline: Outline,
    /// All up to here is there.
    pub(super) position: Position,
    /// Kept rows have indices of their own, no two of them the same: those in their commits are not known, and large values are
    /// found by revision and index alone.
    pub(super) next_index: i32,
    /// Among the rows of the last key was one that reads see: no older one leaves an entry.
    pub(super) settled: bool,
}

#[derive(Serialize, Deserialize)]
struct Stored {
    head: Head,
    revision: u64,
    time: i64,
    hash: ChainHash,
    appended: u64,
    place: Place,
    next_index: i32,
    settled: bool,
}

#[derive(Serialize, Deserialize)]
enum Place {
    Start,
    Kept(String, String, u64),
    Side(Option<Vec<u8>>),
    Commits(u64),
}

impl Note {
    pub(super) fn begin(outline: &Outline) -> Self {
        Self { outline: *outline, position: Position::START, next_index: 0, settled: false }
    }

    /// Whose rows came last.
    pub(super) fn last_key(&self) -> Option<&EntryKey> {
        match &self.position {
            Position::Kept(Some((key, _))) => Some(key),
            _ => None,
        }
    }

    pub(super) fn encode(&self) -> Vec<u8> {
        let Outline { head, start } = self.outline;
        let stored = Stored {
            head,
            revision: start.revision.0,
            time: start.time.0,
            hash: start.hash,
            appended: start.appended_bytes,
            place: Place::of(&self.position),
            next_index: self.next_index,
            settled: self.settled,
        };
        // Writing plain fields into memory cannot fail.
        postcard::to_extend(&stored, Vec::with_capacity(512))
            .unwrap_or_else(|error| unreachable!("encoding a note into memory failed: {error}"))
    }

    pub(super) fn decode(bytes: &[u8]) -> Result<Self, StoreError> {
        let stored: Stored =
            postcard::from_bytes(bytes).map_err(|error| corrupt("the table filling", error))?;
        let start = Start {
            revision: Revision(stored.revision),
            time: Timestamp(stored.time),
            hash: stored.hash,
            appended_bytes: stored.appended,
        };
        let bad = || corrupt("the table filling", "a key is no name of an entry");
        Ok(Self {
            outline: Outline { head: stored.head, start },
            position: stored.place.position().ok_or_else(bad)?,
            next_index: stored.next_index,
            settled: stored.settled,
        })
    }
}

impl Place {
    fn of(position: &Position) -> Self {
        match position {
            Position::Kept(None) => Self::Start,
            Position::Kept(Some((at, Reverse(revision)))) => {
                let (namespace, key) = (at.namespace.as_str(), at.key.as_str());
                Self::Kept(namespace.to_owned(), key.to_owned(), revision.0)
            }
            Position::Side(key) => Self::Side(key.as_ref().map(|key| key.to_vec())),
            Position::Commits(revision) => Self::Commits(revision.0),
        }
    }

    fn position(self) -> Option<Position> {
        Some(match self {
            Self::Start => Position::START,
            Self::Kept(namespace, key, revision) => {
                let key = Key::new(&key).ok()?;
                let at = EntryKey::new(Namespace::new(&namespace).ok()?, key);
                Position::Kept(Some((at, Reverse(Revision(revision)))))
            }
            Self::Side(key) => Position::Side(key.map(Into::into)),
            Self::Commits(revision) => Position::Commits(Revision(revision)),
        })
    }
}

#[cfg(test)]
mod tests {
    use holdfast_testkit::scribe::{Scribe, key};

    use super::*;

    #[test]
    fn a_note_comes_back() {
        let mut scribe = Scribe::new();
        scribe.set(&key("n", "k"), "v");
        let head = scribe.head();
        let begin = Note::begin(&Outline { head, start: Start::at(&head) });
        for position in [
            Position::START,
            Position::Kept(Some((key("n", "k/\u{e9}"), Reverse(Revision(7))))),
            Position::Side(Some(vec![0, 255].into())),
            Position::Commits(Revision(1 << 40)),
        ] {
            let note = Note { position, next_index: 5, settled: true, ..begin.clone() };
            assert_eq!(Note::decode(&note.encode()).expect("a note"), note);
        }
        assert!(matches!(Note::decode(b"nothing"), Err(StoreError::Corrupt { .. })));
    }
}
