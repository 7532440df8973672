//! How live values begin.

use std::sync::Arc;

use serde::de::DeserializeOwned;

use super::core::{Assemble, Following, Recipe};
use super::known::Entries;
use super::node::Node;
use super::{Bound, Live, Terms};
use crate::config::clock::Tick;
use crate::config::listeners::Selector;
use crate::config::namespace::Kept;
use crate::{Error, Kind, Namespace};

impl Namespace {
    /// The value of a key, kept current.
    ///
    /// # Errors
    /// [`Kind::NotFound`] when there is none, [`Kind::Codec`] when it does not decode; as [`get`](Self::get).
    pub async fn live<T>(&self, key: &str) -> Result<Live<T>, Error>
    where
        T: DeserializeOwned + Clone + Send + Sync + 'static,
    {
        self.live_on(key, Terms::new()).await
    }

    /// The same; while there is no such key, or nothing can be known, the default.
    ///
    /// # Errors
    /// [`Kind::Denied`] and [`Kind::Unauthenticated`]: those are not covered up by a default.
    pub async fn live_or<T>(&self, key: &str, default: T) -> Result<Live<T>, Error>
    where
        T: DeserializeOwned + Clone + Send + Sync + 'static,
    {
        self.live_on(key, Terms::new().or(default)).await
    }

    /// The same on terms.
    ///
    /// # Errors
    /// As [`live`](Self::live); [`Kind::Validation`] when it does not fulfil them.
    pub async fn live_on<T>(&self, key: &str, terms: Terms<T>) -> Result<Live<T>, Error>
    where
        T: DeserializeOwned + Clone + Send + Sync + 'static,
    {
        // Who listens to a name that stands for a key listens to the key.
        let target = self.config()?.target_anew(key).await;
        let key = target.unwrap_or_else(|| key.into());
        let name = key.to_string();
        self.follow(Selector::Key(key), name, Box::new(one), terms).await
    }

    /// A struct of all keys below a prefix, kept current: `bind("database")` is made of `database/host`, `database/pool/size` and so on,
    /// and of no `database2/host`. An empty prefix stands for the whole namespace.
    ///
    /// A key is a field, what is below it is a struct of its own or a map; a list is the value of one key, or keys `0`, `1`, ... below
    /// one. What the struct does not name is left aside.
    ///
    /// # Errors
    /// [`Kind::NotFound`] when there is no such key, [`Kind::Codec`] when something does not decode, with the path to it.
    pub async fn bind<T>(&self, prefix: &str) -> Result<Bound<T>, Error>
    where
        T: DeserializeOwned + Clone + Send + Sync + 'static,
    {
        self.bind_on(prefix, Terms::new()).await
    }

    /// The same on terms.
    ///
    /// # Errors
    /// As [`bind`](Self::bind); [`Kind::Validation`] when it does not fulfil them.
    pub async fn bind_on<T>(&self, prefix: &str, terms: Terms<T>) -> Result<Bound<T>, Error>
    where
        T: DeserializeOwned + Clone + Send + Sync + 'static,
    {
        let prefix = below(prefix);
        let name = prefix.trim_end_matches('/').to_owned();
        let assemble = assemble_below(prefix.clone());
        let selector = Selector::Prefix(prefix.as_str().into());
        let live = self.follow(selector, name, assemble, terms).await?;
        Ok(Bound::new(live, self.clone(), prefix))
    }

    async fn follow<T>(
        &self,
        selector: Selector,
        name: String,
        assemble: Assemble<T>,
        terms: Terms<T>,
    ) -> Result<Live<T>, Error>
    where
        T: Clone + Send + Sync + 'static,
    {
        let following = Arc::new(Following::new());
        let listener = Arc::clone(&following);
        let (registration, told) = self.listen(selector, listener).await;
        let answered = match told {
            Ok(answered) => answered,
            Err(error) if error.is_denied() || terms.default.is_none() => return Err(error),
            Err(_) => Tick::NEVER,
        };
        let kept = Arc::clone(&self.kept);
        let core = following.begin(Recipe { name, kept, answered, assemble, terms })?;
        Ok(Live::new(core, registration, self.clone()))
    }
}

/// `database` and `database/` are both `database/`.
pub(super) fn below(prefix: &str) -> String {
    match prefix.trim_end_matches('/') {
        "" => String::new(),
        prefix => format!("{prefix}/"),
    }
}

fn one<T: DeserializeOwned>(kept: &Kept, entries: &Entries) -> Result<Option<T>, Error> {
    entries.values().next().map(|entry| kept.codecs().decode(entry)).transpose()
}

fn assemble_below<T: DeserializeOwned + 'static>(prefix: String) -> Assemble<T> {
    Box::new(move |kept, entries| {
        if entries.is_empty() {
            return Ok(None);
        }
        let node = Node::of(entries, &prefix, kept.codecs());
        let made = serde_path_to_error::deserialize(&node);
        made.map(Some).map_err(|error| {
            let path = error.path().to_string();
            let name = prefix.trim_end_matches('/');
            let inner = error.into_inner();
            Error::new(Kind::Codec, format!("{name}: {path}: {inner}"))
        })
    })
}
