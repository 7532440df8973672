//! Documents at URLs: key sets, bundles of policies, discovery. Small, fetched seldom, needed always.
//!
//! - [`kept`]: [`Kept`], the last good document, asked for again and again: **start here**
//! - [`fetch`]: [`Remote`], one request
//! - [`settings`]: [`RemoteSettings`], where and how
//! - [`error`]: [`RemoteError`], what can go wrong
//!
//! Invariants: a body is bounded while it is read; a request has a time limit; nothing is asked for without TLS, except on
//! loopback or where a setting says so, redirects included; a document that is not understood replaces nothing.

pub mod error;
pub mod fetch;
pub mod kept;
pub mod settings;

mod copy;
mod place;

pub use error::RemoteError;
pub use fetch::{Fetched, Remote};
pub use kept::{Held, Kept, KeptSettings};
pub use settings::{ClientCertificate, RemoteSettings};
