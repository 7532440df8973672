//! The row that says which log a directory is being filled with, and how far that came.

use std::cmp::Reverse;

use holdfast_model::{ChainHash, Head, Revision, Timestamp};
use holdfast_store::StoreError;
use holdfast_store::copy::{Outline, Position, Start};
use serde::{Deserialize, Serialize};

use crate::error::reading;
use crate::keys;
use crate::row::{bad_row, seal, unseal};
use crate::store::FjallStore;
use crate::tables::Table;

pub(super) struct Note {
    pub(super) outline: Outline,
    /// Of kept and side rows; commits tell for themselves.
    pub(super) position: Position,
}

#[derive(Serialize, Deserialize)]
struct Stored {
    head: Head,
    revision: u64,
    time: i64,
    hash: ChainHash,
    appended: u64,
    place: Place,
}

#[derive(Serialize, Deserialize)]
enum Place {
    Start,
    Kept(Vec<u8>, u64),
    Side(Option<Vec<u8>>),
    Commits(u64),
}

impl Note {
    pub(super) fn read(store: &FjallStore) -> Result<Option<Self>, StoreError> {
        let row = store.tables.meta.get(keys::FILLING).map_err(reading)?;
        let Some(row) = row else { return Ok(None) };
        let body = unseal(Table::Meta, keys::FILLING, &row)?;
        let stored: Stored = postcard::from_bytes(body)
            .map_err(|error| bad_row(Table::Meta, keys::FILLING, &error.to_string()))?;
        let start = Start {
            revision: Revision(stored.revision),
            time: Timestamp(stored.time),
            hash: stored.hash,
            appended_bytes: stored.appended,
        };
        let position = match stored.place {
            Place::Start => Position::START,
            Place::Kept(key, revision) => {
                Position::Kept(Some((keys::parse_entry(&key)?, Reverse(Revision(revision)))))
            }
            Place::Side(key) => Position::Side(key.map(Into::into)),
            Place::Commits(revision) => Position::Commits(Revision(revision)),
        };
        Ok(Some(Self { outline: Outline { head: stored.head, start }, position }))
    }

    pub(super) fn row(&self) -> Vec<u8> {
        let start = self.outline.start;
        let stored = Stored {
            head: self.outline.head,
            revision: start.revision.0,
            time: start.time.0,
            hash: start.hash,
            appended: start.appended_bytes,
            place: match &self.position {
                Position::Kept(None) => Place::Start,
                Position::Kept(Some((key, Reverse(revision)))) => {
                    Place::Kept(keys::entry(key), revision.0)
                }
                Position::Side(key) => Place::Side(key.as_ref().map(|key| key.to_vec())),
                Position::Commits(revision) => Place::Commits(revision.0),
            },
        };
        // Writing plain fields into memory cannot fail.
        let body = postcard::to_extend(&stored, Vec::with_capacity(512))
            .unwrap_or_else(|error| unreachable!("encoding a row into memory failed: {error}"));
        seal(Table::Meta, keys::FILLING, body)
    }
}
