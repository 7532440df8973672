//! The store over PostgreSQL: any number of nodes, one log, one database.
//!
//! Start at [`PostgresStore::open`] in `store`, then follow `append`: one statement a group. `docs/stores.md` tells how it
//! behaves when the database does not.
//!
//! - `store`: [`PostgresStore`], and what its connections share
//! - `connect`: connections, and what every new one has to answer before it is used
//! - `schema`: the tables, by numbered migrations
//! - `append`, `turn`: one conditional statement a group; the row lock after lost races
//! - `read`, `scan`: one statement a question
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
mod connect;
mod failure;
mod read;
mod reclaim;
mod scan;
mod schema;
pub mod settings;
mod store;
mod turn;

pub use channel::PostgresChannel;
pub use holdfast_store_sql::DatabaseClock;
pub use settings::{PostgresSettings, Tls, TlsMode};
pub use store::PostgresStore;
