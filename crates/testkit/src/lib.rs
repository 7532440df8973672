//! What the tests of several crates share; only ever a dev-dependency.
//!
//! - [`scribe`] - [`Scribe`] writes groups of judged, chained commits, as the engine would
//! - [`store_suite`] - the conformance suite of the store contract, one function for each behaviour (start here for a new
//!   backend)
//! - [`shared_suite`] - what stores that nodes share have to show beyond that, on real servers
//! - [`copy_suite`] - the same for the contract of what a log is copied into
//! - [`channel_suite`] - the same for the contract of event channels
//! - [`differential`] - random groups against a plain model, read back at every revision
//! - [`random`] - seeded random numbers
//!
//! Everything here panics when the thing under test is wrong: it is made to be called from tests.

pub mod channel_suite;
pub mod copy_suite;
pub mod differential;
pub mod random;
pub mod scribe;
pub mod shared_suite;
pub mod store_suite;

pub use random::Random;
pub use scribe::{Change, Scribe};
