//! What the judge is told: the entries of the keys at hand, read before it is asked.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use bytes::Bytes;
use holdfast_model::{Batch, Entry, EntryKey, Idempotency, Namespace, Quiet, Write, WriteAction};
use holdfast_store::{At, PageLimit, Row, Scan, StoreError};
use quick_cache::DefaultHashBuilder;

use crate::cache::Known;
use crate::judge::Facts;
use crate::log::Log;
use crate::quotas::{Account, Usage};
use crate::remembered::{Remembered, side_key};

type KnownKeys = HashMap<EntryKey, Known, DefaultHashBuilder>;

pub(super) struct Gathered<'a> {
    known: KnownKeys,
    remembered: HashMap<Bytes, Remembered>,
    /// Of namespaces with a quota.
    accounts: HashMap<Namespace, Account>,
    log: &'a Log,
}

impl Facts for Gathered<'_> {
    fn entry(&self, at: &EntryKey) -> Option<Arc<Entry>> {
        match self.known.get(at) {
            Some(Known::Entry(entry)) => Some(Arc::clone(entry)),
            _ => None,
        }
    }

    fn last_ordinal(&self, at: &EntryKey) -> u64 {
        match self.known.get(at) {
            Some(Known::Absent(Some(ordinal))) => *ordinal,
            _ => 0,
        }
    }

    fn changed(&self, quiet: &Quiet) -> bool {
        self.log.hub.ring.lock().changed(quiet)
    }

    fn remembered(&self, key: &Idempotency) -> Option<Remembered> {
        self.remembered.get(&side_key(key)).cloned()
    }

    fn limits(&self) -> bool {
        self.log.usage.is_some()
    }

    fn account(&self, namespace: &Namespace) -> Option<Account> {
        self.accounts.get(namespace).copied()
    }
}

impl Log {
    /// Reads everything that judging these batches needs.
    pub(super) async fn gather(&self, batches: &[&Batch]) -> Result<Gathered<'_>, StoreError> {
        let mut remembered = HashMap::new();
        for key in batches.iter().filter_map(|batch| batch.idempotency.as_ref()) {
            if let Some(row) = self.remembered(key).await? {
                remembered.insert(side_key(key), row);
            }
        }
        let known = self.know(batches).await?;
        let accounts = match &self.usage {
            Some(usage) => self.accounts(usage, batches).await?,
            None => HashMap::new(),
        };
        Ok(Gathered { known, remembered, accounts, log: self })
    }

    async fn accounts(
        &self,
        usage: &Usage,
        batches: &[&Batch],
    ) -> Result<HashMap<Namespace, Account>, StoreError> {
        let mut accounts = HashMap::new();
        // Not only what is written: what is due goes wherever the batch looks.
        let names = batches.iter().flat_map(|batch| batch.names());
        let mut seen: HashSet<&Namespace> = HashSet::new();
        for namespace in names.map(|at| &at.namespace) {
            if seen.insert(namespace)
                && let Some(account) = usage.account(self.store.as_ref(), namespace).await?
            {
                accounts.insert(namespace.clone(), account);
            }
        }
        Ok(accounts)
    }

    /// What was answered under this idempotency key.
    pub(crate) async fn remembered(
        &self,
        key: &Idempotency,
    ) -> Result<Option<Remembered>, StoreError> {
        let what = Scan::Side { prefix: side_key(key), after: None };
        let page = self.store.scan(&what, At::Latest, PageLimit::rows(1)).await?.value;
        Ok(match page.rows.first() {
            Some(Row::Side(_, row)) => Remembered::decode(row),
            _ => None,
        })
    }

    /// Brings what judging the batch will need into the cache, here, on the caller's own thread: the committer's time is
    /// everybody's.
    pub(crate) async fn warm(&self, batch: &Batch) -> Result<(), StoreError> {
        if names(batch).all(|(at, may_create)| self.cache.knows(at, may_create)) {
            return Ok(());
        }
        self.know(&[batch]).await.map(drop)
    }

    async fn know(&self, batches: &[&Batch]) -> Result<KnownKeys, StoreError> {
        let mut known = KnownKeys::with_capacity_and_hasher(batches.len(), Default::default());
        let mut unknown = Vec::new();
        for (at, may_create) in batches.iter().flat_map(|batch| names(batch)) {
            match self.cache.peek(at).filter(|found| found.suffices(may_create)) {
                Some(found) => drop(known.insert(at.clone(), found)),
                None => unknown.push(at.clone()),
            }
        }
        if unknown.is_empty() {
            return Ok(known);
        }
        let seen = self.lookup.ask(unknown.clone()).await?;
        for at in unknown {
            let found = seen.of(&at)?;
            self.cache.offer(&at, found.clone(), seen.revision);
            known.insert(at, found);
        }
        Ok(known)
    }
}

/// The keys that a batch touches, and whether it may create them.
fn names(batch: &Batch) -> impl Iterator<Item = (&EntryKey, bool)> {
    let puts = |write: &Write| matches!(write.action, WriteAction::Put { .. });
    let written = batch.all_writes().map(puts);
    batch.names().zip(written.chain(std::iter::repeat(false)))
}
