//! Another log into empty tables: one transaction a piece.

use holdfast_model::{Head, Revision};
use holdfast_store_sql::dialect::Filling;
use holdfast_store_sql::{Failure, HeadRow, signed};
use sqlx::Connection as _;
use sqlx::postgres::PgConnection;

use crate::append;

/// A new head for tables that hold nothing.
const BEGIN: &str = "UPDATE head SET log = $1, epoch = $2, inherited = $3, first_revision = $4, revision = $5, time = $6, hash = $7, \
     appended = $8, ordinal_base = $9, events_floor = $10, history_floor = $11, trimmed = $12 \
     WHERE log = $13 AND revision = 0 AND NOT EXISTS (SELECT FROM side) AND NOT EXISTS (SELECT FROM filling)";

pub(crate) async fn begin(
    database: &mut PgConnection,
    found: &Head,
    (base, trimmed): (&Head, Revision),
    note: &[u8],
) -> Result<bool, Failure> {
    let (found, base) = (HeadRow::from(found), HeadRow::from(base));
    let mut transaction = database.begin().await?;
    let begin = sqlx::query(BEGIN)
        .bind(base.log)
        .bind(base.epoch)
        .bind(base.inherited)
        .bind(base.first_revision)
        .bind(base.revision)
        .bind(base.time)
        .bind(base.hash)
        .bind(base.appended)
        .bind(base.ordinal_base)
        .bind(base.events_floor)
        .bind(base.history_floor)
        .bind(signed(trimmed.0))
        .bind(found.log);
    if begin.execute(&mut *transaction).await?.rows_affected() != 1 {
        return Ok(false);
    }
    let insert = sqlx::query("INSERT INTO filling (note) VALUES ($1)").bind(note);
    insert.execute(&mut *transaction).await?;
    transaction.commit().await?;
    Ok(true)
}

pub(crate) async fn put(
    database: &mut PgConnection,
    filling: &Filling<'_>,
) -> Result<bool, Failure> {
    let mut transaction = database.begin().await?;
    let note = match filling.after {
        Some(after) => sqlx::query("UPDATE filling SET note = $2 WHERE note = $1")
            .bind(filling.before)
            .bind(after),
        None => sqlx::query("DELETE FROM filling WHERE note = $1").bind(filling.before),
    };
    if note.execute(&mut *transaction).await?.rows_affected() != 1 {
        return Ok(false);
    }
    if !append::append(&mut transaction, &filling.between, None).await?.won {
        return Ok(false);
    }
    let loose = &filling.loose;
    if !loose.revision.is_empty() {
        const LOOSE: &str = "INSERT INTO loose (revision, namespace, key) SELECT * FROM unnest($1::bigint[], $2::bytea[], $3::bytea[])";
        let loose = sqlx::query(LOOSE)
            .bind(&loose.revision[..])
            .bind(&loose.names.namespace[..])
            .bind(&loose.names.key[..]);
        loose.execute(&mut *transaction).await?;
    }
    transaction.commit().await?;
    Ok(true)
}
