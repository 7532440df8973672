//! Quotas: how many keys, how many bytes and how many watchers a namespace may have.
//!
//! What a namespace holds is a view of the log: it is counted when it is first written to, and kept from then on by whoever
//! commits. It is dropped whenever somebody else may have written, and never on disk.
//!
//! - [`Quotas`]: what is allowed
//! - [`Used`]: what a namespace holds
//! - `Usage`: what is known of the namespaces in use

use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};

use holdfast_auth::trust::Rule;
use holdfast_auth::{Action, Resource};
use holdfast_model::{Entry, Event, Filter, Namespace};
use holdfast_store::{At, PageLimit, Row, Scan, Store, StoreError};
use parking_lot::Mutex;
use quick_cache::unsync::Cache;

use crate::error::EngineError;

/// What a namespace may have; `None`: as much as it likes.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Quota {
    /// Entries.
    pub keys: Option<u64>,
    /// Bytes of the current values together.
    pub bytes: Option<u64>,
    /// Open watches that name the namespace.
    pub watchers: Option<u64>,
}

/// Of what there is a quota.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Counted {
    /// Entries.
    Keys,
    /// Bytes of current values.
    Bytes,
    /// Open watches.
    Watchers,
}

impl Counted {
    /// In settings, metadata and metrics.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Keys => "keys",
            Self::Bytes => "bytes",
            Self::Watchers => "watchers",
        }
    }
}

/// Quotas by namespace. Those of the server itself have none.
#[derive(Debug, Clone, Default)]
pub struct Quotas {
    usual: Quota,
    special: Vec<(Rule, Quota)>,
}

impl Quotas {
    /// Each namespace has the quota of the first pattern that names it, else the usual one.
    ///
    /// # Errors
    /// A sentence about the first pattern that is none.
    pub fn new(usual: Quota, special: &[(String, Quota)]) -> Result<Self, String> {
        let rule = |(pattern, quota): &(String, Quota)| {
            if pattern.contains('/') {
                return Err(format!("{pattern:?}: a quota is of whole namespaces, without a /"));
            }
            let rule = format!("read {pattern}").parse::<Rule>();
            rule.map(|rule| (rule, *quota)).map_err(|error| error.to_string())
        };
        Ok(Self { usual, special: special.iter().map(rule).collect::<Result<_, _>>()? })
    }

    /// True when nothing is limited anywhere.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.all().all(|quota| quota == Quota::default())
    }

    fn all(&self) -> impl Iterator<Item = Quota> {
        std::iter::once(self.usual).chain(self.special.iter().map(|(_, quota)| *quota))
    }

    /// The quota of a namespace.
    #[must_use]
    pub fn of(&self, namespace: &str) -> Quota {
        if namespace.starts_with(Namespace::RESERVED) {
            return Quota::default();
        }
        let what = Resource::namespace(namespace);
        let special = self.special.iter().find(|(rule, _)| rule.matches(Action::Read, &what));
        special.map_or(self.usual, |(_, quota)| *quota)
    }
}

/// What a namespace holds. An entry past its expiry counts until it is removed.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Used {
    /// Entries.
    pub keys: u64,
    /// Bytes of their values.
    pub bytes: u64,
}

/// What a namespace holds, and what it may.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Account {
    pub(crate) quota: Quota,
    pub(crate) used: Used,
}

/// A quota that a write would go beyond.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Exceeded {
    pub(crate) what: Counted,
    /// With the write.
    pub(crate) wanted: u64,
    pub(crate) quota: u64,
}

impl Used {
    /// After an event that found this entry, or none.
    pub(crate) fn after(self, before: Option<&Entry>, event: &Event) -> Self {
        let bytes = |value: &bytes::Bytes| value.len() as u64;
        let old = before.map_or(0, |entry| bytes(&entry.value));
        let (keys, new) = if event.leaves_entry() {
            (self.keys + u64::from(before.is_none()), bytes(&event.value))
        } else {
            (self.keys.saturating_sub(u64::from(before.is_some())), 0)
        };
        Self { keys, bytes: self.bytes.saturating_sub(old) + new }
    }
}

impl Account {
    /// Refuses what would be more than there was and more than there may be: who is beyond a quota can still shrink.
    pub(crate) fn check(&self, wanted: Used) -> Result<(), Exceeded> {
        for (what, before, wanted, quota) in [
            (Counted::Keys, self.used.keys, wanted.keys, self.quota.keys),
            (Counted::Bytes, self.used.bytes, wanted.bytes, self.quota.bytes),
        ] {
            if let Some(quota) = quota
                && wanted > quota
                && wanted > before
            {
                return Err(Exceeded { what, wanted, quota });
            }
        }
        Ok(())
    }
}

/// Namespaces whose holdings are known; others are counted again when they are written to.
const KNOWN: usize = 16_384;
/// Bytes of a page while a namespace is counted.
const PAGE_BYTES: usize = 4 << 20;

/// What is known of the namespaces in use.
pub(crate) struct Usage {
    quotas: Quotas,
    /// Changed only by whoever commits.
    known: Mutex<Cache<Namespace, Used>>,
    watchers: Arc<Mutex<HashMap<String, u64>>>,
    /// Of how many nodes this one allows its part of the watchers.
    nodes: AtomicU64,
}

impl Usage {
    /// `None`: there are no quotas, and nothing is counted.
    pub(crate) fn of(quotas: &Quotas) -> Option<Self> {
        let known = Mutex::new(Cache::new(KNOWN));
        let (watchers, nodes) = (Arc::default(), AtomicU64::new(1));
        let usage = || Self { quotas: quotas.clone(), known, watchers, nodes };
        (!quotas.is_empty()).then(usage)
    }

    /// The account of a namespace as the store has it now; `None`: it may hold as much as it likes.
    pub(crate) async fn account(
        &self,
        store: &dyn Store,
        namespace: &Namespace,
    ) -> Result<Option<Account>, StoreError> {
        let quota = self.quotas.of(namespace.as_str());
        if quota.keys.is_none() && quota.bytes.is_none() {
            return Ok(None);
        }
        let known = self.known.lock().get(namespace).copied();
        let used = match known {
            Some(used) => used,
            None => {
                let used = count(store, namespace).await?;
                self.known.lock().insert(namespace.clone(), used);
                used
            }
        };
        Ok(Some(Account { quota, used }))
    }

    /// What is durable now.
    pub(crate) fn hold(&self, used: Vec<(Namespace, Used)>) {
        let mut known = self.known.lock();
        used.into_iter().for_each(|(namespace, used)| known.insert(namespace, used));
    }

    /// Somebody else may have written.
    pub(crate) fn forget(&self) {
        *self.known.lock() = Cache::new(KNOWN);
    }

    /// Somebody else wrote to this namespace.
    pub(crate) fn forget_of(&self, namespace: &Namespace) {
        self.known.lock().remove(namespace);
    }

    /// Whoever watches already stays.
    pub(crate) fn share(&self, nodes: u64) {
        self.nodes.store(nodes.max(1), Relaxed);
    }

    /// Of this node. Without a single place nobody whom the balancer leads here could watch.
    fn part(&self, quota: u64) -> u64 {
        (quota / self.nodes.load(Relaxed)).max(quota.min(1))
    }

    /// Takes the places of a watch in the namespaces that it names: in all of them or none.
    pub(crate) fn seat(&self, filters: &[Filter]) -> Result<Option<Box<Seats>>, EngineError> {
        let mut names: Vec<&String> = filters.iter().flat_map(|f| &f.namespaces).collect();
        names.sort_unstable();
        names.dedup();
        let limited = names.into_iter().filter_map(|name| {
            let quota = self.quotas.of(name).watchers?;
            Some((name.clone(), self.part(quota)))
        });
        let limited: Vec<_> = limited.collect();
        if limited.is_empty() {
            return Ok(None);
        }
        let mut watchers = self.watchers.lock();
        let full = limited.iter().find_map(|(name, quota)| {
            let wanted = watchers.get(name).copied().unwrap_or(0) + 1;
            let exceeded = Exceeded { what: Counted::Watchers, wanted, quota: *quota };
            (wanted > *quota).then(|| exceeded.in_namespace(name))
        });
        if let Some(full) = full {
            return Err(full);
        }
        let namespaces: Vec<String> = limited.into_iter().map(|(name, _)| name).collect();
        for name in &namespaces {
            *watchers.entry(name.clone()).or_default() += 1;
        }
        Ok(Some(Box::new(Seats { namespaces, watchers: Arc::clone(&self.watchers) })))
    }
}

impl Exceeded {
    pub(crate) fn in_namespace(self, namespace: &str) -> EngineError {
        let Self { what, wanted, quota } = self;
        EngineError::QuotaExceeded { namespace: namespace.to_owned(), what, wanted, quota }
    }
}

/// The places of a watch, until it is dropped.
pub(crate) struct Seats {
    namespaces: Vec<String>,
    watchers: Arc<Mutex<HashMap<String, u64>>>,
}

impl Drop for Seats {
    fn drop(&mut self) {
        let mut watchers = self.watchers.lock();
        for name in &self.namespaces {
            let left = watchers.get_mut(name).map(|count| {
                *count -= 1;
                *count
            });
            if left == Some(0) {
                watchers.remove(name);
            }
        }
    }
}

async fn count(store: &dyn Store, namespace: &Namespace) -> Result<Used, StoreError> {
    let (mut used, mut after) = (Used::default(), None);
    loop {
        let what = Scan::Entries {
            namespace: namespace.clone(),
            prefix: holdfast_model::Prefix::any(),
            after: after.take(),
        };
        let limit = PageLimit::rows(usize::MAX).and_bytes(PAGE_BYTES);
        let page = store.scan(&what, At::Latest, limit).await?.value;
        for row in &page.rows {
            let Row::Entry(entry) = row else { continue };
            used.keys += 1;
            used.bytes += entry.value.len() as u64;
            after = Some(entry.at.key.clone());
        }
        if !page.more || after.is_none() {
            return Ok(used);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_pattern_that_names_a_namespace_decides() {
        let keys = |keys| Quota { keys: Some(keys), ..Quota::default() };
        let special = [("prod-*".into(), keys(10)), ("*".into(), keys(5))];
        let quotas = Quotas::new(keys(1), &special).expect("patterns");
        assert_eq!(quotas.of("prod-eu").keys, Some(10));
        assert_eq!(quotas.of("other").keys, Some(5));
        assert_eq!(quotas.of("internal:holdfast").keys, None);
        assert_eq!(quotas.of("internal:holdfast-trust").keys, None);
        let usual = Quotas::new(keys(1), &[]).expect("no patterns");
        assert_eq!(usual.of("any").keys, Some(1));
        assert!(Quotas::new(Quota::default(), &[("a/b".into(), keys(1))]).is_err());
        assert!(Quotas::default().is_empty() && !usual.is_empty());
    }

    #[test]
    fn seats_are_taken_in_all_namespaces_or_none_and_given_back() {
        let quota = Quota { watchers: Some(1), ..Quota::default() };
        let usage = Usage::of(&Quotas::new(quota, &[]).expect("no patterns")).expect("a quota");
        let of = |names: &[&str]| {
            let namespaces = names.iter().map(|name| (*name).to_owned()).collect();
            vec![Filter { namespaces, prefixes: Vec::new() }]
        };
        let first = usage.seat(&of(&["a", "a"])).expect("free").expect("limited");
        assert!(usage.seat(&of(&["b", "a"])).is_err());
        let second = usage.seat(&of(&["b"])).expect("b was not taken");
        assert!(usage.seat(&of(&[])).expect("all of them").is_none());
        drop((first, second));
        assert!(usage.watchers.lock().is_empty());
        assert!(usage.seat(&of(&["b", "a"])).is_ok());
    }

    #[test]
    fn a_node_allows_its_part_of_the_watchers() {
        for (quota, nodes, part) in
            [(10, 1, 10), (10, 3, 3), (10, 10, 1), (10, 50, 1), (0, 3, 0), (7, 0, 7)]
        {
            let quota = Quota { watchers: Some(quota), ..Quota::default() };
            let usage = Usage::of(&Quotas::new(quota, &[]).expect("no patterns")).expect("one");
            usage.share(nodes);
            let filters = vec![Filter { namespaces: vec!["a".to_owned()], prefixes: Vec::new() }];
            let seats: Vec<_> =
                std::iter::from_fn(|| usage.seat(&filters).ok().flatten()).take(100).collect();
            assert_eq!(seats.len(), part, "{quota:?} of {nodes} nodes");
        }
    }
}
