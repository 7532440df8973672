//! How one line follows the other.

use thiserror::Error;
use uuid::Uuid;

use crate::entry::{Entry, Note, What};
use crate::line::{Hash, LineError, open};

/// The form of lines that this release writes, and the newest it reads.
pub const FORMAT: u32 = 1;

/// The end of a chain: all that the next line depends on.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct End {
    /// The last line; 0 before the first.
    pub seq: u64,
    /// Its hash; zeros before the first.
    pub hash: Hash,
}

/// A line that does not continue the chain.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum Break {
    /// The line itself is not as it was written.
    #[error(transparent)]
    Line(#[from] LineError),
    /// Lines between this one and the one before are gone.
    #[error("the lines before it are missing: it has sequence {0}")]
    Missing(u64),
    /// It stands behind a line that came later, or twice.
    #[error("it is out of order: it has sequence {0}")]
    Order(u64),
    /// The line before it was another one.
    #[error("it does not continue the line before it")]
    Unchained,
    /// A file begins with something else.
    #[error("the file does not begin with the line that every file begins with")]
    NoBegin,
    /// The beginning of a file in the middle of one.
    #[error("it is the beginning of a file, in the middle of one")]
    Begin,
    /// The file was given another name.
    #[error("it begins file {0}, which is not this one")]
    OtherFile(u64),
    /// The file belongs to another log of records.
    #[error("it belongs to another log of records, {0}")]
    OtherLog(Uuid),
    /// A newer release wrote it.
    #[error("it has format {0}, this release reads up to {FORMAT}")]
    Format(u32),
}

/// Follows the lines of one log of records.
#[derive(Debug, Clone, Copy, Default)]
pub struct Chain {
    end: Option<End>,
    log: Option<Uuid>,
}

impl Chain {
    /// A chain whose first line can be any that begins a file.
    #[must_use]
    pub fn anywhere() -> Self {
        Self::default()
    }

    /// A chain from its very first line.
    #[must_use]
    pub fn whole() -> Self {
        Self { end: Some(End::default()), log: None }
    }

    /// The sequence that the next line has to have, as far as that is known.
    #[must_use]
    pub fn next_seq(&self) -> Option<u64> {
        self.end.map(|end| end.seq.saturating_add(1))
    }

    /// Behind the last line.
    #[must_use]
    pub fn end(&self) -> End {
        self.end.unwrap_or_default()
    }

    /// Which log of records it is, once a line told.
    #[must_use]
    pub fn log(&self) -> Option<Uuid> {
        self.log
    }

    /// Takes the first line of the file of this number.
    ///
    /// # Errors
    /// [`Break`]; the chain stays where it was.
    pub fn begin(&mut self, line: &[u8], number: u64) -> Result<Entry, Break> {
        let (entry, hash) = open(line)?;
        let What::Note(Note::Begin { format, log, file }) = entry.what else {
            return Err(Break::NoBegin);
        };
        if format > FORMAT {
            return Err(Break::Format(format));
        }
        if file != number {
            return Err(Break::OtherFile(file));
        }
        if self.log.is_some_and(|known| known != log) {
            return Err(Break::OtherLog(log));
        }
        let entry = self.follow(entry, hash)?;
        self.log = Some(log);
        Ok(entry)
    }

    /// Takes any other line.
    ///
    /// # Errors
    /// [`Break`]; the chain stays where it was.
    pub fn go_on(&mut self, line: &[u8]) -> Result<Entry, Break> {
        let (entry, hash) = open(line)?;
        if matches!(entry.what, What::Note(Note::Begin { .. })) {
            return Err(Break::Begin);
        }
        self.follow(entry, hash)
    }

    fn follow(&mut self, entry: Entry, hash: Hash) -> Result<Entry, Break> {
        if let Some(end) = self.end {
            // A line of the last number there is has none behind it.
            let next = end.seq.saturating_add(1);
            match entry.seq {
                seq if seq > next => return Err(Break::Missing(seq)),
                seq if seq < next => return Err(Break::Order(seq)),
                _ if entry.prev != end.hash => return Err(Break::Unchained),
                _ => {}
            }
        }
        self.end = Some(End { seq: entry.seq, hash });
        Ok(entry)
    }
}
