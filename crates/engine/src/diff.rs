//! What differs: between two versions of a key, and between two states (revisions, namespaces, or both).
//!
//! - [`Change::between`]: the comparing itself, pure
//! - [`json`]: what differs inside two JSON values
//! - `walk`: two states side by side, page by page

pub mod json;
pub(crate) mod walk;

use std::sync::Arc;

use holdfast_auth::{Action, Resource};
use holdfast_model::{Entry, Key, Prefix, Revision};

use crate::caller::Caller;
use crate::engine::Engine;
use crate::error::EngineError;
use crate::history::Versions;
use crate::moment::Moment;
use crate::names::{self, KeyRule, any_key};
use walk::{Side, Walk};

/// What became of a key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Change {
    /// Only the newer state has it.
    Added,
    /// Only the older state has it.
    Removed,
    /// Both have it, with other bytes or another codec.
    Changed,
}

impl Change {
    /// Compares a key in two states; `None` when there is no difference that a reader of values could see: versions and
    /// times do not count.
    pub fn between(old: Option<&Entry>, new: Option<&Entry>) -> Option<Self> {
        match (old, new) {
            (None, None) => None,
            (None, Some(_)) => Some(Self::Added),
            (Some(_), None) => Some(Self::Removed),
            (Some(old), Some(new)) => differs(old, new).then_some(Self::Changed),
        }
    }
}

/// True when bytes or codec are others.
pub fn differs(old: &Entry, new: &Entry) -> bool {
    old.value != new.value || old.codec != new.codec
}

/// A key that differs.
#[derive(Debug, Clone)]
pub struct Difference {
    /// Which.
    pub key: Key,
    /// How.
    pub change: Change,
    /// The entry in the older state.
    pub old: Option<Arc<Entry>>,
    /// The entry in the newer state.
    pub new: Option<Arc<Entry>>,
}

/// Two versions of one key.
#[derive(Debug, Clone)]
pub struct VersionDiff {
    /// The first one asked for.
    pub old: Entry,
    /// The second.
    pub new: Entry,
    /// Bytes or codec are others.
    pub changed: bool,
}

/// Which states to compare.
#[derive(Debug, Clone)]
pub struct Diff {
    /// The older one.
    pub from: State,
    /// The newer one.
    pub to: State,
    /// Only keys that begin with this.
    pub prefix: String,
    /// Behind this key.
    pub after: Option<String>,
    /// At most so many differences.
    pub limit: usize,
}

/// A namespace at a moment.
#[derive(Debug, Clone)]
pub struct State {
    /// Where.
    pub namespace: String,
    /// When.
    pub moment: Moment,
    /// What has expired by now is left out.
    pub live: bool,
}

/// Differences, by key.
#[derive(Debug, Clone)]
pub struct DiffPage {
    /// Those found.
    pub differences: Vec<Difference>,
    /// Where to go on: everything up to this key was compared. `None`: to the end.
    pub after: Option<Key>,
    /// The revision of the older state.
    pub from: Revision,
    /// The revision of the newer state.
    pub to: Revision,
}

/// Keys compared for one answer; a diff of more is read page by page.
const KEYS: usize = 20_000;

impl Engine {
    /// Two versions of the current incarnation of a key; `None` asks for the current one.
    pub async fn diff_versions(
        &self,
        caller: &Caller,
        (namespace, key): (&str, &str),
        (old, new): (Option<u64>, Option<u64>),
        key_rule: KeyRule,
    ) -> Result<VersionDiff, EngineError> {
        let old = self.one_version(caller, namespace, key, old, key_rule).await?;
        let new = self.one_version(caller, namespace, key, new, key_rule).await?;
        let changed = differs(&old, &new);
        Ok(VersionDiff { old, new, changed })
    }

    async fn one_version(
        &self,
        caller: &Caller,
        namespace: &str,
        key: &str,
        version: Option<u64>,
        key_rule: KeyRule,
    ) -> Result<Entry, EngineError> {
        let wanted = Versions {
            namespace: namespace.into(),
            key: key.into(),
            version,
            limit: Some(1),
            below: None,
            key_rule,
        };
        let missing =
            || EngineError::VersionNotFound { namespace: namespace.into(), key: key.into() };
        self.versions(caller, wanted).await?.entries.pop().ok_or_else(missing)
    }

    /// What differs between two states, by key, in pages.
    pub async fn diff(&self, caller: &Caller, diff: Diff) -> Result<DiffPage, EngineError> {
        let mut walk = self.walk(caller, &diff).await?;
        let (from, to) = (walk.old.revision, walk.new.revision);
        let mut page = DiffPage { differences: Vec::new(), after: None, from, to };
        let mut bytes = 0;
        for _ in 0..KEYS {
            let full =
                page.differences.len() >= diff.limit || bytes >= self.limits().answer_bytes();
            if full && walk.more().await? {
                page.after = walk.last.take();
                return Ok(page);
            }
            let Some((key, old, new)) = walk.next().await? else { return Ok(page) };
            if let Some(change) = Change::between(old.as_deref(), new.as_deref()) {
                bytes += [&old, &new].into_iter().flatten().map(|e| e.weight()).sum::<usize>();
                page.differences.push(Difference { key, change, old, new });
            }
        }
        page.after = walk.last.take();
        Ok(page)
    }

    async fn walk(&self, caller: &Caller, diff: &Diff) -> Result<Walk<'_>, EngineError> {
        let old = self.side(caller, diff, &diff.from).await?;
        let new = self.side(caller, diff, &diff.to).await?;
        Ok(Walk::new(self.log(), old, new))
    }

    async fn side(&self, caller: &Caller, diff: &Diff, of: &State) -> Result<Side, EngineError> {
        let resource = Resource::namespace(&*of.namespace);
        let proof = self.authorize(caller, Action::Read, resource).await?;
        let namespace = names::namespace(&of.namespace)?;
        let after = diff.after.as_deref().map(|key| names::key(key, any_key)).transpose()?;
        let revision = self.pinned(of.moment).await?;
        let prefix = Prefix::new(&diff.prefix);
        let side = Side::new(proof, namespace, prefix, after, revision).seen_by(self, caller);
        Ok(if of.live { side.living_at(self.log().now()) } else { side })
    }
}
