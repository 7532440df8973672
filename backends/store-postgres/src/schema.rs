//! The tables, by numbered migrations: each runs once, under a lock, by whichever node comes first.

use holdfast_model::{Head, LogId};
use holdfast_store_sql::link::check_version;
use holdfast_store_sql::{Failure, HeadRow};
use sqlx::postgres::{PgConnection, PgRow};
use sqlx::{AssertSqlSafe, Connection as _, Row as _};
use uuid::Uuid;

use crate::dialect::Postgres;

/// Number `n` is the `n`-th of them. Never changed once released: what has to change becomes a further one.
const MIGRATIONS: &[&str] =
    &[include_str!("../migrations/0001_log.sql"), include_str!("../migrations/0002_filling.sql")];

/// The version that this release knows.
pub(crate) const VERSION: i32 = MIGRATIONS.len() as i32;

/// Which database this is: the system identifier and the timeline, `NULL` for a standby. A restored backup is another one,
/// and so is a standby that was promoted.
macro_rules! identity {
    () => {
        "CASE WHEN pg_is_in_recovery() THEN NULL ELSE \
         (SELECT system_identifier::text FROM pg_control_system()) || '/' || \
         ('x' || substr(pg_walfile_name(pg_current_wal_lsn()), 1, 8))::bit(32)::int::text END"
    };
}
pub(crate) use identity;

/// Makes the tables what this release needs. `schema` is a checked name, and the search path.
pub(crate) async fn migrate(
    dialect: &Postgres,
    database: &mut PgConnection,
) -> Result<(), Failure> {
    let schema = &dialect.schema;
    if version(database, schema).await? == Some(VERSION) {
        return Ok(());
    }
    let mut transaction = database.begin().await?;
    // Held to the end of the transaction. Whoever waits for it may do so for longer than a statement.
    let lock = format!(
        "SET LOCAL statement_timeout = 0; \
         SELECT pg_advisory_xact_lock(hashtextextended('holdfast migrations {schema}', 0))"
    );
    sqlx::raw_sql(AssertSqlSafe(lock)).execute(&mut *transaction).await?;
    let found = version(&mut transaction, schema).await?;
    check_version(dialect, found.unwrap_or(0))?;
    if found.is_none() {
        // Not IF NOT EXISTS: that wants the right to make one even where there is one.
        let first = format!(
            "DO $$ BEGIN IF to_regnamespace('{schema}') IS NULL THEN CREATE SCHEMA \"{schema}\"; END IF; END $$; \
             CREATE TABLE migrations (version int PRIMARY KEY, applied_at timestamptz NOT NULL DEFAULT now())"
        );
        sqlx::raw_sql(AssertSqlSafe(first)).execute(&mut *transaction).await?;
    }
    let begin = usize::try_from(found.unwrap_or(0)).unwrap_or(0);
    for (number, migration) in (1_i32..).zip(MIGRATIONS).skip(begin) {
        sqlx::raw_sql(*migration).execute(&mut *transaction).await?;
        let note = sqlx::query("INSERT INTO migrations (version) VALUES ($1)").bind(number);
        note.execute(&mut *transaction).await?;
    }
    if begin == 0 {
        begin_log(&mut transaction).await?;
    }
    transaction.commit().await?;
    tracing::info!(schema, version = VERSION, "the tables of the log are ready");
    Ok(())
}

/// The newest migration that ran; `None` when none did.
pub(crate) async fn version(
    database: &mut PgConnection,
    schema: &str,
) -> Result<Option<i32>, sqlx::Error> {
    // Not `to_regclass`: what it remembers may be from before the lock was had.
    const EXISTS: &str = "SELECT EXISTS (SELECT FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace \
         WHERE n.nspname = $1 AND c.relname = 'migrations')";
    let exists = sqlx::query(EXISTS).bind(schema);
    let exists: bool = exists.fetch_one(&mut *database).await?.try_get(0)?;
    if !exists {
        return Ok(None);
    }
    let newest = sqlx::query("SELECT coalesce(max(version), 0) FROM migrations");
    newest.fetch_one(database).await?.try_get(0).map(Some)
}

async fn begin_log(database: &mut PgConnection) -> Result<(), sqlx::Error> {
    let identity: String =
        sqlx::query(concat!("SELECT ", identity!())).fetch_one(&mut *database).await?.try_get(0)?;
    let head = HeadRow::from(&Head::genesis(LogId(Uuid::new_v4())));
    let insert = "INSERT INTO head (log, epoch, inherited, first_revision, revision, time, hash, appended, ordinal_base, \
                  events_floor, history_floor, trimmed, identity) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, 0, $12)";
    let insert = sqlx::query(insert)
        .bind(head.log)
        .bind(head.epoch)
        .bind(head.inherited)
        .bind(head.first_revision)
        .bind(head.revision)
        .bind(head.time)
        .bind(head.hash)
        .bind(head.appended)
        .bind(head.ordinal_base)
        .bind(head.events_floor)
        .bind(head.history_floor)
        .bind(identity);
    insert.execute(database).await.map(drop)
}

/// All columns of a [`HeadRow`], for statements.
macro_rules! head_columns {
    () => {
        "head.log, head.epoch, head.inherited, head.first_revision, head.revision, head.time, head.hash, head.appended, \
         head.ordinal_base, head.events_floor, head.history_floor"
    };
}
pub(crate) use head_columns;

/// A head from a row with [`head_columns`], the first of which is column `at`.
pub(crate) fn head(row: &PgRow, at: usize) -> Result<Head, Failure> {
    let read = || {
        Ok::<_, sqlx::Error>(HeadRow {
            log: row.try_get(at)?,
            epoch: row.try_get(at + 1)?,
            inherited: row.try_get(at + 2)?,
            first_revision: row.try_get(at + 3)?,
            revision: row.try_get(at + 4)?,
            time: row.try_get(at + 5)?,
            hash: row.try_get(at + 6)?,
            appended: row.try_get(at + 7)?,
            ordinal_base: row.try_get(at + 8)?,
            events_floor: row.try_get(at + 9)?,
            history_floor: row.try_get(at + 10)?,
        })
    };
    Ok(Head::try_from(read()?)?)
}
