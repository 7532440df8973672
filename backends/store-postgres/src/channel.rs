//! The bell of a log in PostgreSQL: LISTEN and NOTIFY, so that nodes over one database need no other server.
//!
//! All subjects of a log share one channel of PostgreSQL, named as its schema. A message travels in parts, because a payload
//! has to be shorter than 8,000 bytes; the parts of one statement arrive one behind the other.

mod listen;
mod part;

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use bytes::Bytes;
use holdfast_channel::{
    ChannelCapabilities, ChannelError, EventChannel, Fanout, Subject, Subscription, check_size,
};
use holdfast_store::StoreError;
use parking_lot::Mutex;
use sqlx::postgres::{PgPool, PgPoolOptions};
use tokio::sync::{oneshot, watch};

use crate::settings::PostgresSettings;
use holdfast_store_sql::failure::Told;

/// In settings and metrics.
const NAME: &str = "postgres";
/// In bytes. PostgreSQL hands what was notified to every session that listens: larger messages belong elsewhere.
pub const LARGEST_MESSAGE: usize = 256 << 10;
/// One publishes, one waits for its turn.
const PUBLISHERS: u32 = 2;

/// Messages by LISTEN and NOTIFY. Dropping it closes it.
pub struct PostgresChannel {
    shared: Arc<Shared>,
    listening: tokio::task::JoinHandle<()>,
}

/// What the listener and those who ask share.
struct Shared {
    fanout: Fanout,
    publishers: PgPool,
    /// PostgreSQL's channel.
    name: String,
    timeout: Duration,
    /// Who waits for which mark to be heard.
    marks: Mutex<HashMap<u64, oneshot::Sender<()>>>,
    /// A connection listens.
    listening: watch::Sender<bool>,
    /// Why nothing can be heard now.
    trouble: Mutex<Option<ChannelError>>,
}

impl PostgresChannel {
    /// A channel of all who open the same log. Connects in the background; has to be called inside a Tokio runtime.
    ///
    /// # Errors
    /// [`StoreError::Refused`] says which setting is wrong, without its secrets.
    pub fn new(settings: &PostgresSettings) -> Result<Self, StoreError> {
        let options = settings.options()?.application_name("holdfast-channel");
        let publishers = PgPoolOptions::new()
            .max_connections(PUBLISHERS)
            .acquire_timeout(settings.acquire_timeout)
            // A ring only says where to look: it does not wait for a disk.
            .connect_lazy_with(options.clone().options([("synchronous_commit", "off")]));
        let shared = Arc::new(Shared {
            fanout: Fanout::default(),
            publishers,
            name: settings.schema.clone(),
            timeout: settings.acquire_timeout.max(settings.statement_timeout),
            marks: Mutex::default(),
            listening: watch::Sender::new(false),
            trouble: Mutex::new(Some(unavailable("it is not connected yet"))),
        });
        let task = listen::run(Arc::downgrade(&shared), options, settings.connect_timeout);
        Ok(Self { shared, listening: tokio::spawn(task) })
    }
}

impl Shared {
    /// Hands payloads to the server, together.
    async fn notify(&self, payloads: &[String]) -> Result<(), ChannelError> {
        const NOTIFY: &str = "SELECT pg_notify($1, part) FROM unnest($2::text[]) AS part";
        let notify = sqlx::query(NOTIFY).bind(&self.name).bind(payloads);
        let sending = tokio::time::timeout(self.timeout, notify.execute(&self.publishers));
        let failed = match sending.await {
            Ok(Ok(_)) => return Ok(()),
            Ok(Err(error)) => failed(&error),
            Err(_) => unavailable(format!("no answer within {:?}", self.timeout)),
        };
        *self.trouble.lock() = Some(failed.clone());
        Err(failed)
    }

    /// Waits until somebody listens, and all that was notified before has been heard.
    async fn catch_up(&self) -> Result<(), ChannelError> {
        let catching_up = async {
            let mut listening = self.listening.subscribe();
            let _ = listening.wait_for(|listening| *listening).await;
            let mark = part::mark();
            let (told, heard) = oneshot::channel();
            self.marks.lock().insert(mark, told);
            let _forgotten = Mark { shared: self, mark };
            self.notify(&[part::of_mark(mark)]).await?;
            heard.await.map_err(|_| unavailable("it is closed"))
        };
        let caught_up = tokio::time::timeout(self.timeout, catching_up).await;
        caught_up.unwrap_or_else(|_| Err(unavailable("nothing is heard")))
    }
}

/// Somebody waits for a mark, or has given up.
struct Mark<'a> {
    shared: &'a Shared,
    mark: u64,
}

impl Drop for Mark<'_> {
    fn drop(&mut self) {
        self.shared.marks.lock().remove(&self.mark);
    }
}

#[async_trait]
impl EventChannel for PostgresChannel {
    fn capabilities(&self) -> ChannelCapabilities {
        ChannelCapabilities { name: NAME, largest_message: LARGEST_MESSAGE, shared: true }
    }

    async fn publish(&self, subject: &Subject, message: Bytes) -> Result<(), ChannelError> {
        check_size(&message, LARGEST_MESSAGE)?;
        self.shared.notify(&part::of_message(subject, &message)).await
    }

    async fn subscribe(&self, subject: &Subject) -> Result<Box<dyn Subscription>, ChannelError> {
        let caught_up = self.shared.catch_up().await;
        let subscription = self.shared.fanout.subscribe(subject);
        if let Err(error) = caught_up {
            // The listener tells of a gap once it is connected; what it is told to be well by may come before that.
            tracing::debug!(%error, "a subscription begins without its server");
            self.shared.fanout.gap(subject);
        }
        Ok(subscription)
    }

    async fn healthy(&self) -> Result<(), ChannelError> {
        self.shared.trouble.lock().clone().map_or(Ok(()), Err)
    }
}

impl Drop for PostgresChannel {
    /// The fan-out goes with the last who holds it, and ends the subscriptions.
    fn drop(&mut self) {
        self.listening.abort();
    }
}

fn unavailable(why: impl Into<String>) -> ChannelError {
    ChannelError::Unavailable { channel: NAME, why: why.into() }
}

/// In the words of the database, without what a URL says of passwords.
fn failed(error: &sqlx::Error) -> ChannelError {
    let why = Told(error).to_string();
    // Credentials and rights: classes 28 and 42.
    let code = error.as_database_error().and_then(|error| error.code());
    match code {
        Some(code) if code.starts_with("28") || code.starts_with("42") => {
            ChannelError::Refused { channel: NAME, why }
        }
        _ => unavailable(why),
    }
}
