//! What errors of MariaDB and MySQL mean.

use holdfast_store_sql::Fate;
use sqlx::error::DatabaseError;
use sqlx::mysql::MySqlDatabaseError;

/// The statement was rolled back, or not begun, and may do better next time.
const PASSING: [u16; 6] = [
    1040, // ER_CON_COUNT_ERROR: too many connections
    1203, // ER_TOO_MANY_USER_CONNECTIONS
    1205, // ER_LOCK_WAIT_TIMEOUT
    1213, // ER_LOCK_DEADLOCK
    1290, // ER_OPTION_PREVENTS_STATEMENT: the server only reads
    1836, // ER_READ_ONLY_MODE
];
/// The server, the connection or the statement was ended from outside.
const GOING: [u16; 5] = [
    1053, // ER_SERVER_SHUTDOWN
    1317, // ER_QUERY_INTERRUPTED
    1927, // ER_CONNECTION_KILLED
    1969, // ER_STATEMENT_TIMEOUT
    3024, // ER_QUERY_TIMEOUT
];
/// ER_DISK_FULL, ER_RECORD_FILE_FULL.
const FULL: [u16; 2] = [1021, 1114];
/// ER_SUBQUERY_NO_1_ROW: how an append says that it lost.
const LOST: u16 = 1242;

pub(crate) fn number(error: &dyn DatabaseError) -> u16 {
    error.try_downcast_ref::<MySqlDatabaseError>().map_or(0, MySqlDatabaseError::number)
}

/// What became of the statement that was answered so.
pub(crate) fn fate(error: &dyn DatabaseError) -> Fate {
    match number(error) {
        number if PASSING.contains(&number) => Fate::NotRun,
        number if GOING.contains(&number) => Fate::Unknown,
        number if FULL.contains(&number) => Fate::NoSpace,
        _ => Fate::Refused,
    }
}

/// True when an append found another head.
pub(crate) fn lost(error: &sqlx::Error) -> bool {
    error.as_database_error().is_some_and(|error| number(error) == LOST)
}
