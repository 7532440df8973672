//! The store over MariaDB, and by the same statements MySQL 8: any number of nodes, one log, one database.
//!
//! Start at [`open`], then follow `append`: one packet a group. What is tried again and when, and when an epoch begins, is
//! in `holdfast-store-sql`; here are the statements. `docs/stores.md` tells how it behaves when the database does not.
//!
//! - `dialect`: [`MySql`], the list of all statements
//! - `session`: what makes a connection ours, and what it is asked first
//! - `server`: what the server itself is asked at the start
//! - `schema`: the tables, by numbered migrations
//! - `append`: one conditional packet a group
//! - `packets`: its statements, where they are too long for one
//! - `read`, `scan`: one packet a question
//! - `fill`: another log into empty tables
//! - `reclaim`: removal below the floors
//! - `text`: statements as text
//! - `failure`: what an error of the database means
//! - [`settings`] - [`MySqlSettings`]
//!
//! Invariants: keys are bytes and prefixes are ranges of them; what goes into a statement is digits; what a URL says of passwords
//! is never printed.

mod append;
mod dialect;
mod failure;
mod fill;
mod lock;
mod packets;
mod read;
mod reclaim;
mod scan;
mod schema;
mod server;
mod session;
pub mod settings;
mod text;

pub use dialect::MySql;
pub use holdfast_store_sql::DatabaseClock;
pub use settings::{MySqlSettings, Tls, TlsMode};

use holdfast_store::StoreError;
use holdfast_store_sql::{SqlFill, SqlStore};

/// A log in a database of MariaDB or MySQL, shared with every other node that opens it.
pub type MySqlStore = SqlStore<MySql>;

/// Opens the log in this database, or begins one where there is none. A database that is not there yet is waited for, as long
/// as for an append.
///
/// # Errors
/// [`StoreError::Refused`] and [`StoreError::Corrupt`] say in a sentence what is wrong and what to do; [`StoreError::Io`]:
/// there is no such database.
pub async fn open(settings: &MySqlSettings) -> Result<MySqlStore, StoreError> {
    SqlStore::open(MySql::new(settings)?, settings.waits()).await
}

/// Opens the log that is in this database already, to read it: none is made.
///
/// # Errors
/// Those of [`open`]; [`StoreError::Refused`] when there is none.
pub async fn open_existing(settings: &MySqlSettings) -> Result<MySqlStore, StoreError> {
    SqlStore::open_existing(MySql::new(settings)?, settings.waits()).await
}

/// For filling this database with another log.
///
/// # Errors
/// [`StoreError::Refused`] says which setting is wrong, without its secrets.
pub fn fill(settings: &MySqlSettings) -> Result<SqlFill<MySql>, StoreError> {
    SqlFill::new(MySql::new(settings)?, settings.waits())
}
