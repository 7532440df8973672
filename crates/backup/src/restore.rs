//! A backup as the source of a copy: up to a revision, as a new life of its log.

use std::fs::File;
use std::io::BufReader;
use std::path::{Path, PathBuf};

use async_trait::async_trait;
use holdfast_model::{ChainHash, Epoch, EpochStart, Floors, Head, Revision, Timestamp};
use holdfast_store::StoreError;
use holdfast_store::copy::{Outline, Piece, Position, Source, Start};
use thiserror::Error;

use crate::read::{BackupError, Reader};

/// A backup cannot be restored as it was asked for. Nothing was written.
#[derive(Debug, Error)]
pub enum RestoreError {
    /// The backup itself cannot be used.
    #[error(transparent)]
    Backup(#[from] BackupError),
    /// The revision is newer than the backup.
    #[error("the backup ends at revision {newest}, there is no revision {asked} in it")]
    Future {
        /// What was asked for.
        asked: Revision,
        /// The newest in it.
        newest: Revision,
    },
    /// What the log was at that revision is not in the backup any more.
    #[error(
        "revision {asked} is compacted, the oldest one that the backup can be restored to is {oldest}"
    )]
    Compacted {
        /// What was asked for.
        asked: Revision,
        /// The oldest that can be had.
        oldest: Revision,
    },
}

type BackupReader = Reader<BufReader<File>>;

/// A backup that was read and found right, ready to be copied into an empty store.
pub struct Restore {
    path: PathBuf,
    /// Of the restored log.
    outline: Outline,
    /// Side rows may speak of what is left out.
    with_side: bool,
    reader: BackupReader,
}

/// The end of what is restored.
struct Found {
    head: Head,
    /// Bytes of all commits in the backup.
    bytes: u64,
}

impl Restore {
    /// Reads all of a backup, up to its end or up to a revision. What is restored is a new life of the log: tokens and revisions from
    /// what is left out, or from what came after the backup, are answered as compacted, and are never those of other commits.
    /// `each` sees how many bytes were read so far; `now` is the time of the restore.
    ///
    /// # Errors
    /// [`RestoreError`].
    pub fn open(
        path: &Path,
        up_to: Option<Revision>,
        now: Timestamp,
        each: &mut dyn FnMut(u64),
    ) -> Result<Self, RestoreError> {
        let mut reader = open(path)?;
        let Outline { head: whole, start } = *reader.outline();
        let up_to = up_to.unwrap_or(whole.revision);
        if up_to > whole.revision {
            return Err(RestoreError::Future { asked: up_to, newest: whole.revision });
        }
        if up_to < whole.floors.history {
            let oldest = whole.floors.history;
            return Err(RestoreError::Compacted { asked: up_to, oldest });
        }
        if !whole.knows(up_to) {
            let oldest = whole.epoch_start.first;
            return Err(RestoreError::Compacted { asked: up_to, oldest });
        }
        let made = reader.made();
        let found = end(&mut reader, up_to, each)?;
        let mut head = next_life(&found.head, &whole, made, now);
        head.floors = Floors {
            events: whole.floors.events.min(head.revision.next()),
            history: whole.floors.history.min(head.revision),
        };
        let before = whole.appended_bytes.saturating_sub(found.bytes);
        head.appended_bytes = before + found.head.appended_bytes;
        let start = if head.revision > start.revision {
            Start { appended_bytes: before, ..start }
        } else {
            Start::at(&head)
        };
        Ok(Self {
            path: path.to_owned(),
            outline: Outline { head, start },
            with_side: up_to == whole.revision,
            reader: open(path)?,
        })
    }

    /// Bytes read so far, in the second reading.
    pub fn bytes(&self) -> u64 {
        self.reader.bytes()
    }

    /// What of a piece is restored.
    fn cut(&self, piece: &mut Piece) {
        let end = self.outline.head.revision;
        match piece {
            Piece::Kept(rows) => rows.retain(|row| row.revision <= end),
            Piece::Side(rows) if !self.with_side => rows.clear(),
            Piece::Side(_) => {}
            Piece::Commits(commits) => commits.retain(|one| one.commit().revision <= end),
        }
    }
}

fn open(path: &Path) -> Result<BackupReader, BackupError> {
    Reader::open(BufReader::new(File::open(path)?))
}

/// Reads all of the backup, and finds its newest commit up to a revision.
fn end(
    reader: &mut BackupReader,
    up_to: Revision,
    each: &mut dyn FnMut(u64),
) -> Result<Found, BackupError> {
    let start = reader.outline().start;
    let mut head = Head { appended_bytes: 0, ..reader.outline().base() };
    if up_to < start.revision {
        // Its commits are gone, but what they left behind is there: the chain begins anew.
        head = Head {
            revision: Revision::ZERO,
            time: Timestamp(0),
            hash: ChainHash::default(),
            ..head
        };
    }
    while let Some(piece) = reader.piece()? {
        each(reader.bytes());
        match piece {
            Piece::Kept(rows) if up_to < start.revision => {
                for row in rows.iter().filter(|row| row.revision <= up_to) {
                    head.time = head.time.max(row.time);
                }
            }
            Piece::Commits(commits) => {
                for sealed in commits.iter().filter(|one| one.commit().revision <= up_to) {
                    head.revision = sealed.commit().revision;
                    head.time = sealed.commit().time;
                    head.hash = sealed.hash();
                    head.appended_bytes += sealed.appended_bytes();
                }
            }
            _ => {}
        }
    }
    if up_to < start.revision {
        head.revision = up_to;
    }
    Ok(Found { head, bytes: reader.counts().bytes })
}

/// The head from which a new epoch starts. What the lost log did after the backup is not known, nor what another restore of the
/// same backup did: the older the backup, the further up the epoch begins.
fn next_life(end: &Head, whole: &Head, made: Timestamp, now: Timestamp) -> Head {
    const HOUR: i64 = 3_600_000_000_000;
    let hours = u64::try_from(now.0.saturating_sub(made.0) / HOUR).unwrap_or_default();
    let highest = whole.revision.max(whole.epoch_start.first).0;
    let gap = Revision::EPOCH_GAP.saturating_mul(hours.saturating_add(1));
    let first = Revision(highest.saturating_add(gap));
    let epoch_start = EpochStart { inherited: end.revision, first };
    Head { epoch: Epoch(whole.epoch.0 + 1), epoch_start, ..*end }
}

#[async_trait]
impl Source for Restore {
    fn outline(&self) -> &Outline {
        &self.outline
    }

    /// Reads on, or from the beginning when asked for what was given already.
    async fn next(&mut self, position: &Position) -> Result<Option<Piece>, StoreError> {
        if *position == Position::START {
            self.reader = open(&self.path)?;
        }
        loop {
            let Some(mut piece) = self.reader.piece()? else { return Ok(None) };
            piece.drop_up_to(position);
            self.cut(&mut piece);
            if !piece.is_empty() {
                return Ok(Some(piece));
            }
        }
    }
}
