//! Another log into empty tables: one transaction a piece.

use holdfast_model::{Head, Revision};
use holdfast_store_sql::dialect::{Filling, Lock, Loose};
use holdfast_store_sql::{Failure, HeadRow, signed};
use sqlx::Row as _;
use sqlx::mysql::MySqlConnection;

use crate::append;
use crate::read::run;
use crate::text::{Row, Text};

/// A new head for tables that hold nothing.
pub(crate) async fn begin(
    database: &mut MySqlConnection,
    found: &Head,
    (base, trimmed): (&Head, Revision),
    note: &[u8],
) -> Result<bool, Failure> {
    let (found, base) = (HeadRow::from(found), HeadRow::from(base));
    let text = Text::new("START TRANSACTION; UPDATE head SET appends = appends + 1, log = ")
        .bytes(&base.log)
        .sql(", epoch = ")
        .number(base.epoch)
        .sql(", inherited = ")
        .number(base.inherited)
        .sql(", first_revision = ")
        .number(base.first_revision)
        .sql(", revision = ")
        .number(base.revision)
        .sql(", time = ")
        .number(base.time)
        .sql(", hash = ")
        .bytes(&base.hash)
        .sql(", appended = ")
        .number(base.appended)
        .sql(", ordinal_base = ")
        .number(base.ordinal_base)
        .sql(", events_floor = ")
        .number(base.events_floor)
        .sql(", history_floor = ")
        .number(base.history_floor)
        .sql(", trimmed = ")
        .number(signed(trimmed.0))
        .sql(" WHERE log = ")
        .bytes(&found.log)
        .sql(" AND revision = 0 AND NOT EXISTS (SELECT 1 FROM side) AND NOT EXISTS (SELECT 1 FROM filling)");
    if !changed_one(database, text).await? {
        run(database, Text::new("ROLLBACK")).await?;
        return Ok(false);
    }
    let row = Row::default().number(1).bytes(note);
    let insert = "INSERT INTO filling (only_one, note) VALUES ";
    let insert = Text::default().rows(insert, std::iter::once(row), "; COMMIT");
    run(database, insert).await?;
    Ok(true)
}

pub(crate) async fn put(
    database: &mut MySqlConnection,
    filling: &Filling<'_>,
    packet: usize,
) -> Result<bool, Failure> {
    let text = Text::new("START TRANSACTION; ");
    let text = match filling.after {
        Some(after) => text.sql("UPDATE filling SET note = ").bytes(after),
        None => text.sql("DELETE FROM filling"),
    };
    if !changed_one(database, text.sql(" WHERE note = ").bytes(filling.before)).await? {
        run(database, Text::new("ROLLBACK")).await?;
        return Ok(false);
    }
    let Loose { names, revision } = &filling.loose;
    if !revision.is_empty() {
        let rows = (0..revision.len()).map(|n| {
            let row = Row::default().number(revision[n]);
            row.bytes(names.namespace[n]).bytes(names.key[n])
        });
        let insert = "INSERT INTO loose (revision, namespace, name) VALUES ";
        run(database, Text::default().rows(insert, rows, "")).await?;
    }
    // In the transaction that has begun, as behind the lock.
    Ok(append::append(database, &filling.between, Some(Lock::Head), packet).await?.won)
}

/// True when a statement changed one row.
async fn changed_one(database: &mut MySqlConnection, text: Text) -> Result<bool, Failure> {
    let rows = run(database, text.sql("; SELECT ROW_COUNT()")).await?;
    let changed: i64 = rows.first().map(|row| row.try_get(0)).transpose()?.unwrap_or(0);
    Ok(changed == 1)
}
