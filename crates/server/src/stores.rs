//! The registry of stores: the one place that knows which are compiled in.

use std::sync::Arc;

use holdfast_store::{MemoryStore, Store, StoreError};
use holdfast_store_fjall::{FjallOptions, FjallStore};

use crate::settings::{Settings, StoreKind};

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
