//! Filters and orders over JSON documents, in MongoDB's query language. Pure: no I/O, no clock, no code of others.
//!
//! - [`Filter`]: **start here**: a filter, parsed once and asked of each document
//! - [`Document`]: what is asked
//! - [`Order`]: in which order documents are wanted
//! - [`FilterError`]: why a filter is none
//!
//! Inside: `parse` makes `clause`s of conditions (`condition`) on `path`s, of `expression`s and of `words`; `compare` and
//! `number` say how values relate; `limits` are all the bounds.

mod clause;
mod compare;
mod condition;
mod document;
mod error;
mod expression;
mod filter;
mod kinds;
mod limits;
mod number;
mod order;
mod parse;
mod path;
mod pattern;
mod place;
mod words;

pub use document::Document;
pub use error::{FilterError, FilterErrorKind};
pub use filter::Filter;
pub use order::{Order, SortKey};
