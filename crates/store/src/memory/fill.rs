//! A store in memory that is filled with a log of another one.

use async_trait::async_trait;
use holdfast_model::Head;

use super::MemoryStore;
use super::state::State;
use crate::copy::{Fill, Outline, Piece, Position, check_end, follow};
use crate::error::StoreError;
use crate::group::Group;

/// What was brought so far.
#[derive(Debug)]
pub(super) struct Filling {
    outline: Outline,
    position: Position,
    /// The head behind the commits that are there.
    reached: Head,
    state: State,
}

/// Fills the store that it was made of.
#[derive(Debug)]
pub struct MemoryFill(MemoryStore);

impl MemoryStore {
    /// For filling it with another log.
    pub fn fill(&self) -> MemoryFill {
        MemoryFill(self.clone())
    }

    /// The store, for whoever opens it.
    ///
    /// # Errors
    /// [`StoreError::Refused`] while it is being filled.
    pub fn opened(&self) -> Result<Self, StoreError> {
        if self.filling.lock().is_some() {
            return Err(StoreError::Refused("the store is being filled, finish that first".into()));
        }
        Ok(self.clone())
    }
}

impl Filling {
    fn begin(outline: &Outline) -> Self {
        let reached = outline.base();
        let state = State::new(outline.head);
        Self { outline: *outline, position: Position::START, reached, state }
    }

    fn put(&mut self, piece: &Piece) -> Result<(), StoreError> {
        match piece {
            Piece::Kept(rows) => rows.iter().for_each(|row| self.state.keep(row)),
            Piece::Side(rows) => self.state.side.extend(rows.iter().cloned()),
            Piece::Commits(commits) => {
                self.reached = follow(&self.reached, commits)?;
                self.state.apply(&Group { commits: commits.clone(), ..Group::default() });
            }
        }
        self.position = piece.end().unwrap_or_else(|| self.position.clone());
        Ok(())
    }
}

fn not_begun() -> StoreError {
    StoreError::Refused("no filling was begun".into())
}

#[async_trait]
impl Fill for MemoryFill {
    async fn begin(&mut self, outline: &Outline) -> Result<Position, StoreError> {
        let mut filling = self.0.filling.lock();
        if let Some(begun) = &*filling {
            if begun.outline != *outline {
                let what = "the store is being filled with another log, or another moment of it";
                return Err(StoreError::Refused(what.into()));
            }
            return Ok(begun.position.clone());
        }
        let state = self.0.state.read();
        if state.head.revision > holdfast_model::Revision::ZERO || !state.side.is_empty() {
            return Err(StoreError::Refused("only an empty store can be filled".into()));
        }
        *filling = Some(Filling::begin(outline));
        Ok(Position::START)
    }

    async fn put(&mut self, piece: &Piece) -> Result<(), StoreError> {
        self.0.filling.lock().as_mut().ok_or_else(not_begun)?.put(piece)
    }

    async fn finish(&mut self) -> Result<(), StoreError> {
        let mut filling = self.0.filling.lock();
        let begun = filling.as_ref().ok_or_else(not_begun)?;
        check_end(&begun.reached, &begun.outline)?;
        if let Some(done) = filling.take() {
            *self.0.state.write() = done.state;
        }
        Ok(())
    }
}
