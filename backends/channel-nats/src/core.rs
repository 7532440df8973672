//! One connection to core NATS.

use std::collections::HashMap;
use std::sync::Arc;

use async_nats::client::PublishErrorKind;
use async_nats::{Client, Subscriber};
use async_trait::async_trait;
use bytes::Bytes;
use futures::StreamExt as _;
use holdfast_channel::{ChannelError, Fanout, Fuse, Subject, Task, Wire};
use parking_lot::Mutex;

use crate::fault::{lost, too_large, unavailable};
use crate::names::name;

pub(crate) struct CoreWire {
    pub(crate) client: Client,
    pub(crate) prefix: String,
    pub(crate) fanout: Arc<Fanout>,
    pub(crate) fuse: Arc<Fuse>,
    pub(crate) listeners: Mutex<HashMap<Subject, Task>>,
}

impl CoreWire {
    pub(crate) fn new(
        client: Client,
        prefix: String,
        fanout: Arc<Fanout>,
        fuse: Arc<Fuse>,
    ) -> Self {
        Self { client, prefix, fanout, fuse, listeners: Mutex::default() }
    }

    async fn subscribe(&self, name: String) -> Result<Subscriber, ChannelError> {
        let subscribed = self.client.subscribe(name).await;
        subscribed.map_err(|error| unavailable("subscribing", error))
    }

    async fn send(&self, name: String, message: Bytes) -> Result<(), ChannelError> {
        if let Err(error) = self.client.publish(name, message.clone()).await {
            return Err(match error.kind() {
                PublishErrorKind::MaxPayloadExceeded => {
                    too_large(&message, self.client.max_payload())
                }
                _ => unavailable("publishing", error),
            });
        }
        self.client.flush().await.map_err(|error| unavailable("publishing", error))
    }
}

#[async_trait]
impl Wire for CoreWire {
    async fn publish(&self, subject: &Subject, message: Bytes) -> Result<(), ChannelError> {
        self.send(name(&self.prefix, subject), message).await
    }

    async fn listen(&self, subject: &Subject) -> Result<(), ChannelError> {
        let mut messages = self.subscribe(name(&self.prefix, subject)).await?;
        // The server works through a connection in order: when this has come back it knows the subscription.
        self.ping().await?;
        let (fanout, fuse, of) =
            (Arc::clone(&self.fanout), Arc::clone(&self.fuse), subject.clone());
        let task = Task::spawn(async move {
            while let Some(message) = messages.next().await {
                fanout.deliver(&of, &message.payload);
            }
            fuse.blow(lost("a subscription ended"));
        });
        self.listeners.lock().insert(subject.clone(), task);
        Ok(())
    }

    async fn forget(&self, subject: &Subject) -> Result<(), ChannelError> {
        // The driver unsubscribes who is dropped.
        self.listeners.lock().remove(subject);
        Ok(())
    }

    async fn ping(&self) -> Result<(), ChannelError> {
        let inbox = self.client.new_inbox();
        let mut echo = self.subscribe(inbox.clone()).await?;
        self.send(inbox, Bytes::new()).await?;
        echo.next().await.map(drop).ok_or_else(|| lost("the connection was lost"))
    }

    async fn broken(&self) -> ChannelError {
        self.fuse.blown().await
    }
}
