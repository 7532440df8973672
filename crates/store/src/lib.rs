//! The contract between the engine and what keeps the log, and the store that keeps it in memory.
//!
//! Start at [`contract::Store`]: its text is the list of behaviours that the conformance suite of the testkit checks, one
//! by one, on every backend.
//!
//! - [`contract`] - [`Store`], [`Capabilities`]
//! - [`group`] - [`Group`]: what is appended
//! - [`read`] - [`At`], [`Scan`], [`Row`], [`Page`], [`CommitPage`]: what is read
//! - [`error`] - [`StoreError`], [`AppendError`]
//! - [`snapshot`] - [`Snapshots`]: a moment of a log that is held still
//! - [`copy`] - [`copy::Source`], [`copy::Fill`]: how a log is taken out of one store and put into another
//! - [`memory`] - [`MemoryStore`]
//!
//! Invariant: a store decides nothing. It keeps judged groups, all or nothing, and answers questions about them.

pub mod contract;
pub mod copy;
pub mod error;
pub mod group;
pub mod memory;
pub mod read;
pub mod snapshot;

pub use contract::{Capabilities, Reclaimed, Store};
pub use error::{AppendError, StoreError};
pub use group::{Group, SideWrite, same_end};
pub use memory::{MemoryFill, MemoryStore};
pub use read::{
    At, CommitPage, Found, HistoryRow, Page, PageBuilder, PageLimit, Read, Row, Scan, check_cursor,
};
pub use snapshot::{Frozen, Snapshots};
