//! The conformance suite of [`Fill`]: each behaviour of its contract, checked on a real backend. The log that is copied lies in
//! memory.

mod cases;
mod log;

use std::sync::Arc;

use async_trait::async_trait;
use futures::future::BoxFuture;
use holdfast_store::copy::Fill;
use holdfast_store::{Store, StoreError};

/// One place that starts empty, and can be filled.
#[async_trait]
pub trait Place: Send + Sync {
    /// Opens the place as a server would. The store and the filling of calls before were dropped.
    async fn open(&self) -> Result<Arc<dyn Store>, StoreError>;

    /// For filling it.
    async fn fill(&self) -> Box<dyn Fill>;
}

type Case = for<'a> fn(&'a dyn Place) -> BoxFuture<'a, ()>;

/// Runs every case, each on a place of its own.
pub async fn run<P: Place>(make: impl Fn() -> P) {
    for (name, case) in CASES {
        println!("copy case: {name}");
        case(&make()).await;
    }
}

macro_rules! cases {
    ($($case:ident),* $(,)?) => {
        &[$((stringify!($case), |place| Box::pin(cases::$case(place)))),*]
    };
}

/// Name and body of every case.
pub const CASES: &[(&str, Case)] = cases![
    a_copy_is_what_the_log_was,
    a_copy_of_a_reclaimed_log_is_what_the_log_was,
    a_copy_without_any_commit_keeps_the_end_of_the_log,
    a_copy_spans_epochs,
    an_interrupted_copy_goes_on_where_it_was,
    a_store_that_is_being_filled_cannot_be_opened,
    only_an_empty_store_is_filled,
    a_filling_goes_on_with_the_same_log_only,
    commits_that_are_not_chained_are_refused,
    a_copy_that_ends_too_early_is_refused,
    a_copy_goes_on_as_its_log_does,
];
