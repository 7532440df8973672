//! A server in this process, on free ports, over the memory store; and a client of it.

use std::net::SocketAddr;
use std::sync::Arc;

use holdfast_api::Streaming;
use holdfast_api::config_v1::config_service_client::ConfigServiceClient;
use holdfast_api::config_v1::{
    Entry, GetRequest, SetAliasRequest, SetRequest, WatchRequest, WatchResponse, WriteMode,
};
use holdfast_api::holdfast_v1::holdfast_service_client::HoldfastServiceClient;
use holdfast_api::status::error_info;
use holdfast_auth::{AllowAll, Guard};
use holdfast_server::settings::StoreKind;
use holdfast_server::{Running, Settings, start_with};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tonic::transport::{Channel, Endpoint};
use tonic::{Code, Status};

pub(crate) type Config = ConfigServiceClient<Channel>;
pub(crate) type Holdfast = HoldfastServiceClient<Channel>;

pub(crate) fn settings() -> Settings {
    let mut settings = Settings::default();
    settings.listen.set_port(0);
    settings.admin_listen.set_port(0);
    settings.store.kind = StoreKind::Memory;
    settings
}

/// One that lets everybody in.
pub(crate) async fn open() -> Running {
    guarded(AllowAll).await
}

pub(crate) async fn guarded(guard: impl Guard) -> Running {
    start_with(&settings(), Arc::new(guard)).await.expect("the server starts")
}

pub(crate) async fn channel(server: &Running) -> Channel {
    let endpoint = Endpoint::from_shared(format!("http://{}", server.api)).expect("a URL");
    endpoint.connect().await.expect("connected")
}

pub(crate) async fn config(server: &Running) -> Config {
    ConfigServiceClient::new(channel(server).await).max_decoding_message_size(64 << 20)
}

pub(crate) async fn holdfast(server: &Running) -> Holdfast {
    HoldfastServiceClient::new(channel(server).await)
}

pub(crate) fn set_request(namespace: &str, key: &str, value: &str) -> SetRequest {
    SetRequest {
        namespace: namespace.into(),
        key: key.into(),
        value: value.as_bytes().to_vec().into(),
        write_mode: WriteMode::WRITE_MODE_UPSERT.into(),
        ..SetRequest::default()
    }
}

pub(crate) async fn set(client: &mut Config, namespace: &str, key: &str, value: &str) -> Entry {
    let answer = client.set(set_request(namespace, key, value)).await.expect("set");
    answer.into_inner().entry.into_option().expect("Set answers an entry")
}

pub(crate) async fn get(client: &mut Config, namespace: &str, key: &str) -> Result<Entry, Status> {
    let request =
        GetRequest { namespace: namespace.into(), key: key.into(), ..GetRequest::default() };
    let answer = client.get(request).await?;
    Ok(answer.into_inner().entry.into_option().expect("Get answers an entry"))
}

pub(crate) fn alias(alias: &str, target: &str) -> SetAliasRequest {
    SetAliasRequest { alias: alias.into(), target: target.into(), ..SetAliasRequest::default() }
}

pub(crate) async fn watch(
    client: &mut Config,
    namespaces: &[&str],
    prefixes: &[&str],
) -> Streaming<WatchResponse> {
    let request = WatchRequest {
        namespaces: namespaces.iter().map(|name| (*name).to_owned()).collect(),
        prefixes: prefixes.iter().map(|prefix| (*prefix).to_owned()).collect(),
        ..WatchRequest::default()
    };
    client.watch(request).await.expect("the watch begins").into_inner()
}

/// Code, reason and message of a failure; the reason is empty when there are no details.
pub(crate) fn parts(status: &Status) -> (Code, String, String) {
    let info = error_info(status);
    if let Some(info) = &info {
        assert!(matches!(&*info.domain, "config.rbaliyan.com" | "holdfast.v1"), "{}", info.domain);
    }
    let reason = info.map(|info| info.reason).unwrap_or_default();
    (status.code(), reason, status.message().to_owned())
}

#[track_caller]
pub(crate) fn assert_fails<T: std::fmt::Debug>(
    answer: Result<T, Status>,
    code: Code,
    reason: &str,
    message: &str,
) {
    let status = answer.expect_err("it should have failed");
    assert_eq!(parts(&status), (code, reason.into(), message.into()));
}

/// One HTTP/1.1 exchange, as text; the connection is closed after it.
pub(crate) async fn http(to: SocketAddr, request: &[u8]) -> Vec<u8> {
    let mut stream = TcpStream::connect(to).await.expect("connected");
    stream.write_all(request).await.expect("sent");
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).await.expect("answered");
    answer
}

pub(crate) async fn http_get(to: SocketAddr, path: &str) -> String {
    let request = format!("GET {path} HTTP/1.1\r\nhost: test\r\nconnection: close\r\n\r\n");
    String::from_utf8(http(to, request.as_bytes()).await).expect("UTF-8")
}
