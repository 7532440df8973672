//! How a log is taken out of one store and put into another.
//!
//! A log is three runs of [`Piece`]s, in this order: rows of the history that its commits cannot tell any more, side rows, and
//! the commits that are kept. [`LogSource`] takes them out of any [`crate::Store`]; a [`Fill`] puts them into an empty one, and
//! can be interrupted anywhere; [`copy`] does both. [`Digests`] tell whether two stores hold the same.
//!
//! - `piece`: [`Piece`], [`Position`], [`Outline`]
//! - `source`: [`Source`], [`LogSource`]
//! - `fill`: [`Fill`], [`copy`]
//! - `digest`: [`Digests`]
//! - [`row`]: the bytes of a row of the history

mod digest;
mod fill;
mod piece;
pub mod row;
mod source;

pub use digest::{Digest, Digests};
pub use fill::{Fill, check_end, copy};
pub use piece::{Outline, Piece, Position, Start, follow};
pub use source::{LogSource, Source};
