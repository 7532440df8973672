//! The embedded store: one log in one directory, kept by the storage engine fjall.
//!
//! Start at [`FjallStore::open`] in `store`, then follow `append`, the hottest path. `docs/format.md` gives every byte.
//!
//! - `store`: [`FjallStore`], the published view that all reads go through
//! - `append`: one group, one engine batch, one flush
//! - `read`, `scan`: answers from a view
//! - `reclaim`: removal below the floors, in small steps
//! - `fill`: [`FjallFill`], which fills an empty directory with a log of another store
//! - `snapshot`: a view that is held still
//! - `tables`, `keys`, `row`, `log_row`, `state`: what lies where, and in which bytes
//! - [`format`](mod@format): the readers of these bytes, one by one
//! - `options`: [`FjallOptions`]
//!
//! Invariants: a group is one engine batch; a view is published only after its flush; every row of ours carries a
//! checksum over its table, key and bytes, which every read checks; all writes happen under one lock.

mod append;
mod error;
mod fill;
pub mod format;
mod head_file;
mod journal;
mod keys;
mod lock;
mod log_row;
mod manifest;
mod open;
mod options;
mod read;
mod reclaim;
mod repair;
mod row;
mod scan;
mod snapshot;
mod space;
mod state;
mod stats;
mod store;
mod tables;

pub use fill::FjallFill;
pub use open::chain::{ChainFault, ChainReport, verify_chain};
pub use open::has_log;
pub use options::FjallOptions;
pub use repair::{RepairReport, repair};
pub use stats::FjallStats;
pub use store::FjallStore;
