//! The config.v1 contract, case by case, against the real binary. The numbers are those of the contract's list of
//! black-box cases; where Holdfast answers better than the original the case says so.

mod access;
mod aliases;
mod entries;
mod lists;
mod names;
mod namespaces;
mod snapshots;
mod versions;
mod watches;

use holdfast_tests::Failure;
use tonic::Code;

/// The domain of every detail of the dialect.
const DOMAIN: &str = "config.rbaliyan.com";

/// Fails unless the call failed with this code and reason, and the details are those of the dialect.
fn assert_fails<T: std::fmt::Debug>(
    answer: Result<T, Failure>,
    code: Code,
    reason: &str,
) -> String {
    let failure = answer.expect_err("the call has to fail");
    assert_eq!((failure.code, failure.reason.as_str()), (code, reason), "{failure:?}");
    if !reason.is_empty() {
        assert_eq!(failure.domain, DOMAIN, "{failure:?}");
        assert!(failure.metadata.is_empty(), "{failure:?}");
    }
    failure.message
}
