//! The conformance suite of [`Source`]: what its contract says, checked on a real source.
//!
//! A source that only reads is held against [`reads`], with a [`Pen`] that changes what is behind it; one that writes also against
//! [`writes`]. Everything here panics when the source is wrong: it is made to be called from tests.
//!
//! - [`told`]: whoever follows, and holds what it is told against the contract

mod reading;
pub mod told;
mod writing;

use std::fmt::Debug;
use std::future::Future;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;

use crate::source::{Follow, Place, Source};
use crate::{Batch, Committed, Error, OnlyIf, Write};
use told::Told;

/// Changes what is behind a source, so that the source has something to tell.
#[async_trait]
pub trait Pen: Debug + Send + Sync {
    /// Gives a key a JSON value.
    async fn put(&self, key: &str, json: &str);
    /// Removes a key.
    async fn remove(&self, key: &str);
}

/// A source that is held against its contract.
#[derive(Debug, Clone)]
pub struct Subject {
    /// The source.
    pub source: Arc<dyn Source>,
    /// Of this namespace, which is empty when the suite begins.
    pub namespace: Arc<str>,
}

/// Nothing is measured, but nothing is waited for longer than this either.
const PATIENCE: Duration = Duration::from_secs(30);
const EVERY: Duration = Duration::from_millis(300);

/// Everything that every source has to show. Keys used begin with `suite.`.
///
/// # Panics
/// When the source is wrong.
pub async fn reads(subject: &Subject, pen: &dyn Pen) {
    reading::one_key_and_lists(subject, pen).await;
    reading::the_state_and_its_changes(subject, pen).await;
    reading::only_what_was_asked_for(subject, pen).await;
    reading::nothing_is_left_out_between_two_watches(subject, pen).await;
    reading::it_is_confirmed_while_nothing_happens(subject).await;
}

/// Everything that a source that writes has to show as well.
///
/// # Panics
/// When the source is wrong.
pub async fn writes(subject: &Subject) {
    writing::versions_and_revisions_count(subject).await;
    writing::conditions_hold_or_nothing_is_written(subject).await;
    writing::a_batch_is_applied_as_a_whole(subject).await;
    writing::a_batch_is_told_in_one_piece(subject).await;
    writing::a_batch_that_makes_no_sense_is_refused(subject).await;
    writing::an_entry_ends_by_its_time(subject).await;
    writing::writers_beside_each_other_lose_nothing(subject).await;
}

/// A pen that writes through the source itself.
#[derive(Debug)]
pub struct Through(pub Subject);

#[async_trait]
impl Pen for Through {
    async fn put(&self, key: &str, json: &str) {
        self.0.put(key, json).await.expect("written");
    }

    async fn remove(&self, key: &str) {
        self.0.commit(self.0.delete(key)).await.expect("deleted");
    }
}

impl Subject {
    /// Of a source and a namespace, which is empty.
    pub fn new(source: Arc<dyn Source>, namespace: &str) -> Self {
        Self { source, namespace: namespace.into() }
    }

    fn write(&self, key: &str, json: &str) -> Write {
        Write::put(Arc::clone(&self.namespace), key, json.to_owned(), "json")
    }

    fn delete(&self, key: &str) -> Write {
        Write::delete(Arc::clone(&self.namespace), key)
    }

    async fn commit(&self, write: Write) -> Result<Committed, Error> {
        self.source.commit(Batch::new().and(write)).await
    }

    async fn put(&self, key: &str, json: &str) -> Result<Committed, Error> {
        self.commit(self.write(key, json)).await
    }

    async fn put_if(&self, key: &str, json: &str, only_if: OnlyIf) -> Result<Committed, Error> {
        self.commit(self.write(key, json).only_if(only_if)).await
    }

    async fn listed(&self, prefix: &str) -> Vec<(String, String)> {
        let entries = self.source.list(&self.namespace, prefix).await.expect("a list");
        entries.iter().map(|entry| (entry.key.to_string(), told::json(entry))).collect()
    }

    async fn follow(&self, prefix: &str, after: Option<Place>) -> Told {
        let (namespace, prefix) = (Arc::clone(&self.namespace), Arc::from(prefix));
        let follow = Follow { namespace, prefix, after, every: EVERY };
        let updates = within(self.source.follow(follow.clone())).await.expect("a watch");
        Told::new(updates, follow)
    }
}

async fn within<T>(future: impl Future<Output = T>) -> T {
    tokio::time::timeout(PATIENCE, future).await.expect("the source answers")
}

fn pairs(of: &[(&str, &str)]) -> Vec<(String, String)> {
    of.iter().map(|(key, json)| ((*key).to_owned(), (*json).to_owned())).collect()
}
