//! Makes connections.

use std::fs;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use async_trait::async_trait;
use holdfast_channel::{
    ChannelCapabilities, ChannelError, Dialer, EventChannel, Fanout, Fuse, LARGEST_MESSAGE, Link,
    Wire,
};
use redis::aio::MultiplexedConnection;
use redis::{
    AsyncConnectionConfig, Client, ClientTlsConfig, ConnectionInfo, IntoConnectionInfo,
    TlsCertificates,
};

use crate::fault::fault;
use crate::place::Places;
use crate::pubsub::PubSubWire;
use crate::settings::RedisSettings;
use crate::stream::StreamWire;

/// Opens the channel. It connects by itself, now and whenever it has to; answers at once. Needs a tokio runtime.
///
/// # Errors
/// [`ChannelError::Settings`].
pub fn open(settings: RedisSettings) -> Result<Arc<dyn EventChannel>, ChannelError> {
    settings.check()?;
    let servers = servers(&settings)?;
    let timeout = settings.link.timeout;
    let dialer =
        RedisDialer { settings, servers, next: AtomicUsize::new(0), places: Places::default() };
    Ok(Arc::new(Link::new(dialer, timeout)))
}

fn servers(settings: &RedisSettings) -> Result<Vec<ConnectionInfo>, ChannelError> {
    let parsed = |text: &String| {
        text.as_str().into_connection_info().map_err(|_| {
            let like =
                "the address of a Redis server is like redis://host:6379 or rediss://host:6379";
            ChannelError::Settings(like.into())
        })
    };
    settings.link.servers.iter().map(parsed).collect()
}

struct RedisDialer {
    settings: RedisSettings,
    servers: Vec<ConnectionInfo>,
    /// Counts attempts: each goes to the next server.
    next: AtomicUsize,
    places: Places,
}

#[async_trait]
impl Dialer for RedisDialer {
    fn capabilities(&self) -> ChannelCapabilities {
        ChannelCapabilities { name: "redis", largest_message: LARGEST_MESSAGE, shared: true }
    }

    async fn dial(&self, fanout: Arc<Fanout>) -> Result<Arc<dyn Wire>, ChannelError> {
        let client = self.client()?;
        let config = AsyncConnectionConfig::new()
            .set_connection_timeout(Some(self.settings.link.timeout))
            .set_response_timeout(Some(self.settings.link.timeout));
        let connected = client.get_multiplexed_async_connection_with_config(&config).await;
        let connection = connected.map_err(|error| fault("no connection", &error))?;
        // A server that wants credentials says so only when it is asked for something.
        ping(&connection).await?;
        let prefix = self.settings.link.prefix.clone();
        let fuse = Arc::new(Fuse::default());
        match self.settings.stream {
            None => {
                let wire = PubSubWire::new(&client, connection, prefix, fanout, fuse).await?;
                Ok(Arc::new(wire))
            }
            Some(stream) => {
                let places = self.places.clone();
                Ok(Arc::new(StreamWire {
                    client,
                    connection,
                    prefix,
                    stream,
                    fanout,
                    fuse,
                    places,
                    listeners: Default::default(),
                }))
            }
        }
    }
}

pub(crate) async fn ping(connection: &MultiplexedConnection) -> Result<(), ChannelError> {
    let mut connection = connection.clone();
    let asked = redis::cmd("PING").query_async::<()>(&mut connection).await;
    asked.map_err(|error| fault("asking for a sign of life", &error))
}

impl RedisDialer {
    /// The next server, with the credentials and certificates of now.
    fn client(&self) -> Result<Client, ChannelError> {
        let link = &self.settings.link;
        let turn = self.next.fetch_add(1, Ordering::Relaxed) % self.servers.len();
        let server = self.servers[turn].clone();
        let mut who = server.redis_settings().clone();
        if !link.user.is_empty() {
            who = who.set_username(&link.user);
        }
        if let Some(password) = link.password.read()? {
            who = who.set_password(password);
        }
        let server = server.set_redis_settings(who);
        let opened = if matches!(server.addr(), redis::ConnectionAddr::TcpTls { .. }) {
            Client::build_with_tls(server, self.certificates()?)
        } else {
            Client::open(server)
        };
        opened.map_err(|error| fault("no connection", &error))
    }

    fn certificates(&self) -> Result<TlsCertificates, ChannelError> {
        let link = &self.settings.link;
        let client_tls = match (&link.cert_file, &link.key_file) {
            (Some(cert), Some(key)) => {
                Some(ClientTlsConfig { client_cert: pem(cert)?, client_key: pem(key)? })
            }
            _ => None,
        };
        let root_cert = link.ca_file.as_deref().map(pem).transpose()?;
        Ok(TlsCertificates { client_tls, root_cert })
    }
}

fn pem(file: &Path) -> Result<Vec<u8>, ChannelError> {
    let wrong = |error| ChannelError::Settings(format!("{}: {error}", file.display()));
    fs::read(file).map_err(wrong)
}
