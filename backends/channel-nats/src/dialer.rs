//! Makes connections.

use std::sync::Arc;
use std::time::Duration;

use async_nats::{Client, ConnectOptions, Event, ServerAddr};
use async_trait::async_trait;
use holdfast_channel::{
    ChannelCapabilities, ChannelError, Dialer, EventChannel, Fanout, Fuse, LARGEST_MESSAGE, Link,
    Wire,
};

use crate::core::CoreWire;
use crate::fault::{lost, not_connected, refused};
use crate::jetstream::{Heard, StreamWire};
use crate::settings::NatsSettings;

/// Messages that wait inside the driver for one subscription; they are taken out at once.
const INSIDE: usize = 1024;

/// Opens the channel. It connects by itself, now and whenever it has to; answers at once. Needs a tokio runtime.
///
/// # Errors
/// [`ChannelError::Settings`].
pub fn open(settings: NatsSettings) -> Result<Arc<dyn EventChannel>, ChannelError> {
    settings.check()?;
    let addresses = addresses(&settings)?;
    let timeout = settings.link.timeout;
    Ok(Arc::new(Link::new(NatsDialer { settings, addresses, heard: Heard::default() }, timeout)))
}

fn addresses(settings: &NatsSettings) -> Result<Vec<ServerAddr>, ChannelError> {
    let parsed = |text: &String| {
        text.parse::<ServerAddr>().map_err(|_| {
            ChannelError::Settings("the address of a NATS server is like nats://host:4222".into())
        })
    };
    settings.link.servers.iter().map(parsed).collect()
}

struct NatsDialer {
    settings: NatsSettings,
    addresses: Vec<ServerAddr>,
    heard: Heard,
}

#[async_trait]
impl Dialer for NatsDialer {
    fn capabilities(&self) -> ChannelCapabilities {
        let name = if self.settings.jetstream.is_some() { "jetstream" } else { "nats" };
        ChannelCapabilities { name, largest_message: LARGEST_MESSAGE, shared: true }
    }

    async fn dial(&self, fanout: Arc<Fanout>) -> Result<Arc<dyn Wire>, ChannelError> {
        let fuse = Arc::new(Fuse::default());
        let client = self.connect(&fanout, &fuse).await?;
        let prefix = self.settings.link.prefix.clone();
        let core = CoreWire::new(client, prefix, fanout, fuse);
        match &self.settings.jetstream {
            None => Ok(Arc::new(core)),
            Some(stream) => Ok(Arc::new(StreamWire::new(core, stream, self.heard.clone()).await?)),
        }
    }
}

impl NatsDialer {
    async fn connect(
        &self,
        fanout: &Arc<Fanout>,
        fuse: &Arc<Fuse>,
    ) -> Result<Client, ChannelError> {
        let (fanout, fuse) = (Arc::clone(fanout), Arc::clone(fuse));
        let options = self.options()?.event_callback(move |event| {
            let (fanout, fuse) = (Arc::clone(&fanout), Arc::clone(&fuse));
            async move { seen(&event, &fanout, &fuse) }
        });
        let connected = options.connect(&self.addresses[..]).await;
        connected.map_err(|error| not_connected(&error))
    }

    fn options(&self) -> Result<ConnectOptions, ChannelError> {
        let link = &self.settings.link;
        let mut options = ConnectOptions::new()
            .name("holdfast")
            .connection_timeout(link.timeout)
            .subscription_capacity(INSIDE)
            // The link connects again, and nobody else.
            .max_reconnects(self.addresses.len())
            .reconnect_delay_callback(|_| Duration::ZERO)
            .ignore_discovered_servers();
        if let Some(token) = self.settings.token.read()? {
            options = options.token(token);
        }
        if !link.user.is_empty() {
            let password = link.password.read()?.unwrap_or_default();
            options = options.user_and_password(link.user.clone(), password);
        }
        if let Some(ca) = &link.ca_file {
            options = options.add_root_certificates(ca.clone()).require_tls(true);
        }
        if let (Some(cert), Some(key)) = (&link.cert_file, &link.key_file) {
            options = options.add_client_certificate(cert.clone(), key.clone()).require_tls(true);
        }
        Ok(options)
    }
}

/// What the driver tells of its connection.
fn seen(event: &Event, fanout: &Fanout, fuse: &Fuse) {
    match event {
        Event::Disconnected | Event::Closed | Event::Draining => {
            fuse.blow(lost("the connection was lost"));
        }
        Event::LameDuckMode => fuse.blow(lost("the server is about to end")),
        Event::ServerError(error) => fuse.blow(refused(error)),
        // It dropped messages of one subscription, which it names by a number of its own.
        Event::SlowConsumer(_) => {
            fanout.subjects().iter().for_each(|subject| fanout.gap(subject));
        }
        Event::Connected | Event::ClientError(_) => {}
    }
}
