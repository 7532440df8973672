//! Get, list, snapshot and history at a chosen moment, each with the revision that it saw.

use std::sync::Arc;

use holdfast_auth::{Action, Resource};
use holdfast_model::{Entry, Key, Revision};
use holdfast_store::{At, HistoryRow, PageLimit, Row};

use crate::caller::Caller;
use crate::engine::Engine;
use crate::entries::{List, readable};
use crate::error::EngineError;
use crate::moment::Moment;
use crate::names::not_found;

/// An entry, and a revision whose effects it shows.
#[derive(Debug, Clone)]
pub struct Seen {
    /// The entry.
    pub entry: Arc<Entry>,
    /// Of the state that was read. Of the latest state it may be a little older than the entry's surroundings, never newer:
    /// a watch from here misses nothing.
    pub revision: Revision,
}

/// Entries by key.
#[derive(Debug, Clone)]
pub struct ListPage {
    /// The entries.
    pub entries: Vec<Arc<Entry>>,
    /// Behind this key there are more.
    pub next: Option<Key>,
    /// The state they are from.
    pub revision: Revision,
}

/// Events of a key, newest first.
#[derive(Debug, Clone)]
pub struct HistoryPage {
    /// The rows; those of one revision come together.
    pub rows: Vec<Arc<HistoryRow>>,
    /// There are older ones.
    pub more: bool,
}

impl Engine {
    /// The entry of a key at a moment.
    pub async fn read(
        &self,
        caller: &Caller,
        (namespace, key): (&str, &str),
        moment: Moment,
    ) -> Result<Seen, EngineError> {
        let proof = self.authorize(caller, Action::Read, Resource::key(namespace, key)).await?;
        let name = readable(namespace, key)?;
        let at = self.at(moment).await?;
        let shown = self.log().view().head.revision;
        let (entry, seen) = match at {
            At::Latest => (self.log().get(&proof, &name).await?, shown),
            At::Revision(revision) => (self.log().get_at(&proof, &name, revision).await?, revision),
        };
        let entry = self.shown_or_missing(caller, &name, entry).await?;
        // What is durable may be a step ahead of what was shown.
        let revision = seen.max(entry.mod_revision);
        Ok(Seen { entry, revision })
    }

    /// A page of entries at a moment. A page that goes on behind an earlier one is read at that one's revision
    /// (`live`: entries whose time has come since are left out, as the first page did).
    pub async fn read_list(
        &self,
        caller: &Caller,
        list: List,
        moment: Moment,
        live: bool,
    ) -> Result<ListPage, EngineError> {
        let bytes = self.limits().answer_bytes();
        let mut page = self.list_state(caller, list, moment, bytes).await?;
        let next = page.entries.last().filter(|_| page.more).map(|entry| entry.at.key.clone());
        if live {
            let now = self.log().now();
            page.entries.retain(|entry| !entry.expired(now));
        }
        Ok(ListPage { entries: page.entries, next, revision: page.revision })
    }

    /// What happened to a key, newest first: deletes and earlier incarnations too.
    pub async fn key_history(
        &self,
        caller: &Caller,
        (namespace, key): (&str, &str),
        before: Option<Revision>,
        limit: usize,
    ) -> Result<HistoryPage, EngineError> {
        let proof = self.authorize(caller, Action::Read, Resource::key(namespace, key)).await?;
        let name = readable(namespace, key)?;
        let limit = PageLimit::rows(limit).and_bytes(self.limits().answer_bytes());
        let page = self.log().history(&proof, &name, before, limit).await?;
        if page.rows.is_empty() && before.is_none() {
            return Err(not_found(&name));
        }
        let mut rows = Vec::with_capacity(page.rows.len());
        for row in page.rows {
            let Row::History(row) = row else { continue };
            let Some(row) = self.shown_row(caller, row)? else { continue };
            if let Some(entry) = row.entry().filter(|_| self.audit.is_some()) {
                self.answered(caller, &entry).await?;
            }
            rows.push(row);
        }
        Ok(HistoryPage { rows, more: page.more })
    }
}
