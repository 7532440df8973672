//! Pages of rows: one statement each. Large values come only with as many rows as the page can hold.

use std::sync::Arc;

use bytes::Bytes;
use holdfast_model::{EntryKey, Key, Namespace, Prefix, Revision, Timestamp};
use holdfast_store::{At, Page, PageLimit, Read, Row, Scan};
use holdfast_store_sql::{Failure, Fill, bounds, corrupt, page, signed};
use sqlx::Row as _;
use sqlx::postgres::{PgConnection, PgRow, Postgres};
use sqlx::query::Query;

use crate::read::{Columns, first, glimpse, glimpse_columns, newest};

/// A page of a scan.
pub(crate) struct Pages<'a> {
    pub(crate) what: &'a Scan,
    pub(crate) at: At,
    pub(crate) limit: PageLimit,
}

impl Pages<'_> {
    pub(crate) async fn read(&self, database: &mut PgConnection) -> Result<Read<Page>, Failure> {
        match self.what {
            Scan::Entries { namespace, prefix, after } => {
                self.entries(database, namespace, prefix, after.as_ref()).await
            }
            Scan::Namespaces { prefix, after, now } => {
                self.namespaces(database, prefix, after.as_ref(), *now).await
            }
            Scan::History { of, before } => self.history(database, of, *before).await,
            Scan::Kept { below, after } => self.kept(database, *below, after.as_ref()).await,
            Scan::Due(now) => self.due(database, *now).await,
            Scan::Side { prefix, after } => self.side(database, prefix, after.as_ref()).await,
        }
    }
}

/// Rows of the history in an order, with the head of their state. The inner statement has the columns
/// `namespace, key, revision, idx, kind, value_len, body`; `$1` is the bound in bytes.
macro_rules! events {
    ($inner:literal, $order:literal) => {
        concat!(
            "SELECT ",
            glimpse_columns!(),
            ", r.namespace, r.key, r.revision, r.idx, r.kind, r.value_len, r.body, CASE WHEN r.value_len > 512 AND r.before <= $1 THEN
                (SELECT v.value FROM large_values v WHERE v.revision = r.revision AND v.idx = r.idx) END, r.before
            FROM head LEFT JOIN (
                SELECT i.*, sum(i.value_len) OVER (ORDER BY ", $order, " ROWS UNBOUNDED PRECEDING) - i.value_len AS before
                FROM (", $inner, ") AS i
            ) AS r ON true ORDER BY ", $order
        )
    };
}

const LATEST: &str = events!(
    "SELECT h.namespace, h.key, h.revision, h.idx, h.kind, h.value_len, h.body FROM (
        SELECT namespace, key, revision, idx FROM entries
        WHERE namespace = $3 AND key >= $4 AND key < $5 ORDER BY key LIMIT $2
     ) AS e JOIN history h USING (namespace, key, revision, idx)",
    "key"
);

/// Goes from key to key, and for each to its newest row that is old enough.
const PAST: &str = events!(
    "WITH RECURSIVE keys AS (
        (SELECT key FROM history WHERE namespace = $3 AND key >= $4 AND key < $5 ORDER BY key LIMIT 1)
        UNION ALL
        SELECT (SELECT h.key FROM history h WHERE h.namespace = $3 AND h.key > keys.key AND h.key < $5 ORDER BY h.key LIMIT 1)
        FROM keys WHERE keys.key IS NOT NULL
     )
     SELECT h.* FROM keys, LATERAL (
        SELECT h.namespace, h.key, h.revision, h.idx, h.kind, h.value_len, h.body FROM history h
        WHERE h.namespace = $3 AND h.key = keys.key AND h.revision <= $6 AND h.kind <> 6
        ORDER BY h.revision DESC, h.idx DESC LIMIT 1
     ) AS h WHERE h.kind IN (1, 4) LIMIT $2",
    "key"
);

const HISTORY: &str = events!(
    "SELECT namespace, key, revision, idx, kind, value_len, body FROM history
     WHERE namespace = $3 AND key = $4 AND revision <= $5 ORDER BY revision DESC, idx DESC LIMIT $2",
    "revision DESC, idx DESC"
);

const KEPT: &str = events!(
    "SELECT namespace, key, revision, idx, kind, value_len, body FROM history
     WHERE revision <= $3 AND (namespace, key) >= ($4, $5) AND (namespace <> $4 OR key <> $5 OR revision < $6)
     ORDER BY namespace, key, revision DESC, idx DESC LIMIT $2",
    "namespace, key, revision DESC, idx DESC"
);

const DUE: &str = events!(
    "SELECT h.namespace, h.key, h.revision, h.idx, h.kind, h.value_len, h.body, e.expires_at FROM (
        SELECT expires_at, namespace, key, revision, idx FROM entries
        WHERE expires_at IS NOT NULL AND expires_at <= $3 ORDER BY expires_at, namespace, key LIMIT $2
     ) AS e JOIN history h USING (namespace, key, revision, idx)",
    "expires_at, namespace, key"
);

/// Goes from namespace to namespace, and looks in each for one live entry.
const NAMESPACES: &str = concat!(
    "WITH RECURSIVE names AS (
        (SELECT namespace FROM entries WHERE namespace >= $2 AND namespace < $3 ORDER BY namespace LIMIT 1)
        UNION ALL
        SELECT (SELECT e.namespace FROM entries e WHERE e.namespace > names.namespace AND e.namespace < $3
            ORDER BY e.namespace LIMIT 1)
        FROM names WHERE names.namespace IS NOT NULL
     )
     SELECT ", glimpse_columns!(), ", found.namespace FROM head LEFT JOIN (
        SELECT names.namespace FROM names WHERE EXISTS (
            SELECT FROM entries e WHERE e.namespace = names.namespace AND (e.expires_at IS NULL OR e.expires_at > $4)
        ) LIMIT $1
     ) AS found ON true ORDER BY found.namespace"
);

/// The same in the past, where every key has to be looked at until a live one is found. `body` alone knows when an entry is due,
/// so the newest rows of the keys are brought, a namespace after the other, until one of each is live.
const PAST_NAMES: &str = concat!(
    "WITH RECURSIVE names AS (
        (SELECT namespace FROM history WHERE namespace >= $2 AND namespace < $3 ORDER BY namespace LIMIT 1)
        UNION ALL
        SELECT (SELECT h.namespace FROM history h WHERE h.namespace > names.namespace AND h.namespace < $3
            ORDER BY h.namespace LIMIT 1)
        FROM names WHERE names.namespace IS NOT NULL
     )
     SELECT ", glimpse_columns!(), ", found.namespace FROM head LEFT JOIN (
        SELECT names.namespace FROM names WHERE EXISTS (
            WITH RECURSIVE keys AS (
                (SELECT key FROM history h WHERE h.namespace = names.namespace ORDER BY key LIMIT 1)
                UNION ALL
                SELECT (SELECT h.key FROM history h WHERE h.namespace = names.namespace AND h.key > keys.key
                    ORDER BY h.key LIMIT 1)
                FROM keys WHERE keys.key IS NOT NULL
            )
            SELECT FROM keys, LATERAL (
                SELECT h.kind, h.expires_at FROM history h
                WHERE h.namespace = names.namespace AND h.key = keys.key AND h.revision <= $5 AND h.kind <> 6
                ORDER BY h.revision DESC, h.idx DESC LIMIT 1
            ) AS newest WHERE newest.kind IN (1, 4) AND (newest.expires_at IS NULL OR newest.expires_at > $4)
        ) LIMIT $1
     ) AS found ON true ORDER BY found.namespace"
);

const SIDE: &str = concat!(
    "SELECT ",
    glimpse_columns!(),
    ", s.key, s.value FROM head LEFT JOIN (
        SELECT key, value FROM side WHERE key >= $2 AND key < $3 ORDER BY key LIMIT $1
     ) AS s ON true ORDER BY s.key"
);

type Asked<'q> = Query<'q, Postgres, sqlx::postgres::PgArguments>;

impl Pages<'_> {
    async fn entries(
        &self,
        database: &mut PgConnection,
        namespace: &Namespace,
        prefix: &Prefix,
        after: Option<&Key>,
    ) -> Result<Read<Page>, Failure> {
        let (from, end) = bounds::keys(prefix.as_str(), after);
        let statement = if self.at == At::Latest { LATEST } else { PAST };
        let mut asked = self
            .events(statement, page::rows(self.limit), self.limit.bytes)
            .bind(namespace.as_str().as_bytes())
            .bind(from)
            .bind(end);
        if self.at != At::Latest {
            asked = asked.bind(newest(self.at));
        }
        let rows = asked.fetch_all(database).await?;
        let revision = self.at.resolve(&glimpse(first(&rows)?)?)?;
        let mut fill = Fill::new(self.limit);
        for row in &rows {
            self.entry(row, &mut fill)?;
        }
        Ok(Read { value: fill.finish(), revision })
    }

    async fn due(
        &self,
        database: &mut PgConnection,
        now: Timestamp,
    ) -> Result<Read<Page>, Failure> {
        let asked = self.events(DUE, page::rows(self.limit), self.limit.bytes).bind(now.0);
        let rows = asked.fetch_all(database).await?;
        let revision = self.at.resolve(&glimpse(first(&rows)?)?)?;
        let mut fill = Fill::new(self.limit);
        for row in &rows {
            self.entry(row, &mut fill)?;
        }
        Ok(Read { value: fill.finish(), revision })
    }

    fn events(&self, statement: &'static str, rows: i64, bytes: usize) -> Asked<'static> {
        sqlx::query(statement).bind(page::bytes(bytes)).bind(rows)
    }

    fn entry(&self, row: &PgRow, fill: &mut Fill) -> Result<(), Failure> {
        if row.try_get::<Option<&[u8]>, _>(4)?.is_none() || fill.is_full() {
            return Ok(());
        }
        let at = entry_name(row)?;
        let columns = Columns::of(row, 6)?;
        if self.is_beyond(row, &columns, self.limit.bytes)? {
            fill.close();
            return Ok(());
        }
        fill.push_entry(columns.event.read(at, columns.value)?);
        Ok(())
    }

    /// True for a row whose value was not brought, because the page is full before it.
    fn is_beyond(&self, row: &PgRow, columns: &Columns<'_>, bytes: usize) -> Result<bool, Failure> {
        let before: i64 = row.try_get(12)?;
        Ok(columns.event.is_large() && columns.value.is_none() && before > page::bytes(bytes))
    }

    async fn history(
        &self,
        database: &mut PgConnection,
        of: &EntryKey,
        before: Option<Revision>,
    ) -> Result<Read<Page>, Failure> {
        let below = before.map_or(i64::MAX, |before| signed(before.0) - 1);
        let asked = |wanted, bytes| {
            self.events(HISTORY, wanted, bytes)
                .bind(of.namespace.as_str().as_bytes())
                .bind(of.key.as_str().as_bytes())
                .bind(below.min(newest(self.at)))
        };
        self.page_of_versions(database, asked).await
    }

    async fn kept(
        &self,
        database: &mut PgConnection,
        below: Revision,
        after: Option<&(EntryKey, Revision)>,
    ) -> Result<Read<Page>, Failure> {
        // Before all names when there was no page before.
        let (namespace, key, before) = match after {
            Some((at, revision)) => (at.namespace.as_str(), at.key.as_str(), signed(revision.0)),
            None => ("", "", 0),
        };
        let asked = |wanted, bytes| {
            self.events(KEPT, wanted, bytes)
                .bind((signed(below.0) - 1).min(newest(self.at)))
                .bind(namespace.as_bytes())
                .bind(key.as_bytes())
                .bind(before)
        };
        self.page_of_versions(database, asked).await
    }

    /// All rows of a revision come on one page, so it may take more of them than was thought.
    async fn page_of_versions<'q>(
        &self,
        database: &mut PgConnection,
        asked: impl Fn(i64, usize) -> Asked<'q>,
    ) -> Result<Read<Page>, Failure> {
        let mut wanted = page::rows(self.limit);
        let mut bytes = self.limit.bytes;
        loop {
            let rows = asked(wanted, bytes).fetch_all(&mut *database).await?;
            let revision = self.at.resolve(&glimpse(first(&rows)?)?)?;
            let mut fill = Fill::new(self.limit);
            let mut cut = rows.len() as i64 == wanted;
            for row in &rows {
                if row.try_get::<Option<&[u8]>, _>(4)?.is_none() || fill.is_full() {
                    continue;
                }
                let columns = Columns::of(row, 6)?;
                if self.is_beyond(row, &columns, bytes)? {
                    cut = true;
                    break;
                }
                let event = columns.event.read(entry_name(row)?, columns.value)?;
                fill.push(Row::History(Arc::new(event)));
            }
            if fill.is_full() || !cut {
                return Ok(Read { value: fill.finish(), revision });
            }
            wanted = wanted.saturating_mul(2);
            bytes = usize::MAX;
        }
    }

    async fn namespaces(
        &self,
        database: &mut PgConnection,
        prefix: &str,
        after: Option<&Namespace>,
        now: Timestamp,
    ) -> Result<Read<Page>, Failure> {
        let after = after.map(|after| after.as_str().as_bytes());
        let (from, end) = bounds::bytes(prefix.as_bytes(), after);
        let statement = if self.at == At::Latest { NAMESPACES } else { PAST_NAMES };
        let mut asked = sqlx::query(statement)
            .bind(page::light_rows(self.limit))
            .bind(from)
            .bind(end)
            .bind(now.0);
        if self.at != At::Latest {
            asked = asked.bind(newest(self.at));
        }
        let rows = asked.fetch_all(database).await?;
        let revision = self.at.resolve(&glimpse(first(&rows)?)?)?;
        let mut fill = Fill::new(self.limit);
        for row in &rows {
            let Some(bytes) = row.try_get::<Option<&[u8]>, _>(4)? else { continue };
            let namespace = name(bytes).and_then(|name| Namespace::new(name).ok());
            let bad = || corrupt("the table entries", "a namespace is no name of one");
            fill.push(Row::Namespace(namespace.ok_or_else(bad)?));
        }
        Ok(Read { value: fill.finish(), revision })
    }

    async fn side(
        &self,
        database: &mut PgConnection,
        prefix: &Bytes,
        after: Option<&Bytes>,
    ) -> Result<Read<Page>, Failure> {
        let (from, end) = bounds::bytes(prefix, after.map(|after| &after[..]));
        let asked = sqlx::query(SIDE).bind(page::light_rows(self.limit)).bind(from).bind(end);
        let rows = asked.fetch_all(database).await?;
        let revision = self.at.resolve(&glimpse(first(&rows)?)?)?;
        let mut fill = Fill::new(self.limit);
        for row in &rows {
            let Some(key) = row.try_get::<Option<Vec<u8>>, _>(4)? else { continue };
            let value: Vec<u8> = row.try_get(5)?;
            fill.push(Row::Side(key.into(), value.into()));
        }
        Ok(Read { value: fill.finish(), revision })
    }
}

/// The name in the columns 4 and 5.
fn entry_name(row: &PgRow) -> Result<EntryKey, Failure> {
    let namespace = name(row.try_get(4)?).and_then(|name| Namespace::new(name).ok());
    let key = name(row.try_get(5)?).and_then(|name| Key::new(name).ok());
    match (namespace, key) {
        (Some(namespace), Some(key)) => Ok(EntryKey::new(namespace, key)),
        _ => Err(corrupt("the table entries", "a key is no name of an entry").into()),
    }
}

fn name(bytes: &[u8]) -> Option<&str> {
    std::str::from_utf8(bytes).ok()
}
