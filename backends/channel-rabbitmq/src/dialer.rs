//! Makes connections.

use std::fs;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use async_trait::async_trait;
use holdfast_channel::{
    ChannelCapabilities, ChannelError, Dialer, EventChannel, Fanout, LARGEST_MESSAGE, Link,
    LinkSettings, Wire,
};
use lapin::tcp::{OwnedIdentity, OwnedTLSConfig};
use lapin::uri::AMQPUri;
use lapin::{Connect as _, ConnectionProperties, runtime};

use crate::fault::fault;
use crate::wire::RabbitWire;

/// Opens the channel (servers are `amqp://host:port/vhost`, `amqps://` for TLS). It connects by itself, now and whenever it
/// has to; answers at once. Needs a tokio runtime.
///
/// # Errors
/// [`ChannelError::Settings`].
pub fn open(settings: LinkSettings) -> Result<Arc<dyn EventChannel>, ChannelError> {
    settings.check()?;
    let servers = servers(&settings)?;
    let timeout = settings.timeout;
    Ok(Arc::new(Link::new(RabbitDialer { settings, servers, next: AtomicUsize::new(0) }, timeout)))
}

fn servers(settings: &LinkSettings) -> Result<Vec<AMQPUri>, ChannelError> {
    let parsed = |text: &String| {
        text.parse::<AMQPUri>().map_err(|_| {
            let like =
                "the address of a RabbitMQ server is like amqp://host:5672 or amqps://host:5671";
            ChannelError::Settings(like.into())
        })
    };
    settings.servers.iter().map(parsed).collect()
}

struct RabbitDialer {
    settings: LinkSettings,
    servers: Vec<AMQPUri>,
    /// Counts attempts: each goes to the next server.
    next: AtomicUsize,
}

#[async_trait]
impl Dialer for RabbitDialer {
    fn capabilities(&self) -> ChannelCapabilities {
        ChannelCapabilities { name: "rabbitmq", largest_message: LARGEST_MESSAGE, shared: true }
    }

    async fn dial(&self, fanout: Arc<Fanout>) -> Result<Arc<dyn Wire>, ChannelError> {
        let no_connection = |error: lapin::Error| fault("no connection", &error);
        let runtime = runtime::default_runtime().map_err(no_connection)?;
        let properties = ConnectionProperties::default().with_connection_name("holdfast".into());
        let connected =
            self.server()?.connect_with_config(properties, self.certificates()?, runtime).await;
        let connection = connected.map_err(no_connection)?;
        let prefix = self.settings.prefix.clone();
        Ok(Arc::new(RabbitWire::new(connection, prefix, fanout).await?))
    }
}

impl RabbitDialer {
    /// The next server, with the credentials of now.
    fn server(&self) -> Result<AMQPUri, ChannelError> {
        let turn = self.next.fetch_add(1, Ordering::Relaxed) % self.servers.len();
        let mut server = self.servers[turn].clone();
        if !self.settings.user.is_empty() {
            server.authority.userinfo.username = self.settings.user.clone();
        }
        if let Some(password) = self.settings.password.read()? {
            server.authority.userinfo.password = password;
        }
        Ok(server)
    }

    fn certificates(&self) -> Result<OwnedTLSConfig, ChannelError> {
        let identity = match (&self.settings.cert_file, &self.settings.key_file) {
            (Some(cert), Some(key)) => Some(OwnedIdentity::PKCS8 {
                pem: pem(cert)?.into_bytes(),
                key: pem(key)?.into_bytes(),
            }),
            _ => None,
        };
        let cert_chain = self.settings.ca_file.as_deref().map(pem).transpose()?;
        Ok(OwnedTLSConfig { identity, cert_chain })
    }
}

fn pem(file: &Path) -> Result<String, ChannelError> {
    let wrong = |error| ChannelError::Settings(format!("{}: {error}", file.display()));
    fs::read_to_string(file).map_err(wrong)
}
