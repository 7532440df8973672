//! Who may do what on this server: from settings and documents of the log to the guard.
//!
//! - [`keeper`]: follows the documents in the log, so that a decision never waits for it
//! - [`root`]: the first token
//! - `jwt`, `certificates`: callers with credentials of others
//! - `policies`: rules in Rego
//! - [`state`]: who may call stategate
//! - `auditors`: the account of what callers did
//! - [`Trust`]: the guard with all that it is made of: **start here**

pub(crate) mod auditors;
mod certificates;
mod jwt;
pub mod keeper;
mod policies;
pub mod root;
pub mod state;

use std::num::NonZeroUsize;
use std::sync::Arc;

use holdfast_auth::trust::{Book, Roles, Tokens};
use holdfast_auth::{Facts, Gatekeeper, Identity, Policy, Verifier};
use holdfast_policy_rego::{Followed, Recorder};
use holdfast_verifier_jwt::JwtVerifier;
use thiserror::Error;
use tokio::sync::watch;
use tokio_util::sync::CancellationToken;

use crate::settings::{ClientCertificates, Settings, StateAuth};

/// The guard that the settings ask for.
pub struct Trust {
    /// Tokens, users, roles and policies.
    pub book: Arc<Book>,
    /// The guard.
    pub gatekeeper: Arc<Gatekeeper>,
    /// The last decisions; `None`: they are not kept.
    pub recorder: Option<Arc<Recorder>>,
    jwt: Option<Arc<JwtVerifier>>,
    policy: Option<Followed>,
    changes: watch::Sender<u64>,
}

/// What the settings ask for cannot be had. Nothing was started.
#[derive(Debug, Error)]
pub enum TrustError {
    /// JWTs.
    #[error("{0}")]
    Jwt(String),
    /// The policy.
    #[error("policy: {0}")]
    Policy(String),
    /// The account.
    #[error("{0}")]
    Audit(String),
    /// How people sign in.
    #[error("{0}")]
    SignIn(String),
}

/// Claims that may be secrets themselves are not in what is recorded of decisions.
const REDACTED_CLAIMS: [&str; 4] = ["password", "secret", "access_token", "refresh_token"];

impl Trust {
    /// As the settings say, with these verifiers before theirs and these policies beside theirs. Nobody is recognised by a token
    /// before the book is filled.
    ///
    /// # Errors
    /// [`TrustError`].
    pub async fn of(
        settings: &Settings,
        mut verifiers: Vec<Arc<dyn Verifier>>,
        mut policies: Vec<Arc<dyn Policy>>,
    ) -> Result<Self, TrustError> {
        let book = Arc::new(Book::default());
        let jwt = jwt::verifier(&settings.jwt)?.map(Arc::new);
        verifiers.push(Arc::new(Tokens::new(Arc::clone(&book))));
        verifiers.extend(jwt.clone().map(|jwt| jwt as Arc<dyn Verifier>));
        if settings.tls.clients != ClientCertificates::Off {
            verifiers.push(Arc::new(certificates::Certificates::default()));
        }
        let room = NonZeroUsize::new(settings.policy.recorded.0);
        let redacted: Vec<String> = REDACTED_CLAIMS.map(str::to_owned).to_vec();
        let recorder = room.map(|room| Arc::new(Recorder::new(room, &redacted)));
        let policy = policies::of_settings(&settings.policy, recorder.clone()).await?;
        let stored = policies::Stored::new(Arc::clone(&book), policies::rego(&settings.policy));
        policies.push(Arc::new(Roles::new(Arc::clone(&book))));
        policies.push(Arc::new(stored));
        policies.extend(policy.as_ref().map(|p| Arc::clone(p.policy()) as Arc<dyn Policy>));
        if settings.state.auth != StateAuth::Guard {
            policies.push(Arc::new(state::Granted));
        }
        let (changes, changed) = watch::channel(0);
        let mut gatekeeper = Gatekeeper::new(verifiers, policies, changed);
        let roles = &settings.auth.anonymous_roles.0;
        if !roles.is_empty() {
            tracing::warn!(?roles, "callers without credentials are let in with these roles");
            gatekeeper = gatekeeper.with_anonymous(Identity::proven(Facts {
                user: "anonymous".into(),
                roles: roles.clone(),
                ..Facts::default()
            }));
        }
        let gatekeeper = Arc::new(gatekeeper);
        Ok(Self { book, gatekeeper, recorder, jwt, policy, changes })
    }

    /// Tells streams of every change of documents and policies, until the server stops; then ends what runs beside requests.
    pub async fn follow(self: Arc<Self>, stop: CancellationToken) {
        let mut book = self.book.changes();
        let mut policy = self.policy.as_ref().map(|policy| policy.policy().changes());
        loop {
            let policy_changed = async {
                let Some(changes) = &mut policy else { return std::future::pending().await };
                if changes.changed().await.is_err() {
                    std::future::pending::<()>().await;
                }
            };
            tokio::select! {
                () = stop.cancelled() => break,
                _ = book.changed() => {}
                () = policy_changed => {}
            }
            self.changes.send_modify(|count| *count += 1);
        }
        if let Some(jwt) = &self.jwt {
            jwt.close().await;
        }
        if let Some(policy) = &self.policy {
            policy.close().await;
        }
    }
}
