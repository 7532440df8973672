//! What the channel takes.

use holdfast_channel::{ChannelError, LinkSettings};

/// How to reach Redis, and what to use of it.
#[derive(Debug, Clone)]
pub struct RedisSettings {
    /// Servers (`redis://host:port`, `rediss://host:port` for TLS), credentials, TLS, prefix, time limit. With several, each is
    /// tried in turn: they have to be one server, such as the names of a primary before and after a failover.
    pub link: LinkSettings,
    /// Streams, in place of publish and subscribe.
    pub stream: Option<Stream>,
}

/// What a stream keeps.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Stream {
    /// Messages, about: Redis trims in blocks.
    pub max_messages: u64,
}

impl Default for Stream {
    fn default() -> Self {
        Self { max_messages: 1_000 }
    }
}

impl RedisSettings {
    /// Publish and subscribe on this server.
    pub fn new(link: LinkSettings) -> Self {
        Self { link, stream: None }
    }

    pub(crate) fn check(&self) -> Result<(), ChannelError> {
        self.link.check()?;
        if self.stream.is_some_and(|stream| stream.max_messages == 0) {
            let none = "a stream keeps one message at least";
            return Err(ChannelError::Settings(none.into()));
        }
        Ok(())
    }
}
