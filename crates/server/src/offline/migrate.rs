//! `holdfast migrate`: a log out of one store and into another.

mod audit;

use std::sync::Arc;

use futures::executor::block_on;
use holdfast_store::copy::{Digests, LogSource, Piece, Position, Source, copy};
use holdfast_store::{Store, StoreError};
use thiserror::Error;

use super::backup::Progress;
use crate::stores::Site;

pub use audit::AuditFailed;
pub use holdfast_audit::Verified;
pub use holdfast_store::copy::Digest;

/// A log was not moved. What was copied stays, and the same call goes on from there.
#[derive(Debug, Error)]
pub enum Failed {
    /// A place makes no sense.
    #[error("{0}")]
    Site(String),
    /// The store that is read.
    #[error("{site}: {error}")]
    From {
        /// Where.
        site: String,
        /// What it said.
        error: StoreError,
    },
    /// The store that is filled, or the copy into it.
    #[error("{site}: {error}")]
    To {
        /// Where.
        site: String,
        /// What it said.
        error: StoreError,
    },
    /// Somebody wrote to the store that is read.
    #[error(
        "{0} went on while it was copied: stop the servers that write to it, empty the new store and begin again"
    )]
    WentOn(String),
    /// The log was moved, its audit files were not.
    #[error("the log was moved, its audit files were not: {0}")]
    Audit(#[from] AuditFailed),
    /// Both sides were read again, and are not the same.
    #[error("the two stores do not hold the same: {0} differs; do not use the new one")]
    Differs(&'static str),
}

/// What was moved.
#[derive(Debug, Clone)]
pub struct Moved {
    /// Both sides answer the same: part by part.
    pub digests: Digests,
    /// The newest revision.
    pub revision: u64,
    /// Commits.
    pub commits: u64,
    /// What auditors kept in files beside it, by name.
    pub audit: Vec<(String, Verified)>,
    /// It was all there already.
    pub nothing_to_do: bool,
}

/// Copies a log, then reads both sides and holds them against each other.
///
/// # Errors
/// [`Failed`].
pub fn migrate(from: &Site, to: &Site, progress: Progress<'_>) -> Result<Moved, Failed> {
    let of_from = |error| Failed::From { site: from.to_string(), error };
    let of_to = |error| Failed::To { site: to.to_string(), error };
    if from.is_same(to) {
        return Err(Failed::Site(format!("{from} is both --from and --to")));
    }
    let store = from.open().map_err(of_from)?;
    let (mut source, commits) = block_on(LogSource::measured(store.clone())).map_err(of_from)?;
    let head = source.outline().head;
    let there =
        to.open().ok().filter(|there| block_on(there.head()).is_ok_and(|filled| filled == head));
    let nothing_to_do = there.is_some();
    let filled = match there {
        Some(there) => there,
        None => {
            let mut fill = to.fill().map_err(of_to)?;
            let start = source.outline().start.revision;
            let mut each = |piece: &Piece| {
                if let Some(Position::Commits(reached)) = piece.end() {
                    progress(start, head.revision, reached);
                }
            };
            block_on(copy(&mut source, &mut *fill, &mut each)).map_err(of_to)?;
            drop(fill);
            to.open().map_err(of_to)?
        }
    };
    let digests = block_on(Digests::of(&store)).map_err(of_from)?;
    if block_on(store.head()).map_err(of_from)? != head {
        return Err(Failed::WentOn(from.to_string()));
    }
    same(&digests, &filled).map_err(of_to)??;
    let audit = match (from.audit(), to.audit()) {
        (Some(from), Some(to)) => audit::migrate(from, to)?,
        _ => Vec::new(),
    };
    Ok(Moved { digests, revision: head.revision.0, commits, audit, nothing_to_do })
}

fn same(digests: &Digests, filled: &Arc<dyn Store>) -> Result<Result<(), Failed>, StoreError> {
    let copy = block_on(Digests::of(filled))?;
    let mut pairs = digests.parts().into_iter().zip(copy.parts());
    let differs = pairs.find(|((_, one), (_, other))| one != other);
    Ok(differs.map_or(Ok(()), |((part, _), _)| Err(Failed::Differs(part))))
}
