//! The registry of stores: the one place that knows which are compiled in.

#[cfg(any(feature = "store-postgres", feature = "store-mysql"))]
mod clock;
#[cfg(feature = "store-mysql")]
mod mysql;
#[cfg(feature = "store-postgres")]
mod postgres;
mod site;
#[cfg(any(feature = "store-postgres", feature = "store-mysql"))]
mod tls;

use std::path::Path;
use std::sync::Arc;

use holdfast_channel::EventChannel;
use holdfast_engine::Clock;
use holdfast_store::{MemoryStore, Snapshots, Store};
use holdfast_store_fjall::{FjallOptions, FjallStore};

use crate::settings::{Settings, StoreKind};

pub use holdfast_store::StoreError;
pub use holdfast_store_fjall::RepairReport;
pub use site::Site;

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
        StoreKind::MySql => mysql::open(settings).await,
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
