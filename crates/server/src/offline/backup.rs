//! `holdfast backup` and `holdfast restore`: of a data directory that no server has open.

use std::path::Path;
use std::sync::Arc;

use futures::executor::block_on;
use holdfast_backup::{BackupError, Encoder, Restore, RestoreError};
use holdfast_model::{Revision, Timestamp};
use holdfast_store::copy::{LogSource, Piece, Position, Source, copy};
use holdfast_store::{Store, StoreError};
use holdfast_store_fjall::{FjallFill, FjallOptions, FjallStore};
use jiff::Timestamp as Now;
use thiserror::Error;

pub use holdfast_backup::verify::verify_with;
pub use holdfast_backup::{NewFile, Summary, verify};
pub use holdfast_model::Head;

/// A backup was not made, or not restored.
#[derive(Debug, Error)]
pub enum Failed {
    /// The log cannot be read or written.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The file cannot be read.
    #[error(transparent)]
    Backup(#[from] BackupError),
    /// It cannot be restored so. Nothing was written.
    #[error(transparent)]
    Restore(#[from] RestoreError),
    /// The file cannot be written.
    #[error(transparent)]
    System(#[from] std::io::Error),
}

/// How far it is: revisions from where to where, and the one that was reached.
pub type Progress<'a> = &'a mut (dyn FnMut(Revision, Revision, Revision) + Send);

/// Backs up the log in a data directory.
///
/// # Errors
/// [`Failed`]; then there is no file.
pub fn create(data_dir: &Path, to: &Path, progress: Progress<'_>) -> Result<Summary, Failed> {
    let mut file = NewFile::create(to)?;
    let store: Arc<dyn Store> = Arc::new(open(data_dir)?);
    let mut source = block_on(LogSource::open(store))?;
    let outline = *source.outline();
    let mut encoder = Encoder::default();
    file.write(&encoder.opening(&outline, now())?)?;
    let mut position = Position::START;
    while let Some(piece) = block_on(source.next(&position))? {
        file.write(&encoder.piece(&piece)?)?;
        position = piece.end().unwrap_or(position);
        if let Position::Commits(reached) = &position {
            progress(outline.start.revision, outline.head.revision, *reached);
        }
    }
    file.write(&encoder.end()?)?;
    Ok(file.keep()?)
}

/// A log that is there; none is made.
pub(crate) fn open(data_dir: &Path) -> Result<FjallStore, StoreError> {
    if !holdfast_store_fjall::has_log(data_dir)? {
        let what = format!("there is no log in {}", data_dir.display());
        return Err(StoreError::Refused(what));
    }
    FjallStore::open(data_dir, FjallOptions { reserve_bytes: 0, ..FjallOptions::default() })
}

/// Restores a backup into an empty directory, up to its end or a revision; answers the end of the restored log.
///
/// # Errors
/// [`Failed`]. What was begun goes on when the same is restored again.
pub fn restore(
    from: &Path,
    data_dir: &Path,
    up_to: Option<Revision>,
    progress: Progress<'_>,
) -> Result<Head, Failed> {
    let mut source = Restore::open(from, up_to, now(), &mut |_| {})?;
    let outline = *source.outline();
    let mut fill = FjallFill::new(data_dir, FjallOptions::default());
    let mut each = |piece: &Piece| {
        if let Some(Position::Commits(reached)) = piece.end() {
            progress(outline.start.revision, outline.head.revision, reached);
        }
    };
    block_on(copy(&mut source, &mut fill, &mut each))?;
    Ok(outline.head)
}

fn now() -> Timestamp {
    Timestamp(i64::try_from(Now::now().as_nanosecond()).unwrap_or(i64::MAX))
}
