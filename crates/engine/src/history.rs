//! The versions of a key.

use std::sync::Arc;

use holdfast_auth::{Action, Resource};
use holdfast_model::{Entry, EntryKey, Revision};
use holdfast_store::{PageLimit, Row};

use crate::caller::Caller;
use crate::engine::Engine;
use crate::error::EngineError;
use crate::names::{self, KeyRule, not_found};

/// Which versions of which key.
#[derive(Debug, Clone)]
pub struct Versions {
    /// Where.
    pub namespace: String,
    /// Which.
    pub key: String,
    /// Just this one.
    pub version: Option<u64>,
    /// At most so many; `None`: as many as one answer may hold.
    pub limit: Option<usize>,
    /// Only lower ones.
    pub below: Option<u64>,
    /// The dialect's alphabet for keys.
    pub key_rule: KeyRule,
}

/// Versions, newest first.
#[derive(Debug, Clone)]
pub struct VersionPage {
    /// Each as an entry of its time.
    pub entries: Vec<Entry>,
    /// There are older ones.
    pub more: bool,
}

/// Rows read at once on the way back through a history.
const STEP: usize = 128;

impl Engine {
    /// The versions of the current incarnation of a key: those before a delete are not part of it.
    pub async fn versions(
        &self,
        caller: &Caller,
        wanted: Versions,
    ) -> Result<VersionPage, EngineError> {
        let resource = Resource::key(&*wanted.namespace, &*wanted.key);
        let proof = self.authorize(caller, Action::Read, resource).await?;
        let namespace = names::namespace(&wanted.namespace)?;
        let at = EntryKey::new(namespace, names::key(&wanted.key, wanted.key_rule)?);
        let current = self.log().get(&proof, &at).await?.ok_or_else(|| not_found(&at))?;
        let mut page = VersionPage { entries: Vec::new(), more: false };
        let mut before: Option<Revision> = None;
        let mut bytes = 0;
        loop {
            let rows = self.log().history(&proof, &at, before, PageLimit::rows(STEP)).await?;
            for row in &rows.rows {
                let Row::History(row) = row else { continue };
                before = Some(row.revision);
                // A removal ends the incarnation; newer than what we saw as current, it is no part of the answer.
                let same = row.event.create_revision == current.create_revision;
                let Some(entry) = row.entry().filter(|_| same) else {
                    if row.revision > current.mod_revision {
                        continue;
                    }
                    return finish(page, &wanted);
                };
                if wanted.below.is_some_and(|below| entry.version >= below)
                    || wanted.version.is_some_and(|version| entry.version != version)
                {
                    continue;
                }
                let full = wanted.limit.is_some_and(|limit| page.entries.len() >= limit)
                    || (!page.entries.is_empty()
                        && bytes + entry.weight() > self.limits().page_bytes);
                if full {
                    page.more = true;
                    return finish(page, &wanted);
                }
                bytes += entry.weight();
                if let Some(shown) = self.shown(caller, Arc::new(entry))? {
                    self.answered(caller, &shown).await?;
                    page.entries.push(Arc::unwrap_or_clone(shown));
                }
                if wanted.version.is_some() {
                    return finish(page, &wanted);
                }
            }
            if !rows.more {
                return finish(page, &wanted);
            }
        }
    }
}

fn finish(page: VersionPage, wanted: &Versions) -> Result<VersionPage, EngineError> {
    if wanted.version.is_some() && page.entries.is_empty() {
        return Err(EngineError::VersionNotFound {
            namespace: wanted.namespace.clone(),
            key: wanted.key.clone(),
        });
    }
    Ok(page)
}
