//! Who may do what on this server: from settings and documents of the log to the guard.
//!
//! - [`keeper`]: follows the documents in the log, so that a decision never waits for it
//! - [`root`]: the first token
//! - [`Trust`]: the guard with all that it is made of: **start here**

pub mod keeper;
pub mod root;

use std::sync::Arc;

use holdfast_auth::trust::{Book, Roles, Tokens};
use holdfast_auth::{Facts, Gatekeeper, Identity, Policy, Verifier};

use crate::settings::Settings;

/// The guard that the settings ask for.
pub struct Trust {
    /// Tokens, users, roles and policies.
    pub book: Arc<Book>,
    /// The guard.
    pub gatekeeper: Arc<Gatekeeper>,
}

impl Trust {
    /// As the settings say; nobody is recognised before the book is filled.
    #[must_use]
    pub fn of(settings: &Settings) -> Self {
        let book = Arc::new(Book::default());
        let verifiers: Vec<Arc<dyn Verifier>> = vec![Arc::new(Tokens::new(Arc::clone(&book)))];
        let policies: Vec<Arc<dyn Policy>> = vec![Arc::new(Roles::new(Arc::clone(&book)))];
        let mut gatekeeper = Gatekeeper::new(verifiers, policies, book.changes());
        let roles = &settings.auth.anonymous_roles.0;
        if !roles.is_empty() {
            tracing::warn!(?roles, "callers without credentials are let in with these roles");
            gatekeeper = gatekeeper.with_anonymous(Identity::proven(Facts {
                user: "anonymous".into(),
                roles: roles.clone(),
                ..Facts::default()
            }));
        }
        Self { book, gatekeeper: Arc::new(gatekeeper) }
    }
}
