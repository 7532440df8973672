//! Questions about the head, entries by their keys, and the log: one statement each.

use std::sync::Arc;

use bytes::Bytes;
use holdfast_model::{EntryKey, Head, Revision, Sealed};
use holdfast_store::{At, CommitPage, HistoryRow, Read, StoreError, check_cursor};
use holdfast_store_sql::dialect::Newest;
use holdfast_store_sql::event::EventRow;
use holdfast_store_sql::group::Names;
use holdfast_store_sql::head::Glimpse;
use holdfast_store_sql::log::{self, LogRow};
use holdfast_store_sql::{Failure, corrupt, page, signed, unsigned};
use sqlx::Row as _;
use sqlx::postgres::{PgConnection, PgRow};

use crate::schema::{self, head_columns};
use crate::session::micros;

/// The columns of [`glimpse`], for statements.
macro_rules! glimpse_columns {
    () => {
        "head.revision AS head_revision, head.history_floor, head.inherited, head.first_revision"
    };
}
pub(crate) use glimpse_columns;

/// The state that a row is from: its first four columns.
pub(crate) fn glimpse(row: &PgRow) -> Result<Head, Failure> {
    let glimpse = Glimpse {
        revision: row.try_get(0)?,
        history_floor: row.try_get(1)?,
        inherited: row.try_get(2)?,
        first_revision: row.try_get(3)?,
    };
    Ok(glimpse.head()?)
}

/// The revision up to which rows are looked at: for the latest state, all there are.
pub(crate) fn newest(at: At) -> i64 {
    match at {
        At::Latest => i64::MAX,
        At::Revision(revision) => signed(revision.0),
    }
}

/// An event from the columns `revision, idx, kind, value_len, body, value`, the first of which is column `from`.
pub(crate) struct Columns<'r> {
    pub(crate) event: EventRow<'r>,
    pub(crate) value: Option<Bytes>,
}

impl<'r> Columns<'r> {
    pub(crate) fn of(row: &'r PgRow, from: usize) -> Result<Self, sqlx::Error> {
        let value: Option<Vec<u8>> = row.try_get(from + 5)?;
        Ok(Self {
            event: EventRow {
                revision: row.try_get(from)?,
                index: row.try_get(from + 1)?,
                kind: row.try_get(from + 2)?,
                value_len: row.try_get(from + 3)?,
                body: row.try_get(from + 4)?,
            },
            value: value.map(Bytes::from),
        })
    }
}

/// Time, and where the log ends.
pub(crate) async fn head(database: &mut PgConnection) -> Result<(i64, Head), Failure> {
    const HEAD: &str = concat!("SELECT ", micros!(), ", ", head_columns!(), " FROM head");
    let row = sqlx::query(HEAD).fetch_one(database).await?;
    Ok((row.try_get(0)?, schema::head(&row, 1)?))
}

/// The newest row of the history of each key.
macro_rules! newest_rows {
    ($($seen:literal)?) => { concat!(
        "SELECT ",
        glimpse_columns!(),
        ", found.* FROM head LEFT JOIN (
            SELECT wanted.place, newest.* FROM unnest($1::bytea[], $2::bytea[]) WITH ORDINALITY AS wanted (namespace, key, place),
            LATERAL (
                SELECT h.revision, h.idx, h.kind, h.value_len, h.body, CASE WHEN h.value_len > 512 THEN
                    (SELECT v.value FROM large_values v WHERE v.revision = h.revision AND v.idx = h.idx) END
                FROM history h
                WHERE h.namespace = wanted.namespace AND h.key = wanted.key AND h.revision <= $3",
        $($seen,)?
        " ORDER BY h.revision DESC, h.idx DESC LIMIT 1
            ) AS newest
        ) AS found ON true"
    ) };
}

/// The newest row of the history of each key.
pub(crate) async fn newest_rows(
    database: &mut PgConnection,
    keys: &[EntryKey],
    at: At,
    which: Newest,
) -> Result<Read<Vec<Option<HistoryRow>>>, Failure> {
    let statement = match which {
        Newest::Seen => newest_rows!(" AND h.kind <> 6"),
        Newest::Any => newest_rows!(),
    };
    let names = Names::of(keys);
    let rows = sqlx::query(statement)
        .bind(&names.namespace[..])
        .bind(&names.key[..])
        .bind(newest(at))
        .fetch_all(database)
        .await?;
    let revision = at.resolve(&glimpse(first(&rows)?)?)?;
    let mut value = vec![None; keys.len()];
    for row in &rows {
        let Some(place) = row.try_get::<Option<i64>, _>(4)? else { continue };
        let place = usize::try_from(place - 1).unwrap_or(usize::MAX);
        let (Some(slot), Some(name)) = (value.get_mut(place), keys.get(place)) else {
            return Err(corrupt("an answer", "it has more places than were asked for").into());
        };
        let columns = Columns::of(row, 5)?;
        *slot = Some(columns.event.read(name.clone(), columns.value)?);
    }
    Ok(Read { value, revision })
}

/// There always is the row of the head.
pub(crate) fn first(rows: &[PgRow]) -> Result<&PgRow, StoreError> {
    rows.first().ok_or_else(|| corrupt("the table head", "its row is missing"))
}

/// The log behind revision `$1`: at most `$2` commits, which together weigh at most `$3`. See [`opened`].
///
/// A value that lies apart counts in the weight and is not among the others: nearly no commit has to be asked about one.
pub(crate) const COMMITS: &str = concat!(
    "SELECT ",
    head_columns!(),
    ", found.* FROM head LEFT JOIN (
        SELECT revision, weight, canonical, inline, CASE WHEN weight - length(inline) > 512 THEN
            ARRAY(SELECT v.value FROM large_values v WHERE v.revision = near.revision ORDER BY v.idx) ELSE '{}' END
        FROM (
            SELECT *, sum(weight) OVER (ORDER BY revision ROWS UNBOUNDED PRECEDING) AS weighed
            FROM (SELECT * FROM log WHERE revision > $1 ORDER BY revision LIMIT $2) AS behind
        ) AS near
        WHERE weighed <= $3 OR weighed = weight
    ) AS found (revision, weight, canonical, inline, large) ON true ORDER BY found.revision"
);

/// The log behind a revision.
pub(crate) async fn commits(
    database: &mut PgConnection,
    after: Revision,
    budget: usize,
) -> Result<CommitPage, Failure> {
    let rows = sqlx::query(COMMITS)
        .bind(signed(after.0))
        .bind(page::commits(budget))
        .bind(page::bytes(budget))
        .fetch_all(database)
        .await?;
    opened(&rows, after)
}

/// The page in the rows of [`COMMITS`].
pub(crate) fn opened(rows: &[PgRow], after: Revision) -> Result<CommitPage, Failure> {
    let head = schema::head(first(rows)?, 0)?;
    check_cursor(after, &head)?;
    let mut commits: Vec<Arc<Sealed>> = Vec::with_capacity(rows.len());
    let mut last = after;
    for row in rows {
        let Some(revision) = row.try_get::<Option<i64>, _>(11)? else { continue };
        let row = LogRow {
            revision: Revision(unsigned(revision, "the table log")?),
            canonical: row.try_get::<Vec<u8>, _>(13)?.into(),
            inline: row.try_get::<Vec<u8>, _>(14)?.into(),
            large: row.try_get(15)?,
        };
        if !log::follows(row.revision, last) {
            return Err(log::missing(last).into());
        }
        last = row.revision;
        commits.push(row.open(commits.last().map(|before| &**before))?);
    }
    if commits.is_empty() && last < head.revision {
        return Err(log::missing(last).into());
    }
    Ok(CommitPage { commits, head })
}
