//! The shared suite, and random groups against the model.

use std::sync::Arc;

use async_trait::async_trait;
use holdfast_services::Postgres;
use holdfast_store::Store;
use holdfast_store_postgres::PostgresSettings;
use holdfast_testkit::differential::{self, Plan};
use holdfast_testkit::store_suite::{self, Backend};

use crate::{block_on, fresh, open};

struct Place(PostgresSettings);

#[async_trait]
impl Backend for Place {
    async fn open(&self) -> Arc<dyn Store> {
        open(&self.0).await
    }
}

#[test]
fn conformance() {
    let Some(postgres) = Postgres::start("the conformance suite on PostgreSQL") else { return };
    block_on(store_suite::run(|| Place(fresh(&postgres))));
}

#[test]
fn random_groups_against_the_model() {
    let Some(postgres) = Postgres::start("random groups on PostgreSQL") else { return };
    block_on(async {
        for seed in 100..103 {
            differential::run(&Place(fresh(&postgres)), Plan { seed, steps: 100 }).await;
        }
    });
}
