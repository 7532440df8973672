//! What nodes that append wait for: a place in a queue, or the row of the head.

use std::time::Duration;

use holdfast_model::Revision;
use holdfast_store::{CommitPage, StoreError};
use holdfast_store_sql::dialect::Lock;
use holdfast_store_sql::{Failure, page, signed};
use sqlx::AssertSqlSafe;
use sqlx::postgres::PgConnection;

use crate::dialect::Postgres;
use crate::read::{COMMITS, first, opened};
use crate::schema;

/// [`COMMITS`], planned once for a connection.
const LOG_BEHIND: &str = "holdfast_log_behind";
/// All nodes wait for one that was stopped while it holds a lock: so long at most, or as long as for a statement if that is less.
const LONGEST: Duration = Duration::from_secs(1);
/// Of what was appended meanwhile so much comes with a lock.
const PAGE_BYTES: usize = 256 << 10;

/// The name of the queue for the log in this schema.
pub(crate) fn queue(schema: &str) -> String {
    format!("holdfast queue {schema}")
}

/// Milliseconds after which the server ends a session that holds a lock and says nothing.
fn idle(statement_timeout: Duration) -> u128 {
    statement_timeout.min(LONGEST).as_millis().max(1)
}

/// What [`take`] needs on its connection.
pub(crate) async fn prepare(database: &mut PgConnection) -> Result<(), Failure> {
    let prepare = format!("PREPARE {LOG_BEHIND} (bigint, bigint, bigint) AS {COMMITS}");
    sqlx::raw_sql(AssertSqlSafe(prepare)).execute(database).await?;
    Ok(())
}

/// Waits for a lock, and answers with what was appended behind a revision by then, in one round trip.
pub(crate) async fn take(
    dialect: &Postgres,
    database: &mut PgConnection,
    lock: Lock,
    after: Revision,
) -> Result<CommitPage, Failure> {
    let idle = idle(dialect.statement_timeout);
    // Each statement sees what was committed before it began.
    let log = format!(
        "EXECUTE {LOG_BEHIND} ({}, {}, {})",
        signed(after.0),
        page::commits(PAGE_BYTES),
        page::bytes(PAGE_BYTES)
    );
    let text = match lock {
        // Whoever had the turn before gave it back before its commit: that is waited for by the row that it changed. This transaction writes
        // nothing that has to reach a disk.
        Lock::Queue => format!(
            "SELECT set_config('idle_session_timeout', '{idle}', false), set_config('synchronous_commit', 'off', true); \
             SELECT pg_advisory_lock(hashtextextended('{}', 0)); SELECT FROM head FOR SHARE; {log}",
            dialect.queue
        ),
        Lock::Head => format!(
            "BEGIN; SET LOCAL idle_in_transaction_session_timeout = {idle}; SELECT FROM head FOR UPDATE; {log}"
        ),
    };
    let rows = sqlx::raw_sql(AssertSqlSafe(text)).fetch_all(database).await?;
    // Of the statements before it each answered one row.
    let before = match lock {
        Lock::Queue => 3,
        Lock::Head => 1,
    };
    let rows = rows.get(before..).unwrap_or_default();
    match opened(rows, after) {
        // What is wrong with the log is said by whoever reads it.
        Err(Failure::Store(
            StoreError::Compacted { .. } | StoreError::Future { .. } | StoreError::Corrupt { .. },
        )) => Ok(schema::head(first(rows)?, 0)?.into()),
        opened => opened,
    }
}

pub(crate) async fn give_back(
    dialect: &Postgres,
    database: &mut PgConnection,
    held: Lock,
) -> Result<(), Failure> {
    let text = match held {
        Lock::Queue => format!(
            "SELECT pg_advisory_unlock(hashtextextended('{}', 0)), set_config('idle_session_timeout', '0', false)",
            dialect.queue
        ),
        Lock::Head => "ROLLBACK".to_owned(),
    };
    sqlx::raw_sql(AssertSqlSafe(text)).execute(database).await?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_stopped_node_holds_a_lock_no_longer_than_a_statement_may_take() {
        let millis = |millis| idle(Duration::from_millis(millis));
        assert_eq!((millis(5_000), millis(200)), (1_000, 200));
        assert_eq!(millis(0), 1, "0 would be no bound at all");
    }
}
