//! What holdfast.v1 refuses instead of guessing: members it does not know could be conditions, and a write whose
//! condition was dropped on the way is worse than none.

use std::time::Duration;

use buffa::{EnumValue, Enumeration, UnknownFields};
use buffa_types::google::protobuf::Duration as WireDuration;
use holdfast_api::convert::model_duration;

use super::error::{Refusal, invalid};

/// No member may be unknown. `path` is that of the message, empty for the request itself.
pub(crate) fn known(path: &str, unknown: &UnknownFields) -> Result<(), Refusal> {
    match unknown.iter().next() {
        None => Ok(()),
        Some(field) => {
            let path = if path.is_empty() { "request" } else { path };
            let number = field.number;
            Err(invalid(path, format!("has a field {number} that this server does not know")))
        }
    }
}

/// The value of an enum has to be one that this server knows.
pub(crate) fn choice<E: Enumeration>(
    path: impl FnOnce() -> String,
    value: &EnumValue<E>,
) -> Result<E, Refusal> {
    value.as_known().ok_or_else(|| {
        invalid(
            path(),
            format!("has the value {}, which this server does not know", value.to_i32()),
        )
    })
}

/// How many an answer may hold when the request does not say, and at most.
const PAGE: usize = 1_000;
const LARGEST_PAGE: usize = 10_000;

/// The limit of a page.
pub(crate) fn limit(wanted: u32) -> usize {
    match usize::try_from(wanted) {
        Ok(0) => PAGE,
        Ok(wanted) => wanted.min(LARGEST_PAGE),
        Err(_) => LARGEST_PAGE,
    }
}

/// A member that has to be given.
pub(crate) fn required(path: &str, value: &str) -> Result<(), Refusal> {
    if value.is_empty() { Err(invalid(path, "is required")) } else { Ok(()) }
}

/// A duration has to be longer than zero.
pub(crate) fn span(
    path: impl FnOnce() -> String,
    wire: Option<&WireDuration>,
) -> Result<Option<Duration>, Refusal> {
    wire.map(|span| model_duration(span).map_err(|why| invalid(path(), why))).transpose()
}
