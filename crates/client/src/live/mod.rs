//! Values that stay current: read like a field, told when they change.
//!
//! - [`Live`]: **start here**: one value; [`Bound`]: a struct of all keys below a prefix, which can be written back
//! - [`Terms`]: a default, and what a value has to fulfil; [`Validate`], [`Invalid`]
//! - `core`: what both are made of; `begin`: how they begin; `node`: keys as a tree that serde reads; `write_back`: and back
//!
//! Invariants: what is read has been decoded and has fulfilled its terms; a commit shows whole or not yet; callbacks are told about
//! values that differ, in order, one at a time.

mod begin;
mod bound;
mod core;
mod known;
mod node;
mod reference;
mod terms;
#[cfg(test)]
mod tests;
mod write_back;

pub use bound::Bound;
pub use reference::{Changed, Current, Live};
pub use terms::{Invalid, Terms, Validate};
