//! Going on after damage: what is provably intact is copied into a new engine, and a new epoch begins.
//!
//! Nothing is mended in place. The log is read from its beginning to the first commit that is missing, broken or not
//! chained; what came behind it is dropped, in all tables alike. The old engine is kept beside the new one.

mod readable;
mod salvage;
mod verify;

use std::path::{Path, PathBuf};

use holdfast_model::{Epoch, EpochStart, Head, Revision};
use holdfast_store::StoreError;

use crate::append::batch;
use crate::error::io;
use crate::fill;
use crate::head_file::{self, sync_directory};
use crate::keys;
use crate::lock::DirectoryLock;
use crate::open::{ENGINE, Place, UNFINISHED};
use crate::options::FjallOptions;
use crate::state::State;

/// The new data directory, while it is being filled.
const REBUILD: &str = "rebuild";
/// In it once it is.
const COMPLETE: &str = "COMPLETE";

/// What a repair found and did.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RepairReport {
    /// False when everything was intact: then nothing was changed.
    pub changed: bool,
    /// The life of the log from now on.
    pub epoch: Epoch,
    /// The last commit that was kept.
    pub revision: Revision,
    /// What was wrong and what was lost, in sentences.
    pub notes: Vec<String>,
    /// Where the engine's files are kept as they were found.
    pub kept: Option<PathBuf>,
}

/// Makes a damaged data directory usable again. Needs as much free space as the intact data takes.
///
/// # Errors
/// [`StoreError::Refused`] when there is nothing that could be repaired, somebody has the directory open, or it is being filled:
/// a part of a log must not be taken for all of it.
pub fn repair(path: impl AsRef<Path>, options: FjallOptions) -> Result<RepairReport, StoreError> {
    let place = Place::new(path.as_ref());
    let lock = DirectoryLock::take(&place.root)?;
    fill::refuse_begun(&place)?;
    if place.exists(UNFINISHED)? {
        return Err(StoreError::Refused(format!(
            "no log was ever finished in {}: start the server, it will make one",
            place.root.display()
        )));
    }
    let rebuild = place.root.join(REBUILD);
    // The copy is complete, and the old engine, if not more, is out of its way.
    let copied = exists(&rebuild.join(COMPLETE))? && !exists(&rebuild.join(ENGINE))?;
    if copied || !place.exists(ENGINE)? {
        return finish_renaming(&place, &rebuild);
    }
    remove(&rebuild)?;
    let options = FjallOptions { reserve_bytes: 0, ..options };
    let wrong = match verify::verify(&place, options) {
        Ok(head) => return Ok(nothing_wrong(&head)),
        Err(error) => error,
    };
    let mut notes = vec![format!("found: {wrong}")];
    let kept = free_name(&place)?;
    readable::make_readable(&place, &kept, &mut notes)?;
    let head = salvage::salvage(&place, &rebuild, &kept, options, &mut notes)?;
    std::fs::write(rebuild.join(COMPLETE), b"").map_err(io("noting that the copy is complete"))?;
    sync_directory(&rebuild)?;
    rename(&place.engine, &kept.join(ENGINE))?;
    sync_directory(&kept)?;
    swap(&place, &rebuild)?;
    drop(lock);
    notes.push(format!(
        "kept everything up to revision {}; epoch {} begins at revision {}",
        head.revision, head.epoch, head.epoch_start.first
    ));
    Ok(RepairReport {
        changed: true,
        epoch: head.epoch,
        revision: head.revision,
        notes,
        kept: Some(kept),
    })
}

fn nothing_wrong(head: &Head) -> RepairReport {
    RepairReport {
        changed: false,
        epoch: head.epoch,
        revision: head.revision,
        notes: vec!["everything is intact, nothing was changed".into()],
        kept: None,
    }
}

/// The head that a new epoch starts from, when the log was kept up to `end`.
fn next_epoch(end: Head, heads: &[Revision]) -> Head {
    let highest = heads.iter().copied().max().unwrap_or_default().max(end.revision);
    let first = highest.max(end.epoch_start.first).0.saturating_add(Revision::EPOCH_GAP);
    let epoch_start = EpochStart { inherited: end.revision, first: Revision(first) };
    Head { epoch: Epoch(end.epoch.0 + 1), epoch_start, ..end }
}

/// A repair was stopped between its last steps: the copy is complete, only the names are left to do.
fn finish_renaming(place: &Place, rebuild: &Path) -> Result<RepairReport, StoreError> {
    if !exists(&rebuild.join(COMPLETE))? {
        let what = format!("there is no log in {}", place.root.display());
        return Err(StoreError::Refused(what));
    }
    let named = if exists(&rebuild.join(head_file::NAME))? { rebuild } else { &place.root };
    let record = head_file::read(named)?;
    let what = || StoreError::Refused(format!("{} has no HEAD", named.display()));
    let record = record.ok_or_else(what)?;
    swap(place, rebuild)?;
    Ok(RepairReport {
        changed: true,
        epoch: record.epoch,
        revision: record.revision,
        notes: vec!["finished a repair that had been stopped".into()],
        kept: None,
    })
}

/// Puts the new engine and its head record in the place of the old ones; as much of it as is still to do.
fn swap(place: &Place, rebuild: &Path) -> Result<(), StoreError> {
    for name in [ENGINE, head_file::NAME] {
        if exists(&rebuild.join(name))? {
            rename(&rebuild.join(name), &place.root.join(name))?;
            sync_directory(&place.root)?;
        }
    }
    remove(rebuild)
}

/// A name for the damaged files that is not taken; the folder is made.
fn free_name(place: &Place) -> Result<PathBuf, StoreError> {
    for number in 1_u32.. {
        let path = place.root.join(format!("damaged-{number}"));
        match std::fs::create_dir(&path) {
            Ok(()) => return Ok(path),
            Err(error) if error.kind() == std::io::ErrorKind::AlreadyExists => {}
            Err(error) => return Err(io(format!("making {}", path.display()))(error)),
        }
    }
    Err(StoreError::Refused("no name is left for the damaged files".into()))
}

fn exists(path: &Path) -> Result<bool, StoreError> {
    path.try_exists().map_err(io(format!("looking for {}", path.display())))
}

fn rename(from: &Path, to: &Path) -> Result<(), StoreError> {
    let doing = format!("renaming {} to {}", from.display(), to.display());
    std::fs::rename(from, to).map_err(io(doing))
}

fn remove(folder: &Path) -> Result<(), StoreError> {
    match std::fs::remove_dir_all(folder) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
            Err(io(format!("removing {}", folder.display()))(error))
        }
        _ => Ok(()),
    }
}

impl crate::FjallStore {
    /// Gives the copy its state: from here on it is the log, in its new epoch.
    fn begin_epoch(&self, head: &Head, trimmed: Revision) -> Result<(), StoreError> {
        let mut writer = self.writer.lock();
        let state = State::begin(head, trimmed);
        let mut first = batch(&self.db, &self.tables, 1);
        first.insert(&self.tables.meta, keys::STATE, state.encode());
        self.flush(&mut writer, first, head).map_err(|error| StoreError::Io {
            doing: "beginning the epoch".into(),
            error: error.to_string(),
        })
    }
}
