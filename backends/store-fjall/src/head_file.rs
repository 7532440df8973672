//! The file `HEAD`: how far the log had become durable, kept apart from the engine, so that a lost tail is noticed.
//!
//! Two slots, written in turn after each flush, each with its own checksum: a torn write leaves the other one. Nothing waits
//! for the disk here; a thread flushes the file each second, and closing does. An old record only proves less.

use std::fs::{File, OpenOptions};
use std::os::unix::fs::FileExt;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::JoinHandle;
use std::time::Duration;

use holdfast_model::{ChainHash, Epoch, Floors, Head, LogId, Revision};
use holdfast_store::StoreError;
use parking_lot::{Condvar, Mutex};
use uuid::Uuid;

use crate::error::io;
use crate::state::FORMAT;

/// Its name in the data directory.
pub(crate) const NAME: &str = "HEAD";

const MAGIC: &[u8; 8] = b"HOLDFAST";
const SLOT_BYTES: usize = 124;
/// So far apart that no sector and no page holds both.
const SLOT_DISTANCE: u64 = 4_096;
const FLUSH_EVERY: Duration = Duration::from_secs(1);

/// The engine counts its batches, and some of its own work between them: a batch got a number from `before`, below `after`.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Batch {
    pub(crate) before: u64,
    pub(crate) after: u64,
}

/// What a slot says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Record {
    pub(crate) format: (u16, u16),
    pub(crate) log: LogId,
    pub(crate) epoch: Epoch,
    pub(crate) revision: Revision,
    pub(crate) hash: ChainHash,
    /// The engine's counter before and after the last flushed batch.
    pub(crate) batch: Batch,
    /// What is still there: a copy of what the state row says, for a repair that cannot read that.
    pub(crate) floors: Floors,
    /// All up to this revision is trimmed.
    pub(crate) trimmed: Revision,
    /// Counts the writes: the higher one of two slots is the newer.
    sequence: u64,
}

impl Record {
    fn of(head: &Head, trimmed: Revision, batch: Batch, sequence: u64) -> Self {
        let Head { log, epoch, revision, hash, floors, .. } = *head;
        Self { format: FORMAT, log, epoch, revision, hash, batch, floors, trimmed, sequence }
    }

    fn encode(&self) -> [u8; SLOT_BYTES] {
        let mut slot = [0; SLOT_BYTES];
        slot[..8].copy_from_slice(MAGIC);
        slot[8..10].copy_from_slice(&self.format.0.to_le_bytes());
        slot[10..12].copy_from_slice(&self.format.1.to_le_bytes());
        slot[12..16].copy_from_slice(&self.epoch.0.to_le_bytes());
        slot[16..32].copy_from_slice(self.log.0.as_bytes());
        slot[32..40].copy_from_slice(&self.revision.0.to_le_bytes());
        slot[40..48].copy_from_slice(&self.sequence.to_le_bytes());
        slot[48..80].copy_from_slice(&self.hash.0);
        slot[80..88].copy_from_slice(&self.batch.before.to_le_bytes());
        slot[88..96].copy_from_slice(&self.batch.after.to_le_bytes());
        slot[96..104].copy_from_slice(&self.floors.events.0.to_le_bytes());
        slot[104..112].copy_from_slice(&self.floors.history.0.to_le_bytes());
        slot[112..120].copy_from_slice(&self.trimmed.0.to_le_bytes());
        let crc = crc32fast::hash(&slot[..120]);
        slot[120..].copy_from_slice(&crc.to_le_bytes());
        slot
    }

    fn parse(slot: &[u8; SLOT_BYTES]) -> Option<Self> {
        let (body, crc) = slot.split_last_chunk::<4>()?;
        if crc32fast::hash(body) != u32::from_le_bytes(*crc) || !body.starts_with(MAGIC) {
            return None;
        }
        let mut rest = &body[8..];
        let mut take = |len: usize| {
            let (field, behind) = rest.split_at(len);
            rest = behind;
            field
        };
        Some(Self {
            format: (
                u16::from_le_bytes(take(2).try_into().ok()?),
                u16::from_le_bytes(take(2).try_into().ok()?),
            ),
            epoch: Epoch(u32::from_le_bytes(take(4).try_into().ok()?)),
            log: LogId(Uuid::from_bytes(take(16).try_into().ok()?)),
            revision: Revision(u64::from_le_bytes(take(8).try_into().ok()?)),
            sequence: u64::from_le_bytes(take(8).try_into().ok()?),
            hash: ChainHash(take(32).try_into().ok()?),
            batch: Batch {
                before: u64::from_le_bytes(take(8).try_into().ok()?),
                after: u64::from_le_bytes(take(8).try_into().ok()?),
            },
            floors: Floors {
                events: Revision(u64::from_le_bytes(take(8).try_into().ok()?)),
                history: Revision(u64::from_le_bytes(take(8).try_into().ok()?)),
            },
            trimmed: Revision(u64::from_le_bytes(take(8).try_into().ok()?)),
        })
    }
}

/// What a slot says whose checksum is still to be added: its revision.
pub(crate) fn read_slot(body: &[u8]) -> Option<Revision> {
    let body: &[u8; SLOT_BYTES - 4] = body.try_into().ok()?;
    let mut slot = [0; SLOT_BYTES];
    slot[..body.len()].copy_from_slice(body);
    slot[body.len()..].copy_from_slice(&crc32fast::hash(body).to_le_bytes());
    Record::parse(&slot).map(|record| record.revision)
}

/// The newest valid slot; `None` when the file is there but no slot is valid.
pub(crate) fn read(directory: &Path) -> Result<Option<Record>, StoreError> {
    Ok(slots(directory)?.max_by_key(|record| record.sequence))
}

/// The revisions of all valid slots.
pub(crate) fn known_revisions(directory: &Path) -> Vec<Revision> {
    slots(directory).map(|slots| slots.map(|record| record.revision).collect()).unwrap_or_default()
}

fn slots(directory: &Path) -> Result<impl Iterator<Item = Record>, StoreError> {
    let path = directory.join(NAME);
    let bytes = std::fs::read(&path).map_err(io(format!("reading {}", path.display())))?;
    let slot = |start: usize| {
        let slot = bytes.get(start..start + SLOT_BYTES)?.try_into().ok()?;
        Record::parse(slot)
    };
    Ok([slot(0), slot(SLOT_DISTANCE as usize)].into_iter().flatten())
}

/// The open file, and the thread that flushes it.
pub(crate) struct HeadFile {
    shared: Arc<Shared>,
    flusher: Option<JoinHandle<()>>,
}

struct Shared {
    file: File,
    path: PathBuf,
    sequence: Mutex<u64>,
    dirty: AtomicBool,
    stop: Mutex<bool>,
    wake: Condvar,
}

impl HeadFile {
    /// Opens the file, or makes it, writes `head` durably, and starts to flush.
    pub(crate) fn open(
        directory: &Path,
        last: Option<Record>,
        head: &Head,
        trimmed: Revision,
        batch: Batch,
    ) -> Result<Self, StoreError> {
        let path = directory.join(NAME);
        let doing = || format!("writing {}", path.display());
        let file = OpenOptions::new().write(true).create(true).truncate(false).open(&path);
        let shared = Arc::new(Shared {
            file: file.map_err(io(doing()))?,
            sequence: Mutex::new(last.map_or(0, |record| record.sequence)),
            path: path.clone(),
            dirty: AtomicBool::new(false),
            stop: Mutex::new(false),
            wake: Condvar::new(),
        });
        shared.write(head, trimmed, batch).map_err(io(doing()))?;
        shared.file.sync_all().map_err(io(doing()))?;
        sync_directory(directory)?;
        let flusher = std::thread::Builder::new().name("holdfast-head".into()).spawn({
            let shared = shared.clone();
            move || shared.flush_until_stopped()
        });
        Ok(Self { shared, flusher: Some(flusher.map_err(io("starting a thread"))?) })
    }

    /// Notes a head that is durable.
    pub(crate) fn write(
        &self,
        head: &Head,
        trimmed: Revision,
        batch: Batch,
    ) -> std::io::Result<()> {
        self.shared.write(head, trimmed, batch)?;
        self.shared.dirty.store(true, Ordering::Release);
        Ok(())
    }
}

impl Shared {
    fn write(&self, head: &Head, trimmed: Revision, batch: Batch) -> std::io::Result<()> {
        let mut sequence = self.sequence.lock();
        *sequence += 1;
        let slot = Record::of(head, trimmed, batch, *sequence).encode();
        self.file.write_all_at(&slot, (*sequence % 2) * SLOT_DISTANCE)
    }

    fn flush_until_stopped(&self) {
        let mut stop = self.stop.lock();
        loop {
            let stopped = *stop;
            if self.dirty.swap(false, Ordering::AcqRel)
                && let Err(error) = self.file.sync_data()
            {
                tracing::error!(%error, "cannot flush {}", self.path.display());
            }
            if stopped {
                return;
            }
            self.wake.wait_for(&mut stop, FLUSH_EVERY);
        }
    }
}

impl Drop for HeadFile {
    fn drop(&mut self) {
        *self.shared.stop.lock() = true;
        self.shared.wake.notify_all();
        if let Some(flusher) = self.flusher.take()
            && flusher.join().is_err()
        {
            tracing::error!("the thread that flushes {} panicked", self.shared.path.display());
        }
    }
}

/// Makes names that were created, renamed or removed in a directory durable.
pub(crate) fn sync_directory(directory: &Path) -> Result<(), StoreError> {
    let doing = || format!("flushing the directory {}", directory.display());
    let file = File::open(directory).map_err(io(doing()))?;
    file.sync_all().map_err(io(doing()))
}

#[cfg(test)]
mod tests {
    use super::*;

    const BATCH: Batch = Batch { before: 3, after: 4 };

    fn head(revision: u64) -> Head {
        let mut head = Head::genesis(LogId(Uuid::from_u128(7)));
        head.revision = Revision(revision);
        head.hash = ChainHash([revision as u8; 32]);
        head
    }

    #[test]
    fn the_newer_slot_counts_and_a_torn_one_leaves_the_other() {
        let directory = tempfile::tempdir().expect("a directory");
        let file =
            HeadFile::open(directory.path(), None, &head(1), Revision::ZERO, Batch::default())
                .expect("opens");
        file.write(&head(2), Revision(1), BATCH).expect("writes");
        drop(file);
        let newest = read(directory.path()).expect("reads").expect("a record");
        assert_eq!(newest, Record::of(&head(2), Revision(1), BATCH, 2));
        let path = directory.path().join(NAME);
        let whole = std::fs::read(&path).expect("reads");
        for place in 0..whole.len() {
            let mut bytes = whole.clone();
            bytes[place] ^= 0x10;
            std::fs::write(&path, bytes).expect("writes");
            let found = read(directory.path()).expect("reads").expect("the other slot");
            assert!(found.revision.0 == 1 || found == newest, "byte {place}");
        }
        std::fs::write(&path, &whole[..50]).expect("writes");
        assert_eq!(read(directory.path()).expect("reads"), None);
    }
}
