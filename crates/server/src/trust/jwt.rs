//! From settings to the verifier of JWTs.

use holdfast_verifier_jwt::{
    Algorithm, HmacSecret, JwtSettings, JwtVerifier, KeptSettings, Keys, RemoteSettings,
    SettingsError,
};

use super::TrustError;
use crate::settings::JwtOptions;

/// The verifier that the settings ask for; `None`: JWTs are not accepted.
pub(super) fn verifier(options: &JwtOptions) -> Result<Option<JwtVerifier>, TrustError> {
    let refused = |why: String| TrustError::Jwt(why);
    let Some(keys) = keys(options)? else {
        if options.algorithms.0.is_empty() {
            return Ok(None);
        }
        let why = "jwt.algorithms is set, and nothing that verifies a signature (jwt.secret, jwt.secret_file, \
             jwt.pem_file, jwt.jwks_file, jwt.jwks_url)";
        return Err(refused(why.into()));
    };
    let parse = |name: &String| {
        name.parse::<Algorithm>().map_err(|_| refused(format!("jwt.algorithms: {name:?} is none")))
    };
    let algorithms = options.algorithms.0.iter().map(parse).collect::<Result<Vec<_>, _>>()?;
    let settings = JwtSettings {
        header: options.header.clone(),
        subject_claim: options.subject_claim.clone(),
        groups_claim: options.groups_claim.clone(),
        issuers: options.issuers.0.clone(),
        audiences: options.audiences.0.clone(),
        leeway: options.leeway,
        require_exp: options.require_exp,
        require_kid: options.require_kid,
        require_subject: options.require_subject,
        ..JwtSettings::new(algorithms, keys)
    };
    for caution in settings.cautions() {
        tracing::warn!("{caution}");
    }
    JwtVerifier::new(settings).map(Some).map_err(|error| refused(format!("jwt: {error}")))
}

fn keys(options: &JwtOptions) -> Result<Option<Keys>, TrustError> {
    let refused =
        |name: &str, error: SettingsError| TrustError::Jwt(format!("jwt.{name}: {error}"));
    let mut found = Vec::new();
    if let Some(secret) = &options.secret {
        let secret = HmacSecret::text(&secret.0).map_err(|error| refused("secret", error))?;
        found.push(Keys::Secret(secret));
    }
    if let Some(path) = &options.secret_file {
        let secret = HmacSecret::file(path).map_err(|error| refused("secret_file", error))?;
        found.push(Keys::Secret(secret));
    }
    found.extend(options.pem_file.clone().map(Keys::PemFile));
    found.extend(options.jwks_file.clone().map(Keys::JwksFile));
    if let Some(url) = &options.jwks_url {
        let remote =
            RemoteSettings { ca_file: options.jwks_ca.clone(), ..RemoteSettings::new(url) };
        let kept = KeptSettings { interval: options.jwks_interval, ..KeptSettings::default() };
        found.push(Keys::JwksUrl { remote: Box::new(remote), kept });
    }
    if options.unverified {
        found.push(Keys::Unverified);
    }
    if found.len() > 1 {
        let why = "jwt: of secret, secret_file, pem_file, jwks_file, jwks_url and unverified only one can be set";
        return Err(TrustError::Jwt(why.into()));
    }
    Ok(found.pop())
}
