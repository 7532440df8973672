//! A server as a source of configuration.

use std::sync::Arc;

use async_trait::async_trait;
use futures::StreamExt as _;

use super::Client;
use super::follow::Following;
use super::hints::Hinted;
use crate::source::{Follow, Source, Updates};
use crate::{Batch, Committed, Entry, Error};

#[async_trait]
impl Source for Client {
    fn origin(&self) -> Arc<str> {
        Arc::clone(&self.inner.origin)
    }

    fn identity(&self) -> String {
        self.inner.settings.identity.clone()
    }

    async fn get(&self, namespace: &str, key: &str) -> Result<Entry, Error> {
        Client::get(self, namespace, key).await
    }

    async fn list(&self, namespace: &str, prefix: &str) -> Result<Vec<Entry>, Error> {
        Client::list(self, namespace, prefix).await
    }

    async fn commit(&self, batch: Batch) -> Result<Committed, Error> {
        Client::commit(self, batch).await
    }

    async fn follow(&self, follow: Follow) -> Result<Updates, Error> {
        if self.speaks_holdfast() {
            match Following::open(self.clone(), follow.clone()).await {
                Ok(following) => return Ok(following.updates().boxed()),
                Err(error) if self.only_config(&error) => {}
                Err(error) => return Err(error),
            }
        }
        Ok(Hinted::open(self.clone(), follow).updates().boxed())
    }

    async fn aliases(&self) -> Result<Vec<(Arc<str>, Arc<str>)>, Error> {
        self.list_aliases().await
    }
}
