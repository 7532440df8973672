//! What stores that nodes share have to show, on PostgreSQL.

use std::sync::Arc;

use async_trait::async_trait;
use holdfast_services::Postgres;
use holdfast_store::{Store, StoreError};
use holdfast_store_postgres::PostgresSettings;
use holdfast_testkit::shared_suite::{self, Server, Waits};

use crate::{block_on, fresh};

/// Every connection of a store.
pub(crate) const KILL: &str = "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE application_name = 'holdfast'";

#[async_trait]
impl Server for On {
    fn place(&self) -> String {
        fresh(&self.0).schema
    }

    async fn open(&self, place: &str, waits: Option<Waits>) -> Result<Arc<dyn Store>, StoreError> {
        let mut settings =
            PostgresSettings { schema: place.into(), ..PostgresSettings::new(self.0.url()) };
        if let Some(waits) = waits {
            settings.append_deadline = waits.append;
            settings.acquire_timeout = waits.acquire;
            settings.statement_timeout = waits.statement;
        }
        Ok(Arc::new(holdfast_store_postgres::open(&settings).await?))
    }

    fn sql(&self, place: &str, sql: &str) -> String {
        self.0.psql("holdfast", &format!("SET search_path = {place}; {sql}"))
    }

    fn flipped(&self, column: &str, at: usize) -> String {
        format!("set_byte({column}, {at}, get_byte({column}, {at}) # 1)")
    }

    fn break_connections(&self) {
        self.0.psql("holdfast", KILL);
    }

    fn kill(&self) {
        self.0.service().kill();
    }

    fn run(&self) {
        self.0.service().run();
    }

    fn freeze(&self) {
        self.0.service().freeze();
    }

    fn thaw(&self) {
        self.0.service().thaw();
    }
}

struct On(Postgres);

#[test]
fn what_is_shared_holds() {
    let Some(postgres) = Postgres::start("the suite of shared stores on PostgreSQL") else {
        return;
    };
    block_on(shared_suite::run(&On(postgres)));
}
