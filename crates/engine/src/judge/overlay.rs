//! The state that a batch sees: the facts at the head, and what the batches before it in the group did to them.

use std::collections::HashMap;
use std::sync::Arc;

use holdfast_model::{
    Entry, EntryKey, Event, Head, Idempotency, Namespace, Quiet, Sealed, Timestamp,
};
use holdfast_store::{Group, SideWrite};
use quick_cache::DefaultHashBuilder;

use super::{Facts, Header, seal};
use crate::quotas::{Account, Used};
use crate::remembered::{Remembered, side_key};

pub(super) struct Overlay<'a> {
    head: Head,
    facts: &'a dyn Facts,
    touched: HashMap<EntryKey, Touched, DefaultHashBuilder>,
    answered: HashMap<bytes::Bytes, Remembered>,
    group: Group,
    /// Namespaces with a quota that the group wrote to; `None` where there are no quotas.
    used: Option<HashMap<Namespace, Used>>,
}

/// A key that the group changed: the event that left its entry (few are asked for again, so it is made when one is), or
/// the ordinal under which it went.
enum Touched {
    Left(Arc<Sealed>, usize),
    Gone(u64),
}

impl<'a> Overlay<'a> {
    pub(super) fn new(head: Head, facts: &'a dyn Facts) -> Self {
        Self {
            head,
            facts,
            touched: HashMap::default(),
            answered: HashMap::new(),
            group: Group { frees_space: true, ..Group::default() },
            used: facts.limits().then(HashMap::new),
        }
    }

    pub(super) fn head(&self) -> &Head {
        &self.head
    }

    pub(super) fn entry(&self, at: &EntryKey) -> Option<Arc<Entry>> {
        match self.touched.get(at) {
            Some(Touched::Left(sealed, index)) => {
                let commit = sealed.commit();
                commit.events.get(*index)?.entry(commit).map(Arc::new)
            }
            Some(Touched::Gone(_)) => None,
            None => self.facts.entry(at),
        }
    }

    pub(super) fn last_ordinal(&self, at: &EntryKey) -> u64 {
        match self.touched.get(at) {
            Some(Touched::Gone(ordinal)) => *ordinal,
            _ => self.facts.last_ordinal(at),
        }
    }

    pub(super) fn changed(&self, quiet: &Quiet) -> bool {
        self.touched.keys().any(|at| quiet.scope.contains(at)) || self.facts.changed(quiet)
    }

    pub(super) fn remembered(&self, key: &Idempotency) -> Option<Remembered> {
        let earlier = self.answered.get(&side_key(key)).cloned();
        earlier.or_else(|| self.facts.remembered(key))
    }

    pub(super) fn remember(&mut self, key: &Idempotency, answer: Remembered) {
        let row = side_key(key);
        self.group.side.push(SideWrite { key: row.clone(), value: Some(answer.encode()) });
        self.answered.insert(row, answer);
    }

    /// Commit times only rise, whatever the wall clock does; by so much that each of so many events can have a nanosecond of its own.
    pub(super) fn next_time(&self, now: Timestamp, events: usize) -> Timestamp {
        let events = i64::try_from(events.max(1)).unwrap_or(i64::MAX);
        now.max(Timestamp(self.head.time.0.saturating_add(events)))
    }

    pub(super) fn commit(
        &mut self,
        time: Timestamp,
        header: Header,
        events: Vec<Event>,
    ) -> Arc<Sealed> {
        if self.limits() {
            let after = self.accounts_after(&events);
            let used = self.used.get_or_insert_default();
            used.extend(after.into_iter().map(|(namespace, _, after)| (namespace, after)));
        }
        let sealed = Arc::new(seal(&self.head, time, header, events));
        let commit = sealed.commit();
        for (index, event) in commit.events.iter().enumerate() {
            let touched = if event.leaves_entry() {
                Touched::Left(Arc::clone(&sealed), index)
            } else {
                Touched::Gone(event.ordinal)
            };
            self.touched.insert(event.at.clone(), touched);
            self.group.frees_space &= event.kind.removes();
        }
        self.head.revision = commit.revision;
        self.head.time = time;
        self.head.hash = sealed.hash();
        self.head.appended_bytes += sealed.appended_bytes();
        self.group.commits.push(Arc::clone(&sealed));
        sealed
    }

    /// True when namespaces have quotas.
    pub(super) fn limits(&self) -> bool {
        self.used.is_some()
    }

    /// What each namespace with a quota holds, and what it would after these events, no two of which are of one key.
    pub(super) fn accounts_after(&self, events: &[Event]) -> Vec<(Namespace, Account, Used)> {
        let mut after: Vec<(Namespace, Account, Used)> = Vec::new();
        for event in events {
            let namespace = &event.at.namespace;
            let known = after.iter().position(|(name, _, _)| name == namespace);
            let place = match (known, self.account(namespace)) {
                (Some(place), _) => place,
                (None, Some(account)) => {
                    after.push((namespace.clone(), account, account.used));
                    after.len() - 1
                }
                (None, None) => continue,
            };
            let before = self.entry(&event.at);
            let (_, _, used) = &mut after[place];
            *used = used.after(before.as_deref(), event);
        }
        after
    }

    fn account(&self, namespace: &Namespace) -> Option<Account> {
        let account = self.facts.account(namespace)?;
        let used = self.used.as_ref().and_then(|used| used.get(namespace)).copied();
        Some(Account { used: used.unwrap_or(account.used), ..account })
    }

    pub(super) fn into_group(self) -> (Group, Vec<(Namespace, Used)>) {
        (self.group, self.used.into_iter().flatten().collect())
    }
}
