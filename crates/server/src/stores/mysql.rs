//! A log in MariaDB or MySQL, from its settings.

use std::num::NonZeroU32;
use std::sync::Arc;

use holdfast_store::copy::Fill;
use holdfast_store::{Store, StoreError};
use holdfast_store_mysql::MySqlSettings;

use super::Opened;
use super::clock::SharedClock;
use super::tls::tls;
use crate::settings::{Settings, StoreSettings};

pub(super) async fn open(settings: &Settings) -> Result<Opened, StoreError> {
    let store = MySqlSettings {
        commit_bytes: settings.limits.commit_bytes.0,
        ..settings_of(&settings.store)?
    };
    let store = holdfast_store_mysql::open(&store).await?;
    Ok(Opened {
        clock: Some(Arc::new(SharedClock(store.clock()))),
        store: Arc::new(store),
        // It has no bell of its own.
        channel: None,
        snapshots: None,
    })
}

/// The log that is there, to be read.
pub(super) async fn existing(settings: &StoreSettings) -> Result<Arc<dyn Store>, StoreError> {
    Ok(Arc::new(holdfast_store_mysql::open_existing(&settings_of(settings)?).await?))
}

/// For filling it.
pub(super) fn fill(settings: &StoreSettings) -> Result<Box<dyn Fill>, StoreError> {
    Ok(Box::new(holdfast_store_mysql::fill(&settings_of(settings)?)?))
}

fn settings_of(settings: &StoreSettings) -> Result<MySqlSettings, StoreError> {
    let database = &settings.mysql;
    let no_url = |why| StoreError::Refused(format!("store.mysql.url: {why}"));
    Ok(MySqlSettings {
        tls: tls(database),
        pool_min: u32::try_from(database.pool_min.0).unwrap_or(u32::MAX),
        pool_max: NonZeroU32::new(database.pool_max).unwrap_or(NonZeroU32::MIN),
        connect_timeout: database.connect_timeout,
        acquire_timeout: database.acquire_timeout,
        statement_timeout: database.statement_timeout,
        append_deadline: database.append_deadline,
        ..MySqlSettings::new(database.url().map_err(no_url)?)
    })
}
