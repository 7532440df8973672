//! The registry of event channels: the one place that knows which are compiled in.

use std::sync::Arc;

use holdfast_channel::{ChannelError, EventChannel};

use crate::settings::channel::{NatsChannel, RedisChannel, ServerChannel};
use crate::settings::{ChannelKind, ChannelSettings, Settings};

/// Opens the channel that the settings name; `None`: there is none beyond this process. It connects by itself, also when its
/// server is there only later. Needs a tokio runtime.
///
/// # Errors
/// [`ChannelError::Settings`].
pub fn open(settings: &ChannelSettings) -> Result<Option<Arc<dyn EventChannel>>, ChannelError> {
    match settings.kind {
        ChannelKind::Local => Ok(None),
        ChannelKind::Nats => nats(&settings.nats, false).map(Some),
        ChannelKind::JetStream => nats(&settings.nats, true).map(Some),
        ChannelKind::Redis => redis(&settings.redis).map(Some),
        ChannelKind::RabbitMq => rabbitmq(&settings.rabbitmq).map(Some),
    }
}

/// Opens a second way to the same server, for messages to others than nodes: under the very names of their subjects, and kept for
/// nobody. `None`: there are no such messages.
///
/// # Errors
/// [`ChannelError::Settings`].
pub fn open_outside(settings: &Settings) -> Result<Option<Arc<dyn EventChannel>>, ChannelError> {
    if settings.events.subjects.0.is_empty() {
        return Ok(None);
    }
    let mut channel = settings.channel.clone();
    if channel.kind == ChannelKind::JetStream {
        channel.kind = ChannelKind::Nats;
    }
    channel.redis.stream = false;
    for server in [&mut channel.nats.server, &mut channel.redis.server, &mut channel.rabbitmq] {
        server.prefix.clear();
    }
    open(&channel)
}

#[cfg(feature = "channel-nats")]
fn nats(settings: &NatsChannel, jetstream: bool) -> Result<Arc<dyn EventChannel>, ChannelError> {
    use crate::settings::channel::{StreamStorage, password};
    use holdfast_channel_nats::{JetStream, NatsSettings, Storage};

    let stream = JetStream {
        stream: settings.stream.clone(),
        storage: match settings.storage {
            StreamStorage::Memory => Storage::Memory,
            StreamStorage::File => Storage::File,
        },
        max_age: settings.max_age,
        max_bytes: settings.max_bytes.0 as u64,
    };
    holdfast_channel_nats::open(NatsSettings {
        link: settings.server.link(),
        token: password(settings.token.as_ref(), settings.token_file.as_ref()),
        jetstream: jetstream.then_some(stream),
    })
}

#[cfg(not(feature = "channel-nats"))]
fn nats(_: &NatsChannel, _: bool) -> Result<Arc<dyn EventChannel>, ChannelError> {
    Err(not_built_in("channel-nats"))
}

#[cfg(feature = "channel-redis")]
fn redis(settings: &RedisChannel) -> Result<Arc<dyn EventChannel>, ChannelError> {
    use holdfast_channel_redis::{RedisSettings, Stream};

    let stream = Stream { max_messages: settings.max_messages as u64 };
    holdfast_channel_redis::open(RedisSettings {
        link: settings.server.link(),
        stream: settings.stream.then_some(stream),
    })
}

#[cfg(not(feature = "channel-redis"))]
fn redis(_: &RedisChannel) -> Result<Arc<dyn EventChannel>, ChannelError> {
    Err(not_built_in("channel-redis"))
}

#[cfg(feature = "channel-rabbitmq")]
fn rabbitmq(settings: &ServerChannel) -> Result<Arc<dyn EventChannel>, ChannelError> {
    holdfast_channel_rabbitmq::open(settings.link())
}

#[cfg(not(feature = "channel-rabbitmq"))]
fn rabbitmq(_: &ServerChannel) -> Result<Arc<dyn EventChannel>, ChannelError> {
    Err(not_built_in("channel-rabbitmq"))
}

#[cfg(not(all(
    feature = "channel-nats",
    feature = "channel-redis",
    feature = "channel-rabbitmq"
)))]
fn not_built_in(feature: &str) -> ChannelError {
    ChannelError::Settings(format!("channel.kind: this build has none of that kind ({feature})"))
}
