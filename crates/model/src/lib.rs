//! The words of Holdfast as values: names, entries, events, commits and the conditions on them.
//!
//! No I/O, no clock, no protobuf. Start at [`commit`]: everything else is part of it or a view of it.
//!
//! - [`name`]: [`Namespace`], [`Key`], [`EntryKey`], [`Prefix`]
//! - [`revision`]: [`Revision`], [`Timestamp`], [`Epoch`], [`LogId`], [`ChainHash`], [`Head`], [`Floors`]
//! - [`entry`]: [`Entry`], [`Codec`], [`ValueType`], [`ValueHash`]
//! - [`event`]: [`Event`], [`EventKind`]
//! - [`commit`]: [`Commit`], [`Sealed`] (a commit in its canonical bytes, chained to the one before)
//! - [`batch`]: [`Batch`], [`Write`], [`Condition`]: what a caller asks for
//! - [`compare`]: what a transaction chooses by, a [`Compare`]
//! - [`precondition`]: what has to hold, a [`Precondition`]
//! - [`filter`]: [`Filter`]: what a watcher asks for
//! - [`token`]: where a watch resumes, a [`ResumeToken`]
//! - [`error`]: [`ErrorKind`]: the one list that every error of every layer maps to
//!
//! Invariants: a value of these types is valid by construction; equal logical values have equal canonical bytes.

pub mod batch;
pub mod commit;
pub mod compare;
pub mod entry;
pub mod error;
pub mod event;
pub mod filter;
pub mod name;
pub mod precondition;
pub mod revision;
pub mod token;

pub use batch::{
    Batch, Choice, Condition, Idempotency, Life, Quiet, Scope, Write, WriteAction, WriteMode,
};
pub use commit::{Actor, Cause, Commit, DecodeError, Glance, Sealed, StoredCommit};
pub use compare::{Compare, Relation, Target};
pub use entry::{Codec, Entry, ValueHash, ValueType};
pub use error::ErrorKind;
pub use event::{Event, EventKind};
pub use filter::Filter;
pub use name::{EntryKey, Key, NameError, Namespace, Prefix};
pub use precondition::{Precondition, Unmet};
pub use revision::{ChainHash, Epoch, EpochStart, Floors, Head, LogId, Revision, Timestamp};
pub use token::{ResumeToken, TokenError};
