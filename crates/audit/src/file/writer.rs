//! Lines, flushes, rotation.

use std::fs::File;
use std::io;
use std::os::unix::fs::FileExt as _;
use std::path::Path;

use holdfast_auth::Record;
use holdfast_model::Timestamp;
use uuid::Uuid;

use super::recover::{self, Last};
use super::{Durability, FileSettings, SettingsError};
use crate::anchor::{Anchor, AnchorFile, Found};
use crate::chain::{End, FORMAT};
use crate::entry::{Entry, Fields, Note, What};
use crate::line::{MAX_LINE_BYTES, seal};
use crate::place::Place;

/// The file in use.
#[derive(Debug)]
pub(super) struct Active {
    pub(super) file: File,
    pub(super) number: u64,
    /// All before this place is whole lines of the chain; what a failed write left behind it is overwritten.
    pub(super) bytes: u64,
    /// The time of its first line.
    pub(super) began: Timestamp,
    /// It has more lines than its first one.
    pub(super) used: bool,
}

/// The only one who writes to the files.
#[derive(Debug)]
pub(super) struct Writer {
    place: Place,
    settings: FileSettings,
    anchor: AnchorFile,
    active: Option<Active>,
    end: End,
    /// The highest number of any file.
    newest: u64,
    /// Sentences about what was not as it should be, to be put into the files before the next record.
    found: Vec<String>,
    /// Lines were written that are not flushed.
    dirty: bool,
}

impl Writer {
    pub(super) fn open(place: Place, settings: FileSettings) -> Result<Self, SettingsError> {
        let told = |error: io::Error| SettingsError::Io(error.to_string());
        std::fs::create_dir_all(place.directory()).map_err(told)?;
        let opened = AnchorFile::open(&place.anchor(), Uuid::new_v4()).map_err(told)?;
        let (mut anchor, was) = opened.ok_or_else(|| SettingsError::InUse(place.anchor()))?;
        let Last { active, end, newest, oldest, log, mut found } =
            recover::recover(&place, anchor.now).map_err(told)?;
        found.extend(recover::anchor_note(was, newest));
        let next = match was {
            Found::Intact(now, _) => now,
            // A lost anchor is made anew from what the files say.
            _ => Anchor { log: log.unwrap_or(anchor.now.log), first: oldest, ..anchor.now },
        };
        anchor.write(next).map_err(told)?;
        anchor.sync().and_then(|()| sync_directory(place.directory())).map_err(told)?;
        for what in &found {
            tracing::warn!(what, "audit files");
        }
        Ok(Self { place, settings, anchor, active, end, newest, found, dirty: false })
    }

    pub(super) fn durability(&self) -> Durability {
        self.settings.durability
    }

    pub(super) fn is_dirty(&self) -> bool {
        self.dirty
    }

    /// Keeps records, all or none; for each the reason when it can never be kept. After an error some of them may be in the
    /// files all the same.
    pub(super) fn keep(&mut self, records: &[&Record]) -> io::Result<Vec<Option<String>>> {
        let mut refused = Vec::with_capacity(records.len());
        let mut buffer = Vec::new();
        let mut end = self.end;
        for record in records {
            let fields = Fields::from(*record);
            let what = What::Record(Box::new(fields));
            let (mut line, mut next) = line(end, record.time, &what)?;
            if line.len() > MAX_LINE_BYTES {
                refused.push(Some(format!("a record of {} bytes is too long", line.len())));
                continue;
            }
            if !self.fits(buffer.len() + line.len() + 1, !buffer.is_empty(), record.time) {
                self.write(&mut buffer, end)?;
                self.begin(record.time)?;
                self.note_found(record.time)?;
                (line, next) = self::line(self.end, record.time, &what)?;
            } else if !self.found.is_empty() {
                // Nothing is in the buffer yet: this is the first record since the files were opened.
                self.note_found(record.time)?;
                (line, next) = self::line(self.end, record.time, &what)?;
            }
            buffer.extend_from_slice(&line);
            buffer.push(b'\n');
            end = next;
            refused.push(None);
        }
        self.write(&mut buffer, end)?;
        if self.settings.durability == Durability::Flushed {
            self.flush()?;
        }
        Ok(refused)
    }

    /// Flushes what was written, and says so in the anchor.
    pub(super) fn flush(&mut self) -> io::Result<()> {
        let Some(active) = self.active.as_ref().filter(|_| self.dirty) else { return Ok(()) };
        if let Err(error) = active.file.sync_data() {
            self.abandon(format!(
                "a flush of file {} failed ({error}): lines up to sequence {} may be lost",
                active.number, self.end.seq
            ));
            return Err(error);
        }
        self.dirty = false;
        let (file, end) = (active.number, self.end);
        self.anchor.write(Anchor { seq: end.seq, tail: end.hash, file, ..self.anchor.now })
    }

    /// Whether so many more bytes may go into the file in use.
    fn fits(&self, bytes: usize, begun: bool, time: Timestamp) -> bool {
        let Some(active) = &self.active else { return false };
        if !(active.used || begun) {
            return true;
        }
        let old = |age| active.began.after(age) <= time;
        let full = active.bytes.saturating_add(bytes as u64) > self.settings.max_bytes.get();
        !full && !self.settings.max_age.is_some_and(old)
    }

    /// Puts whole lines behind the last one; `end` is their last.
    fn write(&mut self, lines: &mut Vec<u8>, end: End) -> io::Result<()> {
        let Some(active) = self.active.as_mut().filter(|_| !lines.is_empty()) else {
            return Ok(());
        };
        if let Err(error) = active.file.write_all_at(lines, active.bytes) {
            // What did not fit would be a torn line until the next record comes.
            if let Err(cut) = active.file.set_len(active.bytes) {
                let number = active.number;
                self.abandon(format!(
                    "file {number} could not be written ({error}) nor cut ({cut})"
                ));
            }
            return Err(error);
        }
        active.bytes += lines.len() as u64;
        active.used = true;
        self.end = end;
        self.dirty = true;
        lines.clear();
        Ok(())
    }

    /// Goes on in a new file; the oldest ones are removed.
    fn begin(&mut self, time: Timestamp) -> io::Result<()> {
        self.flush()?;
        let number = self.newest.max(self.anchor.now.file) + 1;
        let log = self.anchor.now.log;
        let note = Note::Begin { format: FORMAT, log, file: number };
        let (mut first, end) = line(self.end, time, &What::Note(note))?;
        first.push(b'\n');
        let path = self.place.file(number);
        let file = recover::create(&path)?;
        let written = file.write_all_at(&first, 0).and_then(|()| file.sync_all());
        if let Err(error) = written.and_then(|()| sync_directory(self.place.directory())) {
            std::fs::remove_file(&path)?;
            return Err(error);
        }
        (self.newest, self.end) = (number, end);
        let bytes = first.len() as u64;
        self.active = Some(Active { file, number, bytes, began: time, used: false });
        let oldest = (number + 1).saturating_sub(self.settings.keep.get() as u64);
        let first = self.anchor.now.first.max(oldest);
        self.anchor.write(Anchor {
            seq: end.seq,
            tail: end.hash,
            file: number,
            first,
            ..self.anchor.now
        })?;
        self.prune();
        Ok(())
    }

    /// Removes the files that the anchor does not count any more. What cannot be removed is tried again with the next file.
    fn prune(&self) {
        let files = self.place.files().unwrap_or_default();
        for (_, path) in files.iter().filter(|(number, _)| *number < self.anchor.now.first) {
            if let Err(error) = std::fs::remove_file(path) {
                tracing::warn!(%error, "cannot remove {}", path.display());
                return;
            }
        }
    }

    fn note_found(&mut self, time: Timestamp) -> io::Result<()> {
        if self.found.is_empty() {
            return Ok(());
        }
        let note = Note::Recovered { what: self.found.join("; ") };
        let (mut line, end) = line(self.end, time, &What::Note(note))?;
        line.push(b'\n');
        self.write(&mut line, end)?;
        self.found.clear();
        Ok(())
    }

    /// A file that cannot be trusted is not written to any more.
    fn abandon(&mut self, why: String) {
        self.active = None;
        self.dirty = false;
        self.found.push(why);
    }
}

/// A line behind the end of a chain, and the new end.
fn line(end: End, time: Timestamp, what: &What) -> io::Result<(Vec<u8>, End)> {
    let seq = end.seq.saturating_add(1);
    let entry = Entry { seq, prev: end.hash, ts: time, what: what.clone() };
    let (line, hash) = seal(&entry)?;
    Ok((line, End { seq, hash }))
}

pub(super) fn sync_directory(directory: &Path) -> io::Result<()> {
    File::open(directory)?.sync_all()
}
