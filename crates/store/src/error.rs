//! What can go wrong in a store.

use holdfast_model::{ErrorKind, Revision};
use thiserror::Error;

use crate::read::CommitPage;

/// A read or an opening failed; the state is as it was.
#[derive(Debug, Clone, Error)]
pub enum StoreError {
    /// The revision lies below a floor. Ask again at `oldest` or later, or take the latest state.
    #[error("revision {asked} is compacted, the oldest one kept is {oldest}")]
    Compacted {
        /// What was asked for.
        asked: Revision,
        /// The oldest revision for this kind of read.
        oldest: Revision,
    },
    /// The revision lies above the head.
    #[error("revision {asked} does not exist yet, the newest one is {head}")]
    Future {
        /// What was asked for.
        asked: Revision,
        /// The newest.
        head: Revision,
    },
    /// Stored bytes are not what was written. The operator has to act: `holdfast repair`, or a backup.
    #[error("corrupt data in {place}: {what}")]
    Corrupt {
        /// Which file, keyspace or record.
        place: String,
        /// What is wrong with it.
        what: String,
    },
    /// The data cannot be opened as it is; the sentence says why and what to do.
    #[error("{0}")]
    Refused(String),
    /// The operating system or the database failed; trying again may help.
    #[error("{doing}: {error}")]
    Io {
        /// What was being done.
        doing: String,
        /// Its message.
        error: String,
    },
}

/// An append failed; the variant says what became of the group.
#[derive(Debug, Clone, Error)]
pub enum AppendError {
    /// Somebody else appended: nothing was written. Read up to the head of this page and judge again. Its commits are what was
    /// appended behind the head that was expected, as far as the store happens to have it at hand: perhaps none.
    #[error("the head moved to revision {}", .0.head.revision)]
    Moved(Box<CommitPage>),
    /// Free space is below the reserve: nothing was written. Passes by itself when space is freed.
    #[error(
        "no space: {free} bytes are free, {reserve} are kept in reserve; delete data or free disk space"
    )]
    NoSpace {
        /// Bytes free on the file system.
        free: u64,
        /// Bytes that must stay free.
        reserve: u64,
    },
    /// The database cannot be reached: nothing was written. Passes by itself.
    #[error("the store cannot be reached: {0}")]
    Unavailable(String),
    /// Nothing was written, and the same group will be refused again.
    #[error("the store refused the group: {0}")]
    Refused(String),
    /// Whether the group was written cannot be found out. A store of one process only reads from now on; a shared one goes on,
    /// and its log tells in the end.
    #[error("the flush failed, whether the write took effect is not known: {0}")]
    Unknown(String),
    /// An earlier flush failed: nothing was written, and nothing will be until the store is opened again.
    #[error("the store is read-only since a flush failed: {0}")]
    ReadOnly(String),
}

impl StoreError {
    /// For the one table.
    pub fn kind(&self) -> ErrorKind {
        match self {
            Self::Compacted { .. } => ErrorKind::Compacted,
            Self::Future { .. } => ErrorKind::FutureRevision,
            Self::Corrupt { .. } | Self::Refused(_) => ErrorKind::Corrupt,
            Self::Io { .. } => ErrorKind::Unavailable,
        }
    }
}

impl AppendError {
    /// For the one table.
    pub fn kind(&self) -> ErrorKind {
        match self {
            Self::Moved(_) | Self::Unavailable(_) => ErrorKind::Unavailable,
            Self::NoSpace { .. } => ErrorKind::ResourceExhausted,
            Self::Refused(_) => ErrorKind::Internal,
            Self::Unknown(_) => ErrorKind::Unknown,
            Self::ReadOnly(_) => ErrorKind::ReadOnly,
        }
    }
}
