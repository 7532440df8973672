//! A whole log in one compressed file, every byte of which is checked when it is read. `docs/format.md` gives the bytes.
//!
//! Start at [`Encoder`], which makes the bytes, and [`Reader`], which takes them apart again.
//!
//! - [`encode`] - [`Encoder`]: a copy of a log as bytes
//! - [`read`] - [`Reader`]: the bytes as a copy of a log; [`Place`] says where they are wrong
//! - [`file`](mod@file) - [`NewFile`]: a backup that appears under its name once it is whole
//! - [`verify`](mod@verify) - [`verify()`], [`Summary`]: what is in a backup, all of it checked
//! - [`restore`] - [`Restore`]: a backup as a source of a copy, up to a revision, as a new life of the log
//! - `frame`: the parts that a file consists of
//!
//! Invariant: no length is believed, and nothing is given out, before its checksum was found right.

pub mod encode;
pub mod file;
mod frame;
pub mod read;
pub mod restore;
pub mod verify;

pub use encode::Encoder;
pub use file::NewFile;
pub use frame::FORMAT;
pub use read::{BackupError, Place, Reader};
pub use restore::{Restore, RestoreError};
pub use verify::{Summary, verify};
