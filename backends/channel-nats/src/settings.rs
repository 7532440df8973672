//! What the channel takes.

use std::time::Duration;

use holdfast_channel::{ChannelError, LinkSettings, Password, Subject};

/// How to reach NATS, and what to use of it.
#[derive(Debug, Clone)]
pub struct NatsSettings {
    /// Servers (`nats://host:port`, `tls://host:port`), credentials, TLS, prefix, time limit.
    pub link: LinkSettings,
    /// The token to show, in place of a user and a password.
    pub token: Password,
    /// JetStream, in place of core NATS.
    pub jetstream: Option<JetStream>,
}

/// The stream that keeps messages for a while.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct JetStream {
    /// Its name. It is made, or changed to these limits, by every node that connects.
    pub stream: String,
    /// Where it keeps them.
    pub storage: Storage,
    /// How long it keeps a message.
    pub max_age: Duration,
    /// How many bytes it keeps.
    pub max_bytes: u64,
}

/// Where a stream keeps its messages.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Storage {
    /// In memory: gone with the server.
    #[default]
    Memory,
    /// In files.
    File,
}

impl Default for JetStream {
    fn default() -> Self {
        Self {
            stream: "holdfast".into(),
            storage: Storage::Memory,
            max_age: Duration::from_secs(60),
            max_bytes: 64 << 20,
        }
    }
}

impl NatsSettings {
    /// Core NATS on these servers.
    pub fn new(link: LinkSettings) -> Self {
        Self { link, token: Password::None, jetstream: None }
    }

    pub(crate) fn check(&self) -> Result<(), ChannelError> {
        let wrong = |why: String| Err(ChannelError::Settings(why));
        self.link.check()?;
        let prefix = &self.link.prefix;
        if !prefix.is_empty() && (Subject::new(prefix).is_err() || prefix.starts_with('.')) {
            return wrong(format!("{prefix:?} is no prefix of NATS subjects"));
        }
        let Some(jetstream) = &self.jetstream else { return Ok(()) };
        let name = &jetstream.stream;
        let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"_-".contains(&byte);
        if name.is_empty() || !name.bytes().all(plain) {
            return wrong(format!("{name:?} is no name of a stream: letters, digits, _ and -"));
        }
        // The stream takes every subject below the prefix.
        if !prefix.ends_with('.') {
            return wrong(format!("{prefix:?}: with JetStream the prefix has to end with a dot"));
        }
        if jetstream.max_age < Duration::from_secs(1) || jetstream.max_bytes == 0 {
            return wrong("a stream keeps messages for a second and a byte at least".into());
        }
        Ok(())
    }
}
