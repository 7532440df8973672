//! What carries messages between the nodes of a shared log.

use std::path::PathBuf;
use std::time::Duration;

use holdfast_channel::{LinkSettings, Password, Subject};
use serde_json::Value;

use super::form::{Form, Names, Secret, Size, choose, quoted};

/// The channel, and how to reach the server behind it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ChannelSettings {
    /// Which one.
    pub kind: ChannelKind,
    /// For `nats` and `jetstream`.
    pub nats: NatsChannel,
    /// For `redis`.
    pub redis: RedisChannel,
    /// For `rabbitmq`.
    pub rabbitmq: ServerChannel,
}

/// Events for others than nodes.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct EventSettings {
    /// Where they are published.
    pub subjects: Names,
}

impl EventSettings {
    /// Checked with the settings.
    pub(crate) fn subjects(&self) -> Vec<Subject> {
        self.subjects.0.iter().filter_map(|text| Subject::new(text).ok()).collect()
    }

    pub(super) fn contradictions(&self, channel: &ChannelSettings) -> Vec<String> {
        let wrong = self.subjects.0.iter().filter_map(|text| Subject::new(text).err());
        let mut faults: Vec<String> = wrong.map(|why| format!("events.subjects: {why}")).collect();
        if !self.subjects.0.is_empty() && channel.kind == ChannelKind::Local {
            faults.push(
                "events.subjects: nobody hears them unless channel.kind names a server".into(),
            );
        }
        faults
    }
}

/// The channels there are. Every one is listed, so that "not compiled in" is not "unknown".
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum ChannelKind {
    /// None beyond this process.
    #[default]
    Local,
    /// Core NATS.
    Nats,
    /// NATS with JetStream.
    JetStream,
    /// Redis.
    Redis,
    /// RabbitMQ.
    RabbitMq,
}

/// A server that carries messages.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ServerChannel {
    /// Where it is.
    pub servers: Names,
    /// Who to sign in as.
    pub user: Option<String>,
    /// What to show.
    pub password: Option<Secret>,
    /// A file with it.
    pub password_file: Option<PathBuf>,
    /// Authorities to trust.
    pub ca: Option<PathBuf>,
    /// The certificate to show.
    pub cert: Option<PathBuf>,
    /// Its key.
    pub key: Option<PathBuf>,
    /// What names at the server begin with.
    pub prefix: String,
    /// How long a call may take.
    pub timeout: Duration,
}

/// NATS.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NatsChannel {
    /// Where it is.
    pub server: ServerChannel,
    /// What to show in place of a user.
    pub token: Option<Secret>,
    /// A file with it.
    pub token_file: Option<PathBuf>,
    /// The name of the stream.
    pub stream: String,
    /// Where the stream keeps messages.
    pub storage: StreamStorage,
    /// For how long.
    pub max_age: Duration,
    /// How much.
    pub max_bytes: Size,
}

/// Where a stream keeps messages.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum StreamStorage {
    /// Gone with the server.
    #[default]
    Memory,
    /// In its files.
    File,
}

/// Redis.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RedisChannel {
    /// Where it is.
    pub server: ServerChannel,
    /// Streams in place of publish and subscribe.
    pub stream: bool,
    /// What a stream keeps.
    pub max_messages: usize,
}

impl Default for ChannelSettings {
    fn default() -> Self {
        let server = ServerChannel::default();
        Self {
            kind: ChannelKind::Local,
            nats: NatsChannel {
                server: server.clone(),
                token: None,
                token_file: None,
                stream: "holdfast".into(),
                storage: StreamStorage::Memory,
                max_age: Duration::from_secs(60),
                max_bytes: Size(64 << 20),
            },
            redis: RedisChannel { server: server.clone(), stream: false, max_messages: 1_000 },
            rabbitmq: server,
        }
    }
}

impl Default for ServerChannel {
    fn default() -> Self {
        Self {
            servers: Names::default(),
            user: None,
            password: None,
            password_file: None,
            ca: None,
            cert: None,
            key: None,
            prefix: LinkSettings::PREFIX.into(),
            timeout: LinkSettings::TIMEOUT,
        }
    }
}

/// A secret of the settings, or one in a file.
pub(crate) fn password(text: Option<&Secret>, file: Option<&PathBuf>) -> Password {
    match (text, file) {
        (Some(text), _) => Password::Text(text.0.clone()),
        (None, Some(file)) => Password::File(file.clone()),
        (None, None) => Password::None,
    }
}

impl ServerChannel {
    pub(crate) fn link(&self) -> LinkSettings {
        LinkSettings {
            servers: self.servers.0.clone(),
            user: self.user.clone().unwrap_or_default(),
            password: password(self.password.as_ref(), self.password_file.as_ref()),
            ca_file: self.ca.clone(),
            cert_file: self.cert.clone(),
            key_file: self.key.clone(),
            prefix: self.prefix.clone(),
            timeout: self.timeout,
        }
    }

    /// Faults of the one that is used; `at` is its section.
    fn contradictions(&self, kind: ChannelKind, at: &str) -> Vec<String> {
        let mut faults = Vec::new();
        let mut fault = |wrong: bool, why: String| faults.extend(wrong.then_some(why));
        let name = kind.name();
        fault(
            self.servers.0.is_empty(),
            format!("channel.kind: {name:?} needs the address of a server in channel.{at}.servers"),
        );
        fault(
            self.password.is_some() && self.password_file.is_some(),
            format!("channel.{at}.password, channel.{at}.password_file: only one of them"),
        );
        fault(
            self.cert.is_some() != self.key.is_some(),
            format!("channel.{at}.cert, channel.{at}.key: only together"),
        );
        faults
    }
}

impl ChannelSettings {
    pub(super) fn contradictions(&self) -> Vec<String> {
        match self.kind {
            ChannelKind::Local => Vec::new(),
            kind @ (ChannelKind::Nats | ChannelKind::JetStream) => {
                let mut faults = self.nats.server.contradictions(kind, "nats");
                let who = [
                    self.nats.token.is_some(),
                    self.nats.token_file.is_some(),
                    self.nats.server.user.is_some(),
                ];
                if who.into_iter().filter(|shown| *shown).count() > 1 {
                    let only = "channel.nats.token, channel.nats.token_file, channel.nats.user: only one of them";
                    faults.push(only.to_owned());
                }
                faults
            }
            kind @ ChannelKind::Redis => self.redis.server.contradictions(kind, "redis"),
            kind @ ChannelKind::RabbitMq => self.rabbitmq.contradictions(kind, "rabbitmq"),
        }
    }
}

impl ChannelKind {
    const NAMES: [(&str, Self); 5] = [
        ("local", Self::Local),
        ("nats", Self::Nats),
        ("jetstream", Self::JetStream),
        ("redis", Self::Redis),
        ("rabbitmq", Self::RabbitMq),
    ];

    /// As it is written.
    #[must_use]
    pub fn name(self) -> &'static str {
        let named = Self::NAMES.iter().find(|(_, kind)| *kind == self);
        named.map_or("local", |(name, _)| name)
    }
}

impl Form for ChannelKind {
    fn form(&self) -> &'static str {
        "`local`, `nats`, `jetstream`, `redis` or `rabbitmq`"
    }

    fn read(&mut self, raw: &Value) -> Result<(), String> {
        *self = choose(&Self::NAMES, raw)?;
        Ok(())
    }

    fn show(&self) -> Option<String> {
        quoted(self.name())
    }
}

impl Form for StreamStorage {
    fn form(&self) -> &'static str {
        "`memory` or `file`"
    }

    fn read(&mut self, raw: &Value) -> Result<(), String> {
        *self = choose(&[("memory", Self::Memory), ("file", Self::File)], raw)?;
        Ok(())
    }

    fn show(&self) -> Option<String> {
        quoted(match self {
            Self::Memory => "memory",
            Self::File => "file",
        })
    }
}

#[cfg(test)]
mod tests {
    use super::super::load::load_text;
    use super::*;

    fn loaded(text: &str) -> Result<ChannelSettings, String> {
        let loaded = load_text(std::path::Path::new("holdfast.toml"), text);
        loaded.map(|loaded| loaded.settings.channel).map_err(|faults| faults.to_string())
    }

    #[test]
    fn a_section_is_read_whole() {
        let channel = loaded(
            "[channel]\nkind = 'jetstream'\n[channel.nats]\nservers = 'nats://a:4222, nats://b:4222'\n\
             password_file = '/run/nats'\nuser = 'holdfast'\nca = 'ca.pem'\nmax_age = '10m'\nstorage = 'file'",
        )
        .expect("it makes sense");
        assert_eq!(
            (channel.kind, channel.nats.storage),
            (ChannelKind::JetStream, StreamStorage::File)
        );
        let link = channel.nats.server.link();
        assert_eq!(link.servers, ["nats://a:4222", "nats://b:4222"]);
        assert_eq!((link.user.as_str(), link.prefix.as_str()), ("holdfast", "holdfast."));
        assert_eq!(link.password, Password::File("/run/nats".into()));
    }

    #[test]
    fn what_cannot_work_is_told_with_its_place() {
        for (text, why) in [
            ("events.subjects = 'stategate'", "events.subjects: nobody hears them"),
            (
                "events.subjects = 'a b'\n[channel]\nkind = 'redis'\n[channel.redis]\nservers = 'redis://h'",
                "events.subjects: \"a b\" is no subject",
            ),
            ("channel.kind = 'kafka'", "expected one of \"local\", \"nats\""),
            ("channel.kind = 'redis'", "needs the address of a server in channel.redis.servers"),
            (
                "[channel]\nkind = 'rabbitmq'\n[channel.rabbitmq]\nservers = 'amqp://h'\npassword = 'hidden'\npassword_file = 'f'",
                "channel.rabbitmq.password, channel.rabbitmq.password_file: only one",
            ),
            (
                "[channel]\nkind = 'nats'\n[channel.nats]\nservers = 'nats://h'\nuser = 'u'\ntoken = 'hidden'\ncert = 'c'",
                "channel.nats.cert, channel.nats.key: only together",
            ),
            (
                "[channel]\nkind = 'nats'\n[channel.nats]\nservers = 'nats://h'\nuser = 'u'\ntoken = 'hidden'",
                "channel.nats.token, channel.nats.token_file, channel.nats.user: only one",
            ),
        ] {
            let faults = loaded(text).expect_err("it makes no sense");
            assert!(faults.contains(why) && !faults.contains("hidden"), "{faults}");
        }
    }
}
