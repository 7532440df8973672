//! Verbs of the command line that need no running server.
//!
//! - [`audit`]: audit files and the log, verified and asked
//! - [`policy`]: policies, tried before they go live

pub mod audit;
pub mod policy;
