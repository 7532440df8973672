//! One connection to write with, and one for each stream that is read.

use std::collections::HashMap;
use std::sync::Arc;

use async_trait::async_trait;
use bytes::Bytes;
use holdfast_channel::{ChannelError, Fanout, Fuse, Subject, Task, Wire};
use parking_lot::Mutex;
use redis::aio::MultiplexedConnection;
use redis::streams::{StreamId, StreamRangeReply, StreamReadReply};
use redis::{AsyncConnectionConfig, Client, RedisResult};

use crate::dialer::ping;
use crate::fault::{fatal, fault};
use crate::place::{Place, Places};
use crate::settings::Stream;

/// The field of an entry that is the message.
const FIELD: &str = "m";
/// Entries of one answer: a few of the largest messages.
const AT_ONCE: usize = 16;

pub(crate) struct StreamWire {
    pub(crate) client: Client,
    pub(crate) connection: MultiplexedConnection,
    pub(crate) prefix: String,
    pub(crate) stream: Stream,
    pub(crate) fanout: Arc<Fanout>,
    pub(crate) fuse: Arc<Fuse>,
    pub(crate) places: Places,
    pub(crate) listeners: Mutex<HashMap<Subject, Task>>,
}

impl StreamWire {
    fn name(&self, subject: &Subject) -> String {
        format!("{}{subject}", self.prefix)
    }

    /// Behind what was heard; with nothing heard, or a stream that lost it, behind what there is.
    async fn start(&self, subject: &Subject) -> Result<Place, ChannelError> {
        let mut command = redis::cmd("XREVRANGE");
        command.arg(self.name(subject)).arg("+").arg("-").arg("COUNT").arg(1);
        let newest = command.query_async::<StreamRangeReply>(&mut self.connection.clone()).await;
        let newest = newest.map_err(|error| fault("subscribing", &error))?;
        let end = newest.ids.first().and_then(place).unwrap_or_default();
        let heard = self.places.lock().get(subject).copied();
        Ok(heard.map_or(end, |heard| heard.min(end)))
    }
}

#[async_trait]
impl Wire for StreamWire {
    async fn publish(&self, subject: &Subject, message: Bytes) -> Result<(), ChannelError> {
        let mut command = redis::cmd("XADD");
        command.arg(self.name(subject)).arg("MAXLEN").arg("~").arg(self.stream.max_messages);
        command.arg("*").arg(FIELD).arg(&message[..]);
        let sent = command.query_async::<()>(&mut self.connection.clone()).await;
        sent.map_err(|error| fatal("publishing", &error, &self.fuse))
    }

    async fn listen(&self, subject: &Subject) -> Result<(), ChannelError> {
        // It waits for as long as there is nothing.
        let config = AsyncConnectionConfig::new().set_response_timeout(None);
        let connected = self.client.get_multiplexed_async_connection_with_config(&config).await;
        let reader = Reader {
            connection: connected.map_err(|error| fault("no connection", &error))?,
            name: self.name(subject),
            subject: subject.clone(),
            at: self.start(subject).await?,
            fanout: Arc::clone(&self.fanout),
            places: Arc::clone(&self.places),
        };
        let fuse = Arc::clone(&self.fuse);
        let task = Task::spawn(async move {
            let error = reader.run().await;
            fuse.blow(fault("reading a stream", &error));
        });
        self.listeners.lock().insert(subject.clone(), task);
        Ok(())
    }

    async fn forget(&self, subject: &Subject) -> Result<(), ChannelError> {
        self.listeners.lock().remove(subject);
        self.places.lock().remove(subject);
        Ok(())
    }

    async fn ping(&self) -> Result<(), ChannelError> {
        ping(&self.connection).await
    }

    async fn broken(&self) -> ChannelError {
        self.fuse.blown().await
    }
}

struct Reader {
    connection: MultiplexedConnection,
    name: String,
    subject: Subject,
    at: Place,
    fanout: Arc<Fanout>,
    places: Places,
}

impl Reader {
    /// Reads on until that fails.
    async fn run(mut self) -> redis::RedisError {
        loop {
            match self.read().await {
                Ok(Some(reply)) => {
                    reply.keys.into_iter().flat_map(|key| key.ids).for_each(|id| self.hear(id));
                }
                Ok(None) => {}
                Err(error) => return error,
            }
        }
    }

    async fn read(&mut self) -> RedisResult<Option<StreamReadReply>> {
        let mut command = redis::cmd("XREAD");
        command.arg("COUNT").arg(AT_ONCE).arg("BLOCK").arg(0).arg("STREAMS");
        command.arg(&self.name).arg(self.at.to_string());
        command.query_async(&mut self.connection).await
    }

    fn hear(&mut self, id: StreamId) {
        self.at = place(&id).unwrap_or(self.at);
        self.places.lock().insert(self.subject.clone(), self.at);
        if let Some(message) = id.get::<Vec<u8>>(FIELD) {
            self.fanout.deliver(&self.subject, &message.into());
        }
    }
}

fn place(id: &StreamId) -> Option<Place> {
    id.id.parse().ok()
}
