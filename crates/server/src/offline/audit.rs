//! `holdfast audit`: the files of auditors, and the chain of the embedded log.

use std::io;
use std::path::{Path, PathBuf};

use holdfast_audit::anchor::Found;
use holdfast_audit::{Place, VerifyError, query};
use holdfast_store_fjall::FjallOptions;

pub use holdfast_audit::query::{Hit, Unreadable};
pub use holdfast_audit::{Fault, Fields, Filter, Name, Order, Verified};
pub use holdfast_auth::Operation;
pub use holdfast_store::StoreError;
pub use holdfast_store_fjall::{ChainFault, ChainReport};

/// What was verified: the name of a log of records, or of a file.
pub type Named = (String, Verified);

/// Verifies all logs of records in a directory, or one of their files by itself.
///
/// # Errors
/// The first fault, or what the system says. A directory without a log of records is an error too.
pub fn verify(path: &Path) -> Result<Vec<Named>, VerifyError> {
    let failed = |error| VerifyError::Io { path: path.to_owned(), error };
    if !path.is_dir() {
        std::fs::metadata(path).map_err(failed)?;
        let verified = holdfast_audit::verify_files(&[path.to_owned()])?;
        return Ok(vec![(path.display().to_string(), verified)]);
    }
    let places = places(path).map_err(failed)?;
    let each = |place: &Place| Ok((place.name().to_owned(), holdfast_audit::verify(place)?));
    places.iter().map(each).collect()
}

/// Searches all logs of records in a directory one after the other, or one of their files.
///
/// # Errors
/// When there is none, or the directory cannot be read.
pub fn search(
    path: &Path,
    filter: Filter,
    order: Order,
) -> io::Result<impl Iterator<Item = Result<Hit, Unreadable>>> {
    let files: Vec<PathBuf> = if path.is_dir() {
        let mut files = Vec::new();
        for place in places(path)? {
            files.extend(place.files()?.into_iter().map(|(_, path)| path));
        }
        files
    } else {
        std::fs::metadata(path)?;
        vec![path.to_owned()]
    };
    Ok(query(files, filter, order))
}

/// Verifies the chain of the log in a data directory.
///
/// # Errors
/// When there is no log, or a server has it open.
pub fn verify_log(data_dir: &Path) -> Result<Result<ChainReport, ChainFault>, StoreError> {
    let options = FjallOptions { reserve_bytes: 0, ..FjallOptions::default() };
    holdfast_store_fjall::verify_chain(data_dir, options)
}

fn places(directory: &Path) -> io::Result<Vec<Place>> {
    let mut places = Vec::new();
    for place in Place::find(directory)? {
        // Other programs have files with that ending too.
        let anchor = std::fs::read(place.anchor()).unwrap_or_default();
        let ours = matches!(holdfast_audit::anchor::parse(&anchor), Found::Intact(..));
        if ours || !place.files()?.is_empty() {
            places.push(place);
        }
    }
    if places.is_empty() {
        let what = "there are no audit files, <name>.<number>.jsonl, in this directory";
        return Err(io::Error::new(io::ErrorKind::NotFound, what));
    }
    Ok(places)
}
