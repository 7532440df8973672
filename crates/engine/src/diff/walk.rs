//! Two states side by side, in key order, in memory for a few pages only.

use std::cmp::Ordering;
use std::collections::VecDeque;
use std::sync::Arc;

use holdfast_auth::Authorized;
use holdfast_model::{Entry, Key, Namespace, Prefix, Revision, Timestamp};
use holdfast_store::{At, PageLimit, Scan};

use crate::caller::Caller;
use crate::engine::Engine;
use crate::error::EngineError;
use crate::log::Log;

/// Rows and bytes read at once of each state.
const ROWS: usize = 512;
const BYTES: usize = 4 << 20;

/// One of the two states.
pub(crate) struct Side {
    proof: Authorized,
    namespace: Namespace,
    prefix: Prefix,
    after: Option<Key>,
    pub(crate) revision: Revision,
    rows: VecDeque<Arc<Entry>>,
    more: bool,
    /// What has expired by then is left out.
    now: Option<Timestamp>,
    /// Whose eyes to look with; `None`: the use case asks for each key itself.
    eyes: Option<(Engine, Caller)>,
}

/// A key with its entries in the older and in the newer state: at least one of the two.
pub(crate) type Pair = (Key, Option<Arc<Entry>>, Option<Arc<Entry>>);

pub(crate) struct Walk<'a> {
    log: &'a Log,
    pub(crate) old: Side,
    pub(crate) new: Side,
    /// The last key that was handed out.
    pub(crate) last: Option<Key>,
}

impl Side {
    pub(crate) fn new(
        proof: Authorized,
        namespace: Namespace,
        prefix: Prefix,
        after: Option<Key>,
        revision: Revision,
    ) -> Self {
        let rows = VecDeque::new();
        Self { proof, namespace, prefix, after, revision, rows, more: true, now: None, eyes: None }
    }

    /// Without what has expired by then.
    pub(crate) fn living_at(self, now: Timestamp) -> Self {
        Self { now: Some(now), ..self }
    }

    /// Without what the caller may not see.
    pub(crate) fn seen_by(self, engine: &Engine, caller: &Caller) -> Self {
        Self { eyes: Some((engine.clone(), caller.clone())), ..self }
    }

    /// Has a row at hand, if there is one.
    async fn fill(&mut self, log: &Log) -> Result<(), EngineError> {
        while self.rows.is_empty() && self.more {
            let what = Scan::Entries {
                namespace: self.namespace.clone(),
                prefix: self.prefix.clone(),
                after: self.after.take(),
            };
            let limit = PageLimit::rows(ROWS).and_bytes(BYTES);
            let found = log.list(&self.proof, what, At::Revision(self.revision), limit).await?;
            self.after = found.entries.last().map(|entry| entry.at.key.clone());
            self.more = found.more;
            let dead = |entry: &Entry| self.now.is_some_and(|now| entry.expired(now));
            let mut entries = found.entries;
            entries.retain(|entry| !dead(entry));
            if let Some((engine, caller)) = &self.eyes {
                entries = engine.visible(caller, entries).await?;
            }
            self.rows = entries.into();
        }
        Ok(())
    }
}

impl<'a> Walk<'a> {
    pub(crate) fn new(log: &'a Log, old: Side, new: Side) -> Self {
        Self { log, old, new, last: None }
    }

    /// The next key that one of the states has.
    pub(crate) async fn next(&mut self) -> Result<Option<Pair>, EngineError> {
        if !self.more().await? {
            return Ok(None);
        }
        let order = match (self.old.rows.front(), self.new.rows.front()) {
            (Some(old), Some(new)) => old.at.key.cmp(&new.at.key),
            (Some(_), None) => Ordering::Less,
            _ => Ordering::Greater,
        };
        let old = if order.is_le() { self.old.rows.pop_front() } else { None };
        let new = if order.is_ge() { self.new.rows.pop_front() } else { None };
        let key = old.as_ref().or(new.as_ref()).map(|entry| entry.at.key.clone());
        self.last.clone_from(&key);
        Ok(key.map(|key| (key, old, new)))
    }

    /// True when there is a next key.
    pub(crate) async fn more(&mut self) -> Result<bool, EngineError> {
        self.old.fill(self.log).await?;
        self.new.fill(self.log).await?;
        Ok(!(self.old.rows.is_empty() && self.new.rows.is_empty()))
    }
}
