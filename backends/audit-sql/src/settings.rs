//! Which database, which table, how long to wait.

use std::fmt;
use std::num::NonZeroU32;
use std::time::Duration;

use thiserror::Error;

/// The table of the config.v1 contract.
pub const TABLE: &str = "config_audit_log";

/// Where records go.
#[derive(Clone)]
pub struct SqlSettings {
    /// `sqlite:PATH` or `postgres://USER:PASSWORD@HOST:PORT/DATABASE`. A PostgreSQL server elsewhere has to prove who it is
    /// (`sslmode=verify-full`) unless the URL itself says `sslmode=...`; `sslrootcert=PATH` names whom to trust.
    pub url: String,
    /// Letters, digits and `_`; in front of it another such name and a dot, where it is in a schema.
    pub table: String,
    /// Make the table when it is not there.
    pub create: bool,
    /// So many connections at most, to PostgreSQL. SQLite has one.
    pub connections: NonZeroU32,
    /// How long a record may take, the wait for a connection included.
    pub timeout: Duration,
}

impl SqlSettings {
    /// The table `config_audit_log`, made when it is missing; four connections, five seconds.
    #[must_use]
    pub fn new(url: impl Into<String>) -> Self {
        Self {
            url: url.into(),
            table: TABLE.into(),
            create: true,
            connections: NonZeroU32::new(4).unwrap_or(NonZeroU32::MIN),
            timeout: Duration::from_secs(5),
        }
    }
}

impl fmt::Debug for SqlSettings {
    /// Without the URL: it may hold a password.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut shown = f.debug_struct("SqlSettings");
        shown.field("table", &self.table).field("create", &self.create);
        shown.field("connections", &self.connections).field("timeout", &self.timeout);
        shown.finish_non_exhaustive()
    }
}

/// Why settings cannot be used. None of them says the URL.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum SettingsError {
    /// Neither of the two.
    #[error("an audit database is sqlite:PATH or postgres://USER@HOST/DATABASE")]
    Kind,
    /// The rest of the URL.
    #[error("the URL of the audit database: {0}")]
    Url(String),
    /// Not a name.
    #[error(
        "{0:?} is no name of a table: take ASCII letters, digits and _, at most 63, not a digit first"
    )]
    Table(String),
}
