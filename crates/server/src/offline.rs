//! Verbs of the command line that need no running server.
//!
//! - [`audit`]: audit files and the log, verified and asked
//! - [`backup`]: a log in a file, and back
//! - [`migrate`]: a log from one store into another
//! - [`policy`]: policies, tried before they go live

pub mod audit;
pub mod backup;
pub mod migrate;
pub mod policy;
