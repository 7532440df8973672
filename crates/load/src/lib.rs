//! Load on a running server, and what was seen of it: behind `holdfast bench` and the comparisons of `make bench`.
//!
//! - [`drive`]: **start here**: callers that make one kind of call over and over, each waiting for its answer
//! - [`calls`]: the calls of Holdfast's APIs; a benchmark of another server implements [`drive::Call`] for its own
//! - [`states`]: those of stategate
//! - [`fanout`]: changes on their way to many watchers
//! - [`data`]: keys and values; [`dice`]: cheap randomness; [`measured`]: rates and quantiles
//!
//! Invariants: a call counts only when its answer is the right one; the first wrong answer ends a run, so that a server
//! that fails fast is never measured as a fast one.

pub mod calls;
pub mod data;
pub mod dice;
pub mod drive;
pub mod fanout;
pub mod measured;
pub mod states;

use thiserror::Error;

/// Why nothing was measured.
#[derive(Debug, Error)]
pub enum LoadError {
    /// A call failed, or was answered with something else than it asked for.
    #[error("a call failed: {0}")]
    Call(Box<tonic::Status>),
    /// A watcher missed a change or saw one twice.
    #[error("{0}")]
    Delivery(String),
    /// A caller ended before its time.
    #[error("a caller ended before its time: {0}")]
    Caller(#[from] tokio::task::JoinError),
    /// No call was answered while it counted.
    #[error("no call was answered in the measured time; measure for longer")]
    Nothing,
}

impl From<tonic::Status> for LoadError {
    fn from(status: tonic::Status) -> Self {
        Self::Call(Box::new(status))
    }
}
