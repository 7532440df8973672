//! Several sources, one over the other.
//!
//! - [`Layered`]: **start here**; `merged`: which layer shows; `remembered`: what outlives a watch; `upkeep`: a layer that is followed however often it is lost; `told`: the
//!   news of all of them as those of one

mod merged;
mod remembered;
#[cfg(test)]
mod tests;
mod told;
mod upkeep;

use std::collections::BTreeMap;
use std::sync::Arc;

use async_trait::async_trait;

use crate::entry::Log;
use crate::source::{Follow, Source, Updates};
use crate::{Batch, Committed, Entry, Error, Kind};
use merged::shown;
use remembered::Remembered;

/// Several sources, one over the other: of each key the topmost layer that has it shows, and [`Entry::origin`] says which that is.
///
/// A key that is deleted in one layer shows what is below it again. Writes go to the topmost layer that takes any. While a layer is
/// away, what it said last still counts, the others go on, and reads are marked stale after a while; only the first time all of them have to
/// be there. Entries have no revisions, because there is no one log; versions are those of their layer.
///
/// ```
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), holdfast_client::Error> {
/// use holdfast_client::Config;
/// use holdfast_client::sources::{Environment, Layered, Memory};
///
/// let server = Memory::called("server");
/// server.set("app", "port", &80)?;
/// server.set("app", "host", "h")?;
/// let variables = [("APP_PORT".to_owned(), "8080".to_owned())];
/// let layers = Layered::new().over(server).over(Environment::of("app", "APP_", variables));
/// let app = Config::over(layers).open()?.namespace("app");
/// let (port, host) = (app.get("port").await?, app.get("host").await?);
/// assert_eq!((port.as_i64()?, &*port.entry().origin), (8080, "environment"));
/// assert_eq!((host.to_text()?, &*host.entry().origin), ("h".to_owned(), "server"));
/// # Ok(())
/// # }
/// ```
#[derive(Debug, Clone, Default)]
pub struct Layered {
    /// The topmost first.
    layers: Vec<Arc<dyn Source>>,
    remembered: Arc<Remembered>,
}

impl Layered {
    /// Nothing yet.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// And this source over those before it.
    #[must_use]
    pub fn over(self, source: impl Source) -> Self {
        self.over_shared(Arc::new(source))
    }

    /// The same for a source that others use too.
    #[must_use]
    pub fn over_shared(mut self, source: Arc<dyn Source>) -> Self {
        self.layers.insert(0, source);
        self
    }
}

#[async_trait]
impl Source for Layered {
    fn origin(&self) -> Arc<str> {
        Arc::from("layers")
    }

    fn identity(&self) -> String {
        let layers: Vec<_> = self.layers.iter().map(|layer| layer.identity()).collect();
        format!("layers [{}]", layers.join("] over ["))
    }

    fn reads_as_written(&self) -> bool {
        false
    }

    async fn get(&self, namespace: &str, key: &str) -> Result<Entry, Error> {
        for layer in &self.layers {
            match layer.get(namespace, key).await {
                // What is above may have it: nobody knows what shows.
                Err(error) if error.kind() != Kind::NotFound => return Err(error),
                Err(_) => {}
                Ok(entry) => return Ok(shown(entry)),
            }
        }
        Err(Error::not_found(namespace, key))
    }

    async fn list(&self, namespace: &str, prefix: &str) -> Result<Vec<Entry>, Error> {
        let mut all = BTreeMap::new();
        for layer in self.layers.iter().rev() {
            let entries = layer.list(namespace, prefix).await?;
            all.extend(entries.into_iter().map(|entry| (Arc::clone(&entry.key), shown(entry))));
        }
        Ok(all.into_values().collect())
    }

    async fn commit(&self, batch: Batch) -> Result<Committed, Error> {
        for layer in &self.layers {
            match layer.commit(batch.clone()).await {
                Err(error) if error.kind() == Kind::ReadOnly => {}
                Err(error) => return Err(error),
                Ok(committed) => {
                    self.remembered.wrote(&batch, &committed);
                    return Ok(Committed { revision: 0, log: Log::default(), ..committed });
                }
            }
        }
        Err(Error::new(Kind::ReadOnly, "no layer takes writes"))
    }

    async fn follow(&self, follow: Follow) -> Result<Updates, Error> {
        Ok(told::updates(&self.layers, &self.remembered, follow))
    }

    async fn aliases(&self) -> Result<Vec<(Arc<str>, Arc<str>)>, Error> {
        let mut all = BTreeMap::new();
        for layer in self.layers.iter().rev() {
            all.extend(layer.aliases().await?);
        }
        Ok(all.into_iter().collect())
    }
}
