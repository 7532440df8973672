//! Sources other than a server.
//!
//! - [`Memory`]: **start here**: a log in this process, for tests and for programs without a server
//! - [`Files`], [`Environment`]: what only reads; `board`: how their states become changes
//! - [`Layered`]: several sources, one over the other; [`Expand`]: `${VAR}` in the values of any source
//! - [`suite`]: what every source has to show, as checks that a test runs

mod board;
mod environment;
mod expand;
mod files;
mod layered;
mod memory;
pub mod suite;

pub use environment::Environment;
pub use expand::Expand;
pub use files::{Files, FilesBuilder};
pub use layered::Layered;
pub use memory::{Fault, Memory};
