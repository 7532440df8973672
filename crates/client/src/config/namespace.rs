//! Reads and writes in one namespace.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU32, AtomicU64, Ordering};
use std::time::Duration;

use parking_lot::Mutex;
use serde::Serialize;
use tokio::sync::watch;

use super::clock::Tick;
use super::listeners::{Listener, Registration, Selector};
use super::mirror::{Asking, Mirror};
use super::status::{CacheStatus, Phase, Status};
use super::{Inner, Value, closed};
use crate::codec::At;
use crate::{Batch, Codecs, Committed, Entry, Error, Kind, OnlyIf, Write};

/// Reads and writes in one namespace. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Namespace {
    pub(crate) kept: Arc<Kept>,
    config: Arc<Inner>,
}

/// What is kept of a namespace.
#[derive(Debug)]
pub(crate) struct Kept {
    pub(crate) name: Arc<str>,
    pub(crate) mirror: Mirror,
    max_staleness: Duration,
    capacity: super::Bounds,
    pub(crate) phase: watch::Sender<Phase>,
    pub(crate) edition: watch::Sender<u64>,
    /// The phase once more, for readers that cannot wait for a lock.
    asking: AtomicBool,
    starting: AtomicBool,
    pub(crate) failures: AtomicU32,
    pub(crate) resyncs: AtomicU64,
    pub(crate) last_error: Mutex<Option<Error>>,
    hits: AtomicU64,
    misses: AtomicU64,
    /// `None`: the ones that are always there.
    codecs: Option<Arc<Codecs>>,
}

impl Kept {
    pub(super) fn new(name: Arc<str>, config: &Inner) -> Self {
        let bounds = config.settings.bounds;
        Self {
            name,
            mirror: Mirror::new(bounds),
            max_staleness: config.settings.max_staleness,
            capacity: bounds,
            phase: watch::Sender::new(Phase::Starting),
            edition: watch::Sender::new(0),
            asking: false.into(),
            starting: true.into(),
            failures: AtomicU32::new(0),
            resyncs: AtomicU64::new(0),
            last_error: Mutex::default(),
            hits: AtomicU64::new(0),
            misses: AtomicU64::new(0),
            codecs: config.settings.codecs.clone(),
        }
    }

    /// Counted without a lock on the bus, which would cost as much as the rest of the read: of two at the same moment one may be missing.
    fn hit(&self) {
        self.hits.store(self.hits.load(Ordering::Relaxed).wrapping_add(1), Ordering::Relaxed);
    }

    pub(super) fn enter(&self, phase: Phase) {
        // Of what was closed no read may be answered from memory.
        self.asking.store(matches!(phase, Phase::Asking | Phase::Closed), Ordering::Relaxed);
        self.starting.store(phase == Phase::Starting, Ordering::Relaxed);
        self.phase.send_if_modified(|now| std::mem::replace(now, phase) != phase);
    }

    pub(super) fn status(&self) -> Status {
        let phase = *self.phase.borrow();
        let age = match self.mirror.confirmed() {
            Tick::NEVER => None,
            confirmed => Some(confirmed.until(Tick::now())),
        };
        let (size, bytes, evictions) = self.mirror.size();
        Status {
            namespace: Arc::clone(&self.name),
            phase,
            connected: phase == Phase::Following,
            consecutive_failures: self.failures.load(Ordering::Relaxed),
            last_error: self.last_error.lock().as_ref().map(ToString::to_string),
            confirmed_ms_ago: age.map(|age| u64::try_from(age.as_millis()).unwrap_or(u64::MAX)),
            stale: age.is_none_or(|age| age > self.max_staleness),
            resyncs: self.resyncs.load(Ordering::Relaxed),
            cache: CacheStatus {
                hits: self.hits.load(Ordering::Relaxed),
                misses: self.misses.load(Ordering::Relaxed),
                size,
                capacity: self.capacity.keys,
                bytes,
                max_bytes: self.capacity.bytes,
                evictions,
            },
        }
    }

    /// An entry that was confirmed then, as a reader sees it.
    fn seen(&self, entry: Arc<Entry>, confirmed: Tick, now: Tick) -> Value {
        let age = confirmed.until(now);
        let value =
            if age <= self.max_staleness { Value::fresh(entry) } else { Value::stale(entry, age) };
        value.with(&self.codecs)
    }

    /// True when nobody has confirmed for `max_staleness` that nothing has changed.
    /// What was known by an answer of its own is known since then.
    pub(crate) fn is_stale(&self, answered: Tick) -> bool {
        self.mirror.confirmed().max(answered).until(Tick::now()) > self.max_staleness
    }

    fn fresh(&self, entry: Entry) -> Value {
        Value::fresh(Arc::new(entry)).with(&self.codecs)
    }

    pub(crate) fn codecs(&self) -> &Codecs {
        self.codecs.as_deref().unwrap_or(Codecs::standard())
    }
}

/// What memory has to say about a key.
enum Memory {
    Value(Value),
    Missing,
    /// Nothing for sure; perhaps what was so the last time.
    Unsure(Option<Value>),
}

impl Namespace {
    pub(super) fn new(kept: Arc<Kept>, config: Arc<Inner>) -> Self {
        Self { kept, config }
    }

    /// Its name.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.kept.name
    }

    /// The value of a key: from memory when it is known there, else from the source. A name that is an alias stands for its key.
    ///
    /// While the source is away, the last known value, marked stale.
    ///
    /// # Errors
    /// [`Kind::NotFound`], [`Kind::Denied`], [`Kind::Unauthenticated`] as the source says; [`Kind::Unavailable`] and
    /// the like where nothing is known.
    pub async fn get(&self, key: &str) -> Result<Value, Error> {
        match self.look(key) {
            Memory::Value(value) => {
                self.kept.hit();
                Ok(value)
            }
            // What is rare is kept apart: a read from memory then needs next to no room.
            Memory::Missing => Box::pin(self.missing(key)).await,
            Memory::Unsure(last) => Box::pin(self.ask(key, last)).await,
        }
    }

    /// What memory knows of a key, without asking anybody; stale values too.
    #[must_use]
    pub fn peek(&self, key: &str) -> Option<Value> {
        match self.look(key) {
            Memory::Value(value) | Memory::Unsure(Some(value)) => Some(value),
            Memory::Missing | Memory::Unsure(None) => None,
        }
    }

    /// Lends what memory knows of a key to a closure: the cheapest read there is, for code that asks all the time and keeps nothing. With
    /// it comes how long ago it was last confirmed, of a stale value. `None` where [`get`](Self::get) would ask the source, or would say
    /// that there is no such key.
    pub fn lend<R>(
        &self,
        key: &str,
        read: impl FnOnce(&Entry, Option<Duration>) -> R,
    ) -> Option<R> {
        let kept = &self.kept;
        if kept.asking.load(Ordering::Relaxed) {
            return None;
        }
        let lent = kept.mirror.look(key, |known, confirmed| {
            let entry = known.entry.as_deref()?;
            let age = confirmed.until(Tick::now());
            let stale = (age > kept.max_staleness).then_some(age);
            if stale.is_some() && (entry.has_ended() || kept.starting.load(Ordering::Relaxed)) {
                return None;
            }
            kept.hit();
            Some(read(entry, stale))
        });
        lent.flatten()
    }

    /// Asks the source, whatever memory says.
    ///
    /// # Errors
    /// Those of the source; there is no fallback.
    pub async fn refresh(&self, key: &str) -> Result<Value, Error> {
        self.ask(key, None).await
    }

    /// All entries whose key begins with the prefix, by key, of one state: from memory where all of them are known.
    ///
    /// # Errors
    /// As [`get`](Self::get).
    pub async fn list(&self, prefix: &str) -> Result<Vec<Value>, Error> {
        let config = self.config()?;
        let starting = self.kept.starting.load(Ordering::Relaxed);
        let asking = self.kept.asking.load(Ordering::Relaxed);
        let known = self.kept.mirror.list(prefix);
        let fresh = |confirmed: Tick| confirmed.until(Tick::now()) <= self.kept.max_staleness;
        if let Some((entries, confirmed)) = &known
            && !asking
            && (!starting || fresh(*confirmed))
        {
            return Ok(self.all_seen(entries, *confirmed));
        }
        match config.source.list(&self.kept.name, prefix).await {
            Ok(entries) => Ok(entries.into_iter().map(|entry| self.kept.fresh(entry)).collect()),
            Err(error) if error.is_passing() => {
                known.map(|(known, confirmed)| self.all_seen(&known, confirmed)).ok_or(error)
            }
            Err(error) => Err(error),
        }
    }

    /// Writes a value as JSON.
    ///
    /// # Errors
    /// [`Kind::Codec`] when it cannot be JSON; those of the source.
    pub async fn set(
        &self,
        key: &str,
        value: &(impl Serialize + ?Sized),
    ) -> Result<Committed, Error> {
        self.set_as(key, value, "json").await
    }

    /// Writes a value in a codec.
    ///
    /// # Errors
    /// As [`set`](Self::set).
    pub async fn set_as(
        &self,
        key: &str,
        value: &(impl Serialize + ?Sized),
        codec: &str,
    ) -> Result<Committed, Error> {
        let write = self.put(key, value, codec).await?;
        self.write(write).await
    }

    /// Writes a value as JSON, if the key still has this version; 0: if it does not exist.
    ///
    /// # Errors
    /// [`Kind::Conflict`] (or [`Kind::Exists`]) when it has another one; as [`set`](Self::set).
    pub async fn set_if_version(
        &self,
        key: &str,
        value: &(impl Serialize + ?Sized),
        version: u64,
    ) -> Result<Committed, Error> {
        let write = self.put(key, value, "json").await?;
        let condition = if version == 0 { OnlyIf::Absent } else { OnlyIf::Version(version) };
        self.write(write.only_if(condition)).await
    }

    /// The write of a value in a codec, for a [`Batch`].
    ///
    /// # Errors
    /// [`Kind::Codec`] when the codec is not known, or has no words for the value.
    pub async fn put(
        &self,
        key: &str,
        value: &(impl Serialize + ?Sized),
        codec: &str,
    ) -> Result<Write, Error> {
        // What is encrypted is bound to the key, not to another name of it: that has to be known for sure.
        let config = self.config()?;
        let target = if codec.contains(':') {
            config.load_aliases().await?;
            config.target(key)
        } else {
            None
        };
        let key = target.unwrap_or_else(|| key.into());
        let at = At { namespace: &self.kept.name, key: &key, codec };
        let bytes = self.kept.codecs().encode(value, at)?;
        Ok(Write::put(Arc::clone(&self.kept.name), key, bytes, codec))
    }

    /// Deletes a key.
    ///
    /// # Errors
    /// [`Kind::NotFound`] when there is none; those of the source.
    pub async fn delete(&self, key: &str) -> Result<Committed, Error> {
        self.write(Write::delete(Arc::clone(&self.kept.name), key)).await
    }

    /// One write; whatever its namespace says, it is made where it says.
    ///
    /// # Errors
    /// Those of the source.
    pub async fn write(&self, write: Write) -> Result<Committed, Error> {
        self.config()?.commit(Batch::new().and(write)).await
    }

    /// Waits until everything is known, or until it is clear that every read has to ask.
    ///
    /// # Errors
    /// Why the first attempt failed; it goes on trying.
    pub async fn ready(&self) -> Result<(), Error> {
        let mut phases = self.kept.phase.subscribe();
        let phase = phases.wait_for(|phase| *phase != Phase::Starting).await;
        match phase.map(|phase| *phase) {
            Ok(Phase::Following | Phase::Asking) => Ok(()),
            Ok(Phase::Reconnecting) => {
                Err(self.kept.last_error.lock().clone().unwrap_or_else(closed))
            }
            _ => Err(closed()),
        }
    }

    /// A number that is another one whenever something in it may have changed: for whoever looks at all of it anew then.
    #[must_use]
    pub fn editions(&self) -> watch::Receiver<u64> {
        self.kept.edition.subscribe()
    }

    /// Every change of what its watch is doing.
    #[must_use]
    pub fn phases(&self) -> watch::Receiver<Phase> {
        self.kept.phase.subscribe()
    }

    /// How it fares.
    #[must_use]
    pub fn status(&self) -> Status {
        self.kept.status()
    }

    /// Somebody listens from now on: is told the state of now before this returns, and what happens behind it. Where the state cannot
    /// be known, it is told as soon as it can, and the error says why not now. Else: when what was told was true by an answer of its own.
    pub(crate) async fn listen(
        &self,
        selector: Selector,
        listener: Arc<dyn Listener>,
    ) -> (Registration, Result<Tick, Error>) {
        let (registration, known) = self.kept.mirror.listen(selector.clone(), listener);
        // Before the first state has been told what is known is what a file of last time says.
        let known = known.filter(|_| !self.kept.starting.load(Ordering::Relaxed));
        let entries = match known {
            Some(entries) => Ok((entries, Tick::NEVER)),
            None => self.selected(&selector).await,
        };
        let told = entries.map(|(entries, at)| {
            registration.begin(entries);
            at
        });
        (registration, told)
    }

    /// Waits until the configuration is closed.
    pub(crate) fn closed(&self) -> impl Future<Output = ()> + Send + use<> {
        self.config.stop.clone().cancelled_owned()
    }

    async fn selected(&self, selector: &Selector) -> Result<(Vec<Arc<Entry>>, Tick), Error> {
        let asked = Tick::now();
        let values = match selector {
            Selector::Key(key) => match self.get(key).await {
                Ok(value) => vec![value],
                Err(error) if error.kind() == Kind::NotFound => vec![],
                Err(error) => return Err(error),
            },
            Selector::Prefix(prefix) => self.list(prefix).await?,
        };
        let at = if values.iter().any(Value::is_stale) { Tick::NEVER } else { asked };
        Ok((values.iter().map(|value| Arc::clone(value.entry())).collect(), at))
    }

    fn look(&self, key: &str) -> Memory {
        let kept = &self.kept;
        let seen = kept.mirror.look(key, |known, confirmed| (known.entry.clone(), confirmed));
        let Some((entry, confirmed)) = seen else { return Memory::Unsure(None) };
        let asking = kept.asking.load(Ordering::Relaxed);
        match entry {
            Some(entry) => {
                let value = kept.seen(entry, confirmed, Tick::now());
                // While nobody says so, an entry ends by its own time.
                if value.is_stale() && value.entry().has_ended() {
                    return Memory::Unsure(None);
                }
                let unsure = value.is_stale() && kept.starting.load(Ordering::Relaxed);
                if asking || unsure { Memory::Unsure(Some(value)) } else { Memory::Value(value) }
            }
            None if !asking && confirmed.until(Tick::now()) <= kept.max_staleness => {
                Memory::Missing
            }
            None => Memory::Unsure(None),
        }
    }

    /// There is no such key, but there may be such an alias.
    #[cold]
    async fn missing(&self, key: &str) -> Result<Value, Error> {
        let Some(target) = self.config()?.target_anew(key).await else {
            return Err(Error::not_found(&self.kept.name, key));
        };
        match self.look(&target) {
            Memory::Value(value) => Ok(value),
            Memory::Missing => Err(Error::not_found(&self.kept.name, &target)),
            Memory::Unsure(last) => self.ask_source(&target, last).await,
        }
    }

    #[cold]
    async fn ask(&self, key: &str, last: Option<Value>) -> Result<Value, Error> {
        match self.ask_source(key, last).await {
            Err(error) if error.kind() == Kind::NotFound => {
                let other = self.missing(key).await;
                other.map_err(|other| if other.kind() == Kind::NotFound { error } else { other })
            }
            answer => answer,
        }
    }

    async fn ask_source(&self, key: &str, last: Option<Value>) -> Result<Value, Error> {
        let config = self.config()?;
        self.kept.misses.fetch_add(1, Ordering::Relaxed);
        let mut question = Question::about(&self.kept.mirror, key.into());
        match config.source.get(&self.kept.name, key).await {
            Ok(entry) => {
                question.answered(Some(entry.clone()));
                Ok(self.kept.fresh(entry))
            }
            Err(error) if error.kind() == Kind::NotFound => {
                question.answered(None);
                Err(error)
            }
            Err(error) if error.is_denied() => {
                self.kept.mirror.forget(key);
                Err(error)
            }
            Err(error) if error.is_passing() => last.ok_or(error),
            Err(error) => Err(error),
        }
    }

    fn all_seen(&self, entries: &[Arc<Entry>], confirmed: Tick) -> Vec<Value> {
        let now = Tick::now();
        entries.iter().map(|entry| self.kept.seen(Arc::clone(entry), confirmed, now)).collect()
    }

    pub(crate) fn config(&self) -> Result<&Inner, Error> {
        if self.config.stop.is_cancelled() { Err(closed()) } else { Ok(&self.config) }
    }
}

/// A question to the source: what the watch says meanwhile is kept until it ends, however it ends.
struct Question<'a> {
    mirror: &'a Mirror,
    key: Arc<str>,
    asked: Asking,
    answer: Option<Option<Entry>>,
}

impl<'a> Question<'a> {
    fn about(mirror: &'a Mirror, key: Arc<str>) -> Self {
        mirror.asking(&key);
        Self { mirror, key, asked: Asking::now(), answer: None }
    }

    fn answered(&mut self, answer: Option<Entry>) {
        self.answer = Some(answer);
    }
}

impl Drop for Question<'_> {
    fn drop(&mut self) {
        self.mirror.answered(&self.key, self.answer.take(), self.asked);
    }
}
