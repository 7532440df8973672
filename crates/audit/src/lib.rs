//! Those who keep an account of what callers did: a log line, a file with a chain of its own, and several at once.
//!
//! - [`file`](mod@file): [`FileAuditor`], hash-chained files that rotate: **start here**, `docs/audit.md` gives every byte
//! - [`log`]: [`LogAuditor`], a line in the server's own log
//! - [`several`]: [`Several`], all of them at once
//! - [`verify`](mod@verify): names the first line that is not what was written
//! - [`query`](mod@query): finds records in the files
//! - [`entry`], [`line`](mod@line), [`chain`]: what a line holds, its bytes, and how one follows the other
//! - [`place`], [`anchor`]: the names of the files, and the note of where they end
//! - [`reader`]: lines of a bounded length, forwards and backwards
//!
//! Invariants: a record that was acknowledged is in the files as durably as the settings say; a line is never changed, only
//! put behind the last one; no clock is read here: times are those of the records.

pub mod anchor;
pub mod chain;
pub mod entry;
pub mod file;
pub mod line;
pub mod log;
pub mod place;
pub mod query;
pub mod reader;
pub mod several;
pub mod verify;

pub use entry::{Entry, Fields, Note, What};
pub use file::{Durability, FileAuditor, FileSettings, SettingsError};
pub use line::Hash;
pub use log::LogAuditor;
pub use place::Place;
pub use query::{Filter, Name, Order, query};
pub use several::Several;
pub use verify::{Fault, Verified, VerifyError, verify, verify_files};
