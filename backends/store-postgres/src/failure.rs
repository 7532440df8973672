//! What an error of the database means.

use std::fmt;

use holdfast_store::StoreError;
use sqlx::Error;

/// What became of a statement.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Fate {
    /// It was not run, and may be run again.
    NotRun,
    /// Nobody knows whether it was run.
    Unknown,
    /// It was refused, and will be again.
    Refused,
    /// There is no space for it.
    NoSpace,
}

/// Codes of PostgreSQL whose statement was rolled back and may do better next time.
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
pub(crate) fn fate(error: &Error) -> Fate {
    let Error::Database(error) = error else {
        return match error {
            Error::PoolTimedOut | Error::PoolClosed => Fate::NotRun,
            Error::ColumnDecode { .. } | Error::ColumnNotFound(_) | Error::Encode(_) => {
                Fate::Refused
            }
            _ => Fate::Unknown,
        };
    };
    match error.code().as_deref() {
        Some(code) if PASSING.contains(&code) => Fate::NotRun,
        Some(code) if GOING.contains(&code) || code.starts_with("08") => Fate::Unknown,
        Some(DISK_FULL) => Fate::NoSpace,
        _ => Fate::Refused,
    }
}

/// A question that was not answered.
#[derive(Debug)]
pub(crate) enum Failure {
    /// By the driver or the database.
    Sql(Error),
    /// By what was found there.
    Store(StoreError),
}

impl Failure {
    /// True when asking again, on another connection, may help.
    pub(crate) fn passes(&self) -> bool {
        match self {
            Self::Sql(error) => matches!(fate(error), Fate::NotRun | Fate::Unknown),
            Self::Store(error) => matches!(error, StoreError::Io { .. }),
        }
    }

    /// What became of the statement.
    pub(crate) fn fate(&self) -> Fate {
        match self {
            Self::Sql(error) => fate(error),
            Self::Store(StoreError::Io { .. }) => Fate::NotRun,
            Self::Store(_) => Fate::Refused,
        }
    }

    /// For whoever asked.
    pub(crate) fn store_error(self, doing: &str) -> StoreError {
        match self {
            Self::Sql(error) => asking(doing, &error),
            Self::Store(error) => error,
        }
    }
}

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        Self::Sql(error)
    }
}

impl From<StoreError> for Failure {
    fn from(error: StoreError) -> Self {
        Self::Store(error)
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Sql(error) => Told(error).fmt(f),
            Self::Store(error) => error.fmt(f),
        }
    }
}

/// A read failed.
pub(crate) fn asking(doing: &str, error: &Error) -> StoreError {
    StoreError::Io { doing: doing.into(), error: Told(error).to_string() }
}

/// An error without what a URL says of passwords, and with the code by which it can be looked up.
pub(crate) struct Told<'a>(pub(crate) &'a Error);

impl fmt::Display for Told<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            Error::Configuration(_) => {
                f.write_str("the database refused the settings of the connection")
            }
            Error::PoolTimedOut => {
                f.write_str("no connection to the database could be had in time")
            }
            Error::Database(error) => {
                write!(f, "PostgreSQL: {} ({})", error.message(), error.code().unwrap_or_default())
            }
            other => other.fmt(f),
        }
    }
}
