//! A copy of a log as bytes.

use std::io;
use std::sync::Arc;

use holdfast_model::{Head, Sealed, Timestamp};
use holdfast_store::copy::{Outline, Piece, row};
use serde::{Deserialize, Serialize};

use crate::frame::{FORMAT, Kind, MAGIC, pack};

/// The first frame. Field order is part of the format.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Opening {
    pub(crate) head: Head,
    /// The oldest commit comes behind this revision ...
    pub(crate) start_revision: u64,
    /// ... is later than this, in nanoseconds ...
    pub(crate) start_time: i64,
    /// ... and names this as the hash before its own.
    pub(crate) start_hash: [u8; 32],
    /// When the backup was begun, in nanoseconds since 1970.
    pub(crate) made: i64,
    /// The release that made it.
    pub(crate) by: String,
}

/// What is counted, and told again by the last frame.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Counts {
    pub(crate) kept: u64,
    pub(crate) side: u64,
    pub(crate) commits: u64,
    /// Canonical bytes and values of the commits.
    pub(crate) bytes: u64,
}

/// The last frame.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Ending {
    pub(crate) counts: Counts,
    /// BLAKE3 over all bytes before this frame.
    pub(crate) digest: [u8; 32],
}

impl Counts {
    pub(crate) fn add(&mut self, piece: &Piece) {
        let len = piece.len() as u64;
        match piece {
            Piece::Kept(_) => self.kept += len,
            Piece::Side(_) => self.side += len,
            Piece::Commits(commits) => {
                self.commits += len;
                self.bytes += commits.iter().map(|sealed| sealed.appended_bytes()).sum::<u64>();
            }
        }
    }
}

/// Makes the bytes of a backup, part by part: the opening, pieces in the order of [`Piece`], the end.
#[derive(Debug, Default)]
pub struct Encoder {
    digest: blake3::Hasher,
    counts: Counts,
}

impl Encoder {
    /// The first bytes.
    ///
    /// # Errors
    /// When there is no memory to compress in.
    pub fn opening(&mut self, outline: &Outline, made: Timestamp) -> io::Result<Vec<u8>> {
        let opening = Opening {
            head: outline.head,
            start_revision: outline.start.revision.0,
            start_time: outline.start.time.0,
            start_hash: outline.start.hash.0,
            made: made.0,
            by: env!("CARGO_PKG_VERSION").to_owned(),
        };
        let mut bytes = MAGIC.to_vec();
        bytes.extend_from_slice(&FORMAT.0.to_le_bytes());
        bytes.extend_from_slice(&FORMAT.1.to_le_bytes());
        bytes.extend(pack(Kind::Head, &plain(&opening))?);
        self.digest.update(&bytes);
        Ok(bytes)
    }

    /// The bytes of a piece.
    ///
    /// # Errors
    /// When there is no memory to compress in, or the piece is larger than 4 GiB.
    pub fn piece(&mut self, piece: &Piece) -> io::Result<Vec<u8>> {
        let mut plain = Vec::new();
        let kind = match piece {
            Piece::Kept(rows) => {
                rows.iter().for_each(|row| row::encode(row, &mut plain));
                Kind::Kept
            }
            Piece::Side(rows) => {
                for (key, value) in rows {
                    push(&mut plain, key)?;
                    push(&mut plain, value)?;
                }
                Kind::Side
            }
            Piece::Commits(commits) => {
                commits.iter().try_for_each(|sealed| push_commit(&mut plain, sealed))?;
                Kind::Commits
            }
        };
        let bytes = pack(kind, &plain)?;
        self.counts.add(piece);
        self.digest.update(&bytes);
        Ok(bytes)
    }

    /// The last bytes.
    ///
    /// # Errors
    /// When there is no memory to compress in.
    pub fn end(self) -> io::Result<Vec<u8>> {
        let digest = *self.digest.finalize().as_bytes();
        pack(Kind::End, &plain(&Ending { counts: self.counts, digest }))
    }
}

/// The canonical bytes, which tell the lengths of the values, and then these.
fn push_commit(plain: &mut Vec<u8>, sealed: &Arc<Sealed>) -> io::Result<()> {
    push(plain, sealed.canonical())?;
    sealed.commit().events.iter().for_each(|event| plain.extend_from_slice(&event.value));
    Ok(())
}

/// Length and bytes.
fn push(plain: &mut Vec<u8>, bytes: &[u8]) -> io::Result<()> {
    let len = u32::try_from(bytes.len()).map_err(io::Error::other)?;
    plain.extend_from_slice(&len.to_le_bytes());
    plain.extend_from_slice(bytes);
    Ok(())
}

fn plain(value: &impl Serialize) -> Vec<u8> {
    // Writing plain fields into memory cannot fail.
    postcard::to_extend(value, Vec::new())
        .unwrap_or_else(|error| unreachable!("encoding a frame into memory failed: {error}"))
}
