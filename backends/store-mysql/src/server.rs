//! What the server itself is asked at the start: whether a commit fits into it, and whether it keeps what it acknowledges.

use holdfast_store::StoreError;
use holdfast_store_sql::Failure;
use sqlx::Row as _;
use sqlx::mysql::MySqlConnection;

use crate::read::run;
use crate::text::Text;

const ASK: &str = "SELECT CAST(@@max_allowed_packet AS SIGNED), CAST(@@innodb_flush_log_at_trx_commit AS SIGNED), \
                   CAST(@@log_bin AS SIGNED), CAST(@@sync_binlog AS SIGNED)";

/// For what is in a commit beside names and values.
const AROUND: usize = 2 << 20;

/// Bytes that a packet has to hold for commits of this size: none of their rows is more than all of it in base64.
pub(crate) fn packet(commit_bytes: usize) -> usize {
    (commit_bytes / 3).saturating_mul(4).saturating_add(AROUND)
}

/// Refuses a server that cannot take the largest commit, and warns of one that may lose what it acknowledged.
pub(crate) async fn check(
    database: &mut MySqlConnection,
    commit_bytes: usize,
) -> Result<(), Failure> {
    let rows = run(database, Text::new(ASK)).await?;
    let number = |at: usize| -> Result<i64, sqlx::Error> {
        rows.first().map_or(Ok(0), |row| row.try_get(at))
    };
    let (allowed, needed) = (number(0)?.unsigned_abs(), packet(commit_bytes) as u64);
    if allowed < needed {
        return Err(StoreError::Refused(format!(
            "max_allowed_packet of the database is {allowed} bytes, a commit of limits.commit_bytes needs {needed}: raise the one or lower the other"
        ))
        .into());
    }
    if number(1)? != 1 {
        tracing::warn!(
            "innodb_flush_log_at_trx_commit of the database is not 1: it may lose writes that were acknowledged when its machine stops"
        );
    }
    if number(2)? != 0 && number(3)? != 1 {
        tracing::warn!(
            "the database writes a binary log and its sync_binlog is not 1: it may lose writes that were acknowledged when its machine stops"
        );
    }
    Ok(())
}
