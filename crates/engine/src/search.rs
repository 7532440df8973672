//! Search in keys and values. There is no index: a search reads what it looks through, so much for each call and no more,
//! and says where to go on.

use std::collections::VecDeque;
use std::sync::Arc;

use holdfast_auth::{Action, Authorized, Resource};
use holdfast_model::{Entry, EntryKey, Key, Namespace, Prefix, Revision};
use holdfast_store::{At, PageLimit, Row, Scan};
use regex::bytes::{Regex, RegexBuilder};

use crate::batches::invalid;
use crate::caller::Caller;
use crate::engine::Engine;
use crate::error::EngineError;
use crate::moment::Moment;
use crate::names;

/// What to look for, and where.
#[derive(Debug, Clone)]
pub struct Search {
    /// `None`: every namespace but the server's own.
    pub namespace: Option<String>,
    /// Only keys that begin with this.
    pub prefix: String,
    /// A text, or a regular expression.
    pub pattern: String,
    /// Which of the two.
    pub regex: bool,
    /// Upper and lower case are the same.
    pub ignore_case: bool,
    /// Look at keys.
    pub keys: bool,
    /// Look at values.
    pub values: bool,
    /// In which state.
    pub moment: Moment,
    /// What has expired by now is left out.
    pub live: bool,
    /// Behind this entry.
    pub after: Option<EntryKey>,
    /// At most so many entries.
    pub limit: usize,
}

/// An entry in which the pattern is.
#[derive(Debug, Clone)]
pub struct Found {
    /// The entry.
    pub entry: Arc<Entry>,
    /// Its key has the pattern.
    pub in_key: bool,
    /// Its value has it.
    pub in_value: bool,
}

/// Entries found, by namespace and key.
#[derive(Debug, Clone)]
pub struct SearchPage {
    /// Those the caller may read.
    pub found: Vec<Found>,
    /// Everything up to here was looked at; `None`: everything was.
    pub after: Option<EntryKey>,
    /// The state looked at.
    pub revision: Revision,
}

/// Bytes of a pattern.
const PATTERN_BYTES: usize = 1_024;
/// Memory of a compiled pattern, and of the automaton that it may grow into.
const PROGRAM_BYTES: usize = 1 << 20;
/// Entries and bytes looked at in one call.
const ENTRIES: usize = 50_000;
const BYTES: usize = 32 << 20;
/// Entries and bytes read at once; between two pages other tasks have their turn.
const PAGE_ENTRIES: usize = 512;
const PAGE_BYTES: usize = 1 << 20;
/// Namespaces looked up at once.
const NAMESPACES: usize = 64;

impl Engine {
    /// Entries with the pattern in their key or value, as far as the caller may read them.
    pub async fn search(&self, caller: &Caller, search: Search) -> Result<SearchPage, EngineError> {
        let resource = search.namespace.as_deref().map_or(Resource::any(), Resource::namespace);
        let proof = self.authorize(caller, Action::List, resource).await?;
        let pattern = pattern(&search)?;
        let revision = self.pinned(search.moment).await?;
        let mut places = self.places(&search, proof, revision)?;
        let mut page = SearchPage { found: Vec::new(), after: None, revision };
        let (mut entries, mut bytes, mut answer) = (0, 0, 0);
        while let Some(read) = places.next(self).await? {
            for entry in read {
                entries += 1;
                bytes += entry.weight();
                let at = entry.at.clone();
                if let Some(found) = self.hit(caller, &search, &pattern, entry).await? {
                    answer += found.entry.weight();
                    page.found.push(found);
                }
                if page.found.len() >= search.limit || answer >= self.limits().answer_bytes() {
                    page.after = Some(at);
                    return Ok(page);
                }
                page.after = Some(at);
            }
            if entries >= ENTRIES || bytes >= BYTES {
                return Ok(page);
            }
            tokio::task::yield_now().await;
        }
        page.after = None;
        Ok(page)
    }

    async fn hit(
        &self,
        caller: &Caller,
        search: &Search,
        pattern: &Regex,
        entry: Arc<Entry>,
    ) -> Result<Option<Found>, EngineError> {
        let in_key = search.keys && pattern.is_match(entry.at.key.as_str().as_bytes());
        let in_value = search.values && pattern.is_match(&entry.value);
        if !(in_key || in_value) || (search.live && entry.expired(self.log().now())) {
            return Ok(None);
        }
        // Whoever may not read it does not learn that the pattern is in it.
        if !self.sees(caller, &entry.at).await? {
            return Ok(None);
        }
        let Some(entry) = self.shown(caller, entry)? else { return Ok(None) };
        // Nor whoever sees only the rest of it.
        let in_value = in_value && pattern.is_match(&entry.value);
        self.answered(caller, &entry).await?;
        Ok((in_key || in_value).then_some(Found { entry, in_key, in_value }))
    }

    fn places(
        &self,
        search: &Search,
        proof: Authorized,
        revision: Revision,
    ) -> Result<Places, EngineError> {
        let named = search.namespace.as_deref().map(names::namespace).transpose()?;
        let (begun, behind) = match search.after.clone() {
            Some(at) => (Some(at.namespace), Some(at.key)),
            None => (named.clone(), None),
        };
        if let (Some(begun), Some(named)) = (&begun, &named)
            && begun != named
        {
            return Err(invalid("cursor", "is of another namespace"));
        }
        Ok(Places {
            proof,
            prefix: Prefix::new(&search.prefix),
            revision,
            last: begun.clone(),
            waiting: begun.into_iter().collect(),
            behind,
            more_namespaces: named.is_none(),
        })
    }
}

fn pattern(search: &Search) -> Result<Regex, EngineError> {
    if search.pattern.is_empty() {
        return Err(invalid("pattern", "is required"));
    }
    if search.pattern.len() > PATTERN_BYTES {
        return Err(invalid("pattern", &format!("at most {PATTERN_BYTES} bytes")));
    }
    let text = if search.regex { search.pattern.clone() } else { regex::escape(&search.pattern) };
    RegexBuilder::new(&text)
        .case_insensitive(search.ignore_case)
        .size_limit(PROGRAM_BYTES)
        .dfa_size_limit(PROGRAM_BYTES)
        .build()
        .map_err(|error| invalid("pattern", &error.to_string()))
}

/// Where a search goes on.
struct Places {
    proof: Authorized,
    prefix: Prefix,
    revision: Revision,
    /// Namespaces to go through, in order; the first one is being read.
    waiting: VecDeque<Namespace>,
    /// The last key read of it.
    behind: Option<Key>,
    /// The last namespace that was looked up.
    last: Option<Namespace>,
    more_namespaces: bool,
}

impl Places {
    /// The next entries; `None` when there are no more.
    async fn next(&mut self, engine: &Engine) -> Result<Option<Vec<Arc<Entry>>>, EngineError> {
        loop {
            let Some(namespace) = self.waiting.front().cloned() else {
                if !self.more_namespaces {
                    return Ok(None);
                }
                self.look_up(engine).await?;
                continue;
            };
            let (prefix, after) = (self.prefix.clone(), self.behind.take());
            let what = Scan::Entries { namespace, prefix, after };
            let limit = PageLimit::rows(PAGE_ENTRIES).and_bytes(PAGE_BYTES);
            let at = At::Revision(self.revision);
            let found = engine.log().list(&self.proof, what, at, limit).await?;
            match found.entries.last() {
                Some(last) if found.more => self.behind = Some(last.at.key.clone()),
                _ => drop(self.waiting.pop_front()),
            }
            if !found.entries.is_empty() {
                return Ok(Some(found.entries));
            }
        }
    }

    async fn look_up(&mut self, engine: &Engine) -> Result<(), EngineError> {
        let (log, after) = (engine.log(), self.last.take());
        let page = log.namespaces_at(&self.proof, after, self.revision, NAMESPACES).await?;
        for row in page.rows {
            let Row::Namespace(namespace) = row else { continue };
            self.last = Some(namespace.clone());
            if !namespace.is_reserved() {
                self.waiting.push_back(namespace);
            }
        }
        self.more_namespaces = page.more;
        Ok(())
    }
}
