//! Which database, how it is reached, how long to wait.

use std::fmt;
use std::net::IpAddr;
use std::num::NonZeroU32;
use std::str::FromStr as _;
use std::time::Duration;

use holdfast_store::StoreError;
use holdfast_store_sql::Waits;
pub use holdfast_store_sql::tls::{Tls, TlsMode};
use sqlx::postgres::{PgConnectOptions, PgSslMode};

/// The schema of the tables, unless another one is named.
pub const SCHEMA: &str = "holdfast";
/// PostgreSQL cuts longer names off.
const NAME_BYTES: usize = 63;

/// A log in a PostgreSQL database.
#[derive(Clone)]
pub struct PostgresSettings {
    /// `postgres://USER:PASSWORD@HOST:PORT/DATABASE`.
    pub url: String,
    /// Where the tables are: small letters, digits and `_`. Several logs in one database have a schema each.
    pub schema: String,
    /// TLS.
    pub tls: Tls,
    /// Connections for reads that are kept open.
    pub pool_min: u32,
    /// Connections for reads at most. One more appends.
    pub pool_max: NonZeroU32,
    /// How long a connection may take to be made.
    pub connect_timeout: Duration,
    /// How long a read may wait for a connection, and for a database that does not answer.
    pub acquire_timeout: Duration,
    /// How long a statement may take.
    pub statement_timeout: Duration,
    /// How long an append is tried again when its connection breaks.
    pub append_deadline: Duration,
}

impl PostgresSettings {
    /// Eight connections for reads, five seconds for a statement, ten for an append.
    #[must_use]
    pub fn new(url: impl Into<String>) -> Self {
        Self {
            url: url.into(),
            schema: SCHEMA.into(),
            tls: Tls::default(),
            pool_min: 0,
            pool_max: NonZeroU32::new(8).unwrap_or(NonZeroU32::MIN),
            connect_timeout: Duration::from_secs(3),
            acquire_timeout: Duration::from_secs(5),
            statement_timeout: Duration::from_secs(5),
            append_deadline: Duration::from_secs(10),
        }
    }

    pub(crate) fn waits(&self) -> Waits {
        Waits {
            pool: (self.pool_min, self.pool_max),
            connect: self.connect_timeout,
            acquire: self.acquire_timeout,
            statement: self.statement_timeout,
            append: self.append_deadline,
        }
    }

    /// What the driver needs to connect.
    ///
    /// # Errors
    /// [`StoreError::Refused`] says which setting is wrong, without its secrets.
    pub(crate) fn options(&self) -> Result<PgConnectOptions, StoreError> {
        self.check_schema()?;
        let scheme = self.url.split(':').next().unwrap_or_default();
        if !["postgres", "postgresql"].contains(&scheme) {
            return Err(refused("the URL has to begin with postgres://"));
        }
        let options = PgConnectOptions::from_str(&self.url).map_err(|error| match error {
            sqlx::Error::Configuration(error) => refused(error),
            other => refused(other),
        })?;
        let mut options = options.application_name("holdfast");
        let tls = &self.tls;
        if let Some(mode) = tls.mode {
            options = options.ssl_mode(ssl_mode(mode));
        } else if !self.url.contains("sslmode=") && !is_here(&options) {
            options = options.ssl_mode(PgSslMode::VerifyFull);
        }
        if let Some(file) = &tls.root_certificate {
            options = options.ssl_root_cert(file);
        }
        if let Some(file) = &tls.client_certificate {
            options = options.ssl_client_cert(file);
        }
        if let Some(file) = &tls.client_key {
            options = options.ssl_client_key(file);
        }
        Ok(options)
    }

    fn check_schema(&self) -> Result<(), StoreError> {
        let begins = |c: char| c.is_ascii_lowercase() || c == '_';
        let name = &self.schema;
        let fits = name.starts_with(begins)
            && name.chars().all(|c| begins(c) || c.is_ascii_digit())
            && name.len() <= NAME_BYTES
            && !name.starts_with("pg_");
        if fits {
            return Ok(());
        }
        Err(refused(format!(
            "the schema {name:?} is no name of 1 to {NAME_BYTES} small letters, digits and _"
        )))
    }
}

fn refused(why: impl fmt::Display) -> StoreError {
    StoreError::Refused(format!("the settings of the PostgreSQL store cannot be used: {why}"))
}

/// A socket, or an address of this machine.
fn is_here(options: &PgConnectOptions) -> bool {
    let host = options.get_host().trim_matches(['[', ']']);
    options.get_socket().is_some()
        || host.starts_with('/')
        || host == "localhost"
        || host.parse().is_ok_and(|address: IpAddr| address.is_loopback())
}

fn ssl_mode(mode: TlsMode) -> PgSslMode {
    match mode {
        TlsMode::Disable => PgSslMode::Disable,
        TlsMode::Prefer => PgSslMode::Prefer,
        TlsMode::Require => PgSslMode::Require,
        TlsMode::VerifyCa => PgSslMode::VerifyCa,
        TlsMode::VerifyFull => PgSslMode::VerifyFull,
    }
}

impl fmt::Debug for PostgresSettings {
    /// Without the URL: it may hold a password.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PostgresSettings")
            .field("schema", &self.schema)
            .field("tls", &self.tls)
            .field("pool", &(self.pool_min, self.pool_max))
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_server_elsewhere_has_to_prove_who_it_is() {
        let mode = |url: &str, mode| {
            let tls = Tls { mode, ..Tls::default() };
            let settings = PostgresSettings { tls, ..PostgresSettings::new(url) };
            format!("{:?}", settings.options().expect("options").get_ssl_mode())
        };
        assert_eq!(mode("postgres://u@db.example/a", None), "VerifyFull");
        assert_eq!(mode("postgres://u@db.example/a?sslmode=disable", None), "Disable");
        let chosen = Some(TlsMode::Require);
        assert_eq!(mode("postgres://u@db.example/a?sslmode=disable", chosen), "Require");
        for here in ["localhost", "127.0.0.1", "[::1]", "%2Fvar%2Frun"] {
            assert_eq!(mode(&format!("postgres://u@{here}/a"), None), "Prefer", "{here}");
        }
    }

    #[test]
    fn nothing_prints_a_password() {
        for bad in ["", "mysql://u:hunter2@h/a", "postgres://u:hunter2@h:port/a"] {
            let settings = PostgresSettings::new(bad);
            let refused = settings.options().expect_err("no database");
            assert!(
                !format!("{settings:?} {refused:?} {refused}").contains("hunter2"),
                "{refused}"
            );
        }
    }

    #[test]
    fn a_schema_is_a_plain_name() {
        let check = |schema: &str| {
            let settings = PostgresSettings {
                schema: schema.into(),
                ..PostgresSettings::new("postgres://h/a")
            };
            settings.options().is_ok()
        };
        assert!(check("holdfast") && check("_a1"));
        let long = "a".repeat(64);
        for bad in ["", "1a", "a b", "A", "a\"; DROP", "pg_x", "\u{e9}", &long] {
            assert!(!check(bad), "{bad}");
        }
    }
}
