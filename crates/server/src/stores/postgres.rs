//! A log in PostgreSQL, from its settings.

use std::num::NonZeroU32;
use std::sync::Arc;

use holdfast_engine::Clock;
use holdfast_model::Timestamp;
use holdfast_store::StoreError;
use holdfast_store_postgres::{
    DatabaseClock, PostgresChannel, PostgresSettings, PostgresStore, Tls, TlsMode,
};

use super::Opened;
use crate::settings::{DatabaseTls, StoreSettings};

pub(super) async fn open(settings: &StoreSettings) -> Result<Opened, StoreError> {
    let settings = settings_of(settings)?;
    let channel = PostgresChannel::new(&settings)?;
    let store = PostgresStore::open(settings).await?;
    Ok(Opened {
        clock: Some(Arc::new(Shared(store.clock()))),
        store: Arc::new(store),
        channel: Some(Arc::new(channel)),
        snapshots: None,
    })
}

fn settings_of(settings: &StoreSettings) -> Result<PostgresSettings, StoreError> {
    let database = &settings.postgres;
    let no_url = |why| StoreError::Refused(format!("store.postgres.url: {why}"));
    Ok(PostgresSettings {
        url: database.url().map_err(no_url)?,
        schema: settings.postgres_schema.clone(),
        tls: Tls {
            mode: mode(database.tls),
            root_certificate: database.root_certificate.clone(),
            client_certificate: database.client_certificate.clone(),
            client_key: database.client_key.clone(),
        },
        pool_min: u32::try_from(database.pool_min.0).unwrap_or(u32::MAX),
        pool_max: NonZeroU32::new(database.pool_max).unwrap_or(NonZeroU32::MIN),
        connect_timeout: database.connect_timeout,
        acquire_timeout: database.acquire_timeout,
        statement_timeout: database.statement_timeout,
        append_deadline: database.append_deadline,
    })
}

fn mode(tls: DatabaseTls) -> Option<TlsMode> {
    Some(match tls {
        DatabaseTls::Auto => return None,
        DatabaseTls::Disable => TlsMode::Disable,
        DatabaseTls::Prefer => TlsMode::Prefer,
        DatabaseTls::Require => TlsMode::Require,
        DatabaseTls::VerifyCa => TlsMode::VerifyCa,
        DatabaseTls::VerifyFull => TlsMode::VerifyFull,
    })
}

/// The database's clock as the engine's.
#[derive(Debug)]
struct Shared(DatabaseClock);

impl Clock for Shared {
    fn now(&self) -> Timestamp {
        self.0.now()
    }
}
