//! What a connection of the pool is asked.

use std::sync::Arc;
use std::time::Instant;

use holdfast_model::{Entry, EntryKey, Floors, Head, Revision};
use holdfast_store::{At, CommitPage, Found, HistoryRow, Page, PageLimit, Read, Reclaimed, Scan};

use crate::dialect::{Answer, ConnectionOf, Dialect, Newest};
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

pub(crate) struct Lookup {
    pub(crate) keys: Vec<EntryKey>,
}

impl<D: Dialect> Question<D> for Entries {
    const DOING: &'static str = "reading entries";
    type Answer = Read<Vec<Option<Arc<Entry>>>>;

    async fn ask(
        &self,
        database: &mut ConnectionOf<D>,
        link: &Link<D>,
    ) -> Result<Self::Answer, Failure> {
        let read = link.dialect.newest(database, &self.keys, self.at, Newest::Seen).await?;
        let entry = |row: Option<HistoryRow>| row.and_then(HistoryRow::into_entry).map(Arc::new);
        let value = read.value.into_iter().map(entry).collect();
        Ok(Read { value, revision: read.revision })
    }
}

impl<D: Dialect> Question<D> for Lookup {
    const DOING: &'static str = "looking keys up";
    type Answer = Read<Vec<Found>>;

    async fn ask(
        &self,
        database: &mut ConnectionOf<D>,
        link: &Link<D>,
    ) -> Result<Self::Answer, Failure> {
        let (keys, dialect) = (&self.keys, &link.dialect);
        let Read { value: rows, revision } =
            dialect.newest(database, keys, At::Latest, Newest::Any).await?;
        let ordinal = |row: &Option<HistoryRow>| row.as_ref().map_or(0, |row| row.event.ordinal);
        let ordinals: Vec<u64> = rows.iter().map(ordinal).collect();
        let all_seen = rows.iter().flatten().all(HistoryRow::counts);
        // Behind a version that lost a merge, which is rare, lies what reads see.
        let seen = if all_seen {
            rows
        } else {
            dialect.newest(database, keys, At::Revision(revision), Newest::Seen).await?.value
        };
        let entries = seen.into_iter().map(|row| row.and_then(HistoryRow::into_entry));
        let value = entries.zip(ordinals).map(|(entry, last)| Found::of(entry, last)).collect();
        Ok(Read { value, revision })
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
