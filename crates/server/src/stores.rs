//! The registry of stores: the one place that knows which are compiled in.

use std::path::Path;
use std::sync::Arc;

use holdfast_store::{MemoryStore, Store};
use holdfast_store_fjall::{FjallOptions, FjallStore};

use crate::settings::{Settings, StoreKind};

pub use holdfast_store::StoreError;
pub use holdfast_store_fjall::RepairReport;

/// Opens the store that the settings name. May take as long as the recovery of its files.
///
/// # Errors
/// What the store says when it cannot be opened.
pub fn open(settings: &Settings) -> Result<Arc<dyn Store>, StoreError> {
    match settings.store.kind {
        StoreKind::Memory => Ok(Arc::new(MemoryStore::new())),
        StoreKind::Embedded => {
            let options = FjallOptions {
                cache_bytes: settings.store.cache_bytes.0 as u64,
                reserve_bytes: settings.store.reserve_bytes.0 as u64,
            };
            Ok(Arc::new(FjallStore::open(&settings.data_dir, options)?))
        }
    }
}

/// Brings the damaged data directory of an embedded store back to what is provably intact.
///
/// # Errors
/// When nothing can be repaired there, or a server has it open.
pub fn repair(data_dir: &Path) -> Result<RepairReport, StoreError> {
    holdfast_store_fjall::repair(data_dir, FjallOptions::default())
}
