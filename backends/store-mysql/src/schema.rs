//! The tables, by numbered migrations: each runs once, under a lock, by whichever node comes first.

use holdfast_model::{Head, LogId};
use holdfast_store::StoreError;
use holdfast_store_sql::link::check_version;
use holdfast_store_sql::{Failure, HeadRow};
use sqlx::Row as _;
use sqlx::mysql::MySqlConnection;
use uuid::Uuid;

use crate::dialect::MySql;
use crate::read::run;
use crate::session::identity;
use crate::text::{Row, Text};

/// Number `n` is the `n`-th of them. Never changed once released, and harmless when it runs again: what defines tables is no
/// transaction here.
const MIGRATIONS: &[&str] =
    &[include_str!("../migrations/0001_log.sql"), include_str!("../migrations/0002_filling.sql")];

/// The version that this release knows.
pub(crate) const VERSION: i32 = MIGRATIONS.len() as i32;

/// How long others may migrate, in seconds.
const PATIENCE: i64 = 60;

/// Makes the tables what this release needs.
pub(crate) async fn migrate(
    dialect: &MySql,
    database: &mut MySqlConnection,
) -> Result<(), Failure> {
    if version(database).await? == Some(VERSION) {
        return Ok(());
    }
    let lock = Text::new("SELECT GET_LOCK(CONCAT('holdfast ', SHA1(DATABASE())), ")
        .number(PATIENCE)
        .sql(")");
    let rows = run(database, lock).await?;
    let taken: Option<i64> = rows.first().map(|row| row.try_get(0)).transpose()?.flatten();
    if taken != Some(1) {
        return Err(StoreError::Io {
            doing: "migrating the tables".into(),
            error: format!("another node has been at it for {PATIENCE} s"),
        }
        .into());
    }
    let migrated = migrate_locked(dialect, database).await;
    run(database, Text::new("DO RELEASE_LOCK(CONCAT('holdfast ', SHA1(DATABASE())))")).await?;
    migrated
}

async fn migrate_locked(dialect: &MySql, database: &mut MySqlConnection) -> Result<(), Failure> {
    let found = version(database).await?.unwrap_or(0);
    check_version(dialect, found)?;
    let table = "CREATE TABLE IF NOT EXISTS migrations (version int NOT NULL PRIMARY KEY, \
         applied_at timestamp NOT NULL DEFAULT CURRENT_TIMESTAMP) ENGINE = InnoDB";
    run(database, Text::new(table)).await?;
    let begin = usize::try_from(found).unwrap_or(0);
    for (number, migration) in (1_i64..).zip(MIGRATIONS).skip(begin) {
        run(database, Text::new(migration)).await?;
        if number == 1 {
            begin_log(dialect, database).await?;
        }
        let note = Text::new("INSERT INTO migrations (version) VALUES (").number(number).sql(")");
        run(database, note).await?;
    }
    Ok(())
}

/// The newest migration that ran; `None` when none did.
pub(crate) async fn version(database: &mut MySqlConnection) -> Result<Option<i32>, Failure> {
    let exists = "SELECT COUNT(*) FROM information_schema.tables WHERE table_schema = DATABASE() AND table_name = 'migrations'";
    let rows = run(database, Text::new(exists)).await?;
    let count: i64 = rows.first().map(|row| row.try_get(0)).transpose()?.unwrap_or(0);
    if count == 0 {
        return Ok(None);
    }
    let rows = run(database, Text::new("SELECT COALESCE(MAX(version), 0) FROM migrations")).await?;
    let version: i64 = rows.first().map(|row| row.try_get(0)).transpose()?.unwrap_or(0);
    Ok(Some(i32::try_from(version).unwrap_or(i32::MAX)))
}

async fn begin_log(dialect: &MySql, database: &mut MySqlConnection) -> Result<(), Failure> {
    let ask = Text::new("SELECT ").sql(identity(dialect.flavour(database).await?));
    let rows = run(database, ask).await?;
    let identity: String = rows.first().map(|row| row.try_get(0)).transpose()?.unwrap_or_default();
    let head = HeadRow::from(&Head::genesis(LogId(Uuid::new_v4())));
    let row = Row::default()
        .number(1)
        .bytes(&head.log)
        .number(head.epoch)
        .number(head.inherited)
        .number(head.first_revision)
        .number(head.revision)
        .number(head.time)
        .bytes(&head.hash)
        .number(head.appended)
        .number(head.ordinal_base)
        .number(head.events_floor)
        .number(head.history_floor)
        .number(0)
        .number(0)
        .bytes(identity.as_bytes());
    // Where a node was stopped in between there is one.
    let insert = "INSERT IGNORE INTO head (only_one, log, epoch, inherited, first_revision, revision, time, hash, appended, \
                  ordinal_base, events_floor, history_floor, trimmed, appends, identity) VALUES ";
    run(database, Text::default().rows(insert, std::iter::once(row), "")).await?;
    Ok(())
}
