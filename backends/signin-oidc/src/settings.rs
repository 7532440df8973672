//! Which provider, and what is made of its tokens.

use std::fmt;
use std::path::PathBuf;
use std::time::Duration;

use holdfast_remote::RemoteError;
use holdfast_verifier_jwt::Algorithm;
use thiserror::Error;

/// One provider. Its `Debug` form does not show the secret.
#[derive(Clone)]
pub struct OidcSettings {
    /// The issuer, as its tokens name it. The discovery document is at `<issuer>/.well-known/openid-configuration`.
    pub issuer: String,
    /// Our name there.
    pub client_id: String,
    /// Our secret there; `None`: a public client.
    pub client_secret: Option<String>,
    /// Where the provider sends browsers back to: an absolute URL, the same as there.
    pub redirect: String,
    /// What is asked for; `openid` among it.
    pub scopes: Vec<String>,
    /// Accepted algorithms of ID tokens.
    pub algorithms: Vec<Algorithm>,
    /// The claim that names the user.
    pub subject_claim: String,
    /// The claim with the groups.
    pub groups_claim: Option<String>,
    /// Authorities to trust for the provider's URLs instead of the system's: PEM.
    pub ca_file: Option<PathBuf>,
    /// How far clocks may differ.
    pub leeway: Duration,
}

impl OidcSettings {
    /// RS256, `openid`, users by `sub`, no groups, a minute of leeway.
    pub fn new(issuer: &str, client_id: &str, redirect: &str) -> Self {
        Self {
            issuer: issuer.into(),
            client_id: client_id.into(),
            client_secret: None,
            redirect: redirect.into(),
            scopes: vec!["openid".into()],
            algorithms: vec![Algorithm::RS256],
            subject_claim: "sub".into(),
            groups_claim: None,
            ca_file: None,
            leeway: Duration::from_secs(60),
        }
    }
}

impl fmt::Debug for OidcSettings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("OidcSettings")
            .field("issuer", &self.issuer)
            .field("client_id", &self.client_id)
            .field("client_secret", &self.client_secret.is_some())
            .field("redirect", &self.redirect)
            .finish_non_exhaustive()
    }
}

/// Settings that cannot work. Nothing was started.
#[derive(Debug, Error)]
pub enum SettingsError {
    /// A name that is empty.
    #[error("{0} is empty")]
    Empty(&'static str),
    /// Algorithms that prove nothing about the provider.
    #[error("algorithms: expected some of RS, PS, ES or EdDSA")]
    Algorithms,
    /// The URL of the provider, or how it is asked.
    #[error("{0}")]
    Remote(#[from] RemoteError),
}
