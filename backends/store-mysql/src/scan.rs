//! Pages of rows: one packet each. Large values come only with as many rows as the page can hold.

use std::sync::Arc;

use bytes::Bytes;
use holdfast_model::{EntryKey, Key, Namespace, Prefix, Revision, Timestamp};
use holdfast_store::{At, Page, PageLimit, Read, Row, Scan};
use holdfast_store_sql::{Failure, Fill, bounds, corrupt, page, signed};
use sqlx::Row as _;
use sqlx::mysql::{MySqlConnection, MySqlRow};

use crate::read::{Columns, newest, snapshot};
use crate::text::{Text, place};

/// A page of a scan.
pub(crate) struct Pages<'a> {
    pub(crate) what: &'a Scan,
    pub(crate) at: At,
    pub(crate) limit: PageLimit,
}

/// The newest row of an entry's key that reads see, up to a place that follows.
const NEWEST: &str = " history h ON h.namespace = e.namespace AND h.name = e.name AND h.place = (SELECT p.place FROM history p \
     WHERE p.namespace = e.namespace AND p.name = e.name AND p.kind <> 6 AND p.place <= ";
const NEWEST_END: &str = " ORDER BY p.place DESC LIMIT 1)";

impl Pages<'_> {
    pub(crate) async fn read(&self, database: &mut MySqlConnection) -> Result<Read<Page>, Failure> {
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

    /// Rows of the history in an order, each with what the values before it weigh.
    fn events(&self, inner: Text, order: &str, bytes: usize) -> Text {
        Text::new("SELECT r.namespace, r.name, r.place, r.kind, r.value_len, r.body, CASE WHEN r.value_len > 512 AND r.so_far <= ")
            .number(page::bytes(bytes))
            .sql(" THEN (SELECT v.value FROM large_values v WHERE v.place = r.place) END, CAST(r.so_far AS SIGNED) \
                 FROM (SELECT i.*, SUM(i.value_len) OVER (ORDER BY ")
            .sql(order)
            .sql(" ROWS UNBOUNDED PRECEDING) - i.value_len AS so_far FROM (")
            .sql(&inner.into_string())
            .sql(") AS i) AS r ORDER BY ")
            .sql(order)
    }

    async fn entries(
        &self,
        database: &mut MySqlConnection,
        namespace: &Namespace,
        prefix: &Prefix,
        after: Option<&Key>,
    ) -> Result<Read<Page>, Failure> {
        let (from, end) = bounds::keys(prefix.as_str(), after);
        let columns = "SELECT h.namespace, h.name, h.place, h.kind, h.value_len, h.body FROM ";
        let range = |text: Text| {
            text.sql(" WHERE e.namespace = ")
                .bytes(namespace.as_str().as_bytes())
                .sql(" AND e.name >= ")
                .bytes(&from)
                .sql(" AND e.name < ")
                .bytes(&end)
        };
        let limit = page::rows(self.limit);
        let inner = if self.at == At::Latest {
            let rows =
                Text::new(columns).sql("(SELECT e.namespace, e.name, e.place FROM entries e");
            range(rows).sql(" AND e.live = 1 ORDER BY e.name LIMIT ").number(limit).sql(
                ") AS e STRAIGHT_JOIN history h ON h.namespace = e.namespace AND h.name = e.name AND h.place = e.place",
            )
        } else {
            let rows = Text::new(columns).sql("entries e STRAIGHT_JOIN").sql(NEWEST);
            let rows = rows.bytes(&newest(self.at)).sql(NEWEST_END);
            range(rows).sql(" AND h.kind IN (1, 4) ORDER BY e.name LIMIT ").number(limit)
        };
        self.page_of_entries(database, inner, "name").await
    }

    async fn due(
        &self,
        database: &mut MySqlConnection,
        now: Timestamp,
    ) -> Result<Read<Page>, Failure> {
        let inner = Text::new(
            "SELECT h.namespace, h.name, h.place, h.kind, h.value_len, h.body, e.expires_at FROM \
             (SELECT expires_at, namespace, name, place FROM entries WHERE expires_at IS NOT NULL AND expires_at <= ",
        )
        .number(now.0)
        .sql(" ORDER BY expires_at, namespace, name LIMIT ")
        .number(page::rows(self.limit))
        .sql(") AS e STRAIGHT_JOIN history h ON h.namespace = e.namespace AND h.name = e.name AND h.place = e.place");
        self.page_of_entries(database, inner, "expires_at, namespace, name").await
    }

    async fn page_of_entries(
        &self,
        database: &mut MySqlConnection,
        inner: Text,
        order: &str,
    ) -> Result<Read<Page>, Failure> {
        let select = self.events(inner, order, self.limit.bytes);
        let (head, rows) = snapshot(database, select).await?;
        let revision = self.at.resolve(&head)?;
        let mut fill = Fill::new(self.limit);
        for row in &rows {
            if fill.is_full() {
                break;
            }
            self.entry(row, &mut fill)?;
        }
        Ok(Read { value: fill.finish(), revision })
    }

    fn entry(&self, row: &MySqlRow, fill: &mut Fill) -> Result<(), Failure> {
        let columns = Columns::of(row, 2)?;
        if is_beyond(row, &columns, self.limit.bytes)? {
            fill.close();
            return Ok(());
        }
        fill.push_entry(columns.event.read(entry_name(row)?, columns.value)?);
        Ok(())
    }

    async fn history(
        &self,
        database: &mut MySqlConnection,
        of: &EntryKey,
        before: Option<Revision>,
    ) -> Result<Read<Page>, Failure> {
        let below = before.map_or(place(i64::MAX, u32::MAX), |before| place(signed(before.0), 0));
        let inner = |wanted| {
            Text::new("SELECT namespace, name, place, kind, value_len, body FROM history WHERE namespace = ")
                .bytes(of.namespace.as_str().as_bytes())
                .sql(" AND name = ")
                .bytes(of.key.as_str().as_bytes())
                .sql(" AND place < ")
                .bytes(&below)
                .sql(" AND place <= ")
                .bytes(&newest(self.at))
                .sql(" ORDER BY place DESC LIMIT ")
                .number(wanted)
        };
        self.page_of_versions(database, inner, "place DESC").await
    }

    /// Rows come newest first of each key, the index has them oldest first: as many rows in its order tell the keys whose rows
    /// have to be sorted.
    async fn kept(
        &self,
        database: &mut MySqlConnection,
        below: Revision,
        after: Option<&(EntryKey, Revision)>,
    ) -> Result<Read<Page>, Failure> {
        const ORDER: &str = "namespace, name, place DESC";
        let below = place(signed(below.0), 0);
        // Before all names when there was no page before.
        let (namespace, key, before) = match after {
            Some((at, revision)) => (at.namespace.as_str(), at.key.as_str(), signed(revision.0)),
            None => ("", "", 0),
        };
        let behind = |text: Text, row: &str| {
            let names = |text: Text, sign| {
                let text = text.sql(row).sql("namespace = ").bytes(namespace.as_bytes());
                text.sql(" AND ").sql(row).sql("name ").sql(sign).bytes(key.as_bytes())
            };
            let text = names(text.sql("("), "= ").sql(" AND ").sql(row).sql("place < ");
            let text = names(text.bytes(&place(before, 0)).sql(" OR "), "> ").sql(" OR ");
            let text = text.sql(row).sql("namespace > ").bytes(namespace.as_bytes()).sql(") AND ");
            let text = text.sql(row).sql("place < ").bytes(&below).sql(" AND ").sql(row);
            text.sql("place <= ").bytes(&newest(self.at))
        };
        let inner = |wanted| {
            let text = Text::new(
                "SELECT h.namespace, h.name, h.place, h.kind, h.value_len, h.body FROM (SELECT DISTINCT namespace, name FROM \
                 (SELECT namespace, name FROM history FORCE INDEX (PRIMARY) WHERE ",
            );
            let text =
                behind(text, "").sql(" ORDER BY namespace, name, place LIMIT ").number(wanted);
            let text = text.sql(
                ") AS near) AS e STRAIGHT_JOIN history h ON h.namespace = e.namespace AND h.name = e.name WHERE ",
            );
            let text = behind(text, "h.").sql(" ORDER BY ").sql(ORDER);
            text.sql(" LIMIT ").number(wanted)
        };
        self.page_of_versions(database, inner, ORDER).await
    }

    /// All rows of a revision come on one page, so it may take more of them than was thought.
    async fn page_of_versions(
        &self,
        database: &mut MySqlConnection,
        inner: impl Fn(i64) -> Text,
        order: &str,
    ) -> Result<Read<Page>, Failure> {
        let mut wanted = page::rows(self.limit);
        let mut bytes = self.limit.bytes;
        loop {
            let select = self.events(inner(wanted), order, bytes);
            let (head, rows) = snapshot(database, select).await?;
            let revision = self.at.resolve(&head)?;
            let mut fill = Fill::new(self.limit);
            let mut cut = rows.len() as i64 == wanted;
            for row in &rows {
                if fill.is_full() {
                    break;
                }
                let columns = Columns::of(row, 2)?;
                if is_beyond(row, &columns, bytes)? {
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
        database: &mut MySqlConnection,
        prefix: &str,
        after: Option<&Namespace>,
        now: Timestamp,
    ) -> Result<Read<Page>, Failure> {
        let after = after.map(|after| after.as_str().as_bytes());
        let (from, end) = bounds::bytes(prefix.as_bytes(), after);
        let text =
            Text::new("SELECT n.namespace FROM (SELECT namespace FROM entries WHERE namespace >= ")
                .bytes(&from)
                .sql(" AND namespace < ")
                .bytes(&end)
                .sql(" GROUP BY namespace) AS n WHERE EXISTS (SELECT 1 FROM entries e");
        let text = if self.at == At::Latest {
            text.sql(" WHERE e.namespace = n.namespace AND e.live = 1 AND (e.expires_at IS NULL OR e.expires_at > ")
        } else {
            let text =
                text.sql(" STRAIGHT_JOIN").sql(NEWEST).bytes(&newest(self.at)).sql(NEWEST_END);
            text.sql(" WHERE e.namespace = n.namespace AND h.kind IN (1, 4) AND (h.expires_at IS NULL OR h.expires_at > ")
        };
        let text = text.number(now.0).sql(")) ORDER BY n.namespace LIMIT ");
        let (head, rows) = snapshot(database, text.number(page::light_rows(self.limit))).await?;
        let revision = self.at.resolve(&head)?;
        let mut fill = Fill::new(self.limit);
        for row in &rows {
            let namespace = name(row.try_get(0)?).and_then(|name| Namespace::new(name).ok());
            let bad = || corrupt("the table entries", "a namespace is no name of one");
            fill.push(Row::Namespace(namespace.ok_or_else(bad)?));
        }
        Ok(Read { value: fill.finish(), revision })
    }

    async fn side(
        &self,
        database: &mut MySqlConnection,
        prefix: &Bytes,
        after: Option<&Bytes>,
    ) -> Result<Read<Page>, Failure> {
        let (from, end) = bounds::bytes(prefix, after.map(|after| &after[..]));
        let text = Text::new("SELECT name, value FROM side WHERE name >= ")
            .bytes(&from)
            .sql(" AND name < ")
            .bytes(&end)
            .sql(" ORDER BY name LIMIT ")
            .number(page::light_rows(self.limit));
        let (head, rows) = snapshot(database, text).await?;
        let revision = self.at.resolve(&head)?;
        let mut fill = Fill::new(self.limit);
        for row in &rows {
            let (key, value): (Vec<u8>, Vec<u8>) = (row.try_get(0)?, row.try_get(1)?);
            fill.push(Row::Side(key.into(), value.into()));
        }
        Ok(Read { value: fill.finish(), revision })
    }
}

/// True for a row whose value was not brought, because the page is full before it.
fn is_beyond(row: &MySqlRow, columns: &Columns<'_>, bytes: usize) -> Result<bool, Failure> {
    let before: i64 = row.try_get(7)?;
    Ok(columns.event.is_large() && columns.value.is_none() && before > page::bytes(bytes))
}

/// The name in the columns 0 and 1.
pub(crate) fn entry_name(row: &MySqlRow) -> Result<EntryKey, Failure> {
    let namespace = name(row.try_get(0)?).and_then(|name| Namespace::new(name).ok());
    let key = name(row.try_get(1)?).and_then(|name| Key::new(name).ok());
    match (namespace, key) {
        (Some(namespace), Some(key)) => Ok(EntryKey::new(namespace, key)),
        _ => Err(corrupt("the table history", "a key is no name of an entry").into()),
    }
}

fn name(bytes: &[u8]) -> Option<&str> {
    std::str::from_utf8(bytes).ok()
}
