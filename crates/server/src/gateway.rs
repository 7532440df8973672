//! The HTTP face alone, in front of a server elsewhere: Holdfast or any other that speaks config.v1 over gRPC.
//!
//! - [`serve`], [`start`]: **start here**: from settings to a running gateway and back to silence
//! - `upstream`: the way to that server; it is looked for when it is needed, and again when it was away
//! - `calls`: the config.v1 service that asks it
//! - `ready`: whether it can be reached
//!
//! A gateway knows no caller and decides nothing: credentials pass through, and the server's guard decides.

mod calls;
mod ready;
mod upstream;

use std::net::SocketAddr;

use axum::Router;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

use crate::grpc::services::nothing_here;
use crate::http::{self, Face, cors};
use crate::listen::{self, Around, Bounds};
use crate::metrics::{Exposition, Metrics};
use crate::observe::Observer;
use crate::proxies::Proxies;
use crate::run::{ServeError, metrics_route, print, until_signal};
use crate::settings::{Layers, Settings, load};
use crate::tls::Tls;
use crate::trace::Traces;
use holdfast_dial::{DialError, Proofs};

pub use upstream::{Own, Upstream};

/// The whole of `holdfast gateway`: settings from their layers, then a gateway until SIGTERM or SIGINT. With `print_config`
/// it prints what is in force and ends. Of the settings those of the engine and its store mean nothing here.
///
/// # Errors
/// When the gateway cannot start. That the upstream is away is no reason.
pub fn serve(
    layers: &Layers,
    upstream: &str,
    proofs: &Proofs,
    print_config: bool,
) -> Result<(), ServeError> {
    let loaded = load(layers)?;
    let endpoint = upstream::endpoint(upstream, proofs)?;
    if print_config {
        print(&loaded);
        return Ok(());
    }
    let settings = &loaded.settings;
    until_signal(settings, start_with(settings, endpoint), Running::stop)
}

/// A gateway that answers calls. [`Running::stop`] ends it; dropping it does not.
pub struct Running {
    /// Where the API is.
    pub api: SocketAddr,
    /// Where metrics and health are.
    pub admin: SocketAddr,
    ready: ready::Ready,
    traces: Option<Traces>,
    stop: CancellationToken,
    stop_admin: CancellationToken,
    serving: JoinHandle<()>,
    administering: JoinHandle<()>,
}

/// Starts a gateway in front of the server at `upstream`, such as `http://127.0.0.1:8080`.
///
/// # Errors
/// When an address is taken, or `upstream` is none.
pub async fn start(settings: &Settings, upstream: &str) -> Result<Running, ServeError> {
    start_with(settings, upstream::endpoint(upstream, &Proofs::default())?).await
}

async fn start_with(
    settings: &Settings,
    endpoint: tonic::transport::Endpoint,
) -> Result<Running, ServeError> {
    if endpoint.uri().authority().is_some_and(|to| *to == *settings.listen.to_string()) {
        let why = DialError::Address("this gateway would ask itself; name another server");
        return Err(ServeError::Upstream { url: endpoint.uri().to_string(), why });
    }
    let api = listen::bind(settings.listen).await?;
    let admin = listen::bind(settings.admin_listen).await?;
    let (stop, stop_admin) = (CancellationToken::new(), CancellationToken::new());
    let metrics = Metrics::default();
    let upstream = Upstream::new(&endpoint, metrics.clone());
    let ready = ready::Ready::new(upstream.clone());
    let admin_routes = metrics_route(Exposition::of_adapters(&metrics)).merge(ready.routes());
    let bounds = Bounds::of(settings);
    let traces = Traces::of(&settings.trace)?;
    let around = Around {
        bounds,
        observer: Observer::of(settings, traces.clone()),
        proxies: Proxies::of(&settings.proxy),
        open: metrics.connections(),
    };
    let tls = Tls::of(&settings.tls)?;
    if let Some(tls) = tls.clone() {
        tokio::spawn(tls.renew(stop.clone()));
    }
    let running = Running {
        api: api.local_addr()?,
        admin: admin.local_addr()?,
        serving: tokio::spawn(listen::serve(
            api,
            tls,
            routes(settings, upstream, &ready, &stop),
            around,
            stop.clone(),
        )),
        administering: tokio::spawn(listen::serve(
            admin,
            None,
            admin_routes,
            Around::bounded(bounds),
            stop_admin.clone(),
        )),
        ready,
        traces,
        stop,
        stop_admin,
    };
    tracing::info!(
        listen = %running.api, admin_listen = %running.admin, upstream = %endpoint.uri(), "serving"
    );
    Ok(running)
}

fn routes(
    settings: &Settings,
    upstream: Upstream,
    ready: &ready::Ready,
    stop: &CancellationToken,
) -> Router {
    let face = Face::of_upstream(upstream, settings, stop.clone());
    let routes = http::gateway_routes(&face).merge(ready.routes()).fallback(nothing_here);
    match cors::layer(&settings.cors) {
        Some(cors) => routes.layer(cors),
        None => routes,
    }
}

impl Running {
    /// Ends event streams, lets other calls end, and returns.
    pub async fn stop(self) {
        self.ready.stop();
        self.stop.cancel();
        if self.serving.await.is_err() {
            tracing::error!("the API listener had panicked");
        }
        if let Some(traces) = self.traces {
            traces.end().await;
        }
        self.stop_admin.cancel();
        if self.administering.await.is_err() {
            tracing::error!("the admin listener had panicked");
        }
    }
}
