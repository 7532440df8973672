//! The registry of stores: the one place that knows which are compiled in.

#[cfg(any(feature = "store-postgres", feature = "store-mysql"))]
mod clock;
#[cfg(feature = "store-mysql")]
mod mysql;
#[cfg(feature = "store-postgres")]
mod postgres;
#[cfg(any(feature = "store-postgres", feature = "store-mysql"))]
mod tls;

use std::fmt;
use std::path::{Path, PathBuf};
use std::str::FromStr;
use std::sync::Arc;

use holdfast_channel::EventChannel;
use holdfast_engine::Clock;
use holdfast_store::copy::Fill;
use holdfast_store::{MemoryStore, Snapshots, Store};
use holdfast_store_fjall::{FjallFill, FjallOptions, FjallStore};

use crate::offline::backup;
use crate::settings::{Settings, StoreKind, load_text};

pub use holdfast_store::StoreError;
pub use holdfast_store_fjall::RepairReport;

/// A store, and what comes with it.
pub struct Opened {
    /// Keeps the log.
    pub store: Arc<dyn Store>,
    /// The time that all who share the log go by; `None`: this machine's.
    pub clock: Option<Arc<dyn Clock>>,
    /// Its own way to tell the other nodes; `None`: it has none.
    pub channel: Option<Arc<dyn EventChannel>>,
    /// What holds a moment of it still; `None` when it cannot.
    pub snapshots: Option<Arc<dyn Snapshots>>,
}

impl Opened {
    fn alone<S: Snapshots>(store: S) -> Self {
        let store = Arc::new(store);
        Self { store: store.clone(), clock: None, channel: None, snapshots: Some(store) }
    }
}

/// Opens the store that the settings name. May take as long as the recovery of its files, or until its database is there.
///
/// # Errors
/// What the store says when it cannot be opened.
pub async fn open(settings: &Settings) -> Result<Opened, StoreError> {
    match settings.store.kind {
        StoreKind::Memory => Ok(Opened::alone(MemoryStore::new())),
        StoreKind::Embedded => embedded(settings).await.map(Opened::alone),
        #[cfg(feature = "store-postgres")]
        StoreKind::Postgres => postgres::open(&settings.store).await,
        #[cfg(not(feature = "store-postgres"))]
        StoreKind::Postgres => Err(not_compiled_in(settings.store.kind)),
        #[cfg(feature = "store-mysql")]
        StoreKind::MySql => mysql::open(&settings.store).await,
        #[cfg(not(feature = "store-mysql"))]
        StoreKind::MySql => Err(not_compiled_in(settings.store.kind)),
    }
}

#[cfg(not(all(feature = "store-postgres", feature = "store-mysql")))]
fn not_compiled_in(kind: StoreKind) -> StoreError {
    StoreError::Refused(format!("store.kind: {:?} is not compiled in", kind.word()))
}

async fn embedded(settings: &Settings) -> Result<FjallStore, StoreError> {
    let directory = settings.data_dir.clone();
    let options = FjallOptions {
        cache_bytes: settings.store.cache_bytes.0 as u64,
        reserve_bytes: settings.store.reserve_bytes.0 as u64,
    };
    let opening = tokio::task::spawn_blocking(move || FjallStore::open(&directory, options));
    opening.await.map_err(|error| StoreError::Io {
        doing: "opening the store".into(),
        error: error.to_string(),
    })?
}

/// Brings the damaged data directory of an embedded store back to what is provably intact.
///
/// # Errors
/// When nothing can be repaired there, or a server has it open.
pub fn repair(data_dir: &Path) -> Result<RepairReport, StoreError> {
    holdfast_store_fjall::repair(data_dir, FjallOptions::default())
}

/// Where a store is: what `holdfast migrate` is told.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Site {
    /// An embedded one, in this directory.
    Embedded(PathBuf),
}

impl fmt::Display for Site {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Embedded(path) => write!(f, "embedded:{}", path.display()),
        }
    }
}

impl FromStr for Site {
    type Err = String;

    /// `embedded:PATH`, or a file with settings.
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        const EXPECTED: &str = "expected a store such as embedded:/var/lib/holdfast, or a file with settings (.toml, .yaml)";
        match text.split_once(':') {
            Some(("embedded", "")) => Err(format!("{text:?} names no directory: {EXPECTED}")),
            Some(("embedded", path)) => Ok(Self::Embedded(path.into())),
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

impl Site {
    fn of_file(path: &Path) -> Result<Self, String> {
        let text = std::fs::read_to_string(path);
        let text = text.map_err(|error| format!("{}: {error}", path.display()))?;
        let loaded = load_text(path, &text).map_err(|faults| faults.to_string())?;
        match loaded.settings.store.kind {
            StoreKind::Embedded => Ok(Self::Embedded(loaded.settings.data_dir)),
            StoreKind::Memory => "memory".parse(),
            _ => Err(format!(
                "{}: a log in a database cannot be moved by this release, only embedded ones",
                path.display()
            )),
        }
    }

    /// The log that is there; none is made.
    ///
    /// # Errors
    /// When there is none, or a server has it open.
    pub fn open(&self) -> Result<Arc<dyn Store>, StoreError> {
        match self {
            Self::Embedded(path) => Ok(Arc::new(backup::open(path)?)),
        }
    }

    /// For filling it.
    #[must_use]
    pub fn fill(&self) -> Box<dyn Fill> {
        match self {
            Self::Embedded(path) => Box::new(FjallFill::new(path, FjallOptions::default())),
        }
    }
}
