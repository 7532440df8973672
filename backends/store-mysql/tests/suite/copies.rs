//! The suite of copies.

use std::sync::Arc;

use async_trait::async_trait;
use holdfast_services::MariaDb;
use holdfast_store::copy::Fill;
use holdfast_store::{Store, StoreError};
use holdfast_store_mysql::MySqlSettings;
use holdfast_testkit::copy_suite::{self, Place};

use crate::{block_on, fresh};

struct Tables(MySqlSettings);

#[async_trait]
impl Place for Tables {
    async fn open(&self) -> Result<Arc<dyn Store>, StoreError> {
        Ok(Arc::new(holdfast_store_mysql::open(&self.0).await?))
    }

    async fn fill(&self) -> Box<dyn Fill> {
        Box::new(holdfast_store_mysql::fill(&self.0).expect("settings"))
    }
}

#[test]
fn copies() {
    let Some(mariadb) = MariaDb::start("copies into MariaDB") else { return };
    block_on(copy_suite::run(|| Tables(fresh(&mariadb))));
}
