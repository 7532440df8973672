//! Makes connections.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use async_trait::async_trait;
use holdfast_channel::{
    ChannelCapabilities, ChannelError, Dialer, EventChannel, Fanout, LARGEST_MESSAGE, Link,
    LinkSettings, Wire,
};
use lapin::uri::{AMQPScheme, AMQPUri};
use lapin::{AsyncTcpStream, Connection, ConnectionProperties, runtime};

use crate::fault::fault;
use crate::tls::Proofs;
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
        let proofs = Proofs::read(&self.settings)?;
        let connection = connect(self.server()?, proofs).await?;
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
}

/// As the library's own way to connect does it, but for where certificates come from: that way brings readers of PKCS #12.
async fn connect(server: AMQPUri, proofs: Proofs) -> Result<Connection, ChannelError> {
    let no_connection = |error: lapin::Error| fault("no connection", &error);
    let secure = match server.scheme {
        AMQPScheme::AMQP => None,
        AMQPScheme::AMQPS => Some(proofs.connector()?),
    };
    let runtime = runtime::default_runtime().map_err(no_connection)?;
    let properties = ConnectionProperties::default().with_connection_name("holdfast".into());
    let connected = Connection::connector(
        server,
        runtime,
        async move |server, runtime| {
            let host = server.authority.host;
            let place = runtime.to_socket_addrs((host.clone(), server.authority.port));
            let stream = AsyncTcpStream::connect(&runtime, place).await?;
            match &secure {
                Some(secure) => Ok(stream.into_rustls(secure, &host).await?),
                None => Ok(stream),
            }
        },
        properties,
    );
    connected.await.map_err(no_connection)
}
