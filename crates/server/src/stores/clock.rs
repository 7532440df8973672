//! The time of a database.

use holdfast_engine::Clock;
use holdfast_model::Timestamp;
use holdfast_store_sql::DatabaseClock;

/// A database's clock as the engine's.
#[derive(Debug)]
pub(super) struct SharedClock(pub(super) DatabaseClock);

impl Clock for SharedClock {
    fn now(&self) -> Timestamp {
        self.0.now()
    }
}
