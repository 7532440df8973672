//! Backups of the running server: taken by callers, or by the clock.
//!
//! - `bytes`: a backup as it is made, part by part
//! - [`schedule`]: [`Scheduled`], backups by a cron expression

mod bytes;
pub mod schedule;

pub(crate) use bytes::{BackupBytes, Part};
pub use schedule::Scheduled;
