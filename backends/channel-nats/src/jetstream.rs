//! One connection to NATS with JetStream.

use std::collections::HashMap;
use std::sync::Arc;

use async_nats::jetstream::consumer::DeliverPolicy;
use async_nats::jetstream::consumer::push::OrderedConfig;
use async_nats::jetstream::context::PublishErrorKind;
use async_nats::jetstream::stream::{Config, DiscardPolicy, StorageType};
use async_nats::jetstream::{self, Context};
use async_trait::async_trait;
use bytes::Bytes;
use futures::StreamExt as _;
use holdfast_channel::{ChannelError, Subject, Task, Wire};
use parking_lot::Mutex;

use crate::core::CoreWire;
use crate::fault::{lost, refused, too_large, unavailable};
use crate::names::name;
use crate::settings::{JetStream, Storage};

/// The newest message of the stream that was heard of each subject: after a lost connection it goes on behind it.
pub(crate) type Heard = Arc<Mutex<HashMap<Subject, u64>>>;

pub(crate) struct StreamWire {
    core: CoreWire,
    context: Context,
    stream: String,
    heard: Heard,
}

impl StreamWire {
    /// Makes the stream, or changes it to what is wanted.
    pub(crate) async fn new(
        core: CoreWire,
        wanted: &JetStream,
        heard: Heard,
    ) -> Result<Self, ChannelError> {
        let context = jetstream::new(core.client.clone());
        let config = Config {
            name: wanted.stream.clone(),
            subjects: vec![format!("{}>", core.prefix)],
            storage: match wanted.storage {
                Storage::Memory => StorageType::Memory,
                Storage::File => StorageType::File,
            },
            max_age: wanted.max_age,
            max_bytes: i64::try_from(wanted.max_bytes).unwrap_or(i64::MAX),
            discard: DiscardPolicy::Old,
            ..Config::default()
        };
        let made = context.create_or_update_stream(config).await;
        let name = &wanted.stream;
        made.map_err(|error| refused(format!("the stream {name:?}: {error}")))?;
        Ok(Self { core, context, stream: wanted.stream.clone(), heard })
    }

    /// Behind what was heard; with nothing heard, or another stream of that name, behind what there is.
    async fn start(&self, subject: &Subject) -> Result<DeliverPolicy, ChannelError> {
        let Some(heard) = self.heard.lock().get(subject).copied() else {
            return Ok(DeliverPolicy::New);
        };
        let stream = self.context.get_stream(&self.stream).await;
        let stream = stream.map_err(|error| unavailable("asking for the stream", error))?;
        let last = stream.cached_info().state.last_sequence;
        Ok(DeliverPolicy::ByStartSequence { start_sequence: heard.min(last) + 1 })
    }
}

#[async_trait]
impl Wire for StreamWire {
    async fn publish(&self, subject: &Subject, message: Bytes) -> Result<(), ChannelError> {
        let failed = |error: jetstream::context::PublishError| match error.kind() {
            PublishErrorKind::MaxPayloadExceeded => {
                too_large(&message, self.core.client.max_payload())
            }
            _ => unavailable("publishing", error),
        };
        let name = name(&self.core.prefix, subject);
        let sent = self.context.publish(name, message.clone()).await.map_err(failed)?;
        sent.await.map(drop).map_err(failed)
    }

    async fn listen(&self, subject: &Subject) -> Result<(), ChannelError> {
        let config = OrderedConfig {
            deliver_subject: self.core.client.new_inbox(),
            filter_subject: name(&self.core.prefix, subject),
            deliver_policy: self.start(subject).await?,
            ..OrderedConfig::default()
        };
        let consumer = self.context.create_consumer_on_stream(config, &self.stream).await;
        let consumer = consumer.map_err(|error| unavailable("making a consumer", error))?;
        let messages = consumer.messages().await;
        let mut messages = messages.map_err(|error| unavailable("subscribing", error))?;
        let (fanout, fuse) = (Arc::clone(&self.core.fanout), Arc::clone(&self.core.fuse));
        let (heard, of) = (Arc::clone(&self.heard), subject.clone());
        let task = Task::spawn(async move {
            while let Some(Ok(message)) = messages.next().await {
                if let Ok(info) = message.info() {
                    heard.lock().insert(of.clone(), info.stream_sequence);
                }
                fanout.deliver(&of, &message.payload);
            }
            fuse.blow(lost("a consumer ended"));
        });
        self.core.listeners.lock().insert(subject.clone(), task);
        Ok(())
    }

    async fn forget(&self, subject: &Subject) -> Result<(), ChannelError> {
        self.heard.lock().remove(subject);
        self.core.forget(subject).await
    }

    async fn ping(&self) -> Result<(), ChannelError> {
        self.core.ping().await
    }

    async fn broken(&self) -> ChannelError {
        self.core.broken().await
    }
}
