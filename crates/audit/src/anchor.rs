//! The note of where the files end, so that a tail that was cut off is missed.
//!
//! A file of two slots of 512 bytes that are written in turn: whatever a crash leaves of one, the other is whole. A slot is
//! sealed as a line is, and filled up with spaces. The anchor is written after what it names is durable, never before.

use std::fs::{File, OpenOptions, TryLockError};
use std::io;
use std::os::unix::fs::{FileExt as _, OpenOptionsExt as _};
use std::path::Path;

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::line::{Hash, check, seal};

/// Of its file name.
pub const EXTENSION: &str = "head";
/// A sector: disks write it whole or not at all.
const SLOT: usize = 512;

/// Where the files of a log of records end, and where they begin.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Anchor {
    /// Counts the writes; the slot with the higher one is in force.
    pub(crate) turn: u64,
    /// Which log of records.
    pub log: Uuid,
    /// The last line that is durable; 0 before the first.
    pub seq: u64,
    /// Its hash.
    pub tail: Hash,
    /// The number of the file that it is in; 0 before the first.
    pub file: u64,
    /// The oldest file that is kept: those before it were removed on purpose.
    pub first: u64,
}

/// What was found in the place of an anchor.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Found {
    /// There is no such file, or nothing in it.
    Missing,
    /// Neither slot is intact.
    Broken,
    /// The one in force, and whether the other slot is intact too.
    Intact(Anchor, bool),
}

/// Reads the anchor, whoever has it open.
///
/// # Errors
/// What the system says, except that there is no such file.
pub fn read(path: &Path) -> io::Result<Found> {
    match std::fs::read(path) {
        Ok(bytes) => Ok(parse(&bytes)),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(Found::Missing),
        Err(error) => Err(error),
    }
}

/// The anchor in these bytes.
#[must_use]
pub fn parse(bytes: &[u8]) -> Found {
    let mut slots: Vec<Option<Anchor>> = bytes.chunks(SLOT).take(2).map(slot).collect();
    let written = slots.len();
    slots.retain(Option::is_some);
    match slots.iter().flatten().max_by_key(|anchor| anchor.turn) {
        Some(anchor) => Found::Intact(*anchor, slots.len() == written),
        None if bytes.is_empty() => Found::Missing,
        None => Found::Broken,
    }
}

fn slot(bytes: &[u8]) -> Option<Anchor> {
    // What fills it up is checked too: nothing in the file may change without being noticed.
    let text = bytes.strip_suffix(b"\n").filter(|_| bytes.len() == SLOT)?.trim_ascii_end();
    check(text).ok()?;
    serde_json::from_slice(text).ok()
}

/// The anchor of files that are being written. Whoever has it open is the only writer.
#[derive(Debug)]
pub(crate) struct AnchorFile {
    file: File,
    pub(crate) now: Anchor,
}

impl AnchorFile {
    /// Opens it, or makes one of a new log. `None`: another process writes there.
    pub(crate) fn open(path: &Path, new_log: Uuid) -> io::Result<Option<(Self, Found)>> {
        let mut options = OpenOptions::new();
        options.read(true).write(true).create(true).truncate(false).mode(0o600);
        let file = options.open(path)?;
        match file.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => return Ok(None),
            Err(TryLockError::Error(error)) => return Err(error),
        }
        let found = read(path)?;
        let now = match found {
            Found::Intact(anchor, _) => anchor,
            Found::Missing | Found::Broken => {
                Anchor { turn: 0, log: new_log, seq: 0, tail: Hash::default(), file: 0, first: 1 }
            }
        };
        Ok(Some((Self { file, now }, found)))
    }

    /// Replaces what is in force.
    pub(crate) fn write(&mut self, next: Anchor) -> io::Result<()> {
        let next = Anchor { turn: self.now.turn + 1, ..next };
        let (mut text, _) = seal(&next)?;
        text.resize(SLOT - 1, b' ');
        text.push(b'\n');
        let place = (next.turn % 2) * SLOT as u64;
        if self.file.metadata()?.len() < place {
            // A hole before the first slot would be no slot.
            self.file.write_all_at(&text, 0)?;
        }
        self.file.write_all_at(&text, place)?;
        self.now = next;
        Ok(())
    }

    pub(crate) fn sync(&self) -> io::Result<()> {
        self.file.sync_all()
    }
}
