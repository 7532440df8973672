//! What PostgreSQL's errors mean.

use holdfast_store_sql::Fate;
use sqlx::error::DatabaseError;

/// The statement was rolled back and may do better next time.
const PASSING: [&str; 9] = [
    "40001", // serialization_failure
    "40P01", // deadlock_detected
    "25006", // read_only_sql_transaction: a primary that was demoted
    "53200", // out_of_memory
    "53300", // too_many_connections
    "55P03", // lock_not_available
    "57014", // query_canceled: the statement took too long
    "57P03", // cannot_connect_now
    "26000", // invalid_sql_statement_name: a pooler forgot it
];
/// The server went away while the statement ran.
const GOING: [&str; 3] = ["57P01", "57P02", "57P05"];
const DISK_FULL: &str = "53100";

/// What became of the statement that was answered so.
pub(crate) fn fate(error: &dyn DatabaseError) -> Fate {
    match error.code().as_deref() {
        Some(code) if PASSING.contains(&code) => Fate::NotRun,
        Some(code) if GOING.contains(&code) || code.starts_with("08") => Fate::Unknown,
        Some(DISK_FULL) => Fate::NoSpace,
        _ => Fate::Refused,
    }
}
