//! Where a copy goes.

use async_trait::async_trait;
use holdfast_model::Head;

use super::piece::{Outline, Piece, Position};
use super::source::Source;
use crate::error::StoreError;

/// An empty store that is filled with a log of another one.
///
/// Behaviours (each has a case in the suite of copies):
///
/// 1. Only a store without anything in it can be filled, or one whose filling with the same log was interrupted.
/// 2. A store that is being filled cannot be opened; a sentence says why. A finished one is the log that it was filled with: head, floors,
///    epoch, entries, history, side rows, commits.
/// 3. A piece is durable when `put` answers, all or nothing. `begin` answers how far an interrupted filling came.
/// 4. Commits that do not follow each other are refused, and so is an end that is not the one promised.
/// 5. A filled store goes on like any other: appends, reclaims, ordinals of keys that were removed before.
#[async_trait]
pub trait Fill: Send {
    /// Begins, or goes on with what an interrupted filling left: all up to the position in the answer is there.
    ///
    /// # Errors
    /// [`StoreError::Refused`] when something else is there.
    async fn begin(&mut self, outline: &Outline) -> Result<Position, StoreError>;

    /// Takes what comes next.
    async fn put(&mut self, piece: &Piece) -> Result<(), StoreError>;

    /// Makes the store one that can be opened.
    async fn finish(&mut self) -> Result<(), StoreError>;
}

/// Copies a log; `each` sees what was copied, after it was made durable.
///
/// # Errors
/// What either side answers. What was copied stays, the same call goes on from there.
pub async fn copy(
    source: &mut dyn Source,
    fill: &mut dyn Fill,
    each: &mut (dyn FnMut(&Piece) + Send),
) -> Result<Outline, StoreError> {
    let outline = *source.outline();
    let mut position = fill.begin(&outline).await?;
    while let Some(piece) = source.next(&position).await? {
        fill.put(&piece).await?;
        each(&piece);
        position = piece.end().unwrap_or(position);
    }
    fill.finish().await?;
    Ok(outline)
}

/// What every [`Fill`] asks at its end: whether the commits led to the head that was promised.
///
/// # Errors
/// [`StoreError::Corrupt`] when they did not.
pub fn check_end(reached: &Head, outline: &Outline) -> Result<(), StoreError> {
    let promised = &outline.head;
    if (reached.revision, reached.hash) == (promised.revision, promised.hash) {
        return Ok(());
    }
    Err(StoreError::Corrupt {
        place: "log".into(),
        what: format!(
            "the copy ends at revision {} instead of {}",
            reached.revision, promised.revision
        ),
    })
}
