//! Whoever follows a source, and holds what it is told against the contract.

use std::collections::BTreeMap;
use std::sync::Arc;

use futures::StreamExt;

use super::within;
use crate::Entry;
use crate::source::{Change, Follow, Moment, Place, Update, Updates, Why};

/// A follower, and all it knows.
pub struct Told {
    updates: Updates,
    follow: Follow,
    /// What there is, as far as it was told.
    pub entries: BTreeMap<Arc<str>, Entry>,
    loading: Option<BTreeMap<Arc<str>, Entry>>,
    /// Where it stands.
    pub place: Option<Place>,
    /// The keys of each commit that was told, in order.
    pub commits: Vec<Vec<Arc<str>>>,
    /// Why the whole state was told, each time.
    pub began: Vec<Why>,
    /// How often it was told that there is nothing else.
    pub confirmed: usize,
    revision: u64,
}

impl Told {
    pub(super) fn new(updates: Updates, follow: Follow) -> Self {
        Self {
            updates,
            place: follow.after.clone(),
            follow,
            entries: BTreeMap::new(),
            loading: None,
            commits: Vec::new(),
            began: Vec::new(),
            confirmed: 0,
            revision: 0,
        }
    }

    /// Takes news until something is true.
    pub(super) async fn until(&mut self, what: &str, mut done: impl FnMut(&Self) -> bool) {
        let taken = async {
            while !done(self) {
                let update = self.updates.next().await.expect("the watch goes on");
                self.take(update.expect("the watch goes on"));
            }
        };
        let in_time = tokio::time::timeout(super::PATIENCE, taken).await.is_ok();
        assert!(in_time, "never told: {what}; told were {:?}", self.shown());
    }

    /// Takes news until the state is told.
    pub(super) async fn state(&mut self) {
        self.until("the state", |told| !told.began.is_empty() && told.loading.is_none()).await;
    }

    /// Takes one piece of news.
    pub(super) async fn one(&mut self) {
        let update = within(self.updates.next()).await.expect("the watch goes on");
        self.take(update.expect("the watch goes on"));
    }

    /// True when a log tells, which leaves no commit out.
    pub(super) fn counts(&self) -> bool {
        self.revision > 0
    }

    pub(super) fn shown(&self) -> Vec<(String, String)> {
        self.entries.values().map(|entry| (entry.key.to_string(), json(entry))).collect()
    }

    fn take(&mut self, update: Update) {
        match update {
            Update::Begin(why) => {
                self.began.push(why);
                self.loading = Some(BTreeMap::new());
            }
            Update::Entries(entries) => {
                entries.iter().for_each(|entry| self.check(&entry.key));
                let loading = self.loading.as_mut().expect("entries come after the beginning");
                loading.extend(entries.into_iter().map(|entry| (Arc::clone(&entry.key), entry)));
            }
            Update::Complete { place, moment, .. } => {
                self.entries = self.loading.take().expect("a state ends that began");
                self.place = place;
                self.revision = 0;
                self.pass(moment);
            }
            Update::Changes { changes, place, moment, .. } => {
                assert!(self.loading.is_none(), "changes come after the state");
                assert!(self.pass(moment), "changes come in the order of their commits");
                if !changes.is_empty() {
                    self.commits.push(changes.iter().map(|c| Arc::clone(c.key())).collect());
                }
                changes.into_iter().for_each(|change| self.change(change));
                self.place = place;
            }
            Update::Confirmed { place, .. } => {
                assert!(self.loading.is_none(), "nothing is confirmed inside a state");
                self.confirmed += 1;
                self.place = place.or(self.place.take());
            }
        }
    }

    fn change(&mut self, change: Change) {
        self.check(change.key());
        match change {
            Change::Set(entry) => self.entries.insert(Arc::clone(&entry.key), entry),
            Change::Gone { key, .. } => self.entries.remove(&key),
        };
    }

    fn check(&self, key: &str) {
        assert!(key.starts_with(&*self.follow.prefix), "{key} was not asked for");
    }

    fn pass(&mut self, moment: Moment) -> bool {
        let Moment::Revision(revision, _) = moment else { return true };
        let forward = revision > self.revision;
        self.revision = revision;
        forward
    }
}

/// The value of an entry without white space.
pub(super) fn json(entry: &Entry) -> String {
    let value: Result<serde_json::Value, _> = serde_json::from_slice(&entry.value);
    value.map_or_else(|_| format!("{:?}", entry.value), |value| value.to_string())
}
