//! What can be set: one typed tree, filled from defaults < file < environment < flags.
//!
//! - [`Settings`]: the tree
//! - [`security`]: the part about who may do what; [`signin`]: about how people sign in
//! - [`table`]: every setting with its path and its sentence; [`documentation`], environment names and printing come from it
//! - [`state`]: about the stategate dialect; [`stategate`]: variables of that server that this one takes, too
//! - [`backup`]: of scheduled backups
//! - [`graphql`]: about stategate in GraphQL
//! - [`channel`]: what carries messages between nodes
//! - [`quota`]: how much a namespace may hold
//! - [`database`]: a log in a database; [`nodes`]: how nodes share it
//! - [`form`]: how a value is written: sizes, durations, addresses
//! - [`mod@load`]: the layers, and every fault at once

pub mod backup;
pub mod channel;
pub mod database;
pub mod documentation;
pub mod form;
pub mod graphql;
pub mod load;
pub mod nodes;
pub mod quota;
pub mod security;
pub mod signin;
pub mod state;
pub mod stategate;
pub mod table;

use std::net::{Ipv4Addr, SocketAddr};
use std::path::PathBuf;
use std::time::Duration;

use holdfast_engine::GroupOptions;
use holdfast_engine::options::{Limits, Options, Retention, WatchOptions};

pub use backup::BackupSettings;
pub use channel::{ChannelKind, ChannelSettings, EventSettings};
pub use database::{DatabaseSettings, DatabaseTls};
pub use form::{Count, Names, Secret, Share, Size};
pub use graphql::GraphqlSettings;
pub use load::{Faults, Layers, Loaded, load, load_text};
pub use nodes::NodeSettings;
pub use quota::QuotaSettings;
pub use security::{
    AuditSettings, AuthSettings, ClientCertificates, JwtOptions, PolicyOptions, ProxyHeader,
    ProxySettings, RateSettings, TlsSettings,
};
pub use signin::{DashboardSettings, OidcOptions, SignInSettings, Strategy};
pub use state::{DelEvents, StateAuth, StateSettings};

/// Everything that can be set. `docs/settings.md` is generated from [`table::all`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Settings {
    /// Where the API listens.
    pub listen: SocketAddr,
    /// Where metrics and health listen.
    pub admin_listen: SocketAddr,
    /// Where the embedded store keeps its files.
    pub data_dir: PathBuf,
    /// Everybody may do everything; on loopback only.
    pub dev: bool,
    /// Who is let in.
    pub auth: AuthSettings,
    /// Tokens of others.
    pub jwt: JwtOptions,
    /// Rules in Rego.
    pub policy: PolicyOptions,
    /// How people sign in.
    pub signin: SignInSettings,
    /// Pages for people.
    pub dashboard: DashboardSettings,
    /// The account of what callers did.
    pub audit: AuditSettings,
    /// TLS.
    pub tls: TlsSettings,
    /// How often clients may call.
    pub rate: RateSettings,
    /// Proxies in front of the server.
    pub proxy: ProxySettings,
    /// How long open calls may take to end at shutdown.
    pub shutdown_grace: Duration,
    /// How long an idempotency key is remembered.
    pub idempotency_ttl: Duration,
    /// Current values kept in memory.
    pub cache_bytes: Size,
    /// Writes that may wait for the committer.
    pub queue_bytes: Size,
    /// Where the log is kept.
    pub store: StoreSettings,
    /// What carries messages to other nodes.
    pub channel: ChannelSettings,
    /// Events for others than nodes.
    pub events: EventSettings,
    /// How nodes share a log.
    pub nodes: NodeSettings,
    /// What callers may send and get.
    pub limits: LimitSettings,
    /// The watch hub.
    pub watch: WatchSettings,
    /// Watches as server-sent events.
    pub sse: SseSettings,
    /// Pages of other origins.
    pub cors: CorsSettings,
    /// What is kept of the past.
    pub retention: RetentionSettings,
    /// How consumer groups work.
    pub groups: GroupSettings,
    /// How much a namespace may hold.
    pub quota: QuotaSettings,
    /// What is said on standard error.
    pub log: LogSettings,
    /// Spans of requests.
    pub trace: TraceSettings,
    /// States and their events.
    pub state: StateSettings,
    /// The same in GraphQL.
    pub graphql: GraphqlSettings,
    /// Scheduled backups.
    pub backup: BackupSettings,
}

/// Where the log is kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoreSettings {
    /// Which engine.
    pub kind: StoreKind,
    /// The engine's own block cache.
    pub cache_bytes: Size,
    /// Free disk space below which only deletes and reclaim pass.
    pub reserve_bytes: Size,
    /// The PostgreSQL database.
    pub postgres: DatabaseSettings,
    /// The schema in it.
    pub postgres_schema: String,
    /// The database of MariaDB or MySQL.
    pub mysql: DatabaseSettings,
}

/// The stores there are. Every one is listed, so that "not compiled in" is not "unknown".
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum StoreKind {
    /// On this machine's disk.
    Embedded,
    /// In this process's memory, gone with it.
    Memory,
    /// In a PostgreSQL database, shared by nodes.
    Postgres,
    /// In a database of MariaDB or MySQL, shared by nodes.
    MySql,
}

impl StoreKind {
    /// How each is named.
    pub(crate) const WORDS: [(&str, Self); 4] = [
        ("embedded", Self::Embedded),
        ("memory", Self::Memory),
        ("postgres", Self::Postgres),
        ("mysql", Self::MySql),
    ];

    /// Its name.
    #[must_use]
    pub fn word(self) -> &'static str {
        Self::WORDS.iter().find(|(_, kind)| *kind == self).map_or("unknown", |(word, _)| word)
    }
}

/// What callers may send and get.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LimitSettings {
    /// One value.
    pub value_bytes: Size,
    /// Events of one commit.
    pub commit_events: usize,
    /// Bytes of one commit.
    pub commit_bytes: Size,
    /// Entries of one snapshot.
    pub snapshot_entries: usize,
    /// Bytes of one page.
    pub page_bytes: Size,
    /// Names in a page of namespaces when the caller does not say.
    pub namespaces_page: usize,
    /// Names in a page of namespaces at most.
    pub namespaces_page_max: usize,
    /// Filters of one watch.
    pub watch_filters: usize,
    /// A reason.
    pub reason_bytes: Size,
    /// One request on the wire.
    pub request_bytes: Size,
    /// Open connections.
    pub connections: usize,
    /// Calls at once on one connection.
    pub connection_streams: u32,
    /// Headers of one request.
    pub headers: usize,
    /// Bytes of the headers of one request.
    pub header_bytes: Size,
    /// How long a connection may take to say what it speaks.
    pub hello_timeout: Duration,
    /// How long the headers of an HTTP/1.1 request may take, from the end of the one before.
    pub header_timeout: Duration,
    /// How long the body of a request may take.
    pub body_timeout: Duration,
    /// How long an HTTP/2 connection may have no call.
    pub idle_timeout: Duration,
    /// How long a reader may take nothing of what is sent.
    pub stall_timeout: Duration,
}

/// The watch hub.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WatchSettings {
    /// Recent commits kept for all watchers together.
    pub ring_bytes: Size,
    /// A larger commit is read from the log instead.
    pub ring_commit_bytes: Size,
    /// Unsent events of one watcher.
    pub watcher_bytes: Size,
    /// Pause after which a quiet holdfast.v1 watch gets a bookmark.
    pub bookmark_interval: Duration,
}

/// Watches as server-sent events.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SseSettings {
    /// Pause after which a quiet stream gets a comment.
    pub heartbeat: Duration,
    /// 0: events have no ids. Every other number means the same: they have.
    pub event_buffer: Count,
    /// Values of one query parameter.
    pub query_values: usize,
    /// One such value.
    pub query_value_bytes: Size,
}

/// Pages of other origins.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct CorsSettings {
    /// Those that may call, with commas between them.
    pub origins: String,
    /// By these methods, with commas between them; empty: all that the API has.
    pub methods: String,
    /// With these headers, with commas between them; empty: whichever they ask for.
    pub headers: String,
    /// With cookies and the like; not together with all origins.
    pub credentials: bool,
}

/// What is kept of the past.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct RetentionSettings {
    /// By age.
    pub max_age: Option<Duration>,
    /// By size.
    pub max_bytes: Option<Size>,
    /// By number.
    pub max_revisions: Option<usize>,
}

/// What is said on standard error.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LogSettings {
    /// A filter: `info`, `holdfast_engine=debug,info`.
    pub level: String,
    /// How.
    pub format: LogFormat,
    /// Which requests have a line of their own.
    pub requests: RequestLog,
}

/// Which requests have a line in the log.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RequestLog {
    /// None.
    Off,
    /// Those that the server itself failed at.
    Errors,
    /// All.
    All,
}

/// How consumer groups work.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GroupSettings {
    /// How long a member has for an event.
    pub redelivery: Duration,
    /// How long a group that nobody uses is known.
    pub keep: Duration,
}

impl GroupSettings {
    /// Shorter, and everything would be given to everybody.
    const SHORTEST: Duration = Duration::from_millis(100);
    /// Shorter, and a group would be written down all the time.
    const SHORTEST_KEPT: Duration = Duration::from_secs(1);

    fn of(options: &GroupOptions) -> Self {
        Self { redelivery: options.patience, keep: options.keep }
    }

    fn contradictions(&self) -> impl Iterator<Item = String> {
        let short = |name, is: Duration, least: Duration| {
            (is < least).then(|| format!("groups.{name}: has to be at least {least:?}"))
        };
        let redelivery = short("redelivery", self.redelivery, Self::SHORTEST);
        redelivery.into_iter().chain(short("keep", self.keep, Self::SHORTEST_KEPT))
    }
}

/// Spans of requests.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct TraceSettings {
    /// The collector; `None`: there are no spans.
    pub endpoint: Option<String>,
    /// How many of the requests without a trace of their own get one.
    pub sample: Share,
}

/// How log lines look.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LogFormat {
    /// Pretty on a terminal, JSON elsewhere.
    Auto,
    /// One JSON object a line.
    Json,
    /// For people.
    Pretty,
    /// As stategate writes them, on standard output.
    Stategate,
}

impl Default for Settings {
    fn default() -> Self {
        let engine = Options::default();
        let loopback = |port| SocketAddr::from((Ipv4Addr::LOCALHOST, port));
        Self {
            listen: loopback(8080),
            admin_listen: loopback(8081),
            data_dir: "holdfast-data".into(),
            dev: false,
            auth: AuthSettings::default(),
            jwt: JwtOptions::default(),
            policy: PolicyOptions::default(),
            signin: SignInSettings::default(),
            dashboard: DashboardSettings::default(),
            audit: AuditSettings::default(),
            tls: TlsSettings::default(),
            rate: RateSettings::default(),
            proxy: ProxySettings::default(),
            shutdown_grace: Duration::from_secs(5),
            idempotency_ttl: engine.idempotency_ttl,
            cache_bytes: Size(engine.cache_bytes),
            queue_bytes: Size(engine.queue_bytes),
            store: StoreSettings {
                kind: StoreKind::Embedded,
                cache_bytes: Size(64 << 20),
                reserve_bytes: Size(256 << 20),
                postgres: DatabaseSettings::default(),
                postgres_schema: "holdfast".into(),
                mysql: DatabaseSettings::default(),
            },
            channel: ChannelSettings::default(),
            events: EventSettings::default(),
            nodes: NodeSettings::of(&engine.shared),
            limits: LimitSettings::of(&engine.limits),
            groups: GroupSettings::of(&engine.groups),
            watch: WatchSettings::of(&engine.watch),
            sse: SseSettings {
                heartbeat: Duration::from_secs(30),
                event_buffer: Count(500),
                query_values: 100,
                query_value_bytes: Size(256),
            },
            cors: CorsSettings::default(),
            retention: RetentionSettings::default(),
            quota: QuotaSettings::default(),
            log: LogSettings {
                level: "info".into(),
                format: LogFormat::Auto,
                requests: RequestLog::Errors,
            },
            trace: TraceSettings::default(),
            state: StateSettings::default(),
            graphql: GraphqlSettings::default(),
            backup: BackupSettings::default(),
        }
    }
}

impl LimitSettings {
    fn of(engine: &Limits) -> Self {
        Self {
            value_bytes: Size(engine.value_bytes),
            commit_events: engine.commit_events,
            commit_bytes: Size(engine.commit_bytes),
            snapshot_entries: engine.snapshot_entries,
            page_bytes: Size(engine.page_bytes),
            namespaces_page: 50,
            namespaces_page_max: 500,
            watch_filters: engine.watch_filters,
            reason_bytes: Size(engine.reason_bytes),
            // A commit of the largest size, its names, and some air.
            request_bytes: Size(16 << 20),
            connections: 20_000,
            // One connection may carry the watches of a whole gateway.
            connection_streams: 20_000,
            headers: 100,
            header_bytes: Size(64 << 10),
            hello_timeout: Duration::from_secs(10),
            header_timeout: Duration::from_secs(30),
            body_timeout: Duration::from_secs(60),
            idle_timeout: Duration::from_secs(15 * 60),
            stall_timeout: Duration::from_secs(5 * 60),
        }
    }
}

impl WatchSettings {
    fn of(engine: &WatchOptions) -> Self {
        Self {
            ring_bytes: Size(engine.ring_bytes),
            ring_commit_bytes: Size(engine.ring_commit_bytes),
            watcher_bytes: Size(engine.watcher_bytes),
            bookmark_interval: Duration::from_secs(30),
        }
    }
}

impl Settings {
    /// Where other nodes reach this one when nothing is said of it: where it listens, if that is one address without TLS.
    fn own_address(&self) -> Option<String> {
        let reached = !self.listen.ip().is_unspecified() && self.tls.cert.is_none();
        reached.then(|| format!("http://{}", self.listen))
    }

    /// The part that the engine needs.
    #[must_use]
    pub fn engine_options(&self) -> Options {
        Options {
            limits: Limits {
                value_bytes: self.limits.value_bytes.0,
                commit_events: self.limits.commit_events,
                commit_bytes: self.limits.commit_bytes.0,
                snapshot_entries: self.limits.snapshot_entries,
                page_bytes: self.limits.page_bytes.0,
                watch_filters: self.limits.watch_filters,
                reason_bytes: self.limits.reason_bytes.0,
            },
            cache_bytes: self.cache_bytes.0,
            watch: WatchOptions {
                ring_bytes: self.watch.ring_bytes.0,
                ring_commit_bytes: self.watch.ring_commit_bytes.0,
                watcher_bytes: self.watch.watcher_bytes.0,
            },
            retention: Retention {
                max_age: self.retention.max_age,
                max_bytes: self.retention.max_bytes.map(|size| size.0 as u64),
                max_revisions: self.retention.max_revisions.and_then(std::num::NonZeroUsize::new),
            },
            groups: GroupOptions { patience: self.groups.redelivery, keep: self.groups.keep },
            // Checked with the settings.
            quotas: self.quota.quotas().unwrap_or_default(),
            idempotency_ttl: self.idempotency_ttl,
            queue_bytes: self.queue_bytes.0,
            shared: self.nodes.options(self.own_address()),
            ..Options::default()
        }
    }

    /// What no single setting can know: faults between settings.
    pub(crate) fn contradictions(&self) -> Vec<String> {
        let mut faults = Vec::new();
        if self.dev && !(self.listen.ip().is_loopback() && self.admin_listen.ip().is_loopback()) {
            faults.push(
                "dev: opens everything to everybody, so listen and admin_listen must be loopback addresses \
                 (127.0.0.1 or [::1]); drop --dev to listen elsewhere"
                    .into(),
            );
        }
        faults.extend(self.channel.contradictions());
        faults.extend(self.events.contradictions(&self.channel));
        faults.extend(self.groups.contradictions());
        faults.extend(self.nodes.contradictions());
        faults.extend(self.policy.contradictions());
        faults.extend(self.proxy.contradictions());
        faults.extend(self.quota.quotas().err());
        let postgres = self.store.kind == StoreKind::Postgres;
        faults.extend(self.store.postgres.contradictions("postgres", postgres));
        let mysql = self.store.kind == StoreKind::MySql;
        faults.extend(self.store.mysql.contradictions("mysql", mysql));
        faults.extend(self.signin.contradictions(self));
        faults.extend(self.state.contradictions());
        faults.extend(self.graphql.contradictions());
        faults.extend(self.backup.contradictions(matches!(self.store.kind, StoreKind::Embedded)));
        if !self.dev {
            faults.extend(self.tls.contradictions(self.listen.ip()));
        }
        if self.listen == self.admin_listen && self.listen.port() != 0 {
            faults.push(format!(
                "admin_listen: {} is taken by listen; choose another port",
                self.listen
            ));
        }
        if self.limits.value_bytes.0 > self.limits.commit_bytes.0 {
            faults.push("limits.value_bytes: is more than limits.commit_bytes allows".into());
        }
        if self.limits.commit_bytes.0 > self.limits.request_bytes.0 {
            faults.push("limits.commit_bytes: is more than limits.request_bytes allows".into());
        }
        if self.limits.namespaces_page > self.limits.namespaces_page_max {
            faults.push("limits.namespaces_page: is more than limits.namespaces_page_max".into());
        }
        faults.extend(crate::http::cors::faults(&self.cors));
        faults.extend(crate::logging::check(&self.log.level).err());
        faults
    }
}
