//! One connection: an AMQP channel to publish with, one to listen with, and the node's queue.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use async_trait::async_trait;
use bytes::Bytes;
use futures::StreamExt as _;
use holdfast_channel::{ChannelError, Fanout, Fuse, Subject, Task, Wire};
use lapin::options::{
    BasicConsumeOptions, BasicPublishOptions, ConfirmSelectOptions, ExchangeDeclareOptions,
    QueueBindOptions, QueueDeclareOptions,
};
use lapin::types::{AMQPValue, FieldTable, ShortString};
use lapin::{BasicProperties, Channel, Confirmation, Connection, Consumer, ExchangeKind};
use parking_lot::Mutex;

use crate::fault::{fatal, fault, lost};
use crate::names::name;

/// Messages that wait at the server for one node; the oldest go first.
const MOST_MESSAGES: i64 = 10_000;
/// Bytes of them.
const MOST_BYTES: i64 = 64 << 20;

/// The subjects of the exchanges that the queue is bound to, by their names.
type Bound = Arc<Mutex<HashMap<String, Subject>>>;

pub(crate) struct RabbitWire {
    publisher: Channel,
    listener: Channel,
    queue: ShortString,
    prefix: String,
    bound: Bound,
    /// Exchanges that are known to exist.
    declared: Mutex<HashSet<String>>,
    fuse: Arc<Fuse>,
    _consumer: Task,
    /// Its end ends everything above.
    _connection: Connection,
}

impl RabbitWire {
    pub(crate) async fn new(
        connection: Connection,
        prefix: String,
        fanout: Arc<Fanout>,
    ) -> Result<Self, ChannelError> {
        let made = Self::make(connection, prefix, fanout).await;
        made.map_err(|error| fault("preparing a queue", &error))
    }

    async fn make(
        connection: Connection,
        prefix: String,
        fanout: Arc<Fanout>,
    ) -> lapin::Result<Self> {
        let publisher = connection.create_channel().await?;
        publisher.confirm_select(ConfirmSelectOptions::default()).await?;
        let listener = connection.create_channel().await?;
        let options = QueueDeclareOptions {
            exclusive: true,
            auto_delete: true,
            ..QueueDeclareOptions::default()
        };
        let mut bounds = FieldTable::default();
        bounds.insert("x-max-length".into(), AMQPValue::LongLongInt(MOST_MESSAGES));
        bounds.insert("x-max-length-bytes".into(), AMQPValue::LongLongInt(MOST_BYTES));
        // The server thinks of a name.
        let queue = listener.queue_declare(ShortString::default(), options, bounds).await?;
        let queue = queue.name().clone();
        let options = BasicConsumeOptions { no_ack: true, ..BasicConsumeOptions::default() };
        let consumer = listener
            .basic_consume(queue.clone(), ShortString::default(), options, FieldTable::default())
            .await?;
        let (bound, fuse) = (Bound::default(), Arc::new(Fuse::default()));
        let hears = hear(consumer, Arc::clone(&bound), fanout, Arc::clone(&fuse));
        Ok(Self {
            publisher,
            listener,
            queue,
            prefix,
            bound,
            declared: Mutex::default(),
            fuse,
            _consumer: Task::spawn(hears),
            _connection: connection,
        })
    }

    /// Makes sure that the exchange is there: what is published to one that is not breaks the AMQP channel.
    async fn declare(&self, through: &Channel, name: &str) -> Result<(), ChannelError> {
        if self.declared.lock().contains(name) {
            return Ok(());
        }
        let options = ExchangeDeclareOptions::default();
        let declared = through
            .exchange_declare(name.into(), ExchangeKind::Fanout, options, FieldTable::default())
            .await;
        declared.map_err(|error| fatal("declaring an exchange", &error, &self.fuse))?;
        self.declared.lock().insert(name.to_owned());
        Ok(())
    }
}

async fn hear(mut consumer: Consumer, bound: Bound, fanout: Arc<Fanout>, fuse: Arc<Fuse>) {
    while let Some(delivery) = consumer.next().await {
        let delivery = match delivery {
            Ok(delivery) => delivery,
            Err(error) => return fuse.blow(fault("the connection was lost", &error)),
        };
        let subject = bound.lock().get(delivery.exchange.as_str()).cloned();
        if let Some(subject) = subject {
            fanout.deliver(&subject, &delivery.data.into());
        }
    }
    fuse.blow(lost("the consumer ended"));
}

#[async_trait]
impl Wire for RabbitWire {
    async fn publish(&self, subject: &Subject, message: Bytes) -> Result<(), ChannelError> {
        let name = name(&self.prefix, subject);
        self.declare(&self.publisher, &name).await?;
        let fatal = |error: lapin::Error| fatal("publishing", &error, &self.fuse);
        let (options, properties) = (BasicPublishOptions::default(), BasicProperties::default());
        let sent = self
            .publisher
            .basic_publish(name.into(), ShortString::default(), options, &message, properties)
            .await;
        match sent.map_err(fatal)?.await.map_err(fatal)? {
            Confirmation::Nack(_) => Err(lost("the server did not take the message")),
            Confirmation::Ack(_) | Confirmation::NotRequested => Ok(()),
        }
    }

    async fn listen(&self, subject: &Subject) -> Result<(), ChannelError> {
        let name = name(&self.prefix, subject);
        self.declare(&self.listener, &name).await?;
        self.bound.lock().insert(name.clone(), subject.clone());
        let (options, arguments) = (QueueBindOptions::default(), FieldTable::default());
        let bound = self
            .listener
            .queue_bind(self.queue.clone(), name.into(), ShortString::default(), options, arguments)
            .await;
        bound.map_err(|error| fatal("subscribing", &error, &self.fuse))
    }

    async fn forget(&self, subject: &Subject) -> Result<(), ChannelError> {
        let name = name(&self.prefix, subject);
        self.bound.lock().remove(&name);
        let arguments = FieldTable::default();
        let unbound = self
            .listener
            .queue_unbind(self.queue.clone(), name.into(), ShortString::default(), arguments)
            .await;
        unbound.map_err(|error| fatal("unsubscribing", &error, &self.fuse))
    }

    async fn ping(&self) -> Result<(), ChannelError> {
        let options = QueueDeclareOptions { passive: true, ..QueueDeclareOptions::default() };
        let asked =
            self.listener.queue_declare(self.queue.clone(), options, FieldTable::default()).await;
        asked.map(drop).map_err(|error| fault("asking for a sign of life", &error))
    }

    async fn broken(&self) -> ChannelError {
        self.fuse.blown().await
    }
}
