//! The way to a server, as its client: an address, what both sides prove themselves by, and who calls.
//!
//! - [`mod@endpoint`]: **start here**: an address and files of certificates become what a connection is made of
//! - [`link`]: a connection that shows credentials with every call

pub mod endpoint;
pub mod link;

pub use endpoint::{DialError, Proofs, endpoint, innermost};
pub use link::{Bearer, IntoLink, Link};
