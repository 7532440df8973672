//! What the stores over SQL databases share: which rows a group becomes, and what of a log is not the database's business.
//!
//! - [`group`] - [`Rows`]: a group as columns of the five tables (start here)
//! - [`event`] - [`EventRow`]: a row of the history, encoded and read back
//! - [`log`] - commits as rows of the log
//! - [`head`] - [`HeadRow`]: the one row that says where the log ends; [`seen`] - what a node has seen of it, and when an
//!   epoch has to begin
//! - [`page`] - [`Fill`]: pages from rows; [`bounds`] - ranges of keys
//! - [`trim`] - which keys a reclaim has to look at
//! - [`clock`] - [`DatabaseClock`]; [`patience`] - [`Patience`]: how long and how often something is tried again
//! - [`background`] - [`Background`]: the threads that a store's connections live on
//!
//! Invariants: nothing here talks to a database; numbers that a database keeps are signed, and no log comes near the half of
//! them that is lost; a row carries a checksum over its place and its bytes.

pub mod background;
pub mod bounds;
pub mod clock;
pub mod event;
pub mod group;
pub mod head;
pub mod log;
pub mod page;
pub mod patience;
pub mod seen;
pub mod trim;

pub use background::Background;
pub use clock::DatabaseClock;
pub use event::{EventRow, INLINE_BYTES};
pub use group::Rows;
pub use head::HeadRow;
pub use page::Fill;
pub use patience::Patience;
pub use seen::Seen;

use holdfast_store::StoreError;

/// What an operator can do about rows that are not as they were written.
pub const REMEDY: &str =
    "something else than Holdfast changed the tables: restore the database from a backup";

/// A row that cannot be used.
#[must_use]
pub fn corrupt(place: impl Into<String>, what: impl std::fmt::Display) -> StoreError {
    StoreError::Corrupt { place: place.into(), what: format!("{what}; {REMEDY}") }
}

/// A number as a database keeps it.
#[must_use]
pub fn signed(number: u64) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}

/// A number that a database kept.
///
/// # Errors
/// [`StoreError::Corrupt`] for a negative one.
pub fn unsigned(number: i64, place: &str) -> Result<u64, StoreError> {
    u64::try_from(number).map_err(|_| corrupt(place, format!("{number} is negative")))
}
