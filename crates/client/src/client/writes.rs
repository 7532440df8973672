//! What can be written to a server.

use holdfast_api::convert as times;
use holdfast_api::{config_v1, holdfast_v1};

use super::convert::Plain;
use super::reads::empty;
use super::{Client, Repeat, convert};
use crate::{Action, Batch, Committed, Error, Kind, Write};

impl Client {
    /// Writes a value, in any case.
    ///
    /// # Errors
    /// [`Kind::Invalid`], [`Kind::Denied`], and whatever a call can end with.
    pub async fn set(
        &self,
        namespace: &str,
        key: &str,
        value: impl Into<bytes::Bytes>,
        codec: &str,
    ) -> Result<Committed, Error> {
        self.commit(Batch::new().and(Write::put(namespace, key, value, codec))).await
    }

    /// Deletes an entry.
    ///
    /// # Errors
    /// [`Kind::NotFound`] when there is none; [`Kind::Denied`], and whatever a call can end with.
    pub async fn delete(&self, namespace: &str, key: &str) -> Result<Committed, Error> {
        self.commit(Batch::new().and(Write::delete(namespace, key))).await
    }

    /// Applies all writes of a batch, or none. It is sent again when an answer was lost: an idempotency key sees to it that it is
    /// applied once. A server that speaks only config.v1 takes one write, with no more than "exists" or "does not" for a condition;
    /// it is sent again only when it certainly did nothing.
    ///
    /// # Errors
    /// [`Kind::Conflict`], [`Kind::Exists`], [`Kind::NotFound`] when a condition did not hold; [`Kind::Unsupported`] for what config.v1
    /// cannot say; [`Kind::Invalid`], [`Kind::TooLarge`], [`Kind::Denied`], and whatever a call can end with.
    pub async fn commit(&self, batch: Batch) -> Result<Committed, Error> {
        if self.speaks_holdfast() {
            let message = convert::commit(&batch);
            let send = |channel, request| {
                let mut client = self.holdfast(channel);
                async move { client.commit(request).await }
            };
            match self.call("Commit", Repeat::Safe, message, send).await {
                Ok(answer) => return Ok(committed(&batch, &answer)),
                Err(error) if self.only_config(&error) => {}
                Err(error) => return Err(error),
            }
        }
        match convert::plain(&batch)? {
            Plain::Set(request) => self.plain_set(request).await,
            Plain::Delete(request, missing_ok) => self.plain_delete(request, missing_ok).await,
        }
    }

    async fn plain_set(&self, message: config_v1::SetRequest) -> Result<Committed, Error> {
        let send = |channel, request| {
            let mut client = self.config(channel);
            async move { client.set(request).await }
        };
        let answer = self.call("Set", Repeat::IfNotDone, message, send).await?;
        let entry = answer.entry.into_option().ok_or_else(|| empty("Set"))?;
        Ok(Committed {
            time: entry.updated_at.as_option().map(times::model_time),
            versions: vec![u64::try_from(entry.version).unwrap_or(0)],
            ..Committed::default()
        })
    }

    async fn plain_delete(
        &self,
        message: config_v1::DeleteRequest,
        missing_ok: bool,
    ) -> Result<Committed, Error> {
        let send = |channel, request| {
            let mut client = self.config(channel);
            async move { client.delete(request).await }
        };
        match self.call("Delete", Repeat::IfNotDone, message, send).await {
            Err(error) if !(missing_ok && error.kind() == Kind::NotFound) => Err(error),
            _ => Ok(Committed { versions: vec![0], ..Committed::default() }),
        }
    }
}

fn committed(batch: &Batch, answer: &holdfast_v1::CommitResponse) -> Committed {
    let mut results = answer.results.iter();
    let writes = batch.writes.iter();
    let version = |write: &Write| match write.action {
        Action::Check => 0,
        _ => results.next().map_or(0, |result| result.version),
    };
    Committed {
        revision: answer.revision,
        log: convert::log_of(&answer.token),
        time: answer.time.as_option().map(times::model_time),
        versions: writes.map(version).collect(),
        replayed: answer.replayed,
    }
}
