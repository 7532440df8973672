//! One group: one packet with one transaction in it; several packets when it is too large for one.
//!
//! The head is moved first. When that found no row, the next statement fails by itself, and with it all that follow; the
//! transaction is then rolled back. A stored procedure would do the same, but wants a right more, and arrays as texts.

use holdfast_store_sql::dialect::{Appended, Between, Lock};
use holdfast_store_sql::{Failure, HeadRow, Rows};
use sqlx::AssertSqlSafe;
use sqlx::mysql::{MySqlConnection, MySqlRow};

use crate::packets::Packets;
use crate::read::{HEAD, head_of};
use crate::text::{Row, Text, place};
use crate::{failure, lock};

/// Fails when the statement before changed nothing: its inner part then has two rows.
const UNLESS_LOST: &str =
    "; SET @won = (SELECT 1 UNION ALL SELECT 2 FROM DUAL WHERE ROW_COUNT() <> 1); ";

pub(crate) async fn append(
    database: &mut MySqlConnection,
    group: &Between<'_>,
    held: Option<Lock>,
    packet: usize,
) -> Result<Appended, Failure> {
    let won = send(database, packets(group, held, packet)).await;
    let (rows, won) = match won {
        Ok(rows) => (rows, true),
        Err(error) if failure::lost(&error) => {
            let look = Text::new("ROLLBACK").sql(lock::end(held)).sql("; ").sql(HEAD).into_string();
            (sqlx::raw_sql(AssertSqlSafe(look)).fetch_all(database).await?, false)
        }
        Err(error) => return Err(error.into()),
    };
    let (micros, head) = head_of(&rows)?;
    Ok(Appended { micros, won, head })
}

/// What the last packet answers. Until then nothing is committed: a connection that is given up takes all of it along.
async fn send(
    database: &mut MySqlConnection,
    packets: Vec<String>,
) -> Result<Vec<MySqlRow>, sqlx::Error> {
    let mut rows = Vec::new();
    for packet in packets {
        rows = sqlx::raw_sql(AssertSqlSafe(packet)).fetch_all(&mut *database).await?;
    }
    Ok(rows)
}

fn packets(group: &Between<'_>, held: Option<Lock>, limit: usize) -> Vec<String> {
    let (after, head) = (HeadRow::from(group.after), HeadRow::from(group.head));
    let begin = if held == Some(Lock::Head) { "" } else { "START TRANSACTION; " };
    let text = Text::new(begin)
        .sql("UPDATE head SET appends = appends + 1, revision = ")
        .number(head.revision)
        .sql(", time = ")
        .number(head.time)
        .sql(", hash = ")
        .bytes(&head.hash)
        .sql(", appended = ")
        .number(head.appended)
        .sql(" WHERE log = ")
        .bytes(&after.log)
        .sql(" AND epoch = ")
        .number(after.epoch)
        .sql(" AND revision = ")
        .number(after.revision)
        .sql(" AND hash = ")
        .bytes(&after.hash)
        .sql(" AND ordinal_base = ")
        .number(after.ordinal_base)
        .sql(UNLESS_LOST);
    rows(Packets::new(limit, text), &group.rows).end(&format!("{HEAD}; COMMIT{}", lock::end(held)))
}

fn rows(packets: Packets, rows: &Rows<'_>) -> Packets {
    let Rows { log, history, values, entries, removed, side, side_removed } = rows;
    let at = |revision: i64, index: i32| place(revision, index.unsigned_abs());
    let commits = (0..log.revision.len()).map(|n| {
        let row = Row::default().number(log.revision[n]).number(log.weight[n]);
        row.bytes(log.canonical[n]).bytes(&log.inline[n])
    });
    let events = (0..history.revision.len()).map(|n| {
        Row::default()
            .bytes(history.names.namespace[n])
            .bytes(history.names.key[n])
            .bytes(&at(history.revision[n], history.index[n]))
            .number(history.kind[n])
            .number(history.ordinal[n])
            .optional(history.expires_at[n])
            .number(history.value_len[n])
            .bytes(&history.body[n])
    });
    let large = (0..values.revision.len()).map(|n| {
        Row::default().bytes(&at(values.revision[n], values.index[n])).bytes(values.value[n])
    });
    let current = (0..entries.revision.len()).map(|n| {
        Row::default()
            .bytes(entries.names.namespace[n])
            .bytes(entries.names.key[n])
            .bytes(&at(entries.revision[n], entries.index[n]))
            .number(1)
            .optional(entries.expires_at[n])
    });
    // Kept until they are forgotten: reads of the past go from key to key.
    let gone = (0..removed.key.len()).map(|n| {
        let row = Row::default().bytes(removed.namespace[n]).bytes(removed.key[n]);
        row.bytes(&place(0, 0)).number(0).optional(None)
    });
    let written = (0..side.0.len()).map(|n| Row::default().bytes(side.0[n]).bytes(side.1[n]));
    let erased = side_removed.iter().map(|key| Row::default().bytes(key));
    const REPLACE: &str = " ON DUPLICATE KEY UPDATE place = VALUES(place), live = VALUES(live), expires_at = VALUES(expires_at); ";
    packets
        .rows("INSERT INTO log (revision, weight, canonical, small) VALUES ", commits, "; ")
        .rows(
            "INSERT INTO history (namespace, name, place, kind, ordinal, expires_at, value_len, body) VALUES ",
            events,
            "; ",
        )
        .rows("INSERT INTO large_values (place, value) VALUES ", large, "; ")
        .rows("INSERT INTO entries (namespace, name, place, live, expires_at) VALUES ", current, REPLACE)
        .rows("INSERT INTO entries (namespace, name, place, live, expires_at) VALUES ", gone, REPLACE)
        .rows("REPLACE INTO side (name, value) VALUES ", written, "; ")
        .rows("DELETE FROM side WHERE name IN (", erased, "); ")
}
