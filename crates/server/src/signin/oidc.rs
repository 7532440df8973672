//! From settings to a sign-in at an OpenID provider.

use std::sync::Arc;

use holdfast_auth::SignIn;
use holdfast_signin_oidc::{OidcSettings, OidcSignIn};
use holdfast_verifier_jwt::Algorithm;

use crate::settings::SignInSettings;
use crate::trust::TrustError;

/// The provider of the settings. It need not answer yet.
pub(super) fn of(settings: &SignInSettings, path: &str) -> Result<Arc<dyn SignIn>, TrustError> {
    let options = &settings.oidc;
    let refused = |name: &str, why: &str| TrustError::SignIn(format!("signin.{name}: {why}"));
    let origin = settings.origin().ok_or_else(|| refused("url", "is not set"))?;
    let parse = |name: &String| {
        let algorithm = name.parse::<Algorithm>();
        algorithm.map_err(|_| refused("oidc.algorithms", &format!("{name:?} is none")))
    };
    let settings = OidcSettings {
        client_secret: secret(settings)?,
        scopes: options.scopes.0.clone(),
        algorithms: options.algorithms.0.iter().map(parse).collect::<Result<_, _>>()?,
        subject_claim: options.subject_claim.clone(),
        groups_claim: options.groups_claim.clone(),
        ca_file: options.ca.clone(),
        ..OidcSettings::new(
            options.issuer.as_deref().unwrap_or_default(),
            options.client_id.as_deref().unwrap_or_default(),
            &format!("{origin}{path}/callback"),
        )
    };
    let sign_in = OidcSignIn::new(settings);
    Ok(Arc::new(sign_in.map_err(|error| refused("oidc", &error.to_string()))?))
}

/// It was drawn by the provider, who answers for its strength; an empty one is a setting that went wrong.
fn secret(settings: &SignInSettings) -> Result<Option<String>, TrustError> {
    let options = &settings.oidc;
    let refused =
        |name: &str, why: String| Err(TrustError::SignIn(format!("signin.oidc.{name}: {why}")));
    let (name, secret) = match (&options.client_secret, &options.client_secret_file) {
        (Some(text), _) => ("client_secret", text.0.clone()),
        (None, None) => return Ok(None),
        (None, Some(path)) => match std::fs::read_to_string(path) {
            Ok(text) => ("client_secret_file", text.trim_end().to_owned()),
            Err(error) => {
                return refused("client_secret_file", format!("{}: {error}", path.display()));
            }
        },
    };
    if secret.is_empty() {
        return refused(name, "it is empty".into());
    }
    Ok(Some(secret))
}
