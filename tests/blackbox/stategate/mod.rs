//! The stategate contract, case by case, against the real binary. The numbers are those of the contract's list of black-box
//! cases; where Holdfast answers better than the original the case says so.

mod abuse;
mod cache;
mod deployment;
mod dialects;
mod edits;
mod entities;
mod entity_events;
mod entity_rest;
mod events;
mod filters;
mod foreign;
mod globs;
mod group_list;
mod group_storm;
mod groups;
mod later;
mod lock_pause;
mod locks;
mod peers;
mod policies;
mod rest;
mod shared;
mod sockets;
mod states;
mod storm;
mod streams;
mod versions;
mod web;
mod web_newer;

use holdfast_tests::Failure;
use serde_json::Value;
use tonic::Code;

/// The envelope of a failure with this code.
fn envelope<T: std::fmt::Debug>(answer: Result<T, Failure>, code: Code) -> Value {
    let failure = answer.expect_err("the call has to fail");
    assert_eq!(failure.code, code, "{failure:?}");
    let envelope: Value = serde_json::from_str(&failure.message)
        .unwrap_or_else(|error| panic!("{error}: {failure:?}"));
    assert!(envelope["info"].is_string() && envelope["metadata"].is_object(), "{envelope}");
    envelope
}

/// The message of a request that is not valid.
fn invalid<T: std::fmt::Debug>(answer: Result<T, Failure>) -> String {
    let failure = answer.expect_err("the call has to fail");
    assert_eq!(failure.code, Code::InvalidArgument, "{failure:?}");
    failure.message
}

/// A UUID of version 4.
fn is_v4(id: &str) -> bool {
    let bytes = id.as_bytes();
    let dash = |at| [8, 13, 18, 23].contains(&at);
    let fits = |(at, b): (usize, &u8)| if dash(at) { *b == b'-' } else { b.is_ascii_hexdigit() };
    bytes.len() == 36 && bytes.iter().enumerate().all(fits) && bytes[14] == b'4'
}
