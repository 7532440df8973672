//! The chain of the log, from the oldest commit that is kept to the newest, while nobody has the directory open.

use std::path::Path;
use std::sync::Arc;

use fjall::{Database, Readable, Slice};
use holdfast_model::{ChainHash, Epoch, Head, Revision, Sealed};
use holdfast_store::StoreError;

use super::{ENGINE, Place, UNFINISHED, open_engine};
use crate::error::reading;
use crate::head_file::Record;
use crate::journal::{self, Found};
use crate::keys;
use crate::lock::DirectoryLock;
use crate::options::FjallOptions;
use crate::read::{Reader, follows};
use crate::state::State;
use crate::store::View;
use crate::tables::Tables;

/// Every commit is there, what it was, and chained to the one before.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ChainReport {
    /// The life of the newest commit.
    pub epoch: Epoch,
    /// The oldest commit that is kept, and the newest; zeros when there is none.
    pub revisions: (Revision, Revision),
    /// How many there are.
    pub commits: u64,
    /// The hash of the newest one. Kept elsewhere, it proves later that nothing before it was changed.
    pub hash: ChainHash,
}

/// The log is not what was written.
#[derive(Debug, Clone)]
pub struct ChainFault {
    /// The first commit that is missing, broken or not chained; `None` when the damage is such that it cannot be told.
    pub revision: Option<Revision>,
    /// What is wrong.
    pub what: StoreError,
}

/// Holds every commit against its hash, its values, the one before it, and the head record. The directory is opened as a
/// server opens it: what a crash left of a commit that nobody was told about is cut off.
///
/// # Errors
/// When there is no log, somebody has it open, or it cannot be read at all.
pub fn verify_chain(
    path: impl AsRef<Path>,
    options: FjallOptions,
) -> Result<Result<ChainReport, ChainFault>, StoreError> {
    let place = Place::new(path.as_ref());
    // Before anything is made there.
    if !place.exists(ENGINE)? || place.exists(UNFINISHED)? {
        let what = format!("there is no log in {}", place.root.display());
        return Err(StoreError::Refused(what));
    }
    let _lock = DirectoryLock::take(&place.root)?;
    let checked = place.look().map(|(record, found)| -> Result<_, StoreError> {
        found.cut_torn_batch()?;
        let (db, tables) = open_engine(&place.engine, options)?;
        Ok(Walk::new(&db, &tables, &record).run())
    });
    match checked {
        Ok(Ok(walked)) => Ok(walked),
        // An engine that finds its files broken has not come to any commit.
        Ok(Err(what @ (StoreError::Corrupt { .. } | StoreError::Refused(_)))) => {
            Ok(Err(ChainFault { revision: None, what }))
        }
        Ok(Err(error)) => Err(error),
        Err(fault) if matches!(fault.what, StoreError::Io { .. }) => Err(fault.what),
        Err(fault) => Ok(Err(fault)),
    }
}

impl From<StoreError> for ChainFault {
    fn from(what: StoreError) -> Self {
        Self { revision: None, what }
    }
}

impl Place {
    /// All that can be known before the engine opens its files.
    fn look(&self) -> Result<(Record, Found), ChainFault> {
        let record = self.record()?;
        let found = journal::check(&self.engine)?.map_err(|damage| ChainFault {
            revision: damage.newest.map(Revision::next),
            what: damage.error(),
        })?;
        let behind = found.newest.map(Revision::next);
        self.check_before(&record, &found).map_err(|what| ChainFault {
            revision: behind.filter(|_| found.torn.is_some()),
            what,
        })?;
        Ok((record, found))
    }
}

/// From commit to commit.
struct Walk<'a> {
    tables: &'a Tables,
    view: View,
    record: &'a Record,
    last: Option<Arc<Sealed>>,
    commits: u64,
    first: Revision,
}

impl<'a> Walk<'a> {
    fn new(db: &Database, tables: &'a Tables, record: &'a Record) -> Self {
        let view = View { head: Head::genesis(record.log), snapshot: db.snapshot() };
        Self { tables, view, record, last: None, commits: 0, first: Revision::ZERO }
    }

    fn run(mut self) -> Result<ChainReport, ChainFault> {
        let state = self.state()?;
        let base = state.base_head();
        let trimmed = state.trimmed();
        let snapshot = self.view.snapshot.clone();
        for guard in snapshot.range(&self.tables.log, keys::log(trimmed.next())..) {
            let expected = self.expected(trimmed);
            let row = guard.into_inner().map_err(reading).map_err(at(expected))?;
            self.commit(row, trimmed, &base)?;
        }
        self.end(trimmed, &base)
    }

    fn state(&self) -> Result<State, StoreError> {
        let row = self.view.snapshot.get(&self.tables.meta, keys::STATE).map_err(reading)?;
        let missing = || StoreError::Refused("the row of the log's state is missing".into());
        State::parse(&row.ok_or_else(missing)?)
    }

    /// The commit that has to come next, unless an epoch begins.
    fn expected(&self, trimmed: Revision) -> Revision {
        self.last.as_ref().map_or(trimmed, |last| last.commit().revision).next()
    }

    fn commit(
        &mut self,
        (key, row): (Slice, Slice),
        trimmed: Revision,
        base: &Head,
    ) -> Result<(), ChainFault> {
        let expected = self.expected(trimmed);
        let revision = keys::parse_log(&key).map_err(at(expected))?;
        if !follows(revision, Revision(expected.0 - 1)) {
            return Err(fault(
                expected,
                format!("the commit is missing; the next one is {revision}"),
            ));
        }
        let reader = Reader { tables: self.tables, view: &self.view };
        let sealed = reader.open_commit(revision, &row).map_err(at(revision))?;
        let before = match &self.last {
            Some(last) => Some(last.hash()),
            // Of what was compacted the hash is not kept, except at the beginning of an epoch.
            None => (base.revision == trimmed).then_some(base.hash),
        };
        if before.is_some_and(|before| before != sealed.commit().previous_hash) {
            return Err(fault(revision, "it is not chained to the commit before"));
        }
        if sealed.commit().log != self.record.log {
            return Err(fault(revision, "it belongs to another log"));
        }
        if revision == self.record.revision && sealed.hash() != self.record.hash {
            return Err(fault(revision, "it is not the commit that HEAD names"));
        }
        if self.commits == 0 {
            self.first = revision;
        }
        self.commits += 1;
        self.last = Some(sealed);
        Ok(())
    }

    /// The log ends where the head record says, or behind it.
    fn end(self, trimmed: Revision, base: &Head) -> Result<ChainReport, ChainFault> {
        let end =
            self.last.as_ref().map_or(base.revision.max(trimmed), |last| last.commit().revision);
        if end < self.record.revision {
            let what = format!(
                "the end of the log is missing: HEAD says that commit {} was durable",
                self.record.revision
            );
            return Err(fault(self.expected(trimmed), what));
        }
        let epoch = self.last.as_ref().map_or(base.epoch, |last| last.commit().epoch);
        let hash = self.last.as_ref().map_or(base.hash, |last| last.hash());
        Ok(ChainReport { epoch, revisions: (self.first, end), commits: self.commits, hash })
    }
}

fn at(revision: Revision) -> impl FnOnce(StoreError) -> ChainFault {
    move |what| ChainFault { revision: Some(revision), what }
}

fn fault(revision: Revision, what: impl Into<String>) -> ChainFault {
    at(revision)(StoreError::Corrupt { place: "log".into(), what: what.into() })
}
