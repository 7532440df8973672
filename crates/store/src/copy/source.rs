//! Where a copy comes from.

use std::cmp::Reverse;
use std::num::NonZeroUsize;
use std::sync::Arc;

use async_trait::async_trait;
use bytes::Bytes;
use holdfast_model::{Head, Revision};

use super::piece::{Outline, Piece, Position, Start};
use crate::contract::Store;
use crate::error::StoreError;
use crate::read::{At, Page, PageLimit, Row, Scan};

/// Bounds of one piece: so much is in memory at once, and becomes durable with one flush.
const ROWS: NonZeroUsize = NonZeroUsize::new(1_024).expect("not zero");
const BYTES: usize = 1 << 20;

/// Something that a log can be read from, piece by piece.
#[async_trait]
pub trait Source: Send {
    /// Which log, from where to where.
    fn outline(&self) -> &Outline;

    /// What comes behind `position`, in the order of [`Piece`]; `None` at the end.
    async fn next(&mut self, position: &Position) -> Result<Option<Piece>, StoreError>;
}

/// A store, up to what was its head at the beginning. What it holds must not change meanwhile but at its end: it is a snapshot,
/// or nobody writes to it.
pub struct LogSource {
    store: Arc<dyn Store>,
    outline: Outline,
}

impl LogSource {
    /// Looks where the log begins and ends. The bytes before its oldest commit are not counted: [`Self::measured`] does that.
    ///
    /// # Errors
    /// What the store answers.
    pub async fn open(store: Arc<dyn Store>) -> Result<Self, StoreError> {
        let head = store.head().await?;
        let first = store.commits(before_oldest(&head), 0).await?.commits;
        let first = first.first().filter(|first| first.commit().revision <= head.revision);
        let start = first.map_or(Start::at(&head), |first| Start::before(first));
        Ok(Self { store, outline: Outline { head, start } })
    }

    /// The same, with the bytes before the oldest commit: reads all commits for that. Answers how many there are as well.
    ///
    /// # Errors
    /// What the store answers.
    pub async fn measured(store: Arc<dyn Store>) -> Result<(Self, u64), StoreError> {
        let mut source = Self::open(store).await?;
        let (mut count, mut bytes) = (0, 0);
        let mut position = Position::Commits(source.outline.start.revision);
        while let Some(piece) = source.next(&position).await? {
            let Piece::Commits(commits) = &piece else { break };
            count += commits.len() as u64;
            bytes += commits.iter().map(|sealed| sealed.appended_bytes()).sum::<u64>();
            position = piece.end().unwrap_or(position);
        }
        let Outline { head, start } = &mut source.outline;
        start.appended_bytes = head.appended_bytes.saturating_sub(bytes);
        Ok((source, count))
    }

    async fn page(&self, what: Scan) -> Result<Page, StoreError> {
        let limit = PageLimit { rows: ROWS, bytes: BYTES };
        Ok(self.store.scan(&what, At::Latest, limit).await?.value)
    }

    async fn kept(&self, position: &Position) -> Result<Piece, StoreError> {
        let after = match position {
            Position::Kept(Some((key, Reverse(revision)))) => Some((key.clone(), *revision)),
            _ => None,
        };
        let below = self.outline.start.revision.next();
        let page = self.page(Scan::Kept { below, after }).await?;
        Ok(Piece::Kept(page.rows.into_iter().filter_map(history).collect()))
    }

    async fn side(&self, position: &Position) -> Result<Piece, StoreError> {
        let after = match position {
            Position::Side(after) => after.clone(),
            _ => None,
        };
        let page = self.page(Scan::Side { prefix: Bytes::new(), after }).await?;
        Ok(Piece::Side(page.rows.into_iter().filter_map(side).collect()))
    }

    async fn commits(&self, position: &Position) -> Result<Piece, StoreError> {
        let start = self.outline.start.revision;
        let after = match position {
            Position::Commits(after) => (*after).max(start),
            _ => start,
        };
        let mut commits = Vec::new();
        if after < self.outline.head.revision {
            commits = self.store.commits(after, BYTES).await?.commits;
            commits.retain(|sealed| sealed.commit().revision <= self.outline.head.revision);
        }
        Ok(Piece::Commits(commits))
    }
}

#[async_trait]
impl Source for LogSource {
    fn outline(&self) -> &Outline {
        &self.outline
    }

    async fn next(&mut self, position: &Position) -> Result<Option<Piece>, StoreError> {
        let mut piece = Piece::Kept(Vec::new());
        if matches!(position, Position::Kept(_)) {
            piece = self.kept(position).await?;
        }
        if piece.is_empty() && !matches!(position, Position::Commits(_)) {
            piece = self.side(position).await?;
        }
        if piece.is_empty() {
            piece = self.commits(position).await?;
        }
        Ok(Some(piece).filter(|piece| !piece.is_empty()))
    }
}

/// The cursor of which the oldest commit that is kept comes next.
fn before_oldest(head: &Head) -> Revision {
    let before = Revision(head.floors.events.0.saturating_sub(1));
    if head.knows(before) { before } else { Revision(head.epoch_start.first.0.saturating_sub(1)) }
}

fn history(row: Row) -> Option<Arc<crate::read::HistoryRow>> {
    match row {
        Row::History(row) => Some(row),
        _ => None,
    }
}

fn side(row: Row) -> Option<(Bytes, Bytes)> {
    match row {
        Row::Side(key, value) => Some((key, value)),
        _ => None,
    }
}
