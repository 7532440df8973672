//! Records as rows of a table, in SQLite or PostgreSQL.
//!
//! - [`auditor`]: [`SqlAuditor`]: **start here**
//! - [`settings`]: [`SqlSettings`]: which database, which table, how long to wait
//! - [`table`]: the names that a table can have, and its statements
//! - [`row`]: what of a record is in which column
//!
//! Invariants: values go to the database as parameters, never as text of a statement; what a URL says of passwords is
//! never printed.

pub mod auditor;
pub mod row;
pub mod settings;
pub mod table;

pub use auditor::SqlAuditor;
pub use settings::{SettingsError, SqlSettings};
pub use table::TableName;
