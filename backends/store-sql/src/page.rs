//! Pages from rows that come with their values only as far as the page can need them.

use std::sync::Arc;

use holdfast_store::{HistoryRow, Page, PageBuilder, PageLimit, Row};

/// The least that an event, an entry or a commit weighs: a bound in bytes is a bound on rows, too.
const LIGHTEST: usize = 160;

/// How many events or entries a statement has to bring for this page: one more than fit.
#[must_use]
pub fn rows(limit: PageLimit) -> i64 {
    let by_bytes = limit.bytes / LIGHTEST + 1;
    i64::try_from(limit.rows.get().min(by_bytes).saturating_add(1)).unwrap_or(i64::MAX)
}

/// The same for names and side rows, which may weigh next to nothing.
#[must_use]
pub fn light_rows(limit: PageLimit) -> i64 {
    i64::try_from(limit.rows.get().saturating_add(1)).unwrap_or(i64::MAX)
}

/// How many rows of a log a statement has to look at for a budget in bytes: one more than fit.
#[must_use]
pub fn commits(budget: usize) -> i64 {
    i64::try_from(budget / LIGHTEST + 2).unwrap_or(i64::MAX)
}

/// A bound in bytes as a database takes it.
#[must_use]
pub fn bytes(bytes: usize) -> i64 {
    i64::try_from(bytes).unwrap_or(i64::MAX)
}

/// Fills a page and knows whether rows are still wanted.
#[derive(Debug)]
pub struct Fill {
    page: PageBuilder,
    full: bool,
}

impl Fill {
    /// An empty page.
    #[must_use]
    pub fn new(limit: PageLimit) -> Self {
        Self { page: PageBuilder::new(limit), full: false }
    }

    /// True as soon as a row did not fit.
    #[must_use]
    pub fn is_full(&self) -> bool {
        self.full
    }

    /// There is a further row, which was not brought because it does not fit.
    pub fn close(&mut self) {
        self.page.close();
        self.full = true;
    }

    /// Takes a row, unless the page is full.
    pub fn push(&mut self, row: Row) {
        self.full = self.full || !self.page.push(row);
    }

    /// Takes the entry that an event left behind.
    pub fn push_entry(&mut self, row: HistoryRow) {
        if let Some(entry) = row.into_entry() {
            self.push(Row::Entry(Arc::new(entry)));
        }
    }

    /// The page.
    #[must_use]
    pub fn finish(self) -> Page {
        self.page.finish()
    }
}
