//! What a connection of the pool is asked.

use std::sync::Arc;
use std::time::Instant;

use holdfast_model::{Entry, EntryKey, Floors, Head, Revision};
use holdfast_store::{At, CommitPage, Page, PageLimit, Read, Reclaimed, Scan};

use crate::dialect::{Answer, ConnectionOf, Dialect};
use crate::failure::Failure;
use crate::link::Link;

/// Something that one statement, or one transaction, answers.
pub(crate) trait Question<D: Dialect>: Send + Sync + 'static {
    /// What is being done, for errors.
    const DOING: &'static str;
    /// The answer.
    type Answer: Send;

    /// Asks it once.
    fn ask(&self, database: &mut ConnectionOf<D>, link: &Link<D>) -> impl Answer<Self::Answer>;
}

pub(crate) struct HeadNow;

impl<D: Dialect> Question<D> for HeadNow {
    const DOING: &'static str = "reading the head";
    type Answer = Head;

    async fn ask(&self, database: &mut ConnectionOf<D>, link: &Link<D>) -> Result<Head, Failure> {
        let asked = Instant::now();
        let (micros, head) = link.dialect.head(database).await?;
        link.heard(asked, micros);
        link.seen.note(&head);
        Ok(head)
    }
}

pub(crate) struct Entries {
    pub(crate) keys: Vec<EntryKey>,
    pub(crate) at: At,
}

impl<D: Dialect> Question<D> for Entries {
    const DOING: &'static str = "reading entries";
    type Answer = Read<Vec<Option<Arc<Entry>>>>;

    async fn ask(
        &self,
        database: &mut ConnectionOf<D>,
        link: &Link<D>,
    ) -> Result<Self::Answer, Failure> {
        link.dialect.entries(database, &self.keys, self.at).await
    }
}

pub(crate) struct Pages {
    pub(crate) what: Scan,
    pub(crate) at: At,
    pub(crate) limit: PageLimit,
}

impl<D: Dialect> Question<D> for Pages {
    const DOING: &'static str = "reading a page";
    type Answer = Read<Page>;

    async fn ask(
        &self,
        database: &mut ConnectionOf<D>,
        link: &Link<D>,
    ) -> Result<Self::Answer, Failure> {
        link.dialect.page(database, &self.what, self.at, self.limit).await
    }
}

pub(crate) struct Commits {
    pub(crate) after: Revision,
    pub(crate) budget: usize,
}

impl<D: Dialect> Question<D> for Commits {
    const DOING: &'static str = "reading the log";
    type Answer = CommitPage;

    async fn ask(
        &self,
        database: &mut ConnectionOf<D>,
        link: &Link<D>,
    ) -> Result<Self::Answer, Failure> {
        let page = link.dialect.commits(database, self.after, self.budget).await?;
        link.seen.note(&page.head);
        Ok(page)
    }
}

pub(crate) struct Raise(pub(crate) Floors);

impl<D: Dialect> Question<D> for Raise {
    const DOING: &'static str = "raising the floors";
    type Answer = ();

    async fn ask(&self, database: &mut ConnectionOf<D>, link: &Link<D>) -> Result<(), Failure> {
        link.dialect.raise(database, self.0).await
    }
}

pub(crate) struct Trim;

impl<D: Dialect> Question<D> for Trim {
    const DOING: &'static str = "reclaiming";
    type Answer = Option<Reclaimed>;

    async fn ask(
        &self,
        database: &mut ConnectionOf<D>,
        link: &Link<D>,
    ) -> Result<Self::Answer, Failure> {
        link.dialect.trim(database).await
    }
}
