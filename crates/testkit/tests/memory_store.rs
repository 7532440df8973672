//! The memory store passes the suite.

use std::sync::Arc;

use async_trait::async_trait;
use holdfast_store::copy::Fill;
use holdfast_store::{MemoryStore, Store, StoreError};
use holdfast_testkit::copy_suite::{self, Place};
use holdfast_testkit::differential::{self, Plan};
use holdfast_testkit::store_suite::{self, Backend};

struct Memory(MemoryStore);

#[async_trait]
impl Backend for Memory {
    async fn open(&self) -> Arc<dyn Store> {
        Arc::new(self.0.clone())
    }
}

#[tokio::test]
async fn conformance() {
    store_suite::run(|| Memory(MemoryStore::new())).await;
}

#[async_trait]
impl Place for Memory {
    async fn open(&self) -> Result<Arc<dyn Store>, StoreError> {
        Ok(Arc::new(self.0.opened()?))
    }

    async fn fill(&self) -> Box<dyn Fill> {
        Box::new(self.0.fill())
    }
}

#[tokio::test]
async fn copies() {
    copy_suite::run(|| Memory(MemoryStore::new())).await;
}

#[tokio::test]
async fn random_groups_against_the_model() {
    for seed in 0..20 {
        differential::run(&Memory(MemoryStore::new()), Plan { seed, steps: 100 }).await;
    }
}
