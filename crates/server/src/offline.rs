//! Verbs of the command line that need no running server.
//!
//! - [`policy`]: policies, tried before they go live

pub mod policy;
