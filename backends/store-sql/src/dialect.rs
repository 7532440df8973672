//! What one kind of database has to be able to do.

use std::future::Future;

use holdfast_model::{EntryKey, Floors, Head, Revision};
use holdfast_store::{
    At, Capabilities, CommitPage, HistoryRow, Page, PageLimit, Read, Reclaimed, Scan,
};
use sqlx::{Connection, Database};

use crate::Rows;
use crate::failure::{Failure, Fate};
use crate::group::Names;

/// A connection of a dialect.
pub type ConnectionOf<D> = <<D as Dialect>::Database as Database>::Connection;
/// How it is made.
pub type OptionsOf<D> = <ConnectionOf<D> as Connection>::Options;

/// What a database says on a new connection.
#[derive(Debug)]
pub struct Greeting {
    /// Its time, in microseconds since 1970.
    pub micros: i64,
    /// Which database this is; `None` for one that only reads.
    pub identity: Option<String>,
    /// The identity that the head remembers.
    pub remembered: String,
    /// The newest migration that ran.
    pub version: i32,
    /// Canonical bytes of the commit that was asked for.
    pub canonical: Option<Vec<u8>>,
    /// How far it is filled with another log; `None` when it is not being filled.
    pub filling: Option<Vec<u8>>,
    /// Where the log ends.
    pub head: Head,
}

/// What a database says to an append.
#[derive(Debug)]
pub struct Appended {
    /// Its time, in microseconds since 1970.
    pub micros: i64,
    /// The group is committed; otherwise nothing was written.
    pub won: bool,
    /// Where the log ends now.
    pub head: Head,
}

/// A group and the heads that it lies between.
#[derive(Debug)]
pub struct Between<'a> {
    /// The head that it was judged behind.
    pub after: &'a Head,
    /// The head behind it.
    pub head: &'a Head,
    /// What it writes.
    pub rows: Rows<'a>,
}

/// What nodes that append wait for. Neither says what is written: an append always goes behind the head that it names, or not at all.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Lock {
    /// A place in the queue of those who ask for it: whoever races goes past.
    Queue,
    /// The head itself: nobody else appends.
    Head,
}

/// Which rows of a history count.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Newest {
    /// Those that reads see.
    Seen,
    /// All, superseded versions too.
    Any,
}

/// A part of another log that the tables are filled with.
#[derive(Debug)]
pub struct Filling<'a> {
    /// What it writes, as a group that was judged behind the head that is there.
    pub between: Between<'a>,
    /// What a reclaim has to look at, although no commit tells of it.
    pub loose: Loose<'a>,
    /// The note that has to be there.
    pub before: &'a [u8],
    /// The note behind it; `None` when the tables are full.
    pub after: Option<&'a [u8]>,
}

/// Entries with events whose commits are not there.
#[derive(Debug, Default)]
pub struct Loose<'a> {
    /// Names of entries.
    pub names: Names<'a>,
    /// Of each event.
    pub revision: Vec<i64>,
}

/// The statements of one kind of database, and what its errors mean. Every method is one question: one statement, or one
/// transaction. They decide nothing and try nothing again.
pub trait Dialect: Send + Sync + 'static {
    /// The driver.
    type Database: Database;

    /// What the store is called, in settings, metrics and errors.
    const CAPABILITIES: Capabilities;
    /// The migration that this release knows.
    const VERSION: i32;

    /// How to connect.
    fn options(&self) -> OptionsOf<Self>
    where
        Self: Sized;

    /// What became of the statement that the database answered so.
    fn fate(error: &dyn sqlx::error::DatabaseError) -> Fate;

    /// Where the tables are, for errors.
    fn place(&self) -> &str;

    /// Makes a session ours.
    fn begin_session(&self, database: &mut ConnectionOf<Self>) -> impl Answer<()>;

    /// Makes a connection to a log one that appends.
    fn begin_appending(&self, _: &mut ConnectionOf<Self>) -> impl Answer<()> {
        async { Ok(()) }
    }

    /// True when a log was begun there.
    fn exists(&self, database: &mut ConnectionOf<Self>) -> impl Answer<bool>;

    /// Makes the tables what this release needs, under a lock; begins the log in an empty database.
    fn migrate(&self, database: &mut ConnectionOf<Self>) -> impl Answer<()>;

    /// Who are you? `look_at` is the revision of a commit.
    fn greet(&self, database: &mut ConnectionOf<Self>, look_at: i64) -> impl Answer<Greeting>;

    /// Begins the epoch of `head`, unless the head is not `found` any more: then it answers false.
    fn begin_epoch(
        &self,
        database: &mut ConnectionOf<Self>,
        found: &Greeting,
        head: &Head,
    ) -> impl Answer<bool>;

    /// Makes `base` the head of tables that hold nothing, in the log that begins with `found`, and leaves a note. Answers
    /// false when they hold something. All up to the revision beside `base` counts as reclaimed.
    fn begin_filling(
        &self,
        database: &mut ConnectionOf<Self>,
        found: &Head,
        base: (&Head, Revision),
        note: &[u8],
    ) -> impl Answer<bool>;

    /// Takes a part, all or nothing; false when the note or the head are not those that were expected.
    fn fill(&self, database: &mut ConnectionOf<Self>, filling: &Filling<'_>) -> impl Answer<bool>;

    /// The conditional append, durable when it answers. The lock that is `held` is given back here in any case.
    fn append(
        &self,
        database: &mut ConnectionOf<Self>,
        group: &Between<'_>,
        held: Option<Lock>,
    ) -> impl Answer<Appended>;

    /// Waits for a lock. Answers where the log ends once it is had, perhaps with what was appended behind `after` until then.
    fn lock(
        &self,
        database: &mut ConnectionOf<Self>,
        lock: Lock,
        after: Revision,
    ) -> impl Answer<CommitPage>;

    /// Gives the lock back.
    fn unlock(&self, database: &mut ConnectionOf<Self>, held: Lock) -> impl Answer<()>;

    /// The canonical bytes of a commit, if it is there.
    fn canonical(
        &self,
        database: &mut ConnectionOf<Self>,
        revision: Revision,
    ) -> impl Answer<Option<Vec<u8>>>;

    /// Time in microseconds since 1970, and the head.
    fn head(&self, database: &mut ConnectionOf<Self>) -> impl Answer<(i64, Head)>;

    /// The newest row of the history of each key, in their order.
    fn newest(
        &self,
        database: &mut ConnectionOf<Self>,
        keys: &[EntryKey],
        at: At,
        which: Newest,
    ) -> impl Answer<Read<Vec<Option<HistoryRow>>>>;

    /// [`holdfast_store::Store::scan`].
    fn page(
        &self,
        database: &mut ConnectionOf<Self>,
        what: &Scan,
        at: At,
        limit: PageLimit,
    ) -> impl Answer<Read<Page>>;

    /// [`holdfast_store::Store::commits`].
    fn commits(
        &self,
        database: &mut ConnectionOf<Self>,
        after: Revision,
        budget: usize,
    ) -> impl Answer<CommitPage>;

    /// Makes higher floors durable; they never fall, and never pass the end of the log.
    fn raise(&self, database: &mut ConnectionOf<Self>, floors: Floors) -> impl Answer<()>;

    /// Removes a little of what lies below the floors; `None` when nothing is left, or another node does it.
    fn trim(&self, database: &mut ConnectionOf<Self>) -> impl Answer<Option<Reclaimed>>;
}

/// The future of an answer.
pub trait Answer<T>: Future<Output = Result<T, Failure>> + Send {}

impl<T, F: Future<Output = Result<T, Failure>> + Send> Answer<T> for F {}
