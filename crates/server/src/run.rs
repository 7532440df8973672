//! From settings to a running server, and back to silence.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;

use ::http::{StatusCode, header};
use axum::Router;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use holdfast_api::config_v1::config_service_server::SERVICE_NAME as CONFIG_V1;
use holdfast_api::holdfast_v1::admin_service_server::SERVICE_NAME as ADMIN;
use holdfast_api::holdfast_v1::holdfast_service_server::SERVICE_NAME as HOLDFAST_V1;
use holdfast_api::holdfast_v1::trust_service_server::SERVICE_NAME as TRUST;
use holdfast_api::stategate::cache_service_server::SERVICE_NAME as CACHE;
use holdfast_api::stategate::entity_service_server::SERVICE_NAME as ENTITIES;
use holdfast_api::stategate::event_service_server::SERVICE_NAME as EVENTS;
use holdfast_api::stategate::mutex_service_server::SERVICE_NAME as MUTEXES;
use holdfast_api::stategate::peer_service_server::SERVICE_NAME as PEERS;
use holdfast_api::stategate::state_service_server::SERVICE_NAME as STATES;
use holdfast_auth::{AllowAll, Auditor, Gatekeeper, Guard, Policy, RateLimiter, SignIn, Verifier};
use holdfast_channel::{ChannelError, EventChannel};
use holdfast_engine::{Engine, EngineError};
use holdfast_policy_rego::Recorder;
use holdfast_store::{Snapshots, StoreError};
use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
use thiserror::Error;
use tokio::net::TcpListener;
use tokio::signal::unix::{SignalKind, signal};
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;
use tonic_health::ServingStatus;
use tonic_health::server::HealthReporter;

use crate::backups::Scheduled;
use crate::grpc::call::{Knobs, Shared};
use crate::grpc::services;
use crate::grpc::state::outward::Outward;
use crate::health::Health;
use crate::http::{self, Face, SseKnobs, cors};
use crate::listen::{self, Bounds};
use crate::metrics::{Exposition, Metrics, StateCalls};
use crate::nodes::presence::{self, Presence};
use crate::nodes::ways::Ways;
use crate::nodes::{bell, peers, stale};
use crate::notify::{self, State as Told};
use crate::observe::Observer;
use crate::peers::Peers;
use crate::proxies::Proxies;
use crate::rate::Buckets;
use crate::settings::stategate;
use crate::settings::{Faults, Layers, Loaded, Settings, StoreKind, load};
use crate::signin::Entrance;
use crate::stand_in;
use crate::stores::Opened;
use crate::tls::{Tls, TlsError};
use crate::trace::{TraceError, Traces};
use crate::trust::keeper::Keeper;
use crate::trust::root::{self, RootError};
use crate::trust::state::StateTrust;
use crate::trust::{Trust, TrustError, auditors};
use crate::{channels, logging, stores};
use holdfast_dial::DialError;

const ALL_OPEN: &str = "--dev: EVERYTHING IS OPEN: whoever can reach this machine's loopback may read and change all of it";

/// The server did not start. Nothing was changed.
#[derive(Debug, Error)]
pub enum ServeError {
    /// The settings make no sense.
    #[error(transparent)]
    Settings(#[from] Faults),
    /// A gateway does not know in front of what it stands.
    #[error("--upstream {url:?}: {why} (such as http://127.0.0.1:8080)")]
    Upstream {
        /// As it was given.
        url: String,
        /// What is wrong with it.
        why: DialError,
    },
    /// The process has no runtime, no signals, or no address to listen on.
    #[error("{0}")]
    System(#[from] std::io::Error),
    /// The store cannot be opened.
    #[error("cannot open the store: {0}")]
    Store(#[from] StoreError),
    /// The channel to other nodes cannot be opened.
    #[error("cannot open the channel: {0}")]
    Channel(#[from] ChannelError),
    /// The engine did not start.
    #[error("cannot start the engine: {0}")]
    Engine(#[from] EngineError),
    /// Who may do what cannot be told.
    #[error("cannot tell who may do what: {0}")]
    Trust(#[from] TrustError),
    /// TLS cannot be had.
    #[error("cannot serve TLS: {0}")]
    Tls(#[from] TlsError),
    /// Traces cannot be had.
    #[error(transparent)]
    Trace(#[from] TraceError),
    /// There is no first token.
    #[error("cannot make the root token: {0}")]
    Root(#[from] RootError),
    /// This build is broken.
    #[error("cannot build the services: {0}")]
    Services(#[from] tonic_reflection::server::Error),
}

impl ServeError {
    /// For the command line: wrong settings are wrong usage.
    #[must_use]
    pub fn exit_code(&self) -> u8 {
        use holdfast_api::status::exit;
        if matches!(self, Self::Settings(_) | Self::Upstream { .. } | Self::Channel(_)) {
            exit::USAGE
        } else {
            exit::ERROR
        }
    }
}

/// The whole of `holdfast serve`: settings from their layers, then a server until SIGTERM or SIGINT. With `print_config` it
/// prints what is in force and ends.
///
/// # Errors
/// When the server cannot start.
pub fn serve(layers: &Layers, print_config: bool) -> Result<(), ServeError> {
    let loaded = load(layers).inspect_err(told_as_stategate)?;
    if print_config {
        print(&loaded);
        return Ok(());
    }
    let begin = async {
        for caution in &loaded.cautions {
            tracing::warn!("{caution}");
        }
        start(&loaded.settings).await
    };
    until_signal(&loaded.settings, begin, Running::stop)
}

/// Whoever deploys stategate looks for this on standard output.
fn told_as_stategate(faults: &Faults) {
    for fault in faults.0.iter().filter(|fault| fault.starts_with(stategate::INVALID)) {
        println!("{fault}");
    }
}

pub(crate) fn print(loaded: &Loaded) {
    // Whoever closed the pipe has seen enough.
    let _ = std::io::Write::write_all(&mut std::io::stdout(), loaded.to_toml().as_bytes());
}

/// A process that logs, starts something, and stops it at SIGTERM or SIGINT.
///
/// # Errors
/// When it does not start.
pub(crate) fn until_signal<R>(
    settings: &Settings,
    start: impl Future<Output = Result<R, ServeError>>,
    stop: impl AsyncFnOnce(R),
) -> Result<(), ServeError> {
    logging::start(settings);
    raise_file_limit();
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    runtime.block_on(async {
        let mut terminate = signal(SignalKind::terminate())?;
        let mut interrupt = signal(SignalKind::interrupt())?;
        let running = start.await?;
        notify::tell(Told::Ready);
        let signal = tokio::select! {
            _ = terminate.recv() => "SIGTERM",
            _ = interrupt.recv() => "SIGINT",
        };
        tracing::info!(signal, "stopping");
        notify::tell(Told::Stopping);
        stop(running).await;
        tracing::info!("stopped");
        Ok(())
    })
}

/// Every watcher is a socket, and the usual soft limit is 1,024.
fn raise_file_limit() {
    let limit = getrlimit(Resource::Nofile);
    let raised = Rlimit { current: limit.maximum, maximum: limit.maximum };
    if let Err(error) = setrlimit(Resource::Nofile, raised) {
        tracing::warn!(%error, files = limit.current, "cannot raise the limit of open files");
    }
}

/// A server that answers calls. [`Running::stop`] ends it; dropping it does not.
pub struct Running {
    /// Where the API is.
    pub api: SocketAddr,
    /// Where metrics and health are.
    pub admin: SocketAddr,
    engine: Engine,
    keeper: Arc<Keeper>,
    entrance: Option<Arc<Entrance>>,
    health: Health,
    reporter: HealthReporter,
    traces: Option<Traces>,
    backing_up: Option<JoinHandle<()>>,
    stop: CancellationToken,
    stop_admin: CancellationToken,
    serving: JoinHandle<()>,
    administering: JoinHandle<()>,
}

/// Starts everything that the settings name.
///
/// # Errors
/// When an address is taken, or the store cannot be opened.
pub async fn start(settings: &Settings) -> Result<Running, ServeError> {
    start_plugged(settings, Plugins::default()).await
}

/// The same with a guard of the caller's own.
///
/// # Errors
/// Those of [`start`].
pub async fn start_with(settings: &Settings, guard: Arc<dyn Guard>) -> Result<Running, ServeError> {
    start_plugged(settings, Plugins { guard: Some(guard), ..Plugins::default() }).await
}

/// Parts of a program's own.
#[derive(Default, Clone)]
pub struct Plugins {
    /// Who decides; `None`: who the settings say, with the verifiers and policies here.
    pub guard: Option<Arc<dyn Guard>>,
    /// Recognise callers, asked before those of the settings. A guard of the program's own asks nobody.
    pub verifiers: Vec<Arc<dyn Verifier>>,
    /// Rules beside those of the settings. A guard of the program's own knows only its own.
    pub policies: Vec<Arc<dyn Policy>>,
    /// Keep records beside those of the settings; the settings say of what.
    pub auditors: Vec<Arc<dyn Auditor>>,
    /// How often somebody may call, in place of the settings.
    pub limiter: Option<Arc<dyn RateLimiter>>,
    /// What carries messages to the other nodes of a shared log, in place of the settings.
    pub channel: Option<Arc<dyn EventChannel>>,
    /// How people sign in at the pages under `dashboard.path`; `None`: as the settings say.
    pub sign_in: Option<Arc<dyn SignIn>>,
}

/// The same with parts of the caller's own.
///
/// # Errors
/// Those of [`start`].
pub async fn start_plugged(settings: &Settings, plugins: Plugins) -> Result<Running, ServeError> {
    let Plugins { guard, verifiers, policies, auditors, limiter, channel, sign_in } = plugins;
    let auditing = auditors::of(&settings.audit, auditors)?;
    let channel = match channel {
        Some(channel) => Some(channel),
        None => channels::open(&settings.channel)?,
    };
    let outside = channels::open_outside(settings)?;
    let (guard, trust): (Arc<dyn Guard>, _) = match guard {
        Some(guard) => (guard, None),
        None if settings.dev => {
            tracing::warn!("{ALL_OPEN}");
            (Arc::new(AllowAll), None)
        }
        None => {
            let trust = Arc::new(Trust::of(settings, verifiers, policies).await?);
            (Arc::clone(&trust.gatekeeper) as _, Some(trust))
        }
    };
    let stop = CancellationToken::new();
    // Whatever goes wrong below, nothing is left running.
    let unless_started = stop.clone().drop_guard();
    let entrance = Entrance::of(settings, sign_in)?;
    let guard = match &entrance {
        Some(entrance) => entrance.guard(guard, stop.clone()),
        None => guard,
    };
    let state = StateTrust::of(settings, Arc::clone(&guard))?;
    // Before the store: a taken port should not cost a recovery.
    let api = listen::bind(settings.listen).await?;
    let admin = listen::bind(settings.admin_listen).await?;
    let Opened { store, clock, channel: bell, snapshots } = stores::open(settings).await?;
    let name = store.capabilities().name;
    let mut options = settings.engine_options();
    options.clock = clock.unwrap_or(options.clock);
    let mut engine = Engine::open(store, guard, options).await?;
    if let Some(auditing) = auditing {
        engine = engine.audited_by(auditing);
    }
    // Before the first call: a server that does not know its tokens yet would refuse good ones.
    let book = trust.as_ref().map(|trust| Arc::clone(&trust.book)).unwrap_or_default();
    let keeper = Keeper::start(&engine, book).await?;
    if let Some(entrance) = &entrance {
        entrance.begin(&engine).await?;
    }
    if let Some(trust) = &trust {
        first_token(settings, &engine).await?;
        report_troubles(&trust.gatekeeper);
    }
    let channel = channel.or(bell);
    let trusted = Trusted { trust, entrance, limiter, state, channel, snapshots, outside, stop };
    let running = Running::begin(settings, engine, Arc::new(keeper), trusted, api, admin).await?;
    let _ = unless_started.disarm();
    let head = running.engine.head();
    tracing::info!(
        listen = %running.api, admin_listen = %running.admin, store = name, log = %head.log,
        revision = head.revision.0, "serving"
    );
    Ok(running)
}

/// Says how to get in, once.
async fn first_token(settings: &Settings, engine: &Engine) -> Result<(), ServeError> {
    let embedded = matches!(settings.store.kind, StoreKind::Embedded);
    let dir = embedded.then_some(settings.data_dir.as_path());
    let again = settings.auth.new_root_token;
    let Some(issued) = root::ensure(engine, dir, again).await? else { return Ok(()) };
    let kept = dir.map_or_else(
        || "it is kept nowhere else".to_owned(),
        |dir| format!("it is also in {}", dir.join(root::FILE).display()),
    );
    // Not in the log lines, which are sent to places and kept.
    eprintln!("root token (shown only now, {kept}):\n  {}", issued.token.reveal());
    Ok(())
}

fn report_troubles(gatekeeper: &Gatekeeper) {
    for (name, trouble) in gatekeeper.troubles() {
        tracing::warn!(name, trouble, "not everybody can be judged as the settings ask for");
    }
}

/// Who is let in, by what.
struct Trusted {
    trust: Option<Arc<Trust>>,
    entrance: Option<Arc<Entrance>>,
    limiter: Option<Arc<dyn RateLimiter>>,
    state: StateTrust,
    channel: Option<Arc<dyn EventChannel>>,
    snapshots: Option<Arc<dyn Snapshots>>,
    outside: Option<Arc<dyn EventChannel>>,
    stop: CancellationToken,
}

impl Running {
    async fn begin(
        settings: &Settings,
        engine: Engine,
        keeper: Arc<Keeper>,
        trusted: Trusted,
        api: TcpListener,
        admin: TcpListener,
    ) -> Result<Self, ServeError> {
        let Trusted { trust, entrance, limiter, state, channel, snapshots, outside, stop } =
            trusted;
        let backups = Scheduled::of(&settings.backup, snapshots.clone(), &engine);
        let stop_admin = CancellationToken::new();
        let mut metrics = Metrics::default();
        if settings.state.stand_in {
            metrics.state_calls = StateCalls::counted();
        }
        let traces = Traces::of(&settings.trace)?;
        let tls = Tls::of(&settings.tls)?;
        if let Some(tls) = tls.clone() {
            tokio::spawn(tls.renew(stop.clone()));
        }
        let buckets = if limiter.is_none() { Buckets::of(settings) } else { None };
        if let Some(buckets) = buckets.clone() {
            tokio::spawn(buckets.forget(stop.clone()));
        }
        let shared = Shared {
            engine: engine.clone(),
            metrics: metrics.clone(),
            stop: stop.clone(),
            knobs: Knobs::of(settings),
            state,
            ways: Ways::of(&settings.nodes),
            peers: Peers::default(),
            snapshots,
            keeper: Some(Arc::clone(&keeper)),
            limits: limiter.or_else(|| buckets.clone().map(|buckets| buckets as _)),
        };
        if let Some(trust) = &trust {
            tokio::spawn(Arc::clone(trust).follow(stop.clone()));
        }
        let gatekeeper = trust.as_ref().map(|trust| Arc::clone(&trust.gatekeeper));
        if let Some(channel) = &channel {
            bell::start(&engine, channel, &stop);
            let presence = Arc::new(Presence::new());
            presence::start(&presence, engine.head().log, channel, &stop);
            if engine.appended().is_some() {
                peers::start(&shared.peers, &presence, engine.head().log, channel, &stop);
            }
            if let Some(buckets) = buckets.clone() {
                tokio::spawn(buckets.share(presence.nodes(), stop.clone()));
            }
            if settings.quota.shared {
                tokio::spawn(presence::share(engine.clone(), presence.nodes(), stop.clone()));
            }
        }
        if let Some(outside) = outside {
            let (subjects, removals) = (settings.events.subjects(), settings.state.del_events);
            let outward = Outward::new(&engine, removals, outside, subjects);
            tokio::spawn(outward.run(stop.clone()));
        }
        let health = Health::new(engine.clone(), gatekeeper.clone())
            .with_channel(channel)
            .with_backups(backups.clone());
        let reporter = HealthReporter::new();
        // Before the listeners: who finds the server ready must find its services serving.
        report(&reporter, ServingStatus::Serving).await;
        let face = Face::new(shared.clone(), SseKnobs::of(settings));
        let services = services::routes(&shared, reporter.clone())?
            .merge(http::routes(&face))
            .merge(health.routes());
        let services = match &entrance {
            Some(entrance) => services.merge(entrance.routes(&shared)),
            None => services,
        };
        let services = stale::marked(services, &engine);
        let services = match cors::layer(&settings.cors) {
            Some(cors) => services.layer(cors),
            None => services,
        };
        let data_dir = matches!(settings.store.kind, StoreKind::Embedded);
        let data_dir: Option<PathBuf> = data_dir.then(|| settings.data_dir.clone());
        let mut exposition = Exposition::new(&metrics, &engine, gatekeeper, data_dir);
        if let Some(backups) = &backups {
            exposition = exposition.with_backups(backups);
        }
        let backing_up = backups.map(|backups| tokio::spawn(backups.run(stop.clone())));
        let mut admin_routes = metrics_route(exposition).merge(health.routes());
        if settings.state.stand_in {
            admin_routes = admin_routes.merge(stand_in::routes());
        }
        if let Some(recorder) = trust.as_ref().and_then(|trust| trust.recorder.clone()) {
            admin_routes = admin_routes.merge(decisions_route(recorder));
        }
        let bounds = Bounds::of(settings);
        let around = listen::Around {
            bounds,
            observer: Observer::of(settings, traces.clone()),
            proxies: Proxies::of(&settings.proxy),
            open: metrics.connections(),
        };
        Ok(Self {
            api: api.local_addr()?,
            admin: admin.local_addr()?,
            serving: tokio::spawn(listen::serve(api, tls, services, around, stop.clone())),
            administering: tokio::spawn(listen::serve(
                admin,
                None,
                admin_routes,
                listen::Around::bounded(bounds),
                stop_admin.clone(),
            )),
            engine,
            keeper,
            entrance,
            health,
            reporter,
            traces,
            backing_up,
            stop,
            stop_admin,
        })
    }

    /// The engine behind the services.
    #[must_use]
    pub fn engine(&self) -> &Engine {
        &self.engine
    }

    /// Ends watches with Unavailable, lets other calls end, makes durable what was accepted, and returns.
    pub async fn stop(self) {
        self.health.stop();
        report(&self.reporter, ServingStatus::NotServing).await;
        self.stop.cancel();
        // Who watches the health has been told the last of it: without a status its stream ends.
        for service in SERVICES {
            self.reporter.clone().clear_service_status(service).await;
        }
        if self.serving.await.is_err() {
            tracing::error!("the API listener had panicked");
        }
        if let Some(backing_up) = self.backing_up
            && backing_up.await.is_err()
        {
            tracing::error!("what makes scheduled backups had panicked");
        }
        if let Some(traces) = self.traces {
            traces.end().await;
        }
        self.engine.shutdown().await;
        self.keeper.joined().await;
        if let Some(entrance) = &self.entrance {
            entrance.joined().await;
        }
        self.stop_admin.cancel();
        if self.administering.await.is_err() {
            tracing::error!("the admin listener had panicked");
        }
    }
}

/// Whose health is told: the whole, by the name of nothing, and each service.
const SERVICES: &[&str] =
    &["", CONFIG_V1, HOLDFAST_V1, TRUST, ADMIN, STATES, EVENTS, ENTITIES, PEERS, CACHE, MUTEXES];

/// They rise and fall together.
async fn report(reporter: &HealthReporter, status: ServingStatus) {
    for service in SERVICES {
        reporter.set_service_status(service, status).await;
    }
}

/// The last decisions of the policy, each given once, as `holdfast policy test --recorded` reads them.
fn decisions_route(recorder: Arc<Recorder>) -> Router {
    let drain = async |State(recorder): State<Arc<Recorder>>| {
        ([(header::CONTENT_TYPE, "application/x-ndjson")], recorder.drain_json_lines())
    };
    Router::new().route("/decisions", get(drain)).with_state(recorder)
}

pub(crate) fn metrics_route(exposition: Exposition) -> Router {
    Router::new().route("/metrics", get(metrics)).with_state(Arc::new(exposition))
}

async fn metrics(State(exposition): State<Arc<Exposition>>) -> Response {
    // It looks at the disk.
    let text = tokio::task::spawn_blocking(move || exposition.text()).await;
    match text {
        Ok(Ok(text)) => {
            let kind = "application/openmetrics-text; version=1.0.0; charset=utf-8";
            ([(header::CONTENT_TYPE, kind)], text).into_response()
        }
        _ => StatusCode::INTERNAL_SERVER_ERROR.into_response(),
    }
}
