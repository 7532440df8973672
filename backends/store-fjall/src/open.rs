//! Opening a directory: nothing of the engine runs before our own look at its files, and nothing is changed before that
//! look has found them to be what was written.

pub(crate) mod chain;
mod newest;

use std::path::{Path, PathBuf};
use std::sync::Arc;

use arc_swap::ArcSwap;
use fjall::{CompressionType, Database, PersistMode, Readable};
use holdfast_model::{Head, LogId, Revision};
use holdfast_store::StoreError;
use parking_lot::Mutex;
use uuid::Uuid;

use crate::append::{Writer, batch};
use crate::error::{REMEDY, corrupt, io, reading};
use crate::head_file::{self, Batch, HeadFile, Record, sync_directory};
use crate::lock::DirectoryLock;
use crate::options::FjallOptions;
use crate::space::Space;
use crate::state::{FORMAT, State};
use crate::stats::Counters;
use crate::store::{FjallStore, View};
use crate::tables::{Table, Tables};
use crate::{fill, journal, keys, manifest};

/// The engine's own directory, inside ours.
pub(crate) const ENGINE: &str = "engine";
/// There while a new log is being made: whatever is in the directory then was never used.
pub(crate) const UNFINISHED: &str = "UNFINISHED";
/// The engine rotates its journal at 64 MiB, and starts to push out what holds the oldest one at this size of all.
const JOURNAL_BYTES: u64 = 64 << 20;
/// More than the engine needs: its first worker never compacts but hands such work on, and spins while all others are busy. With a
/// single one the engine can wait for itself while it recovers.
const WORKERS: usize = 4;
/// A third of the weight of other threads: they still keep up when all cores are busy.
const WORKER_NICENESS: i32 = 5;

pub(crate) fn open(path: &Path, options: FjallOptions) -> Result<FjallStore, StoreError> {
    std::fs::create_dir_all(path).map_err(io(format!("making {}", path.display())))?;
    let lock = DirectoryLock::take(path)?;
    let place = Place::new(path);
    if place.is_empty()? {
        fill::refuse_begun(&place)?;
        let head = Head::genesis(LogId(Uuid::new_v4()));
        place.begin(options, &State::begin(&head, Revision::ZERO), None)?;
    }
    let store = open_log(&place, lock, options)?;
    fill::refuse_unfinished(&store, &place)?;
    Ok(store)
}

/// Whether a log was ever finished in this directory, or begun to be filled. Nothing is opened, nothing is changed.
///
/// # Errors
/// When the system does not say.
pub fn has_log(path: impl AsRef<Path>) -> Result<bool, StoreError> {
    Place::new(path.as_ref()).is_empty().map(|empty| !empty)
}

/// Opens the log of a directory that is ours, finished or not.
pub(crate) fn open_log(
    place: &Place,
    lock: DirectoryLock,
    options: FjallOptions,
) -> Result<FjallStore, StoreError> {
    let Checked { db, tables, view, state, record, flushed } = place.open_checked(options)?;
    let path = &place.root;
    let head_file = HeadFile::open(path, Some(record), &view.head, state.trimmed(), flushed)?;
    let space = Space::new(place.root.clone(), options.reserve_bytes);
    Ok(FjallStore {
        head_file,
        view: ArcSwap::new(Arc::new(view)),
        writer: Mutex::new(Writer::new(state, space)),
        counters: Counters::default(),
        tables,
        db,
        _lock: lock,
    })
}

/// A data directory.
pub(crate) struct Place {
    pub(crate) root: PathBuf,
    pub(crate) engine: PathBuf,
}

/// An engine in which everything that opening looks at was found to be what was written.
pub(crate) struct Checked {
    db: Database,
    pub(crate) tables: Tables,
    pub(crate) view: View,
    pub(crate) state: State,
    record: Record,
    flushed: Batch,
}

impl Place {
    pub(crate) fn new(root: &Path) -> Self {
        Self { root: root.to_owned(), engine: root.join(ENGINE) }
    }

    pub(crate) fn open_checked(&self, options: FjallOptions) -> Result<Checked, StoreError> {
        let record = self.record()?;
        let found = journal::check(&self.engine)?.map_err(|damage| damage.error())?;
        self.check_before(&record, &found)?;
        found.cut_torn_batch()?;
        let (db, tables) = open_engine(&self.engine, options)?;
        let (state, head) = end_of_log(&db, &tables)?;
        let view = View { head, snapshot: db.snapshot() };
        newest::check(&tables, &view, &record, state.trimmed())?;
        let last = found.last.map(|last| Batch { before: last, after: last + 1 });
        Ok(Checked { db, tables, view, state, record, flushed: last.unwrap_or_default() })
    }

    pub(crate) fn exists(&self, name: &str) -> Result<bool, StoreError> {
        let path = self.root.join(name);
        path.try_exists().map_err(io(format!("looking for {}", path.display())))
    }

    /// True when no log was ever finished here.
    pub(crate) fn is_empty(&self) -> Result<bool, StoreError> {
        Ok(self.exists(UNFINISHED)? || !(self.exists(ENGINE)? || self.exists(head_file::NAME)?))
    }

    /// Makes a new log, with the note of a filling if there is one. Until the note in the folder is gone, a crash leaves nothing
    /// that anybody was told of.
    pub(crate) fn begin(
        &self,
        options: FjallOptions,
        state: &State,
        filling: Option<Vec<u8>>,
    ) -> Result<(), StoreError> {
        let note = self.root.join(UNFINISHED);
        let doing = || format!("making a new log in {}", self.root.display());
        std::fs::write(&note, b"").map_err(io(doing()))?;
        sync_directory(&self.root)?;
        if self.engine.try_exists().map_err(io(doing()))? {
            std::fs::remove_dir_all(&self.engine).map_err(io(doing()))?;
        }
        let (db, tables) = open_engine(&self.engine, options)?;
        let mut first = batch(&db, &tables, 2);
        first.insert(&tables.meta, keys::STATE, state.encode());
        if let Some(row) = filling {
            first.insert(&tables.meta, keys::FILLING, row);
        }
        first.commit().map_err(reading)?;
        db.persist(PersistMode::SyncAll).map_err(reading)?;
        drop((tables, db));
        // The engine flushes what is in its folders, but not always the names of the folders.
        for folder in ["", "keyspaces"] {
            sync_directory(&self.engine.join(folder))?;
        }
        let head = state.base_head();
        drop(HeadFile::open(&self.root, None, &head, state.trimmed(), Batch::default())?);
        std::fs::remove_file(&note).map_err(io(doing()))?;
        sync_directory(&self.root)
    }

    /// What the file `HEAD` says.
    fn record(&self) -> Result<Record, StoreError> {
        let refused = |what: &str| {
            let place = self.root.join(head_file::NAME);
            StoreError::Refused(format!("{} {what}: {REMEDY}", place.display()))
        };
        if !self.exists(head_file::NAME)? {
            return Err(refused("is missing, so nobody can tell whether the log has lost its end"));
        }
        if !self.exists(ENGINE)? {
            return Err(refused("is there, but the folder `engine` beside it is missing"));
        }
        let record = head_file::read(&self.root)?;
        let record = record.ok_or_else(|| refused("has no intact record of the end of the log"))?;
        if record.format > FORMAT {
            return Err(StoreError::Refused(format!(
                "the data in {} has format {}.{}, this release reads up to {}.{}: use the release that wrote it, or a newer one",
                self.root.display(),
                record.format.0,
                record.format.1,
                FORMAT.0,
                FORMAT.1,
            )));
        }
        Ok(record)
    }

    /// All that can be known to be wrong before the engine opens its files.
    fn check_before(&self, record: &Record, found: &journal::Found) -> Result<(), StoreError> {
        manifest::check(&self.engine)?;
        found.check(record.batch)?;
        match (&found.torn, found.newest) {
            (Some(_), Some(newest)) if newest < record.revision => {
                Err(newest::lost_tail(newest, record.revision))
            }
            _ => Ok(()),
        }
    }
}

/// Opens the engine, and makes sure that its keyspaces are ours.
fn open_engine(engine: &Path, options: FjallOptions) -> Result<(Database, Tables), StoreError> {
    let (db, tables) = open_engine_as_it_is(engine, options)?;
    // The look at the journals knows our keyspaces by these numbers.
    if Table::ALL.into_iter().any(|table| tables.get(table).id() != table as u64) {
        let what = format!("its keyspaces are not numbered as they were made; {REMEDY}");
        return Err(corrupt(engine.display().to_string(), what));
    }
    Ok((db, tables))
}

/// Opens the engine. It panics on some kinds of damage, which must not take the process down.
pub(crate) fn open_engine_as_it_is(
    engine: &Path,
    options: FjallOptions,
) -> Result<(Database, Tables), StoreError> {
    let open = || {
        let db = Database::builder(engine)
            .cache_size(options.cache_bytes)
            .max_journaling_size(JOURNAL_BYTES)
            .journal_compression(CompressionType::None)
            .worker_threads(WORKERS)
            .open()?;
        let tables = Tables::open(&db)?;
        Ok((db, tables))
    };
    // The engine's workers take over the priority of the thread that starts them.
    let opened = std::thread::scope(|scope| {
        let opening = std::thread::Builder::new().name("holdfast-open".into());
        let opening = opening.spawn_scoped(scope, || {
            yield_to_callers();
            open()
        })?;
        opening.join().unwrap_or(Err(fjall::Error::Unrecoverable))
    });
    opened.map_err(reading)
}

/// Merging tables can wait, callers cannot: with as many workers at it as there are cores, callers would wait for tens of
/// milliseconds. On Linux the process id of nobody means the calling thread.
fn yield_to_callers() {
    if let Err(error) = rustix::process::setpriority_process(None, WORKER_NICENESS) {
        tracing::debug!(%error, "the storage engine's workers keep the priority of all others");
    }
}

/// The state row, and the head as the newest row of the log tells it.
fn end_of_log(db: &Database, tables: &Tables) -> Result<(State, Head), StoreError> {
    let row = tables.meta.get(keys::STATE).map_err(reading)?;
    let row = row.ok_or_else(|| {
        corrupt("meta", format!("the row of the log's state is missing; {REMEDY}"))
    })?;
    let state = State::parse(&row)?;
    let mut head = state.base_head();
    let Some(last) = db.snapshot().last_key_value(&tables.log) else { return Ok((state, head)) };
    let (key, row) = last.into_inner().map_err(reading)?;
    let revision = keys::parse_log(&key)?;
    let (appended, commit) = newest::read(tables, revision, &row)?;
    head.revision = revision;
    head.time = commit.commit().time;
    head.hash = commit.hash();
    head.appended_bytes = appended;
    Ok((state, head))
}
