//! Sources other than a server.
//!
//! - [`Memory`]: **start here**: a log in this process, for tests and for programs without a server
//! - [`suite`]: what every source has to show, as checks that a test runs

mod memory;
pub mod suite;

pub use memory::{Fault, Memory};
