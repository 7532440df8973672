//! Filters and orders over JSON documents, in MongoDB's query language. Pure: no I/O, no clock, no code of others.
//!
//! - [`Filter`]: **start here**: a filter, parsed once and asked of each document
//! - [`Document`]: what is asked
//! - [`Order`]: in which order documents are wanted
//! - [`FilterError`]: why a filter is none

mod document;
mod error;
mod filter;
mod order;

pub use document::Document;
pub use error::{FilterError, FilterErrorKind};
pub use filter::Filter;
pub use order::Order;
