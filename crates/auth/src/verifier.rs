//! The contract of whoever recognises one kind of credential.

use async_trait::async_trait;

use crate::guard::AuthError;
use crate::identity::{Credentials, Identity};

/// Recognises callers by one kind of credential: a token of ours, a JWT, a certificate. A guard asks its verifiers in order.
///
/// ```
/// use async_trait::async_trait;
/// use holdfast_auth::{AuthError, Credentials, Identity, Verifier};
///
/// /// Trusts a proxy that names the caller in a header.
/// struct BehindProxy;
///
/// #[async_trait]
/// impl Verifier for BehindProxy {
///     fn name(&self) -> &str {
///         "proxy"
///     }
///
///     async fn verify(&self, shown: &Credentials<'_>) -> Result<Option<Identity>, AuthError> {
///         Ok(shown.get("x-remote-user").map(Identity::named))
///     }
/// }
/// ```
#[async_trait]
pub trait Verifier: Send + Sync + 'static {
    /// For logs and metrics.
    fn name(&self) -> &str;

    /// Who shows these credentials. `None`: there is nothing of this kind, the next verifier is asked. What is of this kind
    /// and proves nobody (a bad signature, expired, revoked) is [`AuthError::Unauthenticated`], and nobody else is asked.
    async fn verify(&self, shown: &Credentials<'_>) -> Result<Option<Identity>, AuthError>;

    /// Whether an identity that this verifier proved is still good apart from its expiry: false once it is revoked.
    fn still(&self, _who: &Identity) -> bool {
        true
    }

    /// What keeps it from working as it should (keys that cannot be fetched, say), for readiness.
    fn trouble(&self) -> Option<String> {
        None
    }
}
