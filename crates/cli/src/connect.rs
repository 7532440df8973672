//! The way to a server.

use std::future::Future;
use std::time::Duration;

use holdfast_api::Streaming;
use holdfast_api::config_v1::config_service_client::ConfigServiceClient;
use holdfast_api::holdfast_v1::admin_service_client::AdminServiceClient;
use holdfast_api::holdfast_v1::holdfast_service_client::HoldfastServiceClient;
use holdfast_api::holdfast_v1::trust_service_client::TrustServiceClient;
use holdfast_dial::{self as dial, DialError, Link};
use tonic::transport::{Channel, Endpoint};
use tonic::{Code, Request, Response, Status};

use crate::args::Global;
use crate::credentials;
use crate::failure::Failure;

/// A page of entries may hold many values of the largest size; what comes is what was asked for.
const MAX_ANSWER_BYTES: usize = 1 << 30;

/// A server, connected.
#[derive(Debug, Clone)]
pub struct Server {
    /// The config.v1 API.
    pub config: ConfigServiceClient<Link>,
    /// The holdfast.v1 API.
    pub holdfast: HoldfastServiceClient<Link>,
    /// Tokens, users, roles and policies.
    pub trust: TrustServiceClient<Link>,
    /// What administrators do.
    pub admin: AdminServiceClient<Link>,
    timeout: Duration,
}

impl Server {
    /// Connects to the endpoint of the command line.
    pub async fn connect(global: &Global) -> Result<Self, Failure> {
        Ok(Self::on(link(global).await?, global))
    }

    /// On a connection.
    pub fn on(link: Link, global: &Global) -> Self {
        Self {
            config: ConfigServiceClient::new(link.clone())
                .max_decoding_message_size(MAX_ANSWER_BYTES),
            trust: TrustServiceClient::new(link.clone())
                .max_decoding_message_size(MAX_ANSWER_BYTES),
            admin: AdminServiceClient::new(link.clone())
                .max_decoding_message_size(MAX_ANSWER_BYTES),
            holdfast: HoldfastServiceClient::new(link).max_decoding_message_size(MAX_ANSWER_BYTES),
            timeout: global.call_timeout(),
        }
    }

    /// The same server, asked with more patience.
    #[must_use]
    pub fn patient(&self, timeout: Duration) -> Self {
        Self { timeout, ..self.clone() }
    }

    /// A request that tells the server how long its caller will wait.
    pub fn request<T>(&self, message: T) -> Request<T> {
        let mut request = Request::new(message);
        request.set_timeout(self.timeout);
        request
    }

    /// Waits for an answer, no longer than the command line allows.
    pub async fn answer<T>(
        &self,
        call: impl Future<Output = Result<Response<T>, Status>>,
    ) -> Result<T, Failure> {
        match tokio::time::timeout(self.timeout, call).await {
            Ok(Ok(response)) => Ok(response.into_inner()),
            Ok(Err(status)) if gave_up(&status) => Err(Failure::Timeout(self.timeout)),
            Ok(Err(status)) => Err(status.into()),
            Err(_) => Err(Failure::Timeout(self.timeout)),
        }
    }
}

impl Server {
    /// The same for a call of holdfast.v1, which not every server of config.v1 speaks.
    pub async fn own<T>(
        &self,
        call: impl Future<Output = Result<Response<T>, Status>>,
    ) -> Result<T, Failure> {
        self.answer(call).await.map_err(Failure::or_not_spoken)
    }

    /// The next message of a stream, no later than the command line allows; `None` when it ended.
    pub async fn next<T: 'static>(&self, stream: &mut Streaming<T>) -> Result<Option<T>, Failure> {
        match tokio::time::timeout(self.timeout, stream.message()).await {
            Ok(next) => Ok(next?),
            Err(_) => Err(Failure::Timeout(self.timeout)),
        }
    }
}

/// The library's own timer says `Cancelled`.
fn gave_up(status: &Status) -> bool {
    status.code() == Code::Cancelled && status.message().contains("Timeout")
}

/// A connection of its own to the endpoint of the command line, with the credentials of the command line.
pub async fn link(global: &Global) -> Result<Link, Failure> {
    let bearer = credentials::bearer(global)?;
    Ok(bearer.on(channel(global).await?))
}

/// A connection of its own, without credentials.
pub async fn channel(global: &Global) -> Result<Channel, Failure> {
    let endpoint = endpoint(global)?.connect_timeout(global.call_timeout());
    endpoint.connect().await.map_err(|error| Failure::Unreachable {
        endpoint: global.endpoint.clone(),
        why: explained(dial::innermost(&error)),
    })
}

/// What the command line says about the way.
pub fn endpoint(global: &Global) -> Result<Endpoint, Failure> {
    let given = &global.endpoint;
    dial::endpoint(given, &global.proofs.files()).map_err(|why| match why {
        DialError::File { path, error } => Failure::File { path, source: error },
        why => {
            Failure::Usage(format!("--endpoint {given:?}: {why}, such as http://127.0.0.1:8080"))
        }
    })
}

/// What the network said; where a certificate is not trusted, with what can be done.
pub fn explained(why: String) -> String {
    // Of two authorities with the same name only one can have signed it.
    if why.contains("UnknownIssuer") || why.contains("BadSignature") {
        return format!("{why}: name who vouches for the server with --ca-file");
    }
    why
}
