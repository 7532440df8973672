//! Callers by the certificate that they showed to the listener, which has verified its chain.

use async_trait::async_trait;
use holdfast_auth::{AuthError, Credentials, Identity, Verifier};
use holdfast_verifier_cert::{CertSettings, identity};

/// Knows callers by their certificates. It is asked last: who shows a token is meant to be known by that.
#[derive(Debug, Default)]
pub(super) struct Certificates {
    settings: CertSettings,
}

#[async_trait]
impl Verifier for Certificates {
    fn name(&self) -> &str {
        "certificates"
    }

    async fn verify(&self, shown: &Credentials<'_>) -> Result<Option<Identity>, AuthError> {
        // Credentials that nobody understood are wrong, whatever else is shown.
        if shown.get("authorization").is_some() {
            return Ok(None);
        }
        shown.certificate.map(|der| identity(der, &self.settings)).transpose()
    }
}
