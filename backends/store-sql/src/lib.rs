//! What the stores over SQL databases share. All but the statements: those are a [`Dialect`].
//!
//! - [`store`] - [`SqlStore`]: a store over any dialect (start here); [`dialect`] - [`Dialect`]
//! - `append` - the truth about a group whose connection broke; `writer` - the row lock after lost races
//! - [`link`] - [`Link`](link::Link): new connections, and what they are asked before they are used; [`seen`] - what a node has
//!   seen of the log, and when an epoch has to begin
//! - [`fill`] - [`SqlFill`]: another log into an empty database, piece by piece
//! - [`group`] - [`Rows`]: a group as columns of the tables
//! - [`event`] - [`EventRow`]: a row of the history, encoded and read back; [`log`] - commits as rows of the log; [`head`] -
//!   [`HeadRow`]: where the log ends
//! - [`page`] - [`Fill`]: pages from rows; [`bounds`] - ranges of keys; [`trim`] - what a reclaim looks at
//! - [`clock`] - [`DatabaseClock`]; [`patience`] - [`Patience`]: how long and how often something is tried again
//! - [`tls`] - how connections are protected
//! - [`background`] - [`Background`]: where a store's connections live
//!
//! Invariants: a group can only be there once, because it goes behind one head, so that trying it again is safe; numbers
//! that a database keeps are signed, and no log comes near the half of them that is lost; a row carries a checksum over its
//! place and its bytes.

mod append;
pub mod background;
pub mod bounds;
pub mod clock;
pub mod dialect;
pub mod event;
pub mod failure;
pub mod fill;
pub mod group;
pub mod head;
pub mod link;
pub mod log;
pub mod page;
pub mod patience;
mod question;
pub mod seen;
pub mod store;
pub mod tls;
pub mod trim;
mod writer;

pub use background::Background;
pub use clock::DatabaseClock;
pub use dialect::Dialect;
pub use event::{EventRow, INLINE_BYTES};
pub use failure::{Failure, Fate};
pub use fill::SqlFill;
pub use group::Rows;
pub use head::HeadRow;
pub use page::Fill;
pub use patience::Patience;
pub use seen::Seen;
pub use store::{SqlStore, Waits};

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
