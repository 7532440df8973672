//! One process at a time.

use std::fs::{File, OpenOptions, TryLockError};
use std::io::{Read, Seek, Write};
use std::path::Path;

use holdfast_store::StoreError;

use crate::error::io;

/// Its name in the data directory.
pub(crate) const NAME: &str = "LOCK";

/// Holds the directory; the system lets go of it when the process ends, however it ends.
pub(crate) struct DirectoryLock {
    _file: File,
}

impl DirectoryLock {
    pub(crate) fn take(directory: &Path) -> Result<Self, StoreError> {
        let path = directory.join(NAME);
        let doing = || format!("locking {}", path.display());
        let mut options = OpenOptions::new();
        let file = options.read(true).write(true).create(true).truncate(false).open(&path);
        let mut file = file.map_err(io(doing()))?;
        match file.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => return Err(held(directory, &mut file)),
            Err(TryLockError::Error(error)) => return Err(io(doing())(error)),
        }
        // Only for the message above: a failure to write it must not keep the store shut.
        let note = || {
            file.set_len(0)?;
            file.rewind()?;
            write!(file, "{}", std::process::id())
        };
        if let Err(error) = { note }() {
            tracing::warn!(%error, "cannot write the process id into {}", path.display());
        }
        Ok(Self { _file: file })
    }
}

fn held(directory: &Path, file: &mut File) -> StoreError {
    let mut text = String::new();
    let who =
        match file.take(20).read_to_string(&mut text).ok().and(text.trim().parse::<u32>().ok()) {
            Some(pid) => format!("process {pid}"),
            None => "another process".to_owned(),
        };
    StoreError::Refused(format!(
        "{who} has the data directory {} open; stop it, or choose another directory with --data-dir",
        directory.display()
    ))
}
