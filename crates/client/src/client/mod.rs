//! x
pub(crate) mod backoff;
pub mod breaker;
pub(crate) mod budget;
