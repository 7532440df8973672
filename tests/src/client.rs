//! Clients of both dialects, with the calls spelled so that a test reads as a table.

use std::collections::BTreeMap;
use std::time::Duration;

use buffa::Message;
use bytes::Bytes;
use holdfast_api::config_v1::config_service_client::ConfigServiceClient;
use holdfast_api::holdfast_v1::admin_service_client::AdminServiceClient;
use holdfast_api::holdfast_v1::holdfast_service_client::HoldfastServiceClient;
use holdfast_api::holdfast_v1::trust_service_client::TrustServiceClient;
use holdfast_api::{Streaming, config_v1, google_rpc, holdfast_v1};
use holdfast_dial::{Bearer, Link};
use tonic::transport::{Channel, Endpoint};
use tonic::{Code, Status};

/// An answer larger than this is a fault of the test.
const MAX_ANSWER_BYTES: usize = 256 << 20;

/// A call failed: the status and what its details say.
#[derive(Debug, Clone, PartialEq)]
pub struct Failure {
    /// The gRPC code.
    pub code: Code,
    /// The message.
    pub message: String,
    /// `ErrorInfo.reason`; empty without details.
    pub reason: String,
    /// `ErrorInfo.domain`; empty without details.
    pub domain: String,
    /// `ErrorInfo.metadata`.
    pub metadata: BTreeMap<String, String>,
}

impl From<Status> for Failure {
    fn from(status: Status) -> Self {
        let info = details(status.details()).unwrap_or_default();
        Self {
            code: status.code(),
            message: status.message().to_owned(),
            reason: info.reason,
            domain: info.domain,
            metadata: info.metadata.into_iter().collect(),
        }
    }
}

/// The one `ErrorInfo` of the details, if there are details.
fn details(bytes: &[u8]) -> Option<google_rpc::ErrorInfo> {
    if bytes.is_empty() {
        return None;
    }
    let status =
        google_rpc::Status::decode_from_slice(bytes).expect("details are a google.rpc.Status");
    assert_eq!(status.details.len(), 1, "one detail: {status:?}");
    let detail = &status.details[0];
    assert_eq!(detail.type_url, "type.googleapis.com/google.rpc.ErrorInfo");
    Some(
        google_rpc::ErrorInfo::decode_from_slice(&detail.value)
            .expect("the detail is an ErrorInfo"),
    )
}

/// Connects to a port on loopback; tries again while a server is starting.
///
/// # Panics
/// After 30 s.
pub async fn connect(port: u16) -> Channel {
    let endpoint = Endpoint::from_shared(format!("http://127.0.0.1:{port}")).expect("an address");
    for _ in 0..600 {
        if let Ok(channel) = endpoint.connect().await {
            return channel;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    panic!("nobody listens on port {port}");
}

/// A config.v1 client.
#[derive(Debug, Clone)]
pub struct Config {
    /// The connection.
    pub channel: Channel,
    /// What every call shows.
    bearer: Bearer,
}

type Answer<T> = Result<T, Failure>;

impl Config {
    /// With a connection of its own.
    pub async fn connect(port: u16) -> Self {
        Self::on(connect(port).await)
    }

    /// On a connection.
    pub fn on(channel: Channel) -> Self {
        Self { channel, bearer: Bearer::default() }
    }

    /// The same connection with a token.
    ///
    /// # Panics
    /// When no header can hold it.
    #[must_use]
    pub fn showing(&self, token: &str) -> Self {
        let bearer = Bearer::of(token).expect("a header can hold it");
        Self { channel: self.channel.clone(), bearer }
    }

    /// The generated client.
    pub fn stub(&self) -> ConfigServiceClient<Link> {
        ConfigServiceClient::new(self.bearer.clone().on(self.channel.clone()))
            .max_decoding_message_size(MAX_ANSWER_BYTES)
    }

    /// Get.
    pub async fn get(&self, namespace: &str, key: &str) -> Answer<config_v1::Entry> {
        let request = config_v1::GetRequest {
            namespace: namespace.into(),
            key: key.into(),
            ..Default::default()
        };
        let answer = self.stub().get(request).await?.into_inner();
        Ok(answer.entry.into_option().expect("an answer has its entry"))
    }

    /// Set, upsert, codec json.
    pub async fn set(&self, namespace: &str, key: &str, value: &str) -> Answer<config_v1::Entry> {
        self.set_as(namespace, key, Bytes::copy_from_slice(value.as_bytes()), "", 0).await
    }

    /// Set with everything.
    pub async fn set_as(
        &self,
        namespace: &str,
        key: &str,
        value: Bytes,
        codec: &str,
        write_mode: i32,
    ) -> Answer<config_v1::Entry> {
        let request = config_v1::SetRequest {
            namespace: namespace.into(),
            key: key.into(),
            value,
            codec: codec.into(),
            write_mode: write_mode.into(),
            ..Default::default()
        };
        let answer = self.stub().set(request).await?.into_inner();
        Ok(answer.entry.into_option().expect("an answer has its entry"))
    }

    /// Delete.
    pub async fn delete(&self, namespace: &str, key: &str) -> Answer<()> {
        let request = config_v1::DeleteRequest {
            namespace: namespace.into(),
            key: key.into(),
            ..Default::default()
        };
        self.stub().delete(request).await?;
        Ok(())
    }

    /// List.
    pub async fn list(
        &self,
        namespace: &str,
        prefix: &str,
        limit: i32,
        cursor: &str,
    ) -> Answer<config_v1::ListResponse> {
        let request = config_v1::ListRequest {
            namespace: namespace.into(),
            prefix: prefix.into(),
            limit,
            cursor: cursor.into(),
            ..Default::default()
        };
        Ok(self.stub().list(request).await?.into_inner())
    }

    /// GetVersions.
    pub async fn versions(
        &self,
        namespace: &str,
        key: &str,
        version: i64,
        limit: i32,
        cursor: &str,
    ) -> Answer<config_v1::GetVersionsResponse> {
        let request = config_v1::GetVersionsRequest {
            namespace: namespace.into(),
            key: key.into(),
            version,
            limit,
            cursor: cursor.into(),
            ..Default::default()
        };
        Ok(self.stub().get_versions(request).await?.into_inner())
    }

    /// Snapshot.
    pub async fn snapshot(
        &self,
        namespace: &str,
        etag: &str,
    ) -> Answer<config_v1::SnapshotResponse> {
        let request = config_v1::SnapshotRequest {
            namespace: namespace.into(),
            if_none_match: etag.into(),
            ..Default::default()
        };
        Ok(self.stub().snapshot(request).await?.into_inner())
    }

    /// Watch.
    pub async fn watch(
        &self,
        namespaces: &[&str],
        prefixes: &[&str],
    ) -> Answer<Streaming<config_v1::WatchResponse>> {
        let request = config_v1::WatchRequest {
            namespaces: namespaces.iter().map(|&n| n.to_owned()).collect(),
            prefixes: prefixes.iter().map(|&p| p.to_owned()).collect(),
            ..Default::default()
        };
        Ok(self.stub().watch(request).await?.into_inner())
    }

    /// CheckAccess: may read, may write.
    pub async fn check_access(&self, namespace: &str) -> Answer<(bool, bool)> {
        let request =
            config_v1::CheckAccessRequest { namespace: namespace.into(), ..Default::default() };
        let answer = self.stub().check_access(request).await?.into_inner();
        Ok((answer.can_read, answer.can_write))
    }

    /// SetAlias.
    pub async fn set_alias(&self, alias: &str, target: &str) -> Answer<config_v1::Alias> {
        let request = config_v1::SetAliasRequest {
            alias: alias.into(),
            target: target.into(),
            ..Default::default()
        };
        let answer = self.stub().set_alias(request).await?.into_inner();
        Ok(answer.alias.into_option().expect("an answer has its alias"))
    }

    /// GetAlias.
    pub async fn get_alias(&self, alias: &str) -> Answer<config_v1::Alias> {
        let request = config_v1::GetAliasRequest { alias: alias.into(), ..Default::default() };
        let answer = self.stub().get_alias(request).await?.into_inner();
        Ok(answer.alias.into_option().expect("an answer has its alias"))
    }

    /// DeleteAlias.
    pub async fn delete_alias(&self, alias: &str) -> Answer<()> {
        let request = config_v1::DeleteAliasRequest { alias: alias.into(), ..Default::default() };
        self.stub().delete_alias(request).await?;
        Ok(())
    }

    /// ListAliases.
    pub async fn aliases(&self) -> Answer<Vec<config_v1::Alias>> {
        let request = config_v1::ListAliasesRequest::default();
        Ok(self.stub().list_aliases(request).await?.into_inner().aliases)
    }

    /// ListCodecs.
    pub async fn codecs(&self) -> Answer<Vec<String>> {
        let request = config_v1::ListCodecsRequest::default();
        Ok(self.stub().list_codecs(request).await?.into_inner().codecs)
    }

    /// ListNamespaces: a page and the cursor behind it.
    pub async fn namespaces(
        &self,
        prefix: &str,
        limit: i32,
        cursor: &str,
    ) -> Answer<(Vec<String>, String)> {
        let request = config_v1::ListNamespacesRequest {
            prefix: prefix.into(),
            limit,
            cursor: cursor.into(),
            ..Default::default()
        };
        let answer = self.stub().list_namespaces(request).await?.into_inner();
        Ok((answer.namespaces, answer.next_cursor))
    }
}

/// A holdfast.v1 client.
#[derive(Debug, Clone)]
pub struct Holdfast {
    /// The connection.
    pub channel: Channel,
    /// What every call shows.
    bearer: Bearer,
}

/// Where a watch begins; `None` is from now on.
pub type Start = Option<holdfast_v1::watch_request::Start>;

impl Holdfast {
    /// With a connection of its own.
    pub async fn connect(port: u16) -> Self {
        Self::on(connect(port).await)
    }

    /// On a connection.
    pub fn on(channel: Channel) -> Self {
        Self { channel, bearer: Bearer::default() }
    }

    /// The same connection with a token.
    ///
    /// # Panics
    /// When no header can hold it.
    #[must_use]
    pub fn showing(&self, token: &str) -> Self {
        let bearer = Bearer::of(token).expect("a header can hold it");
        Self { channel: self.channel.clone(), bearer }
    }

    /// The generated client.
    pub fn stub(&self) -> HoldfastServiceClient<Link> {
        HoldfastServiceClient::new(self.bearer.clone().on(self.channel.clone()))
            .max_decoding_message_size(MAX_ANSWER_BYTES)
    }

    /// The generated client of tokens, users, roles and policies.
    pub fn trust(&self) -> TrustServiceClient<Link> {
        TrustServiceClient::new(self.bearer.clone().on(self.channel.clone()))
    }

    /// The generated client of what administrators do.
    pub fn admin(&self) -> AdminServiceClient<Link> {
        AdminServiceClient::new(self.bearer.clone().on(self.channel.clone()))
    }

    /// Consumer groups of a domain; empty: of all.
    pub async fn groups(&self, domain: &str) -> Answer<Vec<holdfast_v1::ConsumerGroup>> {
        let domain = domain.to_owned();
        let request = holdfast_v1::ListGroupsRequest { domain, ..Default::default() };
        Ok(self.admin().list_groups(request).await?.into_inner().groups)
    }

    /// Removes a group: domain, type and name.
    pub async fn remove_group(&self, [domain, kind, name]: [&str; 3]) -> Answer<()> {
        let request = holdfast_v1::DeleteGroupRequest {
            domain: domain.into(),
            r#type: kind.into(),
            name: name.into(),
            ..Default::default()
        };
        self.admin().delete_group(request).await?;
        Ok(())
    }

    /// Commit of these writes, nothing else.
    pub async fn commit(
        &self,
        writes: Vec<holdfast_v1::Write>,
    ) -> Answer<holdfast_v1::CommitResponse> {
        self.commit_as(holdfast_v1::CommitRequest { writes, ..Default::default() }).await
    }

    /// Commit with everything.
    pub async fn commit_as(
        &self,
        request: holdfast_v1::CommitRequest,
    ) -> Answer<holdfast_v1::CommitResponse> {
        Ok(self.stub().commit(request).await?.into_inner())
    }

    /// Txn.
    pub async fn txn(&self, request: holdfast_v1::TxnRequest) -> Answer<holdfast_v1::TxnResponse> {
        Ok(self.stub().txn(request).await?.into_inner())
    }

    /// Get.
    pub async fn get(&self, request: holdfast_v1::GetRequest) -> Answer<holdfast_v1::GetResponse> {
        Ok(self.stub().get(request).await?.into_inner())
    }

    /// List.
    pub async fn list(
        &self,
        request: holdfast_v1::ListRequest,
    ) -> Answer<holdfast_v1::ListResponse> {
        Ok(self.stub().list(request).await?.into_inner())
    }

    /// Snapshot.
    pub async fn snapshot(
        &self,
        request: holdfast_v1::SnapshotRequest,
    ) -> Answer<holdfast_v1::SnapshotResponse> {
        Ok(self.stub().snapshot(request).await?.into_inner())
    }

    /// History.
    pub async fn history(
        &self,
        request: holdfast_v1::HistoryRequest,
    ) -> Answer<holdfast_v1::HistoryResponse> {
        Ok(self.stub().history(request).await?.into_inner())
    }

    /// Diff.
    pub async fn diff(
        &self,
        request: holdfast_v1::DiffRequest,
    ) -> Answer<holdfast_v1::DiffResponse> {
        Ok(self.stub().diff(request).await?.into_inner())
    }

    /// Rollback.
    pub async fn rollback(
        &self,
        request: holdfast_v1::RollbackRequest,
    ) -> Answer<holdfast_v1::RollbackResponse> {
        Ok(self.stub().rollback(request).await?.into_inner())
    }

    /// Events.
    pub async fn events(
        &self,
        request: holdfast_v1::EventsRequest,
    ) -> Answer<holdfast_v1::EventsResponse> {
        Ok(self.stub().events(request).await?.into_inner())
    }

    /// Search.
    pub async fn search(
        &self,
        request: holdfast_v1::SearchRequest,
    ) -> Answer<holdfast_v1::SearchResponse> {
        Ok(self.stub().search(request).await?.into_inner())
    }

    /// Watch with these filters (namespace, prefix) and bookmarks every 100 ms.
    pub async fn watch(
        &self,
        filters: &[(&str, &str)],
        start: Start,
    ) -> Answer<Streaming<holdfast_v1::WatchResponse>> {
        let filter = |(namespace, prefix): &(&str, &str)| holdfast_v1::Filter {
            namespace: (*namespace).to_owned(),
            prefix: (*prefix).to_owned(),
            ..Default::default()
        };
        let interval =
            buffa_types::google::protobuf::Duration { nanos: 100_000_000, ..Default::default() };
        let request = holdfast_v1::WatchRequest {
            filters: filters.iter().map(filter).collect(),
            start,
            bookmark_interval: interval.into(),
            ..Default::default()
        };
        Ok(self.stub().watch(request).await?.into_inner())
    }
}

/// A write of a value, codec json.
pub fn put(namespace: &str, key: &str, value: impl Into<Bytes>) -> holdfast_v1::Write {
    let put = holdfast_v1::Put { value: value.into(), ..Default::default() };
    holdfast_v1::Write {
        namespace: namespace.into(),
        key: key.into(),
        action: put.into(),
        ..Default::default()
    }
}

/// A delete of an entry that has to be there.
pub fn delete(namespace: &str, key: &str) -> holdfast_v1::Write {
    holdfast_v1::Write {
        namespace: namespace.into(),
        key: key.into(),
        action: holdfast_v1::Delete::default().into(),
        ..Default::default()
    }
}
