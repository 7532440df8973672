//! The suite of copies.

use std::sync::Arc;

use async_trait::async_trait;
use holdfast_services::Postgres;
use holdfast_store::copy::Fill;
use holdfast_store::{Store, StoreError};
use holdfast_store_postgres::PostgresSettings;
use holdfast_testkit::copy_suite::{self, Place};

use crate::{block_on, fresh};

struct Tables(PostgresSettings);

#[async_trait]
impl Place for Tables {
    async fn open(&self) -> Result<Arc<dyn Store>, StoreError> {
        Ok(Arc::new(holdfast_store_postgres::open(&self.0).await?))
    }

    async fn fill(&self) -> Box<dyn Fill> {
        Box::new(holdfast_store_postgres::fill(&self.0).expect("settings"))
    }
}

#[test]
fn copies() {
    let Some(postgres) = Postgres::start("copies into PostgreSQL") else { return };
    block_on(copy_suite::run(|| Tables(fresh(&postgres))));
}
