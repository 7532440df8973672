//! The auditor that keeps files.
//!
//! - `queue`: how records come to the thread that writes, and answers back
//! - `writer`: lines, flushes, rotation
//! - `recover`: what is done about files that are not as they were left

mod queue;
mod recover;
mod writer;

use std::num::{NonZeroU64, NonZeroUsize};
use std::path::PathBuf;
use std::time::Duration;

use async_trait::async_trait;
use holdfast_auth::{AuditError, Auditor, Record};
use thiserror::Error;

use self::queue::Queue;
use self::writer::Writer;
use crate::place::Place;

/// What `FileAuditor` calls itself.
const NAME: &str = "file";

/// Where and how records are kept.
#[derive(Debug, Clone)]
pub struct FileSettings {
    /// Made when it is not there.
    pub directory: PathBuf,
    /// The beginning of the files' names: ASCII letters, digits, `-` and `_`.
    pub name: String,
    /// A file does not grow beyond this, unless a single record does.
    pub max_bytes: NonZeroU64,
    /// A record so much later than the first one of a file begins a new file.
    pub max_age: Option<Duration>,
    /// So many files are kept, the one in use included; the oldest ones are removed.
    pub keep: NonZeroUsize,
    /// When a record counts as kept.
    pub durability: Durability,
    /// So many records may wait; more callers wait for a place.
    pub waiting: NonZeroUsize,
}

/// When a record counts as kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Durability {
    /// When it is flushed to the disk. One flush serves all records that wait.
    Flushed,
    /// When the system has it: it survives the process. A flush follows within this time, and what the machine loses until
    /// then is lost.
    Within(Duration),
}

impl FileSettings {
    /// Files `audit.*` of at most 64 MiB or a day, thirty of them, every record flushed.
    #[must_use]
    pub fn new(directory: impl Into<PathBuf>) -> Self {
        Self {
            directory: directory.into(),
            name: "audit".into(),
            max_bytes: NonZeroU64::new(64 << 20).unwrap_or(NonZeroU64::MAX),
            max_age: Some(Duration::from_hours(24)),
            keep: NonZeroUsize::new(30).unwrap_or(NonZeroUsize::MIN),
            durability: Durability::Flushed,
            waiting: NonZeroUsize::new(1_024).unwrap_or(NonZeroUsize::MIN),
        }
    }
}

/// Why files cannot be used. Nothing in them was changed, unless a torn last line was put aside.
#[derive(Debug, Error)]
pub enum SettingsError {
    /// The name would not be one.
    #[error("{0:?} is no name for audit files: take ASCII letters, digits, - and _, at most 64")]
    Name(String),
    /// Another process, or another auditor of this one, writes there.
    #[error("another process writes the audit files of {}", .0.display())]
    InUse(PathBuf),
    /// What the system said.
    #[error("audit files: {0}")]
    Io(String),
}

/// Keeps records in hash-chained files that rotate. One thread writes; the records that wait share one write and one flush.
///
/// A caller that goes away while it waits does not take its record back. When the disk is full, or does not take a write
/// for another reason, the records that waited are refused with [`AuditError`], and the next ones are tried anew.
#[derive(Debug)]
pub struct FileAuditor {
    queue: Queue,
}

impl FileAuditor {
    /// Opens the files, or makes the first. What a crash left of a last line is put aside.
    ///
    /// # Errors
    /// [`SettingsError`].
    pub fn open(settings: FileSettings) -> Result<Self, SettingsError> {
        let place = Place::new(&settings.directory, &settings.name);
        let place = place.ok_or_else(|| SettingsError::Name(settings.name.clone()))?;
        let waiting = settings.waiting;
        let writer = Writer::open(place, settings)?;
        let queue = Queue::start(writer, waiting);
        queue.map(|queue| Self { queue }).map_err(|error| SettingsError::Io(error.to_string()))
    }

    /// What keeps records from being kept at the moment; `None` when the last one was.
    #[must_use]
    pub fn trouble(&self) -> Option<String> {
        self.queue.trouble()
    }

    /// Writes what waits, flushes, and lets go of the files. Later records are refused.
    pub async fn close(&self) {
        self.queue.close().await;
    }
}

#[async_trait]
impl Auditor for FileAuditor {
    fn name(&self) -> &str {
        NAME
    }

    async fn record(&self, record: &Record) -> Result<(), AuditError> {
        let kept = self.queue.keep(record.clone()).await;
        kept.map_err(|why| AuditError { auditor: NAME.into(), why })
    }
}
