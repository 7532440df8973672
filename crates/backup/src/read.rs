//! The bytes of a backup as a copy of a log.

use std::fmt;
use std::io::{self, Read};
use std::sync::Arc;

use bytes::Bytes;
use holdfast_model::{ChainHash, DecodeError, Head, Revision, StoredCommit, Timestamp};
use holdfast_store::StoreError;
use holdfast_store::copy::{Outline, Piece, Position, Start, follow, row};
use thiserror::Error;

use crate::encode::{Counts, Ending, Opening};
use crate::frame::{FORMAT, Fault, Frame, Kind, MAGIC, PREFIX, unpack};

/// A backup cannot be used.
#[derive(Debug, Error)]
pub enum BackupError {
    /// The system failed while it was read.
    #[error("reading the backup: {0}")]
    Io(#[from] io::Error),
    /// It is something else.
    #[error("this is no backup of Holdfast: it begins with other bytes")]
    Foreign,
    /// A newer release wrote it.
    #[error("the backup has format {}.{}, this release reads up to {}.{}: use the release that made it, or a newer one", .0.0, .0.1, FORMAT.0, FORMAT.1)]
    Newer((u16, u16)),
    /// Its bytes are not those that were written.
    #[error("the backup is damaged {place}: {what}")]
    Damaged {
        /// Where.
        place: Place,
        /// What is wrong there.
        what: String,
    },
}

/// How far a backup was read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Place {
    /// The part begins behind so many bytes.
    pub byte: u64,
    /// The newest commit before it.
    pub revision: Option<Revision>,
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "behind byte {}", self.byte)?;
        match self.revision {
            Some(revision) => write!(f, " (all commits up to {revision} are intact)"),
            None => f.write_str(" (before its first commit)"),
        }
    }
}

/// Reads a backup from its beginning to its end, and checks it on the way.
pub struct Reader<R> {
    from: R,
    outline: Outline,
    made: Timestamp,
    by: String,
    byte: u64,
    digest: blake3::Hasher,
    counts: Counts,
    /// How far it came.
    position: Position,
    /// The head behind the commits that were read.
    reached: Head,
    ended: Option<[u8; 32]>,
}

impl<R: Read> Reader<R> {
    /// Reads which log it is of.
    ///
    /// # Errors
    /// [`BackupError`].
    pub fn open(mut from: R) -> Result<Self, BackupError> {
        let mut prefix = [0; PREFIX];
        let mut digest = blake3::Hasher::new();
        match from.read_exact(&mut prefix) {
            Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => {
                return Err(BackupError::Foreign);
            }
            read => read?,
        }
        if !prefix.starts_with(MAGIC) {
            return Err(BackupError::Foreign);
        }
        let format = (
            u16::from_le_bytes([prefix[8], prefix[9]]),
            u16::from_le_bytes([prefix[10], prefix[11]]),
        );
        if format > FORMAT {
            return Err(BackupError::Newer(format));
        }
        digest.update(&prefix);
        let place = Place { byte: PREFIX as u64, revision: None };
        let frame = unpack(&mut from).map_err(|fault| failed(place, fault))?;
        let bad = |what: &str| damaged(place, what);
        if frame.kind != Kind::Head {
            return Err(bad("it does not begin with what it is of"));
        }
        let opening: Opening =
            postcard::from_bytes(&frame.plain).map_err(|error| bad(&error.to_string()))?;
        digest.update(&frame.raw);
        let start = Start {
            revision: Revision(opening.start_revision),
            time: Timestamp(opening.start_time),
            hash: ChainHash(opening.start_hash),
            appended_bytes: 0,
        };
        let outline = Outline { head: opening.head, start };
        Ok(Self {
            from,
            outline,
            made: Timestamp(opening.made),
            by: opening.by,
            byte: (PREFIX + frame.raw.len()) as u64,
            digest,
            counts: Counts::default(),
            position: Position::START,
            reached: outline.base(),
            ended: None,
        })
    }

    /// Which log, from where to where. The bytes before its oldest commit are not known before all was read.
    pub fn outline(&self) -> &Outline {
        &self.outline
    }

    /// When it was begun.
    pub fn made(&self) -> Timestamp {
        self.made
    }

    /// By which release.
    pub fn by(&self) -> &str {
        &self.by
    }

    /// Bytes read so far.
    pub fn bytes(&self) -> u64 {
        self.byte
    }

    /// What was read so far.
    pub(crate) fn counts(&self) -> Counts {
        self.counts
    }

    /// The digest, once the end was read.
    pub(crate) fn digest(&self) -> Option<[u8; 32]> {
        self.ended
    }

    /// The next piece; `None` once all of it was read and found right.
    ///
    /// # Errors
    /// [`BackupError`]; what was read before is intact.
    pub fn piece(&mut self) -> Result<Option<Piece>, BackupError> {
        if self.ended.is_some() {
            return Ok(None);
        }
        let place = self.place();
        let frame = unpack(&mut self.from).map_err(|fault| failed(place, fault))?;
        let piece = match frame.kind {
            Kind::Kept => Piece::Kept(kept(&frame.plain).ok_or_else(|| unreadable(place))?),
            Kind::Side => {
                Piece::Side(side(frame.plain.clone().into()).ok_or_else(|| unreadable(place))?)
            }
            Kind::Commits => self.commits(&frame, place)?,
            Kind::End => return self.end(&frame, place).map(|()| None),
            Kind::Head => return Err(damaged(place, "it begins anew")),
        };
        self.check_order(&piece, place)?;
        self.counts.add(&piece);
        self.digest.update(&frame.raw);
        self.byte += frame.raw.len() as u64;
        Ok(Some(piece))
    }

    fn place(&self) -> Place {
        let any = self.counts.commits > 0;
        Place { byte: self.byte, revision: any.then_some(self.reached.revision) }
    }

    fn commits(&mut self, frame: &Frame, place: Place) -> Result<Piece, BackupError> {
        let bad = |error: DecodeError| damaged(place, &error.to_string());
        let mut rest = Bytes::copy_from_slice(&frame.plain);
        let mut commits = Vec::new();
        while !rest.is_empty() {
            let canonical = take(&mut rest).ok_or_else(|| unreadable(place))?;
            let sealed = StoredCommit::new(canonical).open(|_, len| {
                if len > rest.len() {
                    return Err(DecodeError::Impossible("value length"));
                }
                Ok(rest.split_to(len))
            });
            commits.push(Arc::new(sealed.map_err(bad)?));
        }
        let reached = follow(&self.reached, &commits);
        self.reached = reached.map_err(|error| damaged(place, &error.to_string()))?;
        Ok(Piece::Commits(commits))
    }

    /// Each part lies behind the one before, and nothing that the commits tell is among the kept rows.
    fn check_order(&mut self, piece: &Piece, place: Place) -> Result<(), BackupError> {
        let mut first = piece.clone();
        first.drop_up_to(&self.position);
        let within = match piece {
            Piece::Kept(rows) => rows.iter().all(|row| row.revision <= self.outline.start.revision),
            _ => true,
        };
        match piece.end() {
            Some(end) if first.len() == piece.len() && within => self.position = end,
            _ => return Err(damaged(place, "a part is out of order")),
        }
        Ok(())
    }

    fn end(&mut self, frame: &Frame, place: Place) -> Result<(), BackupError> {
        let ending: Ending = postcard::from_bytes(&frame.plain).map_err(|_| unreadable(place))?;
        let digest = *self.digest.finalize().as_bytes();
        if ending.digest != digest {
            return Err(damaged(place, "the digest over all of it is wrong"));
        }
        if ending.counts != self.counts {
            return Err(damaged(place, "there is not as much in it as there was"));
        }
        let promised = self.outline.head;
        if (self.reached.revision, self.reached.hash) != (promised.revision, promised.hash) {
            return Err(damaged(place, "its commits do not lead to the head that it is of"));
        }
        self.byte += frame.raw.len() as u64;
        if self.from.read(&mut [0])? > 0 {
            return Err(damaged(self.place(), "there is something behind its end"));
        }
        self.ended = Some(digest);
        Ok(())
    }
}

fn damaged(place: Place, what: &str) -> BackupError {
    BackupError::Damaged { place, what: what.to_owned() }
}

fn unreadable(place: Place) -> BackupError {
    damaged(place, "it does not parse")
}

fn failed(place: Place, fault: Fault) -> BackupError {
    match fault {
        Fault::Io(error) => BackupError::Io(error),
        Fault::CutOff => damaged(place, "the file ends here, its rest is missing"),
        Fault::Wrong(what) => damaged(place, what),
    }
}

fn kept(mut plain: &[u8]) -> Option<Vec<Arc<holdfast_store::HistoryRow>>> {
    let mut rows = Vec::new();
    while !plain.is_empty() {
        let (row, rest) = row::decode(plain)?;
        rows.push(Arc::new(row));
        plain = rest;
    }
    Some(rows)
}

fn side(mut rest: Bytes) -> Option<Vec<(Bytes, Bytes)>> {
    let mut rows = Vec::new();
    while !rest.is_empty() {
        rows.push((take(&mut rest)?, take(&mut rest)?));
    }
    Some(rows)
}

/// Length and bytes from the front.
fn take(rest: &mut Bytes) -> Option<Bytes> {
    let len = u32::from_le_bytes(*rest.first_chunk::<4>()?) as usize;
    (rest.len() - 4 >= len).then(|| {
        let _ = rest.split_to(4);
        rest.split_to(len)
    })
}

impl From<BackupError> for StoreError {
    fn from(error: BackupError) -> Self {
        match error {
            BackupError::Io(error) => {
                Self::Io { doing: "reading the backup".into(), error: error.to_string() }
            }
            other => Self::Refused(other.to_string()),
        }
    }
}
