//! The environment of the process as a source.

use std::collections::BTreeMap;
use std::sync::Arc;

use async_trait::async_trait;

use super::board::{Board, Entries};
use crate::source::{Follow, Source, Updates};
use crate::{Batch, Committed, Entry, Error, Kind};

/// The environment of the process, as entries of one namespace. It only reads.
///
/// A variable that begins with the prefix is a key: the rest of its name in lower case, `__` as `/`. `APP_DATABASE__MAX_SIZE` is
/// `database/max_size` behind the prefix `APP_`. Its value is a text, which decodes into whatever is asked for: a number, a truth, JSON
/// where that has parts. A key with capital letters cannot be said this way.
#[derive(Debug)]
pub struct Environment {
    namespace: Arc<str>,
    prefix: String,
    board: Board,
}

impl Environment {
    /// The variables of this process that begin with the prefix, as they are now.
    #[must_use]
    pub fn new(namespace: &str, prefix: &str) -> Self {
        let board = Board::default();
        let this = Self { namespace: namespace.into(), prefix: prefix.to_owned(), board };
        this.read_again();
        this
    }

    /// Other variables, in place of those of this process.
    #[must_use]
    pub fn of(
        namespace: &str,
        prefix: &str,
        variables: impl IntoIterator<Item = (String, String)>,
    ) -> Self {
        let board = Board::default();
        let this = Self { namespace: namespace.into(), prefix: prefix.to_owned(), board };
        this.replace(variables);
        this
    }

    /// Takes the variables of this process as they are now: a process may change its own.
    pub fn read_again(&self) {
        let all = std::env::vars_os();
        // What is no text is no configuration of ours.
        self.replace(all.filter_map(|(name, value)| {
            Some((name.into_string().ok()?, value.into_string().ok()?))
        }));
    }

    /// Takes these variables in place of the others.
    pub fn replace(&self, variables: impl IntoIterator<Item = (String, String)>) {
        let entries: Entries = variables
            .into_iter()
            .filter_map(|(name, value)| Some((self.key(&name)?, value)))
            .map(|(key, value)| (Arc::clone(&key), self.entry(key, value)))
            .collect();
        self.board.publish(BTreeMap::from([(Arc::clone(&self.namespace), entries)]));
    }

    fn key(&self, name: &str) -> Option<Arc<str>> {
        let key = name.strip_prefix(&self.prefix)?.to_lowercase().replace("__", "/");
        let whole = key.split('/').all(|part| !part.is_empty());
        whole.then(|| key.into())
    }

    fn entry(&self, key: Arc<str>, value: String) -> Entry {
        let origin = self.origin();
        Entry { origin, ..Entry::bare(Arc::clone(&self.namespace), key, value, "string") }
    }
}

#[async_trait]
impl Source for Environment {
    fn origin(&self) -> Arc<str> {
        Arc::from("environment")
    }

    fn identity(&self) -> String {
        format!("environment {} {}", self.namespace, self.prefix)
    }

    async fn get(&self, namespace: &str, key: &str) -> Result<Entry, Error> {
        self.board.get(namespace, key)
    }

    async fn list(&self, namespace: &str, prefix: &str) -> Result<Vec<Entry>, Error> {
        Ok(self.board.list(namespace, prefix))
    }

    async fn commit(&self, _: Batch) -> Result<Committed, Error> {
        Err(Error::new(Kind::ReadOnly, "the environment only reads"))
    }

    async fn follow(&self, follow: Follow) -> Result<Updates, Error> {
        self.board.follow(follow)
    }
}

#[cfg(test)]
mod tests {
    use parking_lot::Mutex;

    use super::*;
    use crate::sources::suite::{self, Pen, Subject};

    #[derive(Debug)]
    struct Variables(Arc<Environment>, Mutex<BTreeMap<String, String>>);

    fn name(key: &str) -> String {
        format!("APP_{}", key.replace('/', "__").to_uppercase())
    }

    #[async_trait]
    impl Pen for Variables {
        async fn put(&self, key: &str, json: &str) {
            self.1.lock().insert(name(key), json.to_owned());
            self.0.replace(self.1.lock().clone());
        }

        async fn remove(&self, key: &str) {
            self.1.lock().remove(&name(key));
            self.0.replace(self.1.lock().clone());
        }
    }

    #[tokio::test]
    async fn it_keeps_the_contract() {
        let environment = Arc::new(Environment::of("suite", "APP_", []));
        let pen = Variables(Arc::clone(&environment), Mutex::default());
        suite::reads(&Subject::new(environment, "suite"), &pen).await;
    }

    #[tokio::test]
    async fn names_become_keys_and_texts_become_what_is_asked_for() -> Result<(), Error> {
        let variables = [
            ("APP_PORT", "8080"),
            ("APP_DATABASE__MAX_SIZE", "5"),
            ("APP_ON", "true"),
            ("APP_TAGS", "[\"a\"]"),
            ("APP_", "x"),
            ("APP___X", "x"),
            ("PORT", "1"),
        ];
        let variables = variables.map(|(name, value)| (name.to_owned(), value.to_owned()));
        let environment = Environment::of("n", "APP_", variables);
        let keys: Vec<_> = environment.board.list("n", "").into_iter().map(|e| e.key).collect();
        assert_eq!(keys, ["database/max_size", "on", "port", "tags"].map(Arc::from));
        let config = crate::Config::over(environment).open()?;
        let ns = config.namespace("n");
        assert_eq!(ns.get("port").await?.decode::<u16>()?, 8080);
        assert_eq!(ns.get("port").await?.decode::<String>()?, "8080");
        assert!(ns.get("on").await?.decode::<bool>()?);
        assert_eq!(ns.get("tags").await?.decode::<Vec<String>>()?, ["a"]);
        assert_eq!(&*ns.get("port").await?.entry().origin, "environment");
        assert_eq!(ns.set("port", &1).await.expect_err("read only").kind(), Kind::ReadOnly);
        Ok(())
    }
}
