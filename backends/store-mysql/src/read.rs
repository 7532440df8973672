//! Questions about the head, entries by their keys, and the log: one packet each, one snapshot each.

use std::sync::Arc;

use bytes::Bytes;
use holdfast_model::{EntryKey, Glance, Head, Revision, Sealed};
use holdfast_store::{At, CommitPage, HistoryRow, Read, check_cursor};
use holdfast_store_sql::dialect::Newest;
use holdfast_store_sql::log::{self, LogRow};
use holdfast_store_sql::{
    EventRow, Failure, HeadRow, INLINE_BYTES, corrupt, page, signed, unsigned,
};
use sqlx::mysql::{MySqlConnection, MySqlRow};
use sqlx::{AssertSqlSafe, Row as _};

use crate::text::{Text, parse_place, place};

/// Time and head; see [`head_of`].
pub(crate) const HEAD: &str = "SELECT CAST(UNIX_TIMESTAMP(SYSDATE(6)) * 1000000 AS SIGNED), log, epoch, inherited, first_revision, revision, \
     time, hash, appended, ordinal_base, events_floor, history_floor FROM head";

const SNAPSHOT: &str = "START TRANSACTION WITH CONSISTENT SNAPSHOT, READ ONLY; ";
/// Keys of one packet; for more there are several, in one transaction.
const KEYS: usize = 500;

/// Time and head from the first row of an answer.
pub(crate) fn head_of(rows: &[MySqlRow]) -> Result<(i64, Head), Failure> {
    let row = rows.first().ok_or_else(|| corrupt("the table head", "its row is missing"))?;
    let head = HeadRow {
        log: row.try_get(1)?,
        epoch: row.try_get(2)?,
        inherited: row.try_get(3)?,
        first_revision: row.try_get(4)?,
        revision: row.try_get(5)?,
        time: row.try_get(6)?,
        hash: row.try_get(7)?,
        appended: row.try_get(8)?,
        ordinal_base: row.try_get(9)?,
        events_floor: row.try_get(10)?,
        history_floor: row.try_get(11)?,
    };
    Ok((row.try_get(0)?, Head::try_from(head)?))
}

/// A head, and rows of the same snapshot.
pub(crate) async fn snapshot(
    database: &mut MySqlConnection,
    select: Text,
) -> Result<(Head, Vec<MySqlRow>), Failure> {
    let text = Text::new(SNAPSHOT).sql(HEAD).sql("; ").sql(&select.into_string()).sql("; COMMIT");
    let mut rows = run(database, text).await?;
    let (_, head) = head_of(&rows)?;
    rows.remove(0);
    Ok((head, rows))
}

/// Runs statements in one packet.
pub(crate) async fn run(
    database: &mut MySqlConnection,
    text: Text,
) -> Result<Vec<MySqlRow>, Failure> {
    let statements = sqlx::raw_sql(AssertSqlSafe(text.into_string()));
    Ok(statements.fetch_all(database).await?)
}

/// Up to which place rows are looked at: for the latest state, all there are.
pub(crate) fn newest(at: At) -> [u8; 12] {
    match at {
        At::Latest => place(i64::MAX, u32::MAX),
        At::Revision(revision) => place(signed(revision.0), u32::MAX),
    }
}

/// An event from the columns `place, kind, value_len, body, value`, the first of which is column `from`.
pub(crate) struct Columns<'r> {
    pub(crate) event: EventRow<'r>,
    pub(crate) value: Option<Bytes>,
}

impl<'r> Columns<'r> {
    pub(crate) fn of(row: &'r MySqlRow, from: usize) -> Result<Self, Failure> {
        let place: &[u8] = row.try_get(from)?;
        let bad = || corrupt("the table history", "a place has another length");
        let (revision, index) = parse_place(place).ok_or_else(bad)?;
        let value: Option<Vec<u8>> = row.try_get(from + 4)?;
        Ok(Self {
            event: EventRow {
                revision,
                index,
                kind: row.try_get(from + 1)?,
                value_len: row.try_get(from + 2)?,
                body: row.try_get(from + 3)?,
            },
            value: value.map(Bytes::from),
        })
    }
}

/// Time, and where the log ends.
pub(crate) async fn head(database: &mut MySqlConnection) -> Result<(i64, Head), Failure> {
    head_of(&run(database, Text::new(HEAD)).await?)
}

/// The newest row of the history of each key.
pub(crate) async fn newest_rows(
    database: &mut MySqlConnection,
    keys: &[EntryKey],
    at: At,
    which: Newest,
) -> Result<Read<Vec<Option<HistoryRow>>>, Failure> {
    let mut value = vec![None; keys.len()];
    let begin = Text::new(SNAPSHOT).sql(HEAD);
    let (_, head) = if keys.len() <= KEYS {
        let rows =
            run(database, newest_of(begin.sql("; "), keys, (at, which), 0).sql("COMMIT")).await?;
        take_rows(rows.get(1..).unwrap_or_default(), keys, &mut value)?;
        head_of(&rows)?
    } else {
        let head = head_of(&run(database, begin).await?)?;
        for (chunk, part) in keys.chunks(KEYS).enumerate() {
            let rows =
                run(database, newest_of(Text::default(), part, (at, which), chunk * KEYS)).await?;
            take_rows(&rows, keys, &mut value)?;
        }
        run(database, Text::new("COMMIT")).await?;
        head
    };
    Ok(Read { value, revision: at.resolve(&head)? })
}

/// For each key its newest row, if there is one.
fn newest_of(mut text: Text, keys: &[EntryKey], (at, which): (At, Newest), from: usize) -> Text {
    let seen = match which {
        Newest::Seen => " AND h.kind <> 6",
        Newest::Any => "",
    };
    for (number, key) in keys.iter().enumerate() {
        text = text
            .sql(if number == 0 { "(SELECT " } else { " UNION ALL (SELECT " })
            .number((from + number) as i64)
            .sql(", h.place, h.kind, h.value_len, h.body, CASE WHEN h.value_len > 512 THEN \
                 (SELECT v.value FROM large_values v WHERE v.place = h.place) END FROM history h WHERE h.namespace = ")
            .bytes(key.namespace.as_str().as_bytes())
            .sql(" AND h.name = ")
            .bytes(key.key.as_str().as_bytes())
            .sql(" AND h.place <= ")
            .bytes(&newest(at))
            .sql(seen)
            .sql(" ORDER BY h.place DESC LIMIT 1)");
    }
    if keys.is_empty() { text } else { text.sql("; ") }
}

fn take_rows(
    rows: &[MySqlRow],
    keys: &[EntryKey],
    value: &mut [Option<HistoryRow>],
) -> Result<(), Failure> {
    for row in rows {
        let number = usize::try_from(row.try_get::<i64, _>(0)?).unwrap_or(usize::MAX);
        let (Some(slot), Some(key)) = (value.get_mut(number), keys.get(number)) else {
            return Err(corrupt("an answer", "it has more places than were asked for").into());
        };
        let columns = Columns::of(row, 1)?;
        *slot = Some(columns.event.read(key.clone(), columns.value)?);
    }
    Ok(())
}

/// The log behind a revision.
pub(crate) async fn commits(
    database: &mut MySqlConnection,
    after: Revision,
    budget: usize,
) -> Result<CommitPage, Failure> {
    let text = Text::new(SNAPSHOT)
        .sql(HEAD)
        .sql("; SELECT c.revision, c.canonical, c.small FROM (SELECT revision, weight, \
             SUM(weight) OVER (ORDER BY revision ROWS UNBOUNDED PRECEDING) AS weighed \
             FROM (SELECT revision, weight FROM log WHERE revision > ")
        .number(signed(after.0))
        .sql(" ORDER BY revision LIMIT ")
        .number(page::commits(budget))
        .sql(") AS near) AS fits STRAIGHT_JOIN log c ON c.revision = fits.revision WHERE fits.weighed <= ")
        .number(page::bytes(budget))
        .sql(" OR fits.weighed = fits.weight ORDER BY c.revision");
    let rows = run(database, text).await?;
    let (_, head) = head_of(&rows)?;
    if let Err(refused) = check_cursor(after, &head) {
        run(database, Text::new("COMMIT")).await?;
        return Err(refused.into());
    }
    let rows = rows.get(1..).unwrap_or_default();
    let large = large_values(database, rows).await?;
    open(rows, large, after, head)
}

/// The large values of these commits, from the same snapshot, which ends here.
async fn large_values(
    database: &mut MySqlConnection,
    commits: &[MySqlRow],
) -> Result<Vec<MySqlRow>, Failure> {
    let mut wanted = Vec::new();
    for row in commits {
        let revision: i64 = row.try_get(0)?;
        let bad = |error| corrupt(format!("the table log, revision {revision}"), error);
        let glance = Glance::at(row.try_get(1)?).map_err(bad)?;
        if glance.value_lens().any(|len| len > INLINE_BYTES) {
            wanted.push(revision);
        }
    }
    let (Some(first), Some(last)) = (wanted.first(), wanted.last()) else {
        return run(database, Text::new("COMMIT")).await;
    };
    let text = Text::new("SELECT place, value FROM large_values WHERE place BETWEEN ")
        .bytes(&place(*first, 0))
        .sql(" AND ")
        .bytes(&place(*last, u32::MAX))
        .sql(" ORDER BY place; COMMIT");
    run(database, text).await
}

fn open(
    rows: &[MySqlRow],
    large: Vec<MySqlRow>,
    after: Revision,
    head: Head,
) -> Result<CommitPage, Failure> {
    let mut large = large.into_iter().peekable();
    let mut commits: Vec<Arc<Sealed>> = Vec::with_capacity(rows.len());
    let mut last = after;
    for row in rows {
        let number: i64 = row.try_get(0)?;
        let mut values = Vec::new();
        let of_this = |row: &MySqlRow| {
            let place: Option<&[u8]> = row.try_get(0).ok();
            place.and_then(parse_place).is_some_and(|(revision, _)| revision == number)
        };
        while let Some(value) = large.next_if(of_this) {
            values.push(value.try_get(1)?);
        }
        let row = LogRow {
            revision: Revision(unsigned(number, "the table log")?),
            canonical: row.try_get::<Vec<u8>, _>(1)?.into(),
            inline: row.try_get::<Vec<u8>, _>(2)?.into(),
            large: values,
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
