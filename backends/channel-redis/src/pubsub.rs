//! One connection for publish and subscribe, and one for everything else.

use std::sync::Arc;

use async_trait::async_trait;
use bytes::Bytes;
use futures::StreamExt as _;
use holdfast_channel::{ChannelError, Fanout, Fuse, Subject, Task, Wire};
use redis::Client;
use redis::aio::{MultiplexedConnection, PubSubSink};

use crate::dialer::ping;
use crate::fault::{fatal, fault, lost};

pub(crate) struct PubSubWire {
    connection: MultiplexedConnection,
    sink: PubSubSink,
    prefix: String,
    fuse: Arc<Fuse>,
    _listener: Task,
}

impl PubSubWire {
    pub(crate) async fn new(
        client: &Client,
        connection: MultiplexedConnection,
        prefix: String,
        fanout: Arc<Fanout>,
        fuse: Arc<Fuse>,
    ) -> Result<Self, ChannelError> {
        let pubsub = client.get_async_pubsub().await;
        let (sink, mut messages) = pubsub.map_err(|error| fault("no connection", &error))?.split();
        let (of, over) = (prefix.clone(), Arc::clone(&fuse));
        let listener = Task::spawn(async move {
            while let Some(message) = messages.next().await {
                let subject = message.get_channel_name().strip_prefix(&of).map(Subject::new);
                if let Some(Ok(subject)) = subject {
                    fanout.deliver(&subject, &Bytes::copy_from_slice(message.get_payload_bytes()));
                }
            }
            over.blow(lost("the connection was lost"));
        });
        Ok(Self { connection, sink, prefix, fuse, _listener: listener })
    }

    fn name(&self, subject: &Subject) -> String {
        format!("{}{subject}", self.prefix)
    }
}

#[async_trait]
impl Wire for PubSubWire {
    async fn publish(&self, subject: &Subject, message: Bytes) -> Result<(), ChannelError> {
        let mut command = redis::cmd("PUBLISH");
        command.arg(self.name(subject)).arg(&message[..]);
        let sent = command.query_async::<()>(&mut self.connection.clone()).await;
        sent.map_err(|error| fatal("publishing", &error, &self.fuse))
    }

    async fn listen(&self, subject: &Subject) -> Result<(), ChannelError> {
        let live = self.sink.clone().subscribe(self.name(subject)).await;
        live.map_err(|error| fault("subscribing", &error))
    }

    async fn forget(&self, subject: &Subject) -> Result<(), ChannelError> {
        let ended = self.sink.clone().unsubscribe(self.name(subject)).await;
        ended.map_err(|error| fault("unsubscribing", &error))
    }

    async fn ping(&self) -> Result<(), ChannelError> {
        ping(&self.connection).await?;
        let alive = self.sink.clone().ping::<redis::Value>().await;
        alive.map(drop).map_err(|error| fault("asking for a sign of life", &error))
    }

    async fn broken(&self) -> ChannelError {
        self.fuse.blown().await
    }
}
