//! Where a log is moved from or to.

use std::fmt;
use std::path::{Path, PathBuf};
use std::str::FromStr;
use std::sync::Arc;

use futures::executor::block_on;
use holdfast_store::copy::Fill;
use holdfast_store::{Store, StoreError};
use holdfast_store_fjall::{FjallFill, FjallOptions};

use crate::offline::backup;
use crate::settings::{DatabaseSettings, Secret, Settings, StoreKind, StoreSettings, load_text};

/// What `holdfast migrate` is told: a store, and where the audit files beside it are if that is known.
#[derive(Debug, Clone)]
pub struct Site {
    place: Place,
    audit: Option<PathBuf>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Place {
    /// In this directory.
    Embedded(PathBuf),
    /// In the database that these settings name.
    Database(Box<StoreSettings>),
}

impl fmt::Display for Site {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.place {
            Place::Embedded(path) => write!(f, "embedded:{}", path.display()),
            Place::Database(settings) => {
                let url = database(settings).map(DatabaseSettings::url);
                match url {
                    Some(Ok(url)) => f.write_str(&without_secrets(&url)),
                    _ => f.write_str(settings.kind.word()),
                }
            }
        }
    }
}

/// The part of the settings about the database that is chosen.
fn database(settings: &StoreSettings) -> Option<&DatabaseSettings> {
    match settings.kind {
        StoreKind::Postgres => Some(&settings.postgres),
        StoreKind::MySql => Some(&settings.mysql),
        StoreKind::Embedded | StoreKind::Memory => None,
    }
}

/// A URL without the user, the password and the options.
fn without_secrets(url: &str) -> String {
    let url = url.split(['?', '#']).next().unwrap_or_default();
    match url.split_once("://") {
        Some((scheme, rest)) => {
            let place = rest.rsplit_once('@').map_or(rest, |(_, place)| place);
            format!("{scheme}://{place}")
        }
        None => url.to_owned(),
    }
}

impl FromStr for Site {
    type Err = String;

    /// `embedded:PATH`, the URL of a database, or a file with settings.
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        const EXPECTED: &str = "expected a store such as embedded:/var/lib/holdfast or postgres://USER@HOST/DATABASE, or a file with settings (.toml, .yaml)";
        match text.split_once(':') {
            Some(("embedded", "")) => Err(format!("{text:?} names no directory: {EXPECTED}")),
            Some(("embedded", path)) => Ok(Place::Embedded(path.into()).into()),
            Some(("postgres" | "postgresql", _)) => Ok(Self::of_url(StoreKind::Postgres, text)),
            Some(("mysql" | "mariadb", _)) => Ok(Self::of_url(StoreKind::MySql, text)),
            _ if text == "memory" || text.starts_with("memory:") => {
                Err("a store in memory ends with its process, there is nothing to move".to_owned())
            }
            _ if [".toml", ".yaml", ".yml"].iter().any(|end| text.ends_with(end)) => {
                Self::of_file(Path::new(text))
            }
            _ => Err(format!("{text:?}: {EXPECTED}")),
        }
    }
}

impl From<Place> for Site {
    fn from(place: Place) -> Self {
        Self { place, audit: None }
    }
}

impl Site {
    fn of_url(kind: StoreKind, url: &str) -> Self {
        let mut settings = Settings::default().store;
        settings.kind = kind;
        let url = Some(Secret(url.to_owned()));
        match kind {
            StoreKind::MySql => settings.mysql.url = url,
            _ => settings.postgres.url = url,
        }
        Place::Database(Box::new(settings)).into()
    }

    fn of_file(path: &Path) -> Result<Self, String> {
        let text = std::fs::read_to_string(path);
        let text = text.map_err(|error| format!("{}: {error}", path.display()))?;
        let loaded = load_text(path, &text).map_err(|faults| faults.to_string())?;
        let settings = loaded.settings;
        let place = match settings.store.kind {
            StoreKind::Embedded => Place::Embedded(settings.data_dir),
            StoreKind::Memory => return "memory".parse(),
            StoreKind::Postgres | StoreKind::MySql => Place::Database(Box::new(settings.store)),
        };
        Ok(Self { place, audit: settings.audit.dir })
    }

    /// True when it is the same store, as far as can be told.
    #[must_use]
    pub fn is_same(&self, other: &Self) -> bool {
        self.place == other.place
    }

    /// The directory of its audit files.
    #[must_use]
    pub fn audit(&self) -> Option<&Path> {
        self.audit.as_deref()
    }

    /// The log that is there, for reading; none is made.
    ///
    /// # Errors
    /// When there is none, or a server has its directory open.
    pub fn open(&self) -> Result<Arc<dyn Store>, StoreError> {
        match &self.place {
            Place::Embedded(path) => Ok(Arc::new(backup::open(path)?)),
            Place::Database(settings) => block_on(existing(settings)),
        }
    }

    /// For filling it.
    ///
    /// # Errors
    /// When the settings make no sense.
    pub fn fill(&self) -> Result<Box<dyn Fill>, StoreError> {
        match &self.place {
            Place::Embedded(path) => Ok(Box::new(FjallFill::new(path, FjallOptions::default()))),
            Place::Database(settings) => fill(settings),
        }
    }
}

async fn existing(settings: &StoreSettings) -> Result<Arc<dyn Store>, StoreError> {
    match settings.kind {
        #[cfg(feature = "store-postgres")]
        StoreKind::Postgres => super::postgres::existing(settings).await,
        #[cfg(feature = "store-mysql")]
        StoreKind::MySql => super::mysql::existing(settings).await,
        kind => Err(not_moved(kind)),
    }
}

fn fill(settings: &StoreSettings) -> Result<Box<dyn Fill>, StoreError> {
    match settings.kind {
        #[cfg(feature = "store-postgres")]
        StoreKind::Postgres => super::postgres::fill(settings),
        #[cfg(feature = "store-mysql")]
        StoreKind::MySql => super::mysql::fill(settings),
        kind => Err(not_moved(kind)),
    }
}

fn not_moved(kind: StoreKind) -> StoreError {
    StoreError::Refused(format!("store.kind: {:?} is not compiled in", kind.word()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_site_is_named_without_secrets() {
        for (url, shown) in [
            ("postgres://u:hunter2@h:5432/a?password=hunter2", "postgres://h:5432/a"),
            ("mysql://u:hunter2@h/a", "mysql://h/a"),
            ("postgres://h/a", "postgres://h/a"),
        ] {
            let site: Site = url.parse().expect("a site");
            assert_eq!(site.to_string(), shown);
            assert!(!format!("{site:?}").contains("hunter2"), "{site:?}");
            assert!(site.is_same(&url.parse().expect("the same")));
        }
    }

    #[test]
    fn what_is_no_place_is_refused() {
        for (text, sentence) in [
            ("memory", "nothing to move"),
            ("embedded:", "names no directory"),
            ("nowhere", "expected a store"),
            ("redis://h/0", "expected a store"),
        ] {
            let refused = text.parse::<Site>().expect_err("no place");
            assert!(refused.contains(sentence), "{text}: {refused}");
        }
    }
}
