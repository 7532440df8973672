//! The registry of stores: the one place that knows which are compiled in.

use std::sync::Arc;

use holdfast_store::{MemoryStore, Store, StoreError};

use crate::settings::{Settings, StoreKind};

/// Opens the store that the settings name. May take as long as the recovery of its files.
///
/// # Errors
/// What the store says when it cannot be opened.
pub fn open(settings: &Settings) -> Result<Arc<dyn Store>, StoreError> {
    match settings.store.kind {
        StoreKind::Memory => Ok(Arc::new(MemoryStore::new())),
        StoreKind::Embedded => {
            Err(StoreError::Refused("store.kind: embedded is not compiled in".into()))
        }
    }
}
