//! The bare server: config.v1's `Get`, the same over HTTP/JSON, and event streams, on the same libraries and the same accept
//! loop, with nothing behind.

use std::convert::Infallible;
use std::env::current_exe;
use std::net::{Ipv4Addr, SocketAddr};
use std::path::Path;
use std::process::Command;

use axum::body::Body;
use axum::routing::get;
use axum::{Router, extract};
use bytes::Bytes;
use futures::StreamExt;
use holdfast_api::config_v1::{Entry, GetRequest, GetResponse};
use holdfast_api::convert;
use holdfast_load::data;
use holdfast_load::dice::Dice;
use holdfast_model::Timestamp;
use holdfast_server::Settings;
use holdfast_server::listen::{self, Around, Bounds};
use http::header::CONTENT_TYPE;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::sync::broadcast;
use tokio_stream::wrappers::BroadcastStream;
use tokio_util::sync::CancellationToken;
use tonic::service::Routes;
use tonic::transport::Channel;
use tonic::{Request, Response, Status, async_trait};

use self::generated::config_service_server::{ConfigService, ConfigServiceServer};
use super::connections;
use crate::Fault;
use crate::process::{Process, free_port};

/// By `build.rs`.
#[allow(missing_docs, unreachable_pub, dead_code, clippy::all)]
mod generated {
    include!(concat!(env!("OUT_DIR"), "/config.v1.ConfigService.rs"));
}

/// Bytes of the value in its answers: those of the keys that it is compared with.
const VALUE_BYTES: usize = 200;
/// Bytes of such an entry as JSON, with its value in base64.
const ENTRY_BYTES: usize = 470;

/// A running echo server.
pub(crate) struct Echo {
    pub(crate) process: Process,
    port: u16,
}

impl Echo {
    /// Starts this program once more, as the echo server.
    pub(crate) fn start(work: &Path) -> Result<Self, Fault> {
        let port = free_port()?;
        let mut command = Command::new(current_exe()?);
        command.args(["echo", "--listen", &format!("127.0.0.1:{port}")]);
        let mut process = Process::start(&mut command, &work.join("echo.log"))?;
        process.wait_ready(port, "/readyz")?;
        Ok(Self { process, port })
    }

    pub(crate) fn port(&self) -> u16 {
        self.port
    }

    /// So many events to all readers.
    pub(crate) async fn publish(&self, count: usize) -> Result<(), Fault> {
        let mut stream = TcpStream::connect((Ipv4Addr::LOCALHOST, self.port)).await?;
        let request = format!("GET /publish/{count} HTTP/1.0\r\n\r\n");
        stream.write_all(request.as_bytes()).await?;
        let mut answer = Vec::new();
        stream.read_to_end(&mut answer).await?;
        let fine = answer.windows(6).any(|window| window == b"200 OK");
        if fine { Ok(()) } else { Err("the echo server did not publish".into()) }
    }

    pub(crate) async fn connect(&self, count: usize) -> Result<Vec<Channel>, Fault> {
        connections(self.port, count).await
    }
}

/// Serves until the process is killed.
pub(crate) async fn serve(address: SocketAddr) -> Result<(), Fault> {
    if address.ip() != Ipv4Addr::LOCALHOST {
        return Err("the echo server is for loopback only".into());
    }
    let answer = Answer { value: data::value(VALUE_BYTES, &mut Dice::new(1)) };
    let routes = Routes::new(ConfigServiceServer::new(answer)).prepare().into_axum_router();
    let routes = routes.route("/readyz", get(|| async { "ok" })).merge(bare());
    let settings = Settings::default();
    let around = Around::bounded(Bounds::of(&settings));
    let listener = listen::bind(address).await?;
    listen::serve(listener, None, routes, around, CancellationToken::new()).await;
    Ok(())
}

/// What HTTP handlers answer when there is nothing behind them.
fn bare() -> Router {
    let value = data::value(VALUE_BYTES, &mut Dice::new(1));
    let entry = Bytes::from(format!("{{\"entry\":{}}}", "x".repeat(ENTRY_BYTES)));
    let block =
        format!("id: 1\nevent: set\ndata: {}\n\n", "x".repeat(ENTRY_BYTES - value.len() / 4));
    let block = Bytes::from(block);
    let events = broadcast::Sender::<Bytes>::new(1_024);
    let (readers, publisher) = (events.clone(), events);
    let watch = move || {
        let preamble = Bytes::from_static(b"retry: 5000\n\n: connected\n\n");
        let blocks =
            BroadcastStream::new(readers.subscribe()).filter_map(|block| async { block.ok() });
        let blocks = futures::stream::iter([preamble]).chain(blocks).map(Ok::<_, Infallible>);
        let body = Body::from_stream(blocks);
        async { ([(CONTENT_TYPE, "text/event-stream")], body) }
    };
    let publish = move |count: extract::Path<usize>| async move {
        for _ in 0..*count {
            // Nobody listening is nobody's fault.
            let _ = publisher.send(block.clone());
        }
    };
    Router::new()
        .route(
            "/v1/namespaces/{namespace}/keys/{*key}",
            get(|| async { ([(CONTENT_TYPE, "application/json")], entry) }),
        )
        .route("/v1/watch", get(watch))
        .route("/publish/{count}", get(publish))
}

struct Answer {
    value: Bytes,
}

#[async_trait]
impl ConfigService for Answer {
    async fn get(&self, request: Request<GetRequest>) -> Result<Response<GetResponse>, Status> {
        let GetRequest { namespace, key, .. } = request.into_inner();
        let time = convert::time(Timestamp(1_700_000_000_000_000_000));
        let entry = Entry {
            namespace,
            key,
            value: self.value.clone(),
            codec: "json".into(),
            r#type: 3,
            version: 1,
            created_at: time.clone().into(),
            updated_at: time.into(),
            ..Entry::default()
        };
        let answer = GetResponse { entry: entry.into(), ..GetResponse::default() };
        Ok(Response::new(answer))
    }
}
