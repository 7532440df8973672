//! The shared suite, and random groups against the model.

use std::sync::Arc;

use async_trait::async_trait;
use holdfast_services::MariaDb;
use holdfast_store::Store;
use holdfast_store_mysql::MySqlSettings;
use holdfast_testkit::differential::{self, Plan};
use holdfast_testkit::store_suite::{self, Backend};

use crate::{block_on, fresh, open};

struct Place(MySqlSettings);

#[async_trait]
impl Backend for Place {
    async fn open(&self) -> Arc<dyn Store> {
        open(&self.0).await
    }
}

#[test]
fn conformance() {
    let Some(mariadb) = MariaDb::start("the conformance suite on MariaDB") else { return };
    block_on(store_suite::run(|| Place(fresh(&mariadb))));
}

#[test]
fn random_groups_against_the_model() {
    let Some(mariadb) = MariaDb::start("random groups on MariaDB") else { return };
    block_on(async {
        for seed in 100..103 {
            differential::run(&Place(fresh(&mariadb)), Plan { seed, steps: 100 }).await;
        }
    });
}
