//! The bare server: config.v1's `Get` on the same libraries, the same codec and the same accept loop, with nothing behind.

use std::env::current_exe;
use std::net::{Ipv4Addr, SocketAddr};
use std::path::Path;
use std::process::Command;

use bytes::Bytes;
use holdfast_api::config_v1::{Entry, GetRequest, GetResponse};
use holdfast_api::{Encoded, convert};
use holdfast_load::data;
use holdfast_load::dice::Dice;
use holdfast_model::Timestamp;
use holdfast_server::Settings;
use holdfast_server::listen::{self, Bounds};
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
    let routes = routes.route("/readyz", axum::routing::get(|| async { "ok" }));
    let settings = Settings::default();
    let bounds = Bounds {
        connections: settings.limits.connections,
        streams: settings.limits.connection_streams,
        grace: settings.shutdown_grace,
    };
    let listener = listen::bind(address).await?;
    listen::serve(listener, routes, bounds, CancellationToken::new()).await;
    Ok(())
}

struct Answer {
    value: Bytes,
}

#[async_trait]
impl ConfigService for Answer {
    async fn get(
        &self,
        request: Request<GetRequest>,
    ) -> Result<Response<Encoded<GetResponse>>, Status> {
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
        Ok(Response::new(Encoded::Message(answer)))
    }
}
