//! What stores that nodes share have to show, on MariaDB.

use std::sync::Arc;

use async_trait::async_trait;
use holdfast_services::MariaDb;
use holdfast_store::{Store, StoreError};
use holdfast_store_mysql::MySqlSettings;
use holdfast_testkit::shared_suite::{self, Server, Waits};

use crate::{at, block_on, fresh_name};

struct On(MariaDb);

#[async_trait]
impl Server for On {
    fn place(&self) -> String {
        fresh_name(&self.0)
    }

    async fn open(&self, place: &str, waits: Option<Waits>) -> Result<Arc<dyn Store>, StoreError> {
        let mut settings: MySqlSettings = at(&self.0, place);
        if let Some(waits) = waits {
            settings.append_deadline = waits.append;
            settings.acquire_timeout = waits.acquire;
            settings.statement_timeout = waits.statement;
        }
        Ok(Arc::new(holdfast_store_mysql::open(&settings).await?))
    }

    fn sql(&self, place: &str, sql: &str) -> String {
        self.0.sql(&format!("USE {place}; {sql}")).replace('\t', "|")
    }

    fn flipped(&self, column: &str, at: usize) -> String {
        // Its bytes are counted from 1.
        let at = at + 1;
        format!("INSERT({column}, {at}, 1, CHAR(ORD(SUBSTR({column}, {at}, 1)) ^ 1))")
    }

    fn break_connections(&self) {
        self.0.sql("KILL USER holdfast");
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

#[test]
fn what_is_shared_holds() {
    let Some(mariadb) = MariaDb::start("the suite of shared stores on MariaDB") else { return };
    block_on(shared_suite::run(&On(mariadb)));
}
