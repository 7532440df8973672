//! Opening a directory.

use std::path::Path;
use std::sync::Arc;

use arc_swap::ArcSwap;
use fjall::{CompressionType, Database, PersistMode, Readable};
use holdfast_model::{Head, LogId, Revision};
use holdfast_store::StoreError;
use parking_lot::Mutex;
use uuid::Uuid;

use crate::append::Writer;
use crate::error::{REMEDY, corrupt, reading};
use crate::keys;
use crate::log_row::LogRow;
use crate::options::FjallOptions;
use crate::state::State;
use crate::store::{FjallStore, View};
use crate::tables::Tables;

/// The engine's own directory, inside ours.
const ENGINE: &str = "engine";
/// The engine rotates its journal at 64 MiB, and starts to push out what holds the oldest one at this size of all.
const JOURNAL_BYTES: u64 = 64 << 20;
/// One for flushes, one for compactions; with a single one the engine can wait for itself while it recovers.
const WORKERS: usize = 2;

pub(crate) fn open(path: &Path, options: FjallOptions) -> Result<FjallStore, StoreError> {
    let db = Database::builder(path.join(ENGINE))
        .cache_size(options.cache_bytes)
        .max_journaling_size(JOURNAL_BYTES)
        .journal_compression(CompressionType::None)
        .worker_threads(WORKERS)
        .open()
        .map_err(reading)?;
    let tables = Tables::open(&db).map_err(reading)?;
    let (state, head) = match tables.meta.get(keys::STATE).map_err(reading)? {
        Some(row) => {
            let state = State::parse(&row)?;
            let head = end_of_log(&db, &tables, &state)?;
            (state, head)
        }
        None => begin(&db, &tables)?,
    };
    let view = View { head, snapshot: db.snapshot() };
    let writer = Mutex::new(Writer::new(Revision(state.trimmed)));
    Ok(FjallStore { view: ArcSwap::new(Arc::new(view)), db, tables, writer })
}

/// Makes a new log.
fn begin(db: &Database, tables: &Tables) -> Result<(State, Head), StoreError> {
    let head = Head::genesis(LogId(Uuid::new_v4()));
    let state = State::of(&head, Revision::ZERO);
    let mut batch = crate::append::batch(db, tables, 1);
    batch.insert(&tables.meta, keys::STATE, state.encode());
    batch.commit().map_err(reading)?;
    db.persist(PersistMode::SyncAll).map_err(reading)?;
    Ok((state, head))
}

/// The head as the newest row of the log tells it.
fn end_of_log(db: &Database, tables: &Tables, state: &State) -> Result<Head, StoreError> {
    let mut head = state.base_head();
    let Some(last) = db.snapshot().last_key_value(&tables.log) else { return Ok(head) };
    let (key, row) = last.into_inner().map_err(reading)?;
    let revision = keys::parse_log(&key)?;
    let row = LogRow::parse(revision, &row)?;
    head.appended_bytes = row.appended;
    let sealed = row.open(|index| {
        let key = keys::value(revision, index);
        let value = tables.values.get(key).map_err(reading)?;
        value
            .map(Into::into)
            .ok_or_else(|| corrupt("values", format!("a value is missing; {REMEDY}")))
    })?;
    head.revision = sealed.commit().revision;
    head.time = sealed.commit().time;
    head.hash = sealed.hash();
    Ok(head)
}
