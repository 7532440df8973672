//! Which database, how it is reached, how long to wait.

use std::fmt;
use std::net::IpAddr;
use std::num::NonZeroU32;
use std::str::FromStr as _;
use std::time::Duration;

use holdfast_store::StoreError;
use holdfast_store_sql::Waits;
pub use holdfast_store_sql::tls::{Tls, TlsMode};
use sqlx::mysql::{MySqlConnectOptions, MySqlSslMode};

/// A log in a database of MariaDB or MySQL.
#[derive(Clone)]
pub struct MySqlSettings {
    /// `mysql://USER:PASSWORD@HOST:PORT/DATABASE`. Several logs have a database each.
    pub url: String,
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
    /// The largest commit there may be, in bytes; a database that cannot take it is refused.
    pub commit_bytes: usize,
}

impl MySqlSettings {
    /// Eight connections for reads, five seconds for a statement, ten for an append; commits of at most 8 MiB.
    #[must_use]
    pub fn new(url: impl Into<String>) -> Self {
        Self {
            url: url.into(),
            tls: Tls::default(),
            pool_min: 0,
            pool_max: NonZeroU32::new(8).unwrap_or(NonZeroU32::MIN),
            connect_timeout: Duration::from_secs(3),
            acquire_timeout: Duration::from_secs(5),
            statement_timeout: Duration::from_secs(5),
            append_deadline: Duration::from_secs(10),
            commit_bytes: 8 << 20,
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
    pub(crate) fn options(&self) -> Result<MySqlConnectOptions, StoreError> {
        let scheme = self.url.split(':').next().unwrap_or_default();
        if !["mysql", "mariadb"].contains(&scheme) {
            return Err(refused("the URL has to begin with mysql://"));
        }
        let mut options =
            MySqlConnectOptions::from_str(&self.url).map_err(|error| match error {
                sqlx::Error::Configuration(error) => refused(error),
                other => refused(other),
            })?;
        if options.get_database().unwrap_or_default().is_empty() {
            return Err(refused("the URL names no database"));
        }
        let tls = &self.tls;
        if let Some(mode) = tls.mode {
            options = options.ssl_mode(ssl_mode(mode));
        } else if !self.url.contains("ssl-mode=") && !is_here(&options) {
            options = options.ssl_mode(MySqlSslMode::VerifyIdentity);
        }
        if let Some(file) = &tls.root_certificate {
            options = options.ssl_ca(file);
        }
        if let Some(file) = &tls.client_certificate {
            options = options.ssl_client_cert(file);
        }
        if let Some(file) = &tls.client_key {
            options = options.ssl_client_key(file);
        }
        Ok(options)
    }
}

fn refused(why: impl fmt::Display) -> StoreError {
    StoreError::Refused(format!("the settings of the MySQL store cannot be used: {why}"))
}

/// A socket, or an address of this machine.
fn is_here(options: &MySqlConnectOptions) -> bool {
    let host = options.get_host().trim_matches(['[', ']']);
    options.get_socket().is_some()
        || host == "localhost"
        || host.parse().is_ok_and(|address: IpAddr| address.is_loopback())
}

fn ssl_mode(mode: TlsMode) -> MySqlSslMode {
    match mode {
        TlsMode::Disable => MySqlSslMode::Disabled,
        TlsMode::Prefer => MySqlSslMode::Preferred,
        TlsMode::Require => MySqlSslMode::Required,
        TlsMode::VerifyCa => MySqlSslMode::VerifyCa,
        TlsMode::VerifyFull => MySqlSslMode::VerifyIdentity,
    }
}

impl fmt::Debug for MySqlSettings {
    /// Without the URL: it may hold a password.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("MySqlSettings")
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
        let mode = |url: &str| {
            let options = MySqlSettings::new(url).options().expect("options");
            format!("{:?}", options.get_ssl_mode())
        };
        assert_eq!(mode("mysql://u@db.example/a"), "VerifyIdentity");
        assert_eq!(mode("mysql://u@db.example/a?ssl-mode=DISABLED"), "Disabled");
        for here in ["localhost", "127.0.0.1", "[::1]"] {
            assert_eq!(mode(&format!("mysql://u@{here}/a")), "Preferred", "{here}");
        }
    }

    #[test]
    fn nothing_prints_a_password() {
        for bad in
            ["", "postgres://u:hunter2@h/a", "mysql://u:hunter2@h:port/a", "mysql://u:hunter2@h"]
        {
            let settings = MySqlSettings::new(bad);
            let refused = settings.options().expect_err("no database");
            assert!(
                !format!("{settings:?} {refused:?} {refused}").contains("hunter2"),
                "{refused}"
            );
        }
    }
}
