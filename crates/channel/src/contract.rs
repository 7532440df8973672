//! What a channel has to do.

use async_trait::async_trait;
use bytes::Bytes;

use crate::error::ChannelError;
use crate::subject::Subject;

/// The largest message that every channel carries, in bytes: the default limit of NATS, the smallest among the servers.
pub const LARGEST_MESSAGE: usize = 1 << 20;

/// Carries messages between the nodes that share a log: at most once, in no promised order.
///
/// Behaviours (each has a case in the conformance suite):
///
/// 1. A message reaches every live subscription to its subject, in this process and in others, its publisher's own too, and
///    no subscription to another subject. Subjects are compared byte by byte; no character has a meaning.
/// 2. A subscription is live when `subscribe` returns. It hears nothing of what was published before, but for what is still
///    under way to this process for another subscription to the subject.
/// 3. Where the server cannot be reached, `subscribe` answers all the same, within its time-out; the subscription then begins
///    with [`Heard::Gap`] once it is live.
/// 4. Messages come back byte for byte, whatever the bytes, up to the largest that the capabilities name. A larger one is
///    refused with [`ChannelError::TooLarge`], and nothing of it is sent.
/// 5. A subscription keeps a bounded backlog. Who does not keep up hears [`Heard::Gap`] in place of what was dropped; nobody
///    else waits for it.
/// 6. A connection that breaks is made again, for ever. Meanwhile `publish` fails within its time-out and `healthy` says
///    why; afterwards every subscription hears [`Heard::Gap`], and then messages again.
/// 7. Dropping the channel closes it: its subscriptions end.
#[async_trait]
pub trait EventChannel: Send + Sync + 'static {
    /// What this channel can do; constant.
    fn capabilities(&self) -> ChannelCapabilities;

    /// Sends a message. `Ok` says that it was handed to the server (where the server confirms: that it has it).
    async fn publish(&self, subject: &Subject, message: Bytes) -> Result<(), ChannelError>;

    /// Listens to a subject; live when it returns (see the behaviours for a server that is away).
    async fn subscribe(&self, subject: &Subject) -> Result<Box<dyn Subscription>, ChannelError>;

    /// Whether messages can pass now, for readiness. Answers from what is known, at once.
    async fn healthy(&self) -> Result<(), ChannelError>;
}

/// What one subscriber hears. Dropping it ends it.
#[async_trait]
pub trait Subscription: Send {
    /// Waits for the next. `None`: the channel was closed for good. Cancel safe: a call that is dropped loses nothing.
    async fn next(&mut self) -> Option<Heard>;
}

/// What a subscription hears.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Heard {
    /// A message, as it was published.
    Message(Bytes),
    /// Messages may be missing here: the connection was made again, or a queue was full. Look into the log.
    Gap,
}

/// What a channel can do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ChannelCapabilities {
    /// Its name in settings and metrics.
    pub name: &'static str,
    /// The largest message it carries, in bytes.
    pub largest_message: usize,
    /// It reaches other processes, over a connection that can break.
    pub shared: bool,
}

/// Refuses a message that is larger than `largest` bytes.
///
/// # Errors
/// [`ChannelError::TooLarge`].
pub fn check_size(message: &[u8], largest: usize) -> Result<(), ChannelError> {
    let size = message.len();
    if size > largest { Err(ChannelError::TooLarge { size, largest }) } else { Ok(()) }
}
