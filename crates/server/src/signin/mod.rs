//! How people sign in, and who they are afterwards.
//!
//! - [`Entrance`]: **start here**: a way to sign in with all that belongs to it, from the settings
//! - `routes`: the pages under `dashboard.path`; `pages`: how they look
//! - [`guard`]: a cookie becomes an identity, in front of the server's guard: for pages and for the calls that they make
//! - [`sessions`], `marks`, `followed`, [`signed`]: who has signed in, on every node of a log; [`pending`], [`seal`], [`key`]: who is at
//!   the provider's
//! - [`cookies`], [`origin`]: what a browser sends, and on whose behalf
//! - [`attempts`]: how often one may try
//! - [`passphrase`], `oidc`: two ways; others come from a program of one's own ([`holdfast_auth::SignIn`])
//!
//! Invariants: a cookie that is wrong is Unauthenticated, never nobody; whoever shows a header is judged by it alone; what
//! changes something has to come from a page of this server; nobody is sent to an address that came with a request.

pub mod attempts;
pub mod cookies;
mod followed;
pub mod guard;
pub mod key;
mod marks;
mod oidc;
pub mod origin;
mod pages;
pub mod passphrase;
pub mod pending;
mod routes;
pub mod seal;
pub mod sessions;
pub mod signed;

use std::sync::Arc;

use axum::Router;
use holdfast_auth::{Facts, Guard, SignIn};
use holdfast_engine::Engine;
use holdfast_verifier_jwt::{Algorithm, HmacSecret};
use tokio_util::sync::CancellationToken;

use self::attempts::Attempts;
use self::cookies::Jar;
use self::guard::{CookieGuard, Holds};
use self::passphrase::Passphrase;
use self::pending::Pending;
use self::sessions::Sessions;
use self::signed::Signer;
use crate::grpc::call::Shared;
use crate::settings::{DashboardSettings, Settings, SignInSettings, Strategy};
use crate::trust::TrustError;

/// A way to sign in, and everything around it.
pub struct Entrance {
    way: Way,
    /// For the session, or the cookie of somebody in front.
    jar: Jar,
    path: String,
    /// The origin of our pages, when the settings say it.
    origin: Option<String>,
    /// Headers that come before any cookie.
    stronger: Vec<String>,
    attempts: Attempts,
    pending: Pending,
}

/// What a person shows.
enum Way {
    /// A session, after a conversation.
    Conversation { sign_in: Arc<dyn SignIn>, sessions: Arc<Sessions> },
    /// A token in a cookie that somebody else has set.
    Cookie,
    /// A token in a header.
    Bearer,
}

impl Entrance {
    /// As the settings say; `own`: a way of the program's own, which then is the only one. `None`: nobody signs in here.
    ///
    /// # Errors
    /// When that cannot be had.
    pub fn of(
        settings: &Settings,
        own: Option<Arc<dyn SignIn>>,
    ) -> Result<Option<Arc<Self>>, TrustError> {
        let signin = &settings.signin;
        let refused = |why: &str| Err(TrustError::SignIn(why.into()));
        let kept = || Arc::new(Sessions::kept(signin.session_ttl, &signin.session_cookie));
        let way = match (signin.strategy, own) {
            (Strategy::Off, None) => return Ok(None),
            (Strategy::Off, Some(sign_in)) => Way::Conversation { sign_in, sessions: kept() },
            (_, Some(_)) => {
                return refused("signin.strategy: the program has a way to sign in of its own");
            }
            (Strategy::Cookie, None) => Way::Cookie,
            (Strategy::Bearer, None) => Way::Bearer,
            (Strategy::Passphrase, None) => by_passphrase(signin)?,
            (Strategy::Oidc, None) => {
                let sign_in = oidc::of(signin, &settings.dashboard.path)?;
                Way::Conversation { sign_in, sessions: kept() }
            }
        };
        if !settings.dashboard.is_beside_the_api() {
            return refused(DashboardSettings::EXPECTED);
        }
        let cookie = match way {
            Way::Cookie => signin.cookie.clone().unwrap_or_default(),
            _ => signin.session_cookie.clone(),
        };
        let origin = signin.origin();
        let https = origin.as_deref().is_some_and(|origin| origin.starts_with("https:"));
        let secure = https || settings.tls.cert.is_some();
        if cookie.starts_with("__Host-") && !secure {
            return refused(
                "signin.session_cookie: browsers take names that begin with __Host- over https only",
            );
        }
        let mut stronger = vec!["authorization".to_owned()];
        stronger.push(settings.jwt.header.to_ascii_lowercase());
        stronger.dedup();
        Ok(Some(Arc::new(Self {
            way,
            jar: Jar { name: cookie, secure, strict: true },
            path: settings.dashboard.path.clone(),
            origin,
            stronger,
            attempts: Attempts::a_minute(signin.attempts),
            pending: Pending::default(),
        })))
    }

    /// The guard that knows callers by the cookie, in front of the one that decides.
    #[must_use]
    pub fn guard(&self, inner: Arc<dyn Guard>, stop: CancellationToken) -> Arc<dyn Guard> {
        let holds = match &self.way {
            Way::Conversation { sessions, .. } => Holds::Session(Arc::clone(sessions)),
            Way::Cookie => Holds::Token,
            Way::Bearer => return inner,
        };
        let (origin, stronger) = (self.origin.clone(), self.stronger.clone());
        Arc::new(CookieGuard::new(inner, (self.jar.name.clone(), holds), origin, stronger, stop))
    }

    /// Follows in the engine's log who has signed in, on this node and others. Before it nobody can.
    ///
    /// # Errors
    /// When the log cannot be read, or does not take what is missing there.
    pub async fn begin(&self, engine: &Engine) -> Result<(), TrustError> {
        let Way::Conversation { sessions, .. } = &self.way else { return Ok(()) };
        let begun = sessions.begin(engine).await;
        begun.map_err(|error| TrustError::SignIn(format!("sessions cannot be kept: {error}")))
    }

    /// Waits for the end of that; the engine has stopped.
    pub async fn joined(&self) {
        if let Way::Conversation { sessions, .. } = &self.way {
            sessions.joined().await;
        }
    }

    /// The pages without a network, for another program's router. The engine has to have the guard that
    /// [`Entrance::guard`] gives, and [`Entrance::begin`] to have followed its log.
    pub fn router(
        self: &Arc<Self>,
        engine: Engine,
        settings: &Settings,
        stop: CancellationToken,
    ) -> Router {
        self.routes(&Shared::alone(engine, settings, stop))
    }

    /// The pages, for the server's router.
    pub fn routes(self: &Arc<Self>, shared: &Shared) -> Router {
        routes::of(Arc::clone(self), shared.clone())
    }

    /// How a page has to make its calls, in the words of dashboards of config.v1.
    #[must_use]
    pub fn client_config(&self) -> &'static str {
        match self.way {
            Way::Conversation { .. } | Way::Cookie => {
                r#"{"auth-type":"cookie","auth-credentials":"include"}"#
            }
            Way::Bearer => r#"{"auth-type":"bearer","auth-header":"Authorization"}"#,
        }
    }
}

fn by_passphrase(settings: &SignInSettings) -> Result<Way, TrustError> {
    let who =
        Facts { user: settings.user.clone(), roles: settings.roles.0.clone(), ..Facts::default() };
    let refused = |name: &str, why: String| TrustError::SignIn(format!("signin.{name}: {why}"));
    let sign_in = match (&settings.passphrase, &settings.passphrase_file) {
        (Some(text), _) => {
            Passphrase::new(&text.0, who.clone()).map_err(|why| refused("passphrase", why))?
        }
        (None, Some(path)) => {
            Passphrase::file(path, who.clone()).map_err(|why| refused("passphrase_file", why))?
        }
        (None, None) => return Err(refused("passphrase", "is not set".into())),
    };
    let (ttl, cookie) = (settings.session_ttl, &settings.session_cookie);
    let sessions = match secret(settings)? {
        Some(secret) => Sessions::signed(ttl, cookie, Signer::new(&secret), who),
        None => Sessions::kept(ttl, cookie),
    };
    Ok(Way::Conversation { sign_in: Arc::new(sign_in), sessions: Arc::new(sessions) })
}

/// What signs sessions, where the settings say so.
fn secret(settings: &SignInSettings) -> Result<Option<Vec<u8>>, TrustError> {
    let (name, secret) = match (&settings.secret, &settings.secret_file) {
        (Some(text), _) => ("secret", HmacSecret::text(&text.0)),
        (None, Some(path)) => ("secret_file", HmacSecret::file(path)),
        (None, None) => return Ok(None),
    };
    let bytes = secret.and_then(|s| s.for_algorithm(Algorithm::HS256).map(<[u8]>::to_vec));
    bytes.map(Some).map_err(|error| TrustError::SignIn(format!("signin.{name}: {error}")))
}
