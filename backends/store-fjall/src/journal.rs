//! A look at the engine's journals before the engine replays them.
//!
//! A journal is a row of batches: a start (count, counter), the items, an end (checksum of the items). The engine stops
//! without an error at the first byte that is no batch, and it does not cover the start by the checksum. So a flipped byte
//! could end a journal early, or move a batch before another one. The check here finds both, and changes nothing.

mod reader;

use std::fs::File;
use std::path::{Path, PathBuf};

use holdfast_model::Revision;
use holdfast_store::StoreError;

use self::reader::{Fault, Journal};
use crate::error::{REMEDY, corrupt, io};
use crate::head_file::Batch;

/// What the journals hold.
#[derive(Debug, Default)]
pub(crate) struct Found {
    /// The newest commit in an intact batch.
    pub(crate) newest: Option<Revision>,
    /// Counter of the last intact batch.
    pub(crate) last: Option<u64>,
    /// The last journal ends inside a batch: a crash cut off what was being written, or a byte of it is wrong.
    pub(crate) torn: Option<Torn>,
}

/// A batch at the very end that is not whole.
#[derive(Debug)]
pub(crate) struct Torn {
    /// Where it is.
    pub(crate) damage: Damage,
    /// The counter in its first bytes.
    counter: Option<u64>,
}

impl Found {
    /// Refuses when what was flushed is not there any more: `flushed` is what the head record says of the last batch.
    pub(crate) fn check(&self, flushed: Batch) -> Result<(), StoreError> {
        let next = self.last.map_or(0, |last| last + 1);
        match &self.torn {
            Some(torn) if torn.counter.is_some_and(|c| (next..flushed.after).contains(&c)) => {
                Err(torn.damage.error())
            }
            _ if self.last.is_some_and(|last| last < flushed.before) => {
                let what = format!("the last batches that were made durable are missing; {REMEDY}");
                Err(corrupt("the engine's journal", what))
            }
            _ => Ok(()),
        }
    }

    /// Cuts off what a crash left of a batch that nobody was told about.
    pub(crate) fn cut_torn_batch(&self) -> Result<(), StoreError> {
        let Some(Torn { damage, .. }) = &self.torn else { return Ok(()) };
        damage.cut()
    }
}

/// A place where a journal stops to make sense.
#[derive(Debug)]
pub(crate) struct Damage {
    pub(crate) journal: PathBuf,
    /// End of the last intact batch before it.
    intact: u64,
    what: &'static str,
    /// The newest commit before it, as far as the journals tell.
    pub(crate) newest: Option<Revision>,
}

impl Damage {
    pub(crate) fn error(&self) -> StoreError {
        let what = format!("{} behind byte {}; {REMEDY}", self.what, self.intact);
        corrupt(self.journal.display().to_string(), what)
    }

    /// Shortens the journal to its intact beginning.
    pub(crate) fn cut(&self) -> Result<(), StoreError> {
        let doing = || format!("shortening {}", self.journal.display());
        let file = File::options().write(true).open(&self.journal).map_err(io(doing()))?;
        file.set_len(self.intact).map_err(io(doing()))?;
        file.sync_all().map_err(io(doing()))
    }
}

/// Reads all journals of an engine, oldest first.
pub(crate) fn check(engine: &Path) -> Result<Result<Found, Damage>, StoreError> {
    let journals = list(engine)?;
    let mut found = Found::default();
    let mut before: Option<(PathBuf, u64)> = None;
    for (place, path) in journals.iter().enumerate() {
        let doing = || format!("reading {}", path.display());
        let mut journal = Journal::open(path).map_err(io(doing()))?;
        let fault = loop {
            let begin = journal.intact();
            match journal.next().map_err(io(doing()))? {
                Ok(Some(batch)) => {
                    let what = "a batch is out of order";
                    // Its own note says from which counter on, and the note is covered by the checksum. So does the next
                    // one's for the batch before it.
                    let witness = batch.witness.unwrap_or_default();
                    if witness > batch.counter {
                        let newest = found.newest;
                        return Ok(Err(Damage {
                            journal: path.clone(),
                            intact: begin,
                            what,
                            newest,
                        }));
                    }
                    if let Some((journal, intact)) = before
                        && found.last.is_some_and(|last| last >= witness)
                    {
                        return Ok(Err(Damage { journal, intact, what, newest: None }));
                    }
                    before = Some((path.clone(), begin));
                    found.last = Some(batch.counter);
                    found.newest = found.newest.max(batch.newest);
                }
                Ok(None) => break None,
                Err(fault) => break Some(fault),
            }
        };
        let Some(Fault(what)) = fault else { continue };
        let intact = journal.intact();
        let damage = Damage { journal: path.clone(), intact, what, newest: found.newest };
        let next = found.last.map_or(0, |last| last + 1);
        let last = place + 1 == journals.len();
        if last && !journal.goes_on(next).map_err(io(doing()))? {
            let counter = journal.counter_behind().map_err(io(doing()))?;
            found.torn = Some(Torn { damage, counter });
            break;
        }
        return Ok(Err(damage));
    }
    Ok(Ok(found))
}

/// The journals of an engine, oldest first.
pub(crate) fn list(engine: &Path) -> Result<Vec<PathBuf>, StoreError> {
    let doing = || format!("reading {}", engine.display());
    let mut journals = Vec::new();
    for file in std::fs::read_dir(engine).map_err(io(doing()))? {
        let path = file.map_err(io(doing()))?.path();
        if path.extension().is_some_and(|extension| extension == "jnl") {
            let number = path.file_stem().and_then(|stem| stem.to_str()?.parse::<u64>().ok());
            let what = || format!("the file name is no number; {REMEDY}");
            let number = number.ok_or_else(|| corrupt(path.display().to_string(), what()))?;
            journals.push((number, path));
        }
    }
    journals.sort();
    Ok(journals.into_iter().map(|(_, path)| path).collect())
}
