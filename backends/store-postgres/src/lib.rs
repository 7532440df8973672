//! The store over PostgreSQL: any number of nodes, one log, one database.
//!
//! Start at [`open`], then follow `append`: one statement a group. What is tried again and when, and when an epoch begins, is
//! in `holdfast-store-sql`; here are the statements. `docs/stores.md` tells how it behaves when the database does not.
//!
//! - `dialect`: [`Postgres`], the list of all statements
//! - `session`: what makes a connection ours, and what it is asked first
//! - `server`: what the server itself is asked at the start
//! - `schema`: the tables, by numbered migrations
//! - `append`: one conditional statement a group
//! - `read`, `scan`: one statement a question
//! - `fill`: another log into empty tables
//! - `reclaim`: removal below the floors, one statement a step
//! - `failure`: what an error of the database means
//! - [`channel`] - [`PostgresChannel`]: the bell, by LISTEN and NOTIFY
//! - [`settings`] - [`PostgresSettings`]
//!
//! Invariants: keys are bytes and prefixes are ranges of them; values go to the database as parameters, never as text of a
//! statement; what a URL says of passwords is never printed; a new connection answers nothing before it was asked whether
//! it still leads to the log that this process knows.

mod append;
pub mod channel;
mod dialect;
mod failure;
mod fill;
mod lock;
mod read;
mod reclaim;
mod scan;
mod schema;
mod server;
mod session;
pub mod settings;

pub use channel::PostgresChannel;
pub use dialect::Postgres;
pub use holdfast_store_sql::DatabaseClock;
pub use settings::{PostgresSettings, Tls, TlsMode};

use holdfast_store::StoreError;
use holdfast_store_sql::{SqlFill, SqlStore};

/// A log in a PostgreSQL database, shared with every other node that opens it.
pub type PostgresStore = SqlStore<Postgres>;

/// Opens the log in this database, or begins one where there is none. A database that is not there yet is waited for, as long
/// as for an append.
///
/// # Errors
/// [`StoreError::Refused`] and [`StoreError::Corrupt`] say in a sentence what is wrong and what to do; [`StoreError::Io`]:
/// there is no such database.
pub async fn open(settings: &PostgresSettings) -> Result<PostgresStore, StoreError> {
    SqlStore::open(Postgres::new(settings)?, settings.waits()).await
}

/// Opens the log that is in this database already, to read it: none is made.
///
/// # Errors
/// Those of [`open`]; [`StoreError::Refused`] when there is none.
pub async fn open_existing(settings: &PostgresSettings) -> Result<PostgresStore, StoreError> {
    SqlStore::open_existing(Postgres::new(settings)?, settings.waits()).await
}

/// For filling this database with another log.
///
/// # Errors
/// [`StoreError::Refused`] says which setting is wrong, without its secrets.
pub fn fill(settings: &PostgresSettings) -> Result<SqlFill<Postgres>, StoreError> {
    SqlFill::new(Postgres::new(settings)?, settings.waits())
}
