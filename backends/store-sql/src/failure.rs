//! Questions that were not answered.

use std::fmt;
use std::time::Duration;

use holdfast_store::StoreError;
use sqlx::Error;

use crate::dialect::Dialect;

/// What became of a statement.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fate {
    /// It was not run, and may be run again.
    NotRun,
    /// Nobody knows whether it was run.
    Unknown,
    /// It was refused, and will be again.
    Refused,
    /// There is no space for it.
    NoSpace,
}

/// Why a question was not answered.
#[derive(Debug)]
pub enum Failure {
    /// The driver or the database says why.
    Sql(Error),
    /// What was found there says why.
    Store(StoreError),
}

impl Failure {
    /// What became of the statement.
    #[must_use]
    pub fn fate<D: Dialect>(&self) -> Fate {
        match self {
            Self::Sql(Error::Database(error)) => D::fate(&**error),
            Self::Sql(Error::PoolTimedOut | Error::PoolClosed) => Fate::NotRun,
            Self::Sql(Error::ColumnDecode { .. } | Error::ColumnNotFound(_) | Error::Encode(_)) => {
                Fate::Refused
            }
            Self::Sql(_) => Fate::Unknown,
            Self::Store(StoreError::Io { .. }) => Fate::NotRun,
            Self::Store(_) => Fate::Refused,
        }
    }

    /// True when asking again, on another connection, may help.
    #[must_use]
    pub fn passes<D: Dialect>(&self) -> bool {
        matches!(self.fate::<D>(), Fate::NotRun | Fate::Unknown)
    }

    /// For whoever asked.
    #[must_use]
    pub fn store_error(self, doing: &str) -> StoreError {
        match self {
            Self::Sql(error) => {
                StoreError::Io { doing: doing.into(), error: Told(&error).to_string() }
            }
            Self::Store(error) => error,
        }
    }

    /// No answer came in time.
    #[must_use]
    pub fn late(doing: &str, limit: Duration) -> Self {
        let error = format!("{doing}: the database did not answer within {limit:?}");
        Self::Sql(Error::Io(std::io::Error::new(std::io::ErrorKind::TimedOut, error)))
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

/// An error without what a URL says of passwords, and with the code by which it can be looked up.
#[derive(Debug)]
pub struct Told<'a>(pub &'a Error);

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
                write!(
                    f,
                    "the database says: {} ({})",
                    error.message(),
                    error.code().unwrap_or_default()
                )
            }
            other => other.fmt(f),
        }
    }
}
