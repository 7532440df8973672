//! Holds the files against their chain and their anchor.

use std::collections::VecDeque;
use std::fmt;
use std::io;
use std::path::{Path, PathBuf};

use thiserror::Error;

use crate::anchor::{self, Anchor, Found};
use crate::chain::{Break, Chain};
use crate::entry::{Note, What};
use crate::line::Hash;
use crate::place::{Place, parse};
use crate::reader::{Line, Lines};

/// Everything is what was written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Verified {
    /// Files that were read.
    pub files: u64,
    /// Lines in them.
    pub lines: u64,
    /// The sequences of the first and the last one; zeros when there is none.
    pub sequences: (u64, u64),
    /// The hash of the last one. Kept elsewhere, it proves later that nothing before it was changed.
    pub hash: Hash,
    /// Older files that were removed on purpose, as the anchor says.
    pub pruned: u64,
    /// What is worth knowing and no fault.
    pub notes: Vec<String>,
}

/// The first line that is not what was written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    /// The file that it is in, or should be in.
    pub file: PathBuf,
    /// Its number in the file, from 1; 0 when it is about the file as a whole.
    pub line: u64,
    /// The sequence that was to be there; 0 when nobody knows.
    pub sequence: u64,
    /// What is wrong.
    pub what: String,
}

/// Why files are not verified.
#[derive(Debug, Error)]
pub enum VerifyError {
    /// Something was changed, or is missing.
    #[error("{0}")]
    Fault(Box<Fault>),
    /// A file could not be read.
    #[error("{}: {error}", path.display())]
    Io {
        /// Which.
        path: PathBuf,
        /// What the system said.
        error: io::Error,
    },
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.file.display())?;
        if self.line > 0 {
            write!(f, ", line {}", self.line)?;
        }
        if self.sequence > 0 {
            write!(f, ", sequence {}", self.sequence)?;
        }
        write!(f, ": {}", self.what)
    }
}

/// Verifies a log of records as a whole. It may be in use meanwhile.
///
/// # Errors
/// [`VerifyError`].
pub fn verify(place: &Place) -> Result<Verified, VerifyError> {
    let path = place.anchor();
    // Before the files: what is written meanwhile comes behind what the anchor names.
    let found = anchor::read(&path).map_err(failed(&path))?;
    let files = place.files().map_err(failed(place.directory()))?;
    let (anchor, both) = match found {
        Found::Intact(anchor, both) => (anchor, both),
        Found::Missing if files.is_empty() => return Ok(Pass::new(Chain::whole(), None).done()),
        Found::Missing => {
            return Err(of_file(
                &path,
                "it is missing, so that nobody can tell whether lines were cut off at the end",
            ));
        }
        Found::Broken => {
            return Err(of_file(
                &path,
                "it is damaged, so that nobody can tell whether lines were cut off at the end",
            ));
        }
    };
    let (first, files) = kept(files, anchor.first);
    let chain = if first == 1 { Chain::whole() } else { Chain::anywhere() };
    let mut pass = Pass::new(chain, Some(anchor));
    pass.verified.pruned = first - 1;
    if !both {
        pass.verified
            .notes
            .push("one half of the anchor is damaged, as after a loss of power".into());
    }
    pass.files(files, |number| place.file(number), first)?;
    pass.tail(place)?;
    Ok(pass.done())
}

/// Verifies files by themselves: that their lines are a chain, not that it begins or ends where it should.
///
/// # Errors
/// [`VerifyError`].
pub fn verify_files(paths: &[PathBuf]) -> Result<Verified, VerifyError> {
    let mut files = Vec::new();
    for path in paths {
        let (_, number) = parse(path).ok_or_else(|| {
            of_file(path, "it has not the name of an audit file, <name>.<number>.jsonl")
        })?;
        files.push((number, path.clone()));
    }
    files.sort();
    let first = files.first().map_or(1, |(number, _)| *number);
    let chain = if first == 1 { Chain::whole() } else { Chain::anywhere() };
    let mut pass = Pass::new(chain, None);
    let beside = paths.first().cloned().unwrap_or_default();
    pass.files(files, |number| beside.with_file_name(format!("file {number}")), first)?;
    pass.verified
        .notes
        .push("without the anchor nobody can tell whether lines were cut off at the end".into());
    Ok(pass.done())
}

/// Files that are still to be removed count only as far as nothing is missing between them and the others.
fn kept(mut files: Vec<(u64, PathBuf)>, first: u64) -> (u64, Vec<(u64, PathBuf)>) {
    let mut from = first;
    while files.iter().any(|(number, _)| number + 1 == from) {
        from -= 1;
    }
    files.retain(|(number, _)| *number >= from);
    (from, files)
}

fn failed(path: &Path) -> impl Fn(io::Error) -> VerifyError {
    let path = path.to_owned();
    move |error| VerifyError::Io { path: path.clone(), error }
}

fn of_file(path: &Path, what: &str) -> VerifyError {
    let fault = Fault { file: path.to_owned(), line: 0, sequence: 0, what: what.into() };
    VerifyError::Fault(Box::new(fault))
}

/// One pass over files.
struct Pass {
    chain: Chain,
    anchor: Option<Anchor>,
    verified: Verified,
    /// The number of the file that was read last, and how many lines it has.
    last: (u64, u64),
}

impl Pass {
    fn new(chain: Chain, anchor: Option<Anchor>) -> Self {
        let verified = Verified {
            files: 0,
            lines: 0,
            sequences: (0, 0),
            hash: Hash::default(),
            pruned: 0,
            notes: Vec::new(),
        };
        Self { chain, anchor, verified, last: (0, 0) }
    }

    fn done(mut self) -> Verified {
        self.verified.hash = self.chain.end().hash;
        self.verified
    }

    fn fault(&self, file: &Path, line: u64, what: impl fmt::Display) -> VerifyError {
        let sequence = self.chain.next_seq().unwrap_or_default();
        VerifyError::Fault(Box::new(Fault {
            file: file.into(),
            line,
            sequence,
            what: what.to_string(),
        }))
    }

    fn files(
        &mut self,
        files: Vec<(u64, PathBuf)>,
        name: impl Fn(u64) -> PathBuf,
        first: u64,
    ) -> Result<(), VerifyError> {
        let mut files = VecDeque::from(files);
        let mut expected = first;
        while let Some((number, path)) = files.pop_front() {
            if number != expected {
                return Err(self.fault(&name(expected), 0, "the file is missing"));
            }
            self.file(&path, number, files.is_empty())?;
            expected += 1;
        }
        Ok(())
    }

    fn file(&mut self, path: &Path, number: u64, last: bool) -> Result<(), VerifyError> {
        let mut lines = Lines::open(path).map_err(failed(path))?;
        self.verified.files += 1;
        while let Some(line) = lines.next_line().map_err(failed(path))? {
            match line {
                Line::Whole(line) => self.line(path, number, lines.number, &line)?,
                Line::TooLong => {
                    return Err(self.fault(path, lines.number, "the line is too long"));
                }
                Line::Torn if last && self.after_anchor() => {
                    let note = format!(
                        "{}, line {}: a last line that was not finished; nobody was told that it is kept",
                        path.display(),
                        lines.number
                    );
                    self.verified.notes.push(note);
                    return Ok(());
                }
                Line::Torn => return Err(self.fault(path, lines.number, "the line is cut off")),
            }
            self.last = (number, lines.number);
        }
        match lines.number {
            // A crash may leave a new file with nothing in it.
            0 if !(last && self.after_anchor()) => Err(self.fault(path, 1, "the file is empty")),
            _ => Ok(()),
        }
    }

    fn line(
        &mut self,
        path: &Path,
        file: u64,
        number: u64,
        line: &[u8],
    ) -> Result<(), VerifyError> {
        let taken = match number {
            1 => self.chain.begin(line, file),
            _ => self.chain.go_on(line),
        };
        let entry = taken.map_err(|broken: Break| self.fault(path, number, broken))?;
        if let Some(anchor) = self.anchor
            && (anchor.seq == entry.seq && anchor.tail != self.chain.end().hash)
        {
            return Err(wrong(path, number, entry.seq, "it is not the line that the anchor names"));
        }
        if let Some(anchor) = self.anchor
            && self.chain.log().is_some_and(|log| log != anchor.log)
        {
            return Err(wrong(
                path,
                number,
                entry.seq,
                "it belongs to another log of records than the anchor",
            ));
        }
        if let What::Note(Note::Recovered { what }) = &entry.what {
            let place = format!("{}, line {number}, sequence {}", path.display(), entry.seq);
            self.verified.notes.push(format!("{place}: after a restart the auditor noted: {what}"));
        }
        self.verified.lines += 1;
        if self.verified.sequences.0 == 0 {
            self.verified.sequences.0 = entry.seq;
        }
        self.verified.sequences.1 = entry.seq;
        Ok(())
    }

    /// True when all that the anchor vouches for has been seen.
    fn after_anchor(&self) -> bool {
        self.anchor.is_some_and(|anchor| anchor.seq <= self.chain.end().seq)
    }

    fn tail(&self, place: &Place) -> Result<(), VerifyError> {
        let Some(anchor) = self.anchor.filter(|anchor| anchor.seq > self.chain.end().seq) else {
            return Ok(());
        };
        let (file, lines) = self.last;
        if file < anchor.file {
            let missing = place.file((file + 1).max(anchor.first));
            return Err(self.fault(&missing, 0, "the file is missing"));
        }
        let what = format!(
            "the end is missing: the anchor says that there were lines up to sequence {}",
            anchor.seq
        );
        Err(self.fault(&place.file(file), lines + 1, what))
    }
}

fn wrong(file: &Path, line: u64, sequence: u64, what: &str) -> VerifyError {
    VerifyError::Fault(Box::new(Fault { file: file.into(), line, sequence, what: what.into() }))
}
