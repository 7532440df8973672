//! A database and a channel for the servers of a whole run, so that tests which know nothing of them are run over them.
//!
//! `HOLDFAST_TEST_STORE` is the URL of a database server (`postgres://...`, `mysql://...`): every server that a test starts gets a
//! log of its own there, which stays behind. `memory://` is a log that is gone with its server. `HOLDFAST_TEST_CHANNEL` is that of a channel: `nats://`, `stan://` (JetStream, by the name
//! that stategate had for its streams), `redis://` or `amqp://`.

use std::env;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::SystemTime;

use serde_json::{Value, json};
use sqlx::{AssertSqlSafe, Connection as _, MySqlConnection};

/// Names the database server.
pub const STORE: &str = "HOLDFAST_TEST_STORE";
/// Names the channel.
pub const CHANNEL: &str = "HOLDFAST_TEST_CHANNEL";

/// The stream of JetStream, and what deployments call their cluster.
const CLUSTER: &str = "test-cluster";
const STORAGE_PROVIDER: &str = "STATEGATE_STORAGE_PROVIDER";
const CHANNEL_PROVIDER: &str = "STATEGATE_CHANNEL_PROVIDER";

/// A log in a database, and what tells its nodes of each other's writes.
#[derive(Debug, Clone)]
pub struct Shared {
    database: Database,
    /// `None`: the database's own, if it has one.
    channel: Option<String>,
}

#[derive(Debug, Clone)]
enum Database {
    Memory,
    Postgres {
        url: String,
        schema: String,
    },
    /// The server up to the slash, and the database behind it.
    MySql {
        server: String,
        name: String,
    },
}

impl Shared {
    /// A new log where the run says; `None`: it says nothing.
    pub fn of_the_run() -> Option<Self> {
        let database = env::var(STORE).ok()?;
        let channel = env::var(CHANNEL).ok();
        Some(Self::new(&database, channel.as_deref()))
    }

    /// A new log in the database server of this URL.
    ///
    /// # Panics
    /// When it is a server of another kind.
    pub fn new(database: &str, channel: Option<&str>) -> Self {
        let name = fresh_name();
        let url = database.to_owned();
        let database = match database.split_once("://") {
            Some(("postgres", _)) => Database::Postgres { url, schema: name },
            Some(("mysql", rest)) => {
                let server = rest.split_once('/').map_or(rest, |(server, _)| server);
                Database::MySql { server: format!("mysql://{server}"), name }
            }
            Some(("memory", _)) => Database::Memory,
            _ => panic!("{STORE}: {url:?} is neither postgres://, mysql:// nor memory://"),
        };
        Self { database, channel: channel.map(str::to_owned) }
    }

    /// False for a log in memory.
    pub fn keeps(&self) -> bool {
        !matches!(self.database, Database::Memory)
    }

    /// Makes what a server does not make by itself; harmless when it is there.
    ///
    /// # Panics
    /// When the database server does not do it.
    pub async fn make(&self) {
        let Database::MySql { server, name } = &self.database else { return };
        let mut database = MySqlConnection::connect(server).await.expect("a database server");
        let sql = format!("CREATE DATABASE IF NOT EXISTS {name}");
        sqlx::raw_sql(AssertSqlSafe(sql)).execute(&mut database).await.expect("a database");
        let _ = database.close().await;
    }

    /// The variables of a server over it. One that stands in for a stategate, by the variables it is `given`, gets its providers.
    pub fn variables(&self, given: &[(String, String)]) -> Vec<(String, String)> {
        let has = |wanted: &str| given.iter().any(|(name, _)| name == wanted);
        let mut all = Vec::new();
        if has(STORAGE_PROVIDER) {
            all.push((STORAGE_PROVIDER.to_owned(), self.storage_provider().to_string()));
        } else {
            all.extend(owned(self.store_settings()));
        }
        match &self.channel {
            Some(url) if has(CHANNEL_PROVIDER) => {
                all.push((CHANNEL_PROVIDER.to_owned(), channel_provider(url).to_string()));
            }
            Some(url) => all.extend(owned(channel_settings(url))),
            None => {}
        }
        all
    }

    /// As deployments of stategate name it.
    fn storage_provider(&self) -> Value {
        match &self.database {
            Database::Memory => panic!("no deployment keeps its states in memory"),
            Database::Postgres { url, schema } => {
                json!({"name": "postgres", "addr": url, "schema": schema})
            }
            Database::MySql { server, name } => {
                json!({"name": "mysql", "addr": format!("{server}/{name}")})
            }
        }
    }

    fn store_settings(&self) -> Vec<(&'static str, String)> {
        match &self.database {
            Database::Memory => vec![("HOLDFAST_STORE__KIND", "memory".into())],
            Database::Postgres { url, schema } => vec![
                ("HOLDFAST_STORE__KIND", "postgres".into()),
                ("HOLDFAST_STORE__POSTGRES__URL", url.clone()),
                ("HOLDFAST_STORE__POSTGRES__SCHEMA", schema.clone()),
            ],
            Database::MySql { server, name } => vec![
                ("HOLDFAST_STORE__KIND", "mysql".into()),
                ("HOLDFAST_STORE__MYSQL__URL", format!("{server}/{name}")),
            ],
        }
    }
}

fn owned(settings: Vec<(&'static str, String)>) -> impl Iterator<Item = (String, String)> {
    settings.into_iter().map(|(name, value)| (name.to_owned(), value))
}

/// What a channel is called, and its address as the driver wants it.
fn kind_of(channel: &str) -> (&str, String) {
    match channel.split_once("://") {
        Some(("stan", rest)) => ("stan", format!("nats://{rest}")),
        Some(("amqp", _)) => ("rabbitmq", channel.to_owned()),
        Some((kind @ ("nats" | "redis"), _)) => (kind, channel.to_owned()),
        _ => panic!("{CHANNEL}: {channel:?} is neither nats://, stan://, redis:// nor amqp://"),
    }
}

fn channel_provider(channel: &str) -> Value {
    let (name, address) = kind_of(channel);
    let mut provider = json!({"name": name, "addr": address});
    if name == "stan" {
        provider["cluster"] = CLUSTER.into();
    }
    provider
}

fn channel_settings(channel: &str) -> Vec<(&'static str, String)> {
    const KIND: &str = "HOLDFAST_CHANNEL__KIND";
    let (kind, address) = kind_of(channel);
    match kind {
        "redis" => vec![(KIND, kind.into()), ("HOLDFAST_CHANNEL__REDIS__SERVERS", address)],
        "rabbitmq" => vec![(KIND, kind.into()), ("HOLDFAST_CHANNEL__RABBITMQ__SERVERS", address)],
        "stan" => vec![
            (KIND, "jetstream".into()),
            ("HOLDFAST_CHANNEL__NATS__SERVERS", address),
            // What the provider of that name makes of them: streams of one server must not overlap.
            ("HOLDFAST_CHANNEL__NATS__STREAM", CLUSTER.into()),
            ("HOLDFAST_CHANNEL__NATS__PREFIX", format!("holdfast.{CLUSTER}.")),
        ],
        _ => vec![(KIND, kind.into()), ("HOLDFAST_CHANNEL__NATS__SERVERS", address)],
    }
}

/// A name that no other log of any run has.
fn fresh_name() -> String {
    static NEXT: AtomicU32 = AtomicU32::new(0);
    let now = SystemTime::UNIX_EPOCH.elapsed().expect("a clock").as_micros();
    format!("test_{now}_{}_{}", std::process::id(), NEXT.fetch_add(1, Ordering::Relaxed))
}
