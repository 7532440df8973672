//! Filling an empty directory with a log of another store.
//!
//! The rows are those that appends would have written, but for kept rows, whose commits are not there. A note in the meta table
//! says how far the filling came; while it is there, nobody else opens the directory. A file beside the engine says the same when the
//! table cannot be read.

mod kept;
mod note;

use std::path::{Path, PathBuf};

use async_trait::async_trait;
use bytes::Bytes;
use fjall::OwnedWriteBatch;
use holdfast_model::{Head, Revision};
use holdfast_store::copy::{Fill, Outline, Piece, Position, check_end, follow};
use holdfast_store::{Group, StoreError};

use crate::append::batch;
use crate::error::{io, reading};
use crate::head_file::sync_directory;
use crate::lock::{self, DirectoryLock};
use crate::open::{ENGINE, Place, UNFINISHED, open_log};
use crate::options::FjallOptions;
use crate::row::seal;
use crate::state::State;
use crate::store::FjallStore;
use crate::tables::Table;
use crate::{head_file, keys};
use note::Note;

/// There from before a filling begins until after it is finished.
pub(crate) const FILLING: &str = "FILLING";

/// Fills a directory.
pub struct FjallFill {
    path: PathBuf,
    options: FjallOptions,
    begun: Option<Begun>,
}

struct Begun {
    store: FjallStore,
    outline: Outline,
    /// The head behind the commits that are there.
    reached: Head,
}

impl FjallFill {
    /// Nothing is looked at before the filling begins.
    pub fn new(path: impl AsRef<Path>, options: FjallOptions) -> Self {
        let options = FjallOptions { reserve_bytes: 0, ..options };
        Self { path: path.as_ref().to_owned(), options, begun: None }
    }

    fn begun(&mut self) -> Result<&mut Begun, StoreError> {
        self.begun.as_mut().ok_or_else(|| StoreError::Refused("no filling was begun".into()))
    }
}

/// Refuses a directory whose filling was not finished.
pub(crate) fn refuse_unfinished(store: &FjallStore, place: &Place) -> Result<(), StoreError> {
    match Note::read(store)? {
        Some(_) => Err(unfinished(place)),
        None => forget(place),
    }
}

/// Refuses a directory in which a filling was begun, whatever can be read of it.
pub(crate) fn refuse_begun(place: &Place) -> Result<(), StoreError> {
    if place.exists(FILLING)? { Err(unfinished(place)) } else { Ok(()) }
}

fn unfinished(place: &Place) -> StoreError {
    StoreError::Refused(format!(
        "{} is being filled, and that is not finished: repeat the `holdfast restore` or `holdfast migrate` that began it, or remove the directory",
        place.root.display()
    ))
}

/// Leaves word that a filling begins.
fn announce(place: &Place) -> Result<(), StoreError> {
    let path = place.root.join(FILLING);
    std::fs::write(&path, b"").map_err(io(format!("making {}", path.display())))?;
    sync_directory(&place.root)
}

/// It is finished, and was when the note in the table went.
fn forget(place: &Place) -> Result<(), StoreError> {
    if !place.exists(FILLING)? {
        return Ok(());
    }
    let path = place.root.join(FILLING);
    std::fs::remove_file(&path).map_err(io(format!("removing {}", path.display())))?;
    sync_directory(&place.root)
}

/// Refuses a directory with files that are not ours.
fn check_empty(place: &Place) -> Result<(), StoreError> {
    let doing = || format!("reading {}", place.root.display());
    let unfinished = place.exists(UNFINISHED)?;
    for file in std::fs::read_dir(&place.root).map_err(io(doing()))? {
        let name = file.map_err(io(doing()))?.file_name();
        let of_unfinished = [UNFINISHED, ENGINE, head_file::NAME].iter().any(|ours| name == *ours);
        let ours = name == lock::NAME || name == FILLING;
        if !(ours || unfinished && of_unfinished) {
            return Err(StoreError::Refused(format!(
                "{} is not empty ({} is in it): choose an empty directory",
                place.root.display(),
                name.display()
            )));
        }
    }
    Ok(())
}

impl Begun {
    fn batch(&self, rows: usize) -> OwnedWriteBatch {
        batch(&self.store.db, &self.store.tables, rows)
    }

    /// Makes a batch durable that leaves the head as it is.
    fn write(&self, mut batch: OwnedWriteBatch, position: Position) -> Result<(), StoreError> {
        let note = Note { outline: self.outline, position };
        batch.insert(&self.store.tables.meta, keys::FILLING, note.row());
        self.flush(batch, &self.reached)
    }

    fn flush(&self, batch: OwnedWriteBatch, head: &Head) -> Result<(), StoreError> {
        let flushed = self.store.flush(&mut self.store.writer.lock(), batch, head);
        flushed.map_err(|error| StoreError::Io {
            doing: "filling the store".into(),
            error: error.to_string(),
        })
    }

    fn side(&self, rows: &[(Bytes, Bytes)], position: Position) -> Result<(), StoreError> {
        let mut batch = self.batch(rows.len());
        for (key, value) in rows {
            let key = keys::side(key);
            let row = seal(Table::Meta, &key, value.to_vec());
            batch.insert(&self.store.tables.meta, key, row);
        }
        self.write(batch, position)
    }

    fn put(&mut self, piece: &Piece) -> Result<(), StoreError> {
        let Some(end) = piece.end() else { return Ok(()) };
        match piece {
            Piece::Kept(rows) => {
                let mut batch = self.batch(rows.len() * 3);
                kept::write(&self.store, rows, &mut batch)?;
                self.write(batch, end)
            }
            Piece::Side(rows) => self.side(rows, end),
            Piece::Commits(commits) => {
                let reached = follow(&self.reached, commits)?;
                let group = Group { commits: commits.clone(), ..Group::default() };
                self.store.replay(&group, reached)?;
                self.reached = reached;
                Ok(())
            }
        }
    }

    fn finish(&self) -> Result<(), StoreError> {
        check_end(&self.reached, &self.outline)?;
        let (head, trimmed) = (self.outline.head, self.outline.start.revision);
        let state = State::begin(&head, trimmed);
        let meta = &self.store.tables.meta;
        let mut batch = self.batch(3);
        batch.insert(meta, keys::STATE, state.encode());
        batch.remove(meta, keys::FILLING);
        if head.floors.history < trimmed {
            let body = trimmed.0.to_le_bytes().to_vec();
            batch.insert(meta, keys::LOOSE, seal(Table::Meta, keys::LOOSE, body));
        }
        self.store.writer.lock().state = state;
        self.flush(batch, &head)
    }
}

#[async_trait]
impl Fill for FjallFill {
    async fn begin(&mut self, outline: &Outline) -> Result<Position, StoreError> {
        self.begun = None;
        let place = Place::new(&self.path);
        let making = format!("making {}", self.path.display());
        std::fs::create_dir_all(&self.path).map_err(io(making))?;
        let lock = DirectoryLock::take(&self.path)?;
        if place.is_empty()? {
            check_empty(&place)?;
            announce(&place)?;
            let state = State::begin(&outline.base(), outline.start.revision);
            let note = Note { outline: *outline, position: Position::START };
            place.begin(self.options, &state, Some(note.row()))?;
        }
        let store = open_log(&place, lock, self.options)?;
        let Some(note) = Note::read(&store)? else {
            let what =
                format!("there is a log in {}: choose an empty directory", self.path.display());
            return Err(StoreError::Refused(what));
        };
        if note.outline != *outline {
            return Err(StoreError::Refused(format!(
                "{} is being filled with log {} up to revision {}, not with log {} up to revision {}: finish that first, or remove the directory",
                self.path.display(),
                note.outline.head.log,
                note.outline.head.revision,
                outline.head.log,
                outline.head.revision,
            )));
        }
        let reached = store.view.load().head;
        let begun = self.begun.insert(Begun { store, outline: *outline, reached });
        let commits = begun.reached.revision > begun.outline.start.revision;
        Ok(if commits { Position::Commits(begun.reached.revision) } else { note.position })
    }

    async fn put(&mut self, piece: &Piece) -> Result<(), StoreError> {
        self.begun()?.put(piece)
    }

    async fn finish(&mut self) -> Result<(), StoreError> {
        self.begun()?.finish()?;
        self.begun = None;
        forget(&Place::new(&self.path))
    }
}

/// Up to which revision the history may have rows that no commit tells of, and that reads need no more.
pub(crate) fn loose(store: &FjallStore) -> Result<Option<Revision>, StoreError> {
    let Some(row) = store.tables.meta.get(keys::LOOSE).map_err(reading)? else { return Ok(None) };
    let body = crate::row::unseal(Table::Meta, keys::LOOSE, &row)?;
    let bad = || crate::row::bad_row(Table::Meta, keys::LOOSE, "it has another length");
    let body = <[u8; 8]>::try_from(body).map_err(|_| bad())?;
    Ok(Some(Revision(u64::from_le_bytes(body))))
}
