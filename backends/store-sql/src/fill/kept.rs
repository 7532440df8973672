//! Rows of the history whose commits are not there, as columns of the tables.

use std::sync::Arc;

use holdfast_model::Revision;
use holdfast_store::copy::Position;
use holdfast_store::{HistoryRow, StoreError};

use super::note::Note;
use crate::dialect::Loose;
use crate::{Rows, signed};

/// Rows that come by key and newest first, what each key had after them, and the note behind them.
pub(super) fn columns<'a>(
    kept: &'a [Arc<HistoryRow>],
    before: &Note,
    position: Position,
) -> Result<(Rows<'a>, Loose<'a>, Note), StoreError> {
    let mut columns = Columns {
        floor: before.outline.head.floors.history,
        next_index: before.next_index,
        rows: Rows::default(),
        loose: Loose::default(),
    };
    let mut settled = before.settled;
    for of_key in kept.chunk_by(|a, b| a.event.at == b.event.at) {
        let goes_on = before.last_key() == Some(&of_key[0].event.at);
        settled = columns.key(of_key, goes_on, goes_on && settled)?;
    }
    let Columns { next_index, rows, loose, .. } = columns;
    Ok((rows, loose, Note { position, next_index, settled, ..before.clone() }))
}

struct Columns<'a> {
    /// The oldest revision that can be read.
    floor: Revision,
    next_index: i32,
    rows: Rows<'a>,
    loose: Loose<'a>,
}

impl<'a> Columns<'a> {
    /// Answers whether one of the rows, or of those before them, is one that reads see.
    fn key(
        &mut self,
        rows: &'a [Arc<HistoryRow>],
        goes_on: bool,
        mut settled: bool,
    ) -> Result<bool, StoreError> {
        // What came with the pieces before is not known any more; to look at a key in vain does no harm.
        let mut below_floor = goes_on;
        for of_commit in rows.chunk_by(|a, b| a.revision == b.revision) {
            let first = self.next_index;
            self.next_index = self.after(of_commit.len())?;
            let mut loose = false;
            for (row, index) in of_commit.iter().zip((first..self.next_index).rev()) {
                self.rows.event(row.revision, row.time, index, &row.event);
                if row.counts() && !settled {
                    self.rows.left_behind(row.revision, index, &row.event);
                    settled = true;
                }
                // What the floor needs goes with the next event of its key, and that is looked at.
                let is_below = row.revision <= self.floor;
                let needed = is_below && !below_floor && row.event.leaves_entry();
                below_floor |= is_below;
                loose |= !needed;
            }
            if loose {
                self.loose.names.push(&of_commit[0].event.at);
                self.loose.revision.push(signed(of_commit[0].revision.0));
            }
        }
        Ok(settled)
    }

    fn after(&self, rows: usize) -> Result<i32, StoreError> {
        let after = i32::try_from(rows).ok().and_then(|rows| self.next_index.checked_add(rows));
        after.ok_or_else(|| StoreError::Refused("the log has too many rows below its floor".into()))
    }
}
