//! Settings of a log in a database that nodes share.

use std::path::PathBuf;
use std::time::Duration;

use serde_json::Value;

use super::form::{Count, Form, Secret, choose, quoted};

/// A database, how it is reached, how long to wait.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DatabaseSettings {
    /// Where it is, and who asks.
    pub url: Option<Secret>,
    /// The same in a file.
    pub url_file: Option<PathBuf>,
    /// How far the connection is protected.
    pub tls: DatabaseTls,
    /// Whom to trust.
    pub root_certificate: Option<PathBuf>,
    /// What this server shows.
    pub client_certificate: Option<PathBuf>,
    /// Its key.
    pub client_key: Option<PathBuf>,
    /// Connections for reads that are kept open.
    pub pool_min: Count,
    /// Connections for reads at most.
    pub pool_max: u32,
    /// How long a connection may take to be made.
    pub connect_timeout: Duration,
    /// How long a read may wait for a connection.
    pub acquire_timeout: Duration,
    /// How long a statement may take.
    pub statement_timeout: Duration,
    /// How long a write is tried again.
    pub append_deadline: Duration,
}

/// How far a connection to a database is protected; the words are those of libpq's `sslmode`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DatabaseTls {
    /// `prefer` on this machine, `verify-full` elsewhere, unless the URL says something.
    Auto,
    /// Never.
    Disable,
    /// If the server can.
    Prefer,
    /// Always, with whoever answers.
    Require,
    /// Always, with a server that a trusted authority knows.
    VerifyCa,
    /// Always, with a server that a trusted authority knows by this name.
    VerifyFull,
}

impl Default for DatabaseSettings {
    fn default() -> Self {
        Self {
            url: None,
            url_file: None,
            tls: DatabaseTls::Auto,
            root_certificate: None,
            client_certificate: None,
            client_key: None,
            pool_min: Count(0),
            pool_max: 8,
            connect_timeout: Duration::from_secs(3),
            acquire_timeout: Duration::from_secs(5),
            statement_timeout: Duration::from_secs(5),
            append_deadline: Duration::from_secs(10),
        }
    }
}

impl DatabaseSettings {
    /// What cannot both be, of the settings under `store.<name>`.
    pub(super) fn contradictions(&self, name: &str, chosen: bool) -> Vec<String> {
        let mut faults = Vec::new();
        let mut fault = |wrong: bool, what: &str| {
            if wrong {
                faults.push(format!("store.{name}.{what}"));
            }
        };
        let (url, file) = (self.url.is_some(), self.url_file.is_some());
        fault(url && file, "url: url and url_file are two places for one URL, name one");
        fault(chosen && !url && !file, "url: which database?");
        let halves = self.client_certificate.is_some() != self.client_key.is_some();
        fault(halves, "client_certificate: certificate and key belong together, set both or none");
        let too_small = self.pool_min.0 > self.pool_max as usize;
        fault(too_small, "pool_min: more connections are kept than there may be");
        faults
    }

    /// The URL, from wherever it is.
    ///
    /// # Errors
    /// A sentence without the URL.
    pub fn url(&self) -> Result<String, String> {
        match (&self.url, &self.url_file) {
            (Some(url), _) => Ok(url.0.clone()),
            (None, Some(file)) => std::fs::read_to_string(file)
                .map(|text| text.trim().to_owned())
                .map_err(|error| format!("{}: {error}", file.display())),
            (None, None) => Err("no URL is set".into()),
        }
    }
}

const WORDS: [(&str, DatabaseTls); 6] = [
    ("auto", DatabaseTls::Auto),
    ("disable", DatabaseTls::Disable),
    ("prefer", DatabaseTls::Prefer),
    ("require", DatabaseTls::Require),
    ("verify-ca", DatabaseTls::VerifyCa),
    ("verify-full", DatabaseTls::VerifyFull),
];

impl Form for DatabaseTls {
    fn form(&self) -> &'static str {
        "`auto`, `disable`, `prefer`, `require`, `verify-ca` or `verify-full`"
    }

    fn read(&mut self, raw: &Value) -> Result<(), String> {
        *self = choose(&WORDS, raw)?;
        Ok(())
    }

    fn show(&self) -> Option<String> {
        WORDS.iter().find(|(_, mode)| mode == self).and_then(|(word, _)| quoted(word))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_cannot_be_is_said_by_its_path() {
        let faults =
            |settings: &DatabaseSettings, chosen| settings.contradictions("postgres", chosen);
        let none = DatabaseSettings::default();
        assert_eq!(faults(&none, false), [""; 0]);
        assert_eq!(faults(&none, true), ["store.postgres.url: which database?"]);
        let secret = || Some(Secret("postgres://u:hunter2@h/a".into()));
        let both = DatabaseSettings {
            url: secret(),
            url_file: Some("f".into()),
            client_key: Some("k".into()),
            pool_min: Count(9),
            ..none.clone()
        };
        let said = faults(&both, true);
        assert_eq!(said.len(), 3, "{said:?}");
        assert!(said.iter().all(|fault| !fault.contains("hunter2")));
        assert_eq!(faults(&DatabaseSettings { url: secret(), ..none }, true), [""; 0]);
    }

    #[test]
    fn a_url_may_be_in_a_file() {
        let folder = tempfile::tempdir().expect("a folder");
        let file = folder.path().join("url");
        std::fs::write(&file, "postgres://h/a\n").expect("written");
        let settings =
            |file| DatabaseSettings { url_file: Some(file), ..DatabaseSettings::default() };
        assert_eq!(settings(file).url().as_deref(), Ok("postgres://h/a"));
        assert!(settings(folder.path().join("none")).url().is_err());
    }
}
