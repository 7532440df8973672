//! Entries and the commits that made them. No waiting: time is looked at, never waited for.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::ops::Bound;
use std::sync::Arc;

use holdfast_model::{Key, Namespace, Timestamp};

use crate::source::{Change, Place};
use crate::{Action, Batch, Committed, Entry, Error, Kind, OnlyIf, Write, entry};

/// Where an entry is: namespace and key.
type At = (Arc<str>, Arc<str>);

/// Commits that are kept for watches unless said otherwise.
const COMMITS: usize = 10_000;
/// Idempotency keys that are remembered.
const REMEMBERED: usize = 1_000;

/// What one commit changed.
#[derive(Debug)]
pub(super) struct Commit {
    pub(super) revision: u64,
    pub(super) changes: Vec<(Arc<str>, Change)>,
}

/// Entries and the commits that made them.
#[derive(Debug)]
pub(super) struct Log {
    id: uuid::Uuid,
    origin: Arc<str>,
    entries: BTreeMap<At, Entry>,
    due: BTreeSet<(Timestamp, At)>,
    /// Dense: the first is the one behind `floor`.
    commits: VecDeque<Arc<Commit>>,
    floor: u64,
    most_commits: usize,
    time: Timestamp,
    remembered: VecDeque<(Batch, Committed)>,
    pub(super) aliases: BTreeMap<Arc<str>, Arc<str>>,
}

/// Whether changes behind a place can be told.
pub(super) enum Behind {
    /// All behind this revision.
    Known(u64),
    /// They are no longer kept.
    Compacted,
    /// The place is of another log.
    Foreign,
}

impl Log {
    pub(super) fn new(origin: Arc<str>) -> Self {
        Self {
            id: uuid::Uuid::new_v4(),
            origin,
            entries: BTreeMap::new(),
            due: BTreeSet::new(),
            commits: VecDeque::new(),
            floor: 0,
            most_commits: COMMITS,
            time: Timestamp(0),
            remembered: VecDeque::new(),
            aliases: BTreeMap::new(),
        }
    }

    pub(super) fn id(&self) -> uuid::Uuid {
        self.id
    }

    /// Tells its revisions from those of another log.
    pub(super) fn tag(&self) -> entry::Log {
        entry::Log(self.id.as_u64_pair().0 ^ self.id.as_u64_pair().1)
    }

    pub(super) fn revision(&self) -> u64 {
        self.floor + self.commits.len() as u64
    }

    pub(super) fn place(&self, revision: u64) -> Place {
        Place(format!("{}:{revision}", self.id).into())
    }

    pub(super) fn behind(&self, place: &Place) -> Behind {
        let id = self.id.to_string();
        let revision = place.0.split_once(':').filter(|(log, _)| *log == id);
        match revision.and_then(|(_, revision)| revision.parse::<u64>().ok()) {
            Some(revision) if revision < self.floor => Behind::Compacted,
            Some(revision) if revision <= self.revision() => Behind::Known(revision),
            _ => Behind::Foreign,
        }
    }

    /// The commit right behind a revision; `None` when that is the newest, or no longer kept.
    pub(super) fn next(&self, revision: u64) -> Option<Arc<Commit>> {
        let at = usize::try_from(revision.checked_sub(self.floor)?).ok()?;
        self.commits.get(at).cloned()
    }

    pub(super) fn is_kept(&self, revision: u64) -> bool {
        revision >= self.floor
    }

    pub(super) fn keep(&mut self, count: usize) {
        self.most_commits = count.max(1);
        self.trim(count);
    }

    pub(super) fn get(&mut self, namespace: &str, key: &str) -> Option<Entry> {
        self.expire();
        self.entries.get(&(namespace.into(), key.into())).cloned()
    }

    pub(super) fn list(&mut self, namespace: &str, prefix: &str) -> Vec<Entry> {
        self.expire();
        let from = (Bound::Included((namespace.into(), prefix.into())), Bound::Unbounded);
        let below = self.entries.range::<At, _>(from).map(|(_, entry)| entry);
        let inside =
            |entry: &&Entry| *entry.namespace == *namespace && entry.key.starts_with(prefix);
        below.take_while(inside).cloned().collect()
    }

    /// When the next entry ends by its time.
    pub(super) fn next_end(&self) -> Option<Timestamp> {
        self.due.first().map(|(end, _)| *end)
    }

    /// Deletes what has ended, as one commit.
    pub(super) fn expire(&mut self) {
        let now = entry::now();
        let ended = self.due.iter().take_while(|(end, _)| *end <= now);
        let ended: Vec<At> = ended.map(|(_, at)| at.clone()).collect();
        if !ended.is_empty() {
            let revision = self.revision() + 1;
            let changes = ended.into_iter().map(|at| self.remove(at, revision)).collect();
            self.push(changes);
        }
    }

    /// Applies a batch as a whole or not at all.
    pub(super) fn commit(&mut self, batch: &Batch) -> Result<Committed, Error> {
        self.expire();
        if let Some(earlier) = self.replayed(batch)? {
            return Ok(earlier);
        }
        self.check(batch)?;
        let writes = batch.writes.iter().any(|write| self.does_something(write));
        if writes {
            self.time = Timestamp(entry::now().0.max(self.time.0 + 1));
        }
        let revision = self.revision() + u64::from(writes);
        let mut changes = Vec::new();
        let mut versions = Vec::with_capacity(batch.writes.len());
        for write in &batch.writes {
            versions.push(self.write(write, revision, &mut changes));
        }
        if writes {
            self.push(changes);
        }
        let time = (self.time.0 > 0).then_some(self.time);
        let committed = Committed { revision, log: self.tag(), time, versions, replayed: false };
        self.remember(batch, &committed);
        Ok(committed)
    }

    fn check(&self, batch: &Batch) -> Result<(), Error> {
        let mut seen = BTreeSet::new();
        for write in &batch.writes {
            let invalid = |error: holdfast_model::NameError| {
                Error::new(Kind::Invalid, error.to_string()).because(error)
            };
            Namespace::new(&write.namespace).map_err(invalid)?;
            Key::new(&write.key).map_err(invalid)?;
            if !seen.insert((&write.namespace, &write.key)) {
                let sentence = format!("the batch names the key {} twice", write.key);
                return Err(Error::new(Kind::Invalid, sentence));
            }
            let entry = self.entries.get(&at(write));
            holds(write.only_if, entry, &write.key)?;
            if matches!(write.action, Action::Delete) && entry.is_none() {
                return Err(Error::not_found(&write.namespace, &write.key));
            }
        }
        Ok(())
    }

    fn does_something(&self, write: &Write) -> bool {
        match write.action {
            Action::Put { .. } | Action::Delete => true,
            Action::Discard => self.entries.contains_key(&at(write)),
            Action::Check => false,
        }
    }

    /// Makes one write; answers with the version that it made.
    fn write(
        &mut self,
        write: &Write,
        revision: u64,
        changes: &mut Vec<(Arc<str>, Change)>,
    ) -> u64 {
        match &write.action {
            Action::Put { value, codec, ttl } => {
                let at = at(write);
                let before = self.entries.get(&at);
                let version = before.map_or(1, |before| before.version + 1);
                let entry = Entry {
                    value: value.clone(),
                    codec: Arc::clone(codec),
                    version,
                    revision,
                    log: self.tag(),
                    created_at: before.map_or(Some(self.time), |before| before.created_at),
                    updated_at: Some(self.time),
                    expires_at: ttl.map(|ttl| self.time.after(ttl)),
                    origin: Arc::clone(&self.origin),
                    ..Entry::bare(Arc::clone(&at.0), Arc::clone(&at.1), "", "")
                };
                changes.push((Arc::clone(&at.0), Change::Set(entry.clone())));
                self.insert(at, entry);
                version
            }
            Action::Delete | Action::Discard => {
                if self.entries.contains_key(&at(write)) {
                    changes.push(self.remove(at(write), revision));
                }
                0
            }
            Action::Check => 0,
        }
    }

    fn insert(&mut self, at: At, entry: Entry) {
        let end = entry.expires_at;
        let before = self.entries.insert(at.clone(), entry);
        if let Some(end) = before.and_then(|before| before.expires_at) {
            self.due.remove(&(end, at.clone()));
        }
        if let Some(end) = end {
            self.due.insert((end, at));
        }
    }

    fn remove(&mut self, at: At, revision: u64) -> (Arc<str>, Change) {
        if let Some(end) = self.entries.remove(&at).and_then(|entry| entry.expires_at) {
            self.due.remove(&(end, at.clone()));
        }
        let (namespace, key) = at;
        (namespace, Change::Gone { key, revision, log: self.tag() })
    }

    fn push(&mut self, changes: Vec<(Arc<str>, Change)>) {
        let revision = self.revision() + 1;
        self.commits.push_back(Arc::new(Commit { revision, changes }));
        self.trim(self.most_commits);
    }

    fn trim(&mut self, most: usize) {
        while self.commits.len() > most {
            self.commits.pop_front();
            self.floor += 1;
        }
    }

    fn replayed(&self, batch: &Batch) -> Result<Option<Committed>, Error> {
        let key = &batch.idempotency_key;
        let same = |(known, _): &&(Batch, Committed)| known.idempotency_key == *key;
        match self.remembered.iter().find(same).filter(|_| !key.is_empty()) {
            Some((known, made)) if known == batch => {
                Ok(Some(Committed { replayed: true, ..made.clone() }))
            }
            Some(_) => {
                let sentence = format!("the idempotency key {key} belongs to another batch");
                Err(Error::new(Kind::Conflict, sentence))
            }
            None => Ok(None),
        }
    }

    fn remember(&mut self, batch: &Batch, committed: &Committed) {
        if batch.idempotency_key.is_empty() {
            return;
        }
        self.remembered.push_back((batch.clone(), committed.clone()));
        if self.remembered.len() > REMEMBERED {
            self.remembered.pop_front();
        }
    }
}

fn at(write: &Write) -> At {
    (Arc::clone(&write.namespace), Arc::clone(&write.key))
}

fn holds(condition: OnlyIf, entry: Option<&Entry>, key: &str) -> Result<(), Error> {
    let version = entry.map_or(0, |entry| entry.version);
    let revision = entry.map_or(0, |entry| entry.revision);
    let (fine, kind, state) = match condition {
        OnlyIf::Always => return Ok(()),
        OnlyIf::Absent => (entry.is_none(), Kind::Exists, "exists".to_owned()),
        OnlyIf::Present => (entry.is_some(), Kind::NotFound, "does not exist".to_owned()),
        OnlyIf::Version(want) => {
            (want == version, Kind::Conflict, format!("has version {version}, not {want}"))
        }
        OnlyIf::Revision(want) => {
            let state = format!("was written by revision {revision}, not {want}");
            (want == revision, Kind::Conflict, state)
        }
    };
    if fine { Ok(()) } else { Err(Error::new(kind, format!("the key {key} {state}"))) }
}
