//! What is in a backup, all of it checked.

use std::fs::File;
use std::io::BufReader;
use std::path::Path;

use holdfast_model::{Head, Revision, Timestamp};

use crate::read::{BackupError, Reader};

/// What a backup holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Summary {
    /// The end of the log that it is of.
    pub head: Head,
    /// The oldest commit in it comes behind this revision.
    pub start: Revision,
    /// When it was begun.
    pub made: Timestamp,
    /// By which release.
    pub by: String,
    /// How many commits.
    pub commits: u64,
    /// Canonical bytes and values of the commits.
    pub commit_bytes: u64,
    /// How many rows of the history that the commits do not tell.
    pub kept: u64,
    /// How many side rows (idempotency keys).
    pub side: u64,
    /// Length of the file in bytes.
    pub bytes: u64,
    /// BLAKE3 over the file, but for its last part.
    pub digest: String,
}

/// Reads all of a backup.
///
/// # Errors
/// [`BackupError`] says where it is not what was written.
pub fn verify(path: &Path) -> Result<Summary, BackupError> {
    verify_with(path, &mut |_| {})
}

/// The same; `each` sees how many bytes were read so far.
///
/// # Errors
/// Those of [`verify`].
pub fn verify_with(path: &Path, each: &mut dyn FnMut(u64)) -> Result<Summary, BackupError> {
    let mut reader = Reader::open(BufReader::new(File::open(path)?))?;
    while reader.piece()?.is_some() {
        each(reader.bytes());
    }
    let (outline, counts) = (*reader.outline(), reader.counts());
    Ok(Summary {
        head: outline.head,
        start: outline.start.revision,
        made: reader.made(),
        by: reader.by().to_owned(),
        commits: counts.commits,
        commit_bytes: counts.bytes,
        kept: counts.kept,
        side: counts.side,
        bytes: reader.bytes(),
        digest: reader.digest().map(hex::encode).unwrap_or_default(),
    })
}
