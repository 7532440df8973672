//! What can be read of a server.

use holdfast_api::config_v1::config_service_client::ConfigServiceClient;
use holdfast_api::holdfast_v1::holdfast_service_client::HoldfastServiceClient;
use holdfast_api::{config_v1, holdfast_v1};
use tonic::transport::Channel;

use super::{Client, Repeat, convert};
use crate::entry::Log;
use crate::{Entry, Error, Kind};

/// Entries of a namespace as of one moment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Snapshot {
    /// By key.
    pub entries: Vec<Entry>,
    /// Stands for them: while it holds, there is nothing new.
    pub etag: String,
    /// The revision that they show; 0 where the server has no log.
    pub revision: u64,
}

/// A version of a key, or its end.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Version {
    /// What it became; `None`: it was deleted, or its time was over.
    pub entry: Option<Entry>,
    /// The revision that did it; 0 where the server has no log.
    pub revision: u64,
}

impl Client {
    pub(super) fn holdfast(&self, channel: Channel) -> HoldfastServiceClient<Channel> {
        let most = self.inner.settings.max_answer_bytes;
        HoldfastServiceClient::new(channel).max_decoding_message_size(most)
    }

    pub(super) fn config(&self, channel: Channel) -> ConfigServiceClient<Channel> {
        let most = self.inner.settings.max_answer_bytes;
        ConfigServiceClient::new(channel).max_decoding_message_size(most)
    }

    /// Is holdfast.v1 worth asking on the connections of now?
    pub(super) fn speaks_holdfast(&self) -> bool {
        self.inner.speaks.holdfast(self.inner.links.made())
    }

    /// True when the server answered that it does not speak holdfast.v1, which is remembered.
    pub(super) fn only_config(&self, error: &Error) -> bool {
        let other = error.code() == Some(tonic::Code::Unimplemented) && error.reason().is_empty();
        if other {
            self.inner.speaks.only_config(self.inner.links.made());
        }
        other
    }

    /// One entry.
    ///
    /// # Errors
    /// [`Kind::NotFound`], [`Kind::Denied`], and whatever a call can end with.
    pub async fn get(&self, namespace: &str, key: &str) -> Result<Entry, Error> {
        if self.speaks_holdfast() {
            let message = holdfast_v1::GetRequest {
                namespace: namespace.to_owned(),
                key: key.to_owned(),
                ..Default::default()
            };
            let send = |channel, request| {
                let mut client = self.holdfast(channel);
                async move { client.get(request).await }
            };
            match self.call("Get", Repeat::Safe, message, send).await {
                Ok(answer) => {
                    let entry = answer.entry.into_option();
                    let entry = entry.ok_or_else(|| Error::not_found(namespace, key))?;
                    let log = convert::log_of(&answer.token);
                    return Ok(convert::entry(entry, log, &self.inner.origin));
                }
                Err(error) if self.only_config(&error) => {}
                Err(error) => return Err(error),
            }
        }
        let message = config_v1::GetRequest {
            namespace: namespace.to_owned(),
            key: key.to_owned(),
            ..Default::default()
        };
        let send = |channel, request| {
            let mut client = self.config(channel);
            async move { client.get(request).await }
        };
        let answer = self.call("Get", Repeat::Safe, message, send).await?;
        let entry = answer.entry.into_option().ok_or_else(|| empty("Get"))?;
        Ok(convert::config_entry(entry, &self.inner.origin))
    }

    /// Every entry whose key begins with the prefix, by key, of one state (of config.v1: as pages show them).
    ///
    /// # Errors
    /// [`Kind::Denied`], and whatever a call can end with.
    pub async fn list(&self, namespace: &str, prefix: &str) -> Result<Vec<Entry>, Error> {
        if self.speaks_holdfast() {
            match self.list_holdfast(namespace, prefix).await {
                Err(error) if self.only_config(&error) => {}
                answer => return answer,
            }
        }
        self.list_config(namespace, prefix).await
    }

    async fn list_holdfast(&self, namespace: &str, prefix: &str) -> Result<Vec<Entry>, Error> {
        let mut message = holdfast_v1::ListRequest {
            namespace: namespace.to_owned(),
            prefix: prefix.to_owned(),
            limit: PAGE,
            ..Default::default()
        };
        let mut entries = Vec::new();
        loop {
            let send = |channel, request| {
                let mut client = self.holdfast(channel);
                async move { client.list(request).await }
            };
            let page = self.call("List", Repeat::Safe, message.clone(), send).await?;
            let (log, came) = (convert::log_of(&page.token), page.entries.into_iter());
            entries.extend(came.map(|entry| convert::entry(entry, log, &self.inner.origin)));
            if page.next_cursor.is_empty() {
                return Ok(entries);
            }
            message.cursor = page.next_cursor;
        }
    }

    async fn list_config(&self, namespace: &str, prefix: &str) -> Result<Vec<Entry>, Error> {
        let mut message = config_v1::ListRequest {
            namespace: namespace.to_owned(),
            prefix: prefix.to_owned(),
            limit: i32::try_from(PAGE).unwrap_or(i32::MAX),
            ..Default::default()
        };
        let mut entries = Vec::new();
        loop {
            let send = |channel, request| {
                let mut client = self.config(channel);
                async move { client.list(request).await }
            };
            let page = self.call("List", Repeat::Safe, message.clone(), send).await?;
            let came = page.entries.into_iter();
            entries.extend(came.map(|entry| convert::config_entry(entry, &self.inner.origin)));
            if page.next_cursor.is_empty() {
                return Ok(sorted(entries));
            }
            message.cursor = page.next_cursor;
        }
    }

    /// All entries of a namespace, of one state; `None` while the ETag of an earlier snapshot holds.
    ///
    /// # Errors
    /// [`Kind::Denied`], and whatever a call can end with.
    pub async fn snapshot(
        &self,
        namespace: &str,
        etag: Option<&str>,
    ) -> Result<Option<Snapshot>, Error> {
        let etag = etag.unwrap_or_default();
        if self.speaks_holdfast() {
            let message = holdfast_v1::SnapshotRequest {
                namespace: namespace.to_owned(),
                if_none_match: etag.to_owned(),
                ..Default::default()
            };
            let send = |channel, request| {
                let mut client = self.holdfast(channel);
                async move { client.snapshot(request).await }
            };
            match self.call("Snapshot", Repeat::Safe, message, send).await {
                Ok(answer) if answer.not_modified => return Ok(None),
                Ok(answer) => {
                    let (log, came) = (convert::log_of(&answer.token), answer.entries.into_iter());
                    let entries = came.map(|entry| convert::entry(entry, log, &self.inner.origin));
                    let (etag, revision) = (answer.etag, answer.revision);
                    return Ok(Some(Snapshot { entries: entries.collect(), etag, revision }));
                }
                Err(error) if self.only_config(&error) => {}
                Err(error) => return Err(error),
            }
        }
        self.snapshot_config(namespace, etag).await
    }

    pub(super) async fn snapshot_config(
        &self,
        namespace: &str,
        etag: &str,
    ) -> Result<Option<Snapshot>, Error> {
        let message = config_v1::SnapshotRequest {
            namespace: namespace.to_owned(),
            if_none_match: etag.to_owned(),
            ..Default::default()
        };
        let send = |channel, request| {
            let mut client = self.config(channel);
            async move { client.snapshot(request).await }
        };
        let answer = self.call("Snapshot", Repeat::Safe, message, send).await?;
        if answer.not_modified {
            return Ok(None);
        }
        let came = answer.entries.into_iter();
        let entries = came.map(|entry| convert::config_entry(entry, &self.inner.origin)).collect();
        let entries = sorted(entries);
        Ok(Some(Snapshot { entries, etag: answer.etag, revision: 0 }))
    }

    /// The versions of a key, newest first, at most `limit` of them; 0: all that are kept.
    ///
    /// # Errors
    /// [`Kind::NotFound`], [`Kind::Denied`], and whatever a call can end with.
    pub async fn history(
        &self,
        namespace: &str,
        key: &str,
        limit: usize,
    ) -> Result<Vec<Version>, Error> {
        if self.speaks_holdfast() {
            match self.history_holdfast(namespace, key, limit).await {
                Err(error) if self.only_config(&error) => {}
                answer => return answer,
            }
        }
        self.history_config(namespace, key, limit).await
    }

    async fn history_holdfast(
        &self,
        namespace: &str,
        key: &str,
        limit: usize,
    ) -> Result<Vec<Version>, Error> {
        let mut message = holdfast_v1::HistoryRequest {
            namespace: namespace.to_owned(),
            key: key.to_owned(),
            ..Default::default()
        };
        let mut versions = Vec::new();
        loop {
            message.limit = page_of(limit, versions.len());
            let send = |channel, request| {
                let mut client = self.holdfast(channel);
                async move { client.history(request).await }
            };
            let page = self.call("History", Repeat::Safe, message.clone(), send).await?;
            versions.extend(page.events.into_iter().map(|event| self.version(event)));
            if page.next_cursor.is_empty() || enough(limit, versions.len()) {
                return Ok(versions);
            }
            message.cursor = page.next_cursor;
        }
    }

    fn version(&self, event: holdfast_v1::Event) -> Version {
        let revision = event.mod_revision;
        match convert::change(event, revision, Log::default(), &self.inner.origin) {
            Some(crate::source::Change::Set(entry)) => Version { entry: Some(entry), revision },
            _ => Version { entry: None, revision },
        }
    }

    async fn history_config(
        &self,
        namespace: &str,
        key: &str,
        limit: usize,
    ) -> Result<Vec<Version>, Error> {
        let mut message = config_v1::GetVersionsRequest {
            namespace: namespace.to_owned(),
            key: key.to_owned(),
            ..Default::default()
        };
        let mut versions = Vec::new();
        loop {
            message.limit = i32::try_from(page_of(limit, versions.len())).unwrap_or(i32::MAX);
            let send = |channel, request| {
                let mut client = self.config(channel);
                async move { client.get_versions(request).await }
            };
            let page = self.call("GetVersions", Repeat::Safe, message.clone(), send).await?;
            let came = page.entries.into_iter();
            versions.extend(came.map(|entry| Version {
                entry: Some(convert::config_entry(entry, &self.inner.origin)),
                revision: 0,
            }));
            if page.next_cursor.is_empty() || enough(limit, versions.len()) {
                return Ok(versions);
            }
            message.cursor = page.next_cursor;
        }
    }
}

/// Entries on a page.
const PAGE: u32 = 1_000;

/// By key: other servers of config.v1 give them in any order.
fn sorted(mut entries: Vec<Entry>) -> Vec<Entry> {
    entries.sort_by(|one, other| one.key.cmp(&other.key));
    entries
}

fn page_of(limit: usize, have: usize) -> u32 {
    match limit {
        0 => PAGE,
        limit => u32::try_from(limit - have).unwrap_or(PAGE).min(PAGE),
    }
}

fn enough(limit: usize, have: usize) -> bool {
    limit > 0 && have >= limit
}

pub(super) fn empty(method: &str) -> Error {
    Error::new(Kind::Internal, format!("the server answered {method} with nothing"))
}
