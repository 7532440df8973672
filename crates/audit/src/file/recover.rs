//! What is done about files that are not as they were left.
//!
//! A torn last line is put aside, into a file beside. Everything else stays as it is, for `verify` to name it; the chain goes on
//! behind the highest sequence that is known, so that a gap stays visible for ever.

use std::fs::{File, OpenOptions};
use std::io::{self, Read as _, Seek as _, SeekFrom, Write as _};
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::Path;

use holdfast_model::Timestamp;
use uuid::Uuid;

use super::writer::{Active, sync_directory};
use crate::anchor::{Anchor, Found};
use crate::chain::End;
use crate::entry::{Note, What};
use crate::line::{Hash, open};
use crate::place::Place;
use crate::reader::{Line, Lines};

/// Where writing goes on.
#[derive(Debug)]
pub(super) struct Last {
    /// `None`: a new file has to be begun.
    pub(super) active: Option<Active>,
    pub(super) end: End,
    /// The highest number of any file.
    pub(super) newest: u64,
    /// The lowest one; 1 when there is no file.
    pub(super) oldest: u64,
    pub(super) log: Option<Uuid>,
    /// What was found, in sentences.
    pub(super) found: Vec<String>,
}

/// Finds the end of the files, and puts a torn line aside.
pub(super) fn recover(place: &Place, anchor: Anchor) -> io::Result<Last> {
    let named = End { seq: anchor.seq, hash: anchor.tail };
    let mut files = place.files()?;
    let mut last =
        Last { active: None, end: named, newest: 0, oldest: 1, log: None, found: Vec::new() };
    last.oldest = files.first().map_or(1, |(number, _)| *number);
    last.newest = files.last().map_or(0, |(number, _)| *number);
    while let Some((number, path)) = files.pop() {
        let scan = Scan::of(&path, anchor.seq)?;
        if scan.torn > 0 {
            last.found.push(put_aside(place, number, &path, &scan)?);
        }
        if scan.lines == 0 {
            // A crash came between making the file and its first line.
            std::fs::remove_file(&path)?;
            sync_directory(place.directory())?;
            last.newest = files.last().map_or(0, |(number, _)| *number);
            continue;
        }
        last.log = scan.log;
        if scan.bad > 0 {
            last.found.push(format!("{} lines of file {number} are not intact", scan.bad));
        }
        if scan.end.seq < anchor.seq {
            last.found.push(format!(
                "the anchor says that there were lines up to sequence {}, but the files end with {}",
                anchor.seq, scan.end.seq
            ));
        } else {
            last.end = scan.end;
        }
        if scan.named.is_some_and(|hash| hash != anchor.tail) {
            let seq = anchor.seq;
            last.found
                .push(format!("the line of sequence {seq} is not the one that the anchor names"));
        }
        // Without its first line a file is none of ours, and one with bad lines is evidence.
        if let (Some(began), 0) = (scan.began, scan.bad) {
            let file = OpenOptions::new().write(true).open(&path)?;
            let used = scan.lines > 1;
            last.active = Some(Active { file, number, bytes: scan.bytes, began, used });
        }
        return Ok(last);
    }
    if anchor.seq > 0 {
        last.found.push(format!(
            "the anchor says that there were lines up to sequence {}, but there are no files",
            anchor.seq
        ));
    }
    Ok(last)
}

/// What there is to say about the anchor itself.
pub(super) fn anchor_note(was: Found, newest: u64) -> Option<String> {
    match was {
        Found::Missing if newest > 0 => Some("the anchor was missing".into()),
        Found::Broken => Some("the anchor was damaged".into()),
        _ => None,
    }
}

/// Makes a file that only its owner may read.
pub(super) fn create(path: &Path) -> io::Result<File> {
    OpenOptions::new().write(true).create_new(true).mode(0o600).open(path)
}

/// Moves what stands behind the last whole line into a file of its own.
fn put_aside(place: &Place, number: u64, path: &Path, scan: &Scan) -> io::Result<String> {
    let mut file = OpenOptions::new().read(true).write(true).open(path)?;
    file.seek(SeekFrom::Start(scan.bytes))?;
    let aside = (1..).map(|again| place.torn(number, again)).find(|aside| !aside.exists());
    let aside = aside.ok_or_else(|| io::Error::other("no name is left for a torn line"))?;
    let mut copy = create(&aside)?;
    io::copy(&mut (&mut file).take(scan.torn), &mut copy)?;
    copy.flush()?;
    copy.sync_all()?;
    sync_directory(place.directory())?;
    file.set_len(scan.bytes)?;
    file.sync_all()?;
    let name = aside.file_name().unwrap_or_default().display().to_string();
    Ok(format!("a last line of {} bytes was not finished, it is put aside in {name}", scan.torn))
}

/// What a file holds.
#[derive(Debug, Default)]
struct Scan {
    /// The last line that is intact by itself.
    end: End,
    /// Whole lines, and their bytes.
    lines: u64,
    bytes: u64,
    /// Those among them that are not intact.
    bad: u64,
    /// Bytes of a last line without an end.
    torn: u64,
    /// What its first line says.
    log: Option<Uuid>,
    began: Option<Timestamp>,
    /// The hash of the line that the anchor names.
    named: Option<Hash>,
}

impl Scan {
    fn of(path: &Path, named: u64) -> io::Result<Self> {
        let mut lines = Lines::open(path)?;
        let mut scan = Self::default();
        while let Some(line) = lines.next_line()? {
            if line == Line::Torn {
                scan.torn = lines.offset - scan.bytes;
                break;
            }
            (scan.lines, scan.bytes) = (lines.number, lines.offset);
            match line {
                Line::Whole(line) => scan.line(&line, named),
                _ => scan.bad += 1,
            }
        }
        Ok(scan)
    }

    fn line(&mut self, line: &[u8], named: u64) {
        let Ok((entry, hash)) = open(line) else {
            self.bad += 1;
            return;
        };
        if let (1, What::Note(Note::Begin { log, .. })) = (self.lines, &entry.what) {
            (self.log, self.began) = (Some(*log), Some(entry.ts));
        }
        if entry.seq == named {
            self.named = Some(hash);
        }
        self.end = End { seq: entry.seq, hash };
    }
}
