//! The shared suite, and random groups against the model.

use std::sync::Arc;

use async_trait::async_trait;
use holdfast_store::copy::Fill;
use holdfast_store::{Store, StoreError};
use holdfast_store_fjall::{FjallFill, FjallOptions, FjallStore};
use holdfast_testkit::copy_suite::{self, Place};
use holdfast_testkit::differential::{self, Plan};
use holdfast_testkit::store_suite::{self, Backend};
use tempfile::TempDir;

struct Directory(TempDir);

impl Directory {
    fn new() -> Self {
        Self(tempfile::tempdir().expect("a directory"))
    }
}

#[async_trait]
impl Backend for Directory {
    async fn open(&self) -> Arc<dyn Store> {
        Arc::new(FjallStore::open(self.0.path(), FjallOptions::default()).expect("it opens"))
    }
}

#[tokio::test]
async fn conformance() {
    store_suite::run(Directory::new).await;
}

#[async_trait]
impl Place for Directory {
    async fn open(&self) -> Result<Arc<dyn Store>, StoreError> {
        Ok(Arc::new(FjallStore::open(self.0.path(), FjallOptions::default())?))
    }

    async fn fill(&self) -> Box<dyn Fill> {
        Box::new(FjallFill::new(self.0.path(), FjallOptions::default()))
    }
}

#[tokio::test]
async fn copies() {
    copy_suite::run(Directory::new).await;
}

#[tokio::test]
async fn random_groups_against_the_model() {
    for seed in 100..104 {
        differential::run(&Directory::new(), Plan { seed, steps: 120 }).await;
    }
}
