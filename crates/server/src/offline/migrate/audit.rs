//! Audit files, moved beside their log: copied as they are, because each line vouches for the lines before it.

use std::fs::File;
use std::io::{self, Read as _};
use std::path::{Path, PathBuf};

use holdfast_audit::{Place, Verified, VerifyError, verify};
use thiserror::Error;

/// What is compared at once.
const BLOCK: usize = 64 << 10;

/// Audit files were not moved.
#[derive(Debug, Error)]
pub enum AuditFailed {
    /// They are not what was written, on the one side or the other.
    #[error(transparent)]
    Verify(#[from] VerifyError),
    /// A file cannot be read or written.
    #[error("{}: {error}", path.display())]
    Io {
        /// Which.
        path: PathBuf,
        /// What the system said.
        error: io::Error,
    },
    /// Something else is there.
    #[error("{} is there and is not the beginning of what is moved: choose an empty directory for audit files", .0.display())]
    Taken(PathBuf),
}

fn failed(path: &Path) -> impl FnOnce(io::Error) -> AuditFailed + '_ {
    move |error| AuditFailed::Io { path: path.to_owned(), error }
}

/// Copies what is in one directory into the other, and verifies both. Answers what was verified, each with its name; none when
/// there is nothing to move. What was interrupted goes on when it is called again.
pub(super) fn migrate(from: &Path, to: &Path) -> Result<Vec<(String, Verified)>, AuditFailed> {
    if !from.try_exists().map_err(failed(from))? || same(from, to) {
        return Ok(Vec::new());
    }
    std::fs::create_dir_all(to).map_err(failed(to))?;
    let mut moved = Vec::new();
    for old in Place::find(from).map_err(failed(from))? {
        let verified = verify(&old)?;
        let Some(new) = Place::new(to, old.name()) else { continue };
        check_free(&old, &new)?;
        for (number, file) in old.files().map_err(failed(from))? {
            copy(&file, &new.file(number))?;
        }
        // Last: it says where the files end.
        if old.anchor().try_exists().map_err(failed(from))? {
            copy(&old.anchor(), &new.anchor())?;
        }
        File::open(to).and_then(|directory| directory.sync_all()).map_err(failed(to))?;
        let again = verify(&new)?;
        if again != verified {
            return Err(AuditFailed::Taken(to.to_owned()));
        }
        moved.push((old.name().to_owned(), verified));
    }
    Ok(moved)
}

fn same(from: &Path, to: &Path) -> bool {
    matches!((from.canonicalize(), to.canonicalize()), (Ok(from), Ok(to)) if from == to)
}

/// Every file that is there has to be one of ours, or the beginning of one.
fn check_free(old: &Place, new: &Place) -> Result<(), AuditFailed> {
    let there = new.files().map_err(failed(new.directory()))?;
    for (number, file) in there {
        if !is_beginning(&file, &old.file(number))? {
            return Err(AuditFailed::Taken(file));
        }
    }
    let (anchor, of_old) = (new.anchor(), old.anchor());
    let taken = anchor.try_exists().map_err(failed(&anchor))? && !is_beginning(&anchor, &of_old)?;
    if taken { Err(AuditFailed::Taken(anchor)) } else { Ok(()) }
}

fn is_beginning(part: &Path, whole: &Path) -> Result<bool, AuditFailed> {
    let mut of_part = File::open(part).map_err(failed(part))?;
    let mut of_whole = match File::open(whole) {
        Ok(file) => file,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(false),
        Err(error) => return Err(failed(whole)(error)),
    };
    let mut blocks = (Vec::with_capacity(BLOCK), Vec::with_capacity(BLOCK));
    loop {
        blocks.0.clear();
        blocks.1.clear();
        let read = of_part.by_ref().take(BLOCK as u64).read_to_end(&mut blocks.0);
        let len = read.map_err(failed(part))?;
        let read = of_whole.by_ref().take(len as u64).read_to_end(&mut blocks.1);
        read.map_err(failed(whole))?;
        if blocks.0 != blocks.1 {
            return Ok(false);
        }
        if len == 0 {
            return Ok(true);
        }
    }
}

/// With the rights of the original; all of it is there, or nothing new.
fn copy(from: &Path, to: &Path) -> Result<(), AuditFailed> {
    let part = to.with_added_extension("part");
    std::fs::copy(from, &part).map_err(failed(&part))?;
    let file = File::options().append(true).open(&part);
    file.and_then(|file| file.sync_all()).map_err(failed(&part))?;
    std::fs::rename(&part, to).map_err(failed(to))
}
