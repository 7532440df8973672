//! Keys: one that encrypts, and those of earlier times that still decrypt.

use std::collections::BTreeMap;
use std::fmt;
use std::path::Path;
use std::sync::Arc;

use parking_lot::RwLock;
use zeroize::Zeroizing;

use super::Key;
use crate::codec::Refusal;
use crate::{Error, Kind};

/// Finds a key of an id that is not in the ring, in a key management service for instance; `None`: there is none.
///
/// It is called by whoever decodes, which waits for it, and what it finds is kept.
pub type FindKey = Arc<dyn Fn(&str) -> Result<Option<Key>, Error> + Send + Sync>;

/// Keys: one that encrypts, and those of earlier times that still decrypt. Cheap to clone; clones share the keys, so that a key can be
/// added and made the active one while it is used.
#[derive(Clone)]
pub struct Keyring {
    ring: Arc<RwLock<Ring>>,
    find: Option<FindKey>,
}

struct Ring {
    active: String,
    keys: BTreeMap<String, Arc<Key>>,
}

impl Keyring {
    /// With this key as the active one.
    #[must_use]
    pub fn new(active: Key) -> Self {
        let id = active.id().to_owned();
        let keys = BTreeMap::from([(id.clone(), Arc::new(active))]);
        Self { ring: Arc::new(RwLock::new(Ring { active: id, keys })), find: None }
    }

    /// Of lines as [`Key`] reads them, the active one first. Empty lines and those that begin with `#` do not count.
    ///
    /// # Errors
    /// [`Kind::Settings`] when a line is no key, two have the same id, or there is none.
    pub fn parse(text: &str) -> Result<Self, Error> {
        let lines = text.lines().map(str::trim).enumerate();
        let mut ring: Option<Self> = None;
        for (at, line) in lines.filter(|(_, line)| !line.is_empty() && !line.starts_with('#')) {
            let wrong = |why: String| Error::new(Kind::Settings, format!("line {}: {why}", at + 1));
            let key: Key = line.parse().map_err(|error: Error| wrong(error.to_string()))?;
            match &ring {
                None => ring = Some(Self::new(key)),
                Some(ring) if ring.ring.read().keys.contains_key(key.id()) => {
                    return Err(wrong(format!("there are two keys of the id {}", key.id())));
                }
                Some(ring) => ring.add(key),
            }
        }
        ring.ok_or_else(|| Error::new(Kind::Settings, "there is no key"))
    }

    /// Of a file of such lines.
    ///
    /// # Errors
    /// [`Kind::File`] when it cannot be read, as [`parse`](Self::parse).
    pub fn from_file(path: impl AsRef<Path>) -> Result<Self, Error> {
        let path = path.as_ref();
        let named = |kind, why: String| Error::new(kind, format!("{}: {why}", path.display()));
        let text = std::fs::read_to_string(path).map(Zeroizing::new);
        let text = text.map_err(|error| named(Kind::File, error.to_string()))?;
        Self::parse(&text).map_err(|error| named(error.kind(), error.to_string()))
    }

    /// Of an environment variable that holds such lines; `;` parts them too.
    ///
    /// # Errors
    /// [`Kind::Settings`] when it is not set, as [`parse`](Self::parse).
    pub fn from_env(name: &str) -> Result<Self, Error> {
        let named = |why: String| Error::new(Kind::Settings, format!("{name}: {why}"));
        let text = std::env::var(name).map(Zeroizing::new);
        let text = text.map_err(|error| named(error.to_string()))?;
        let text = Zeroizing::new(text.replace(';', "\n"));
        Self::parse(&text).map_err(|error| named(error.to_string()))
    }

    /// Asks this for keys that are not in the ring.
    #[must_use]
    pub fn or_find(mut self, find: FindKey) -> Self {
        self.find = Some(find);
        self
    }

    /// A key more that decrypts; it takes the place of one of the same id.
    pub fn add(&self, key: Key) {
        self.ring.write().keys.insert(key.id().to_owned(), Arc::new(key));
    }

    /// From now on this key encrypts; the others go on decrypting.
    pub fn activate(&self, key: Key) {
        let mut ring = self.ring.write();
        ring.active = key.id().to_owned();
        ring.keys.insert(key.id().to_owned(), Arc::new(key));
    }

    /// What was encrypted with this key does not decrypt any more.
    ///
    /// # Errors
    /// [`Kind::Settings`] for the active one.
    pub fn retire(&self, id: &str) -> Result<(), Error> {
        let mut ring = self.ring.write();
        if ring.active == id {
            return Err(Error::new(Kind::Settings, format!("the key {id} is the active one")));
        }
        ring.keys.remove(id);
        Ok(())
    }

    pub(super) fn active(&self) -> Result<Arc<Key>, Refusal> {
        let ring = self.ring.read();
        ring.keys.get(&ring.active).cloned().ok_or_else(|| "there is no active key".into())
    }

    pub(super) fn find(&self, id: &str) -> Result<Arc<Key>, Refusal> {
        if let Some(key) = self.ring.read().keys.get(id) {
            return Ok(Arc::clone(key));
        }
        let unknown = || format!("it was encrypted with the key {id}, which is not in the ring");
        let find = self.find.as_ref().ok_or_else(unknown)?;
        let found = find(id)?.filter(|key| key.id() == id).ok_or_else(unknown)?;
        self.add(found.clone());
        Ok(Arc::new(found))
    }
}

impl fmt::Debug for Keyring {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let ring = self.ring.read();
        let keys: Vec<_> = ring.keys.values().collect();
        f.debug_struct("Keyring").field("active", &ring.active).field("keys", &keys).finish()
    }
}
