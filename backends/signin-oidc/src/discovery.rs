//! What a provider says of itself (OpenID Connect Discovery 1.0).

use std::sync::Arc;

use bytes::Bytes;
use holdfast_remote::{KeptSettings, Remote, RemoteSettings};
use holdfast_verifier_jwt::{JwtSettings, JwtVerifier, Keys};
use serde::Deserialize;

use crate::settings::OidcSettings;

/// A provider that can be used.
pub struct Provider {
    /// Where people sign in.
    pub authorization_endpoint: String,
    /// Where a code becomes a token.
    pub token: Remote,
    /// The secret goes into the form, because the provider takes no header.
    pub secret_in_form: bool,
    /// The provider always says who sent the browser back (RFC 9207).
    pub says_issuer: bool,
    /// Checks its ID tokens.
    pub verifier: Arc<JwtVerifier>,
}

/// The members that are looked at.
#[derive(Deserialize)]
struct Document {
    issuer: String,
    authorization_endpoint: String,
    token_endpoint: String,
    jwks_uri: String,
    #[serde(default = "basic")]
    token_endpoint_auth_methods_supported: Vec<String>,
    #[serde(default)]
    authorization_response_iss_parameter_supported: bool,
    code_challenge_methods_supported: Option<Vec<String>>,
}

/// What holds for a provider that does not say.
fn basic() -> Vec<String> {
    vec!["client_secret_basic".into()]
}

/// Where the document is.
pub(crate) fn url(issuer: &str) -> String {
    format!("{}/.well-known/openid-configuration", issuer.trim_end_matches('/'))
}

/// How one of the provider's URLs is asked.
pub(crate) fn remote(settings: &OidcSettings, url: &str) -> RemoteSettings {
    RemoteSettings { ca_file: settings.ca_file.clone(), ..RemoteSettings::new(url) }
}

impl Provider {
    /// Reads a document; the error says what is wrong with it. It wants to be called inside of a tokio runtime, and begins to ask for
    /// the provider's keys.
    pub(crate) fn read(settings: &OidcSettings, bytes: &Bytes) -> Result<Self, String> {
        let document: Document = serde_json::from_slice(bytes)
            .map_err(|error| format!("not a discovery document: {error}"))?;
        // Else whoever serves one document could speak for another provider.
        if document.issuer != settings.issuer {
            return Err(format!("it is the document of {:?}", document.issuer));
        }
        let s256 = |methods: &Vec<String>| methods.iter().any(|method| method == "S256");
        if document.code_challenge_methods_supported.as_ref().is_some_and(|m| !s256(m)) {
            return Err("it does not take PKCE with S256".into());
        }
        // The browser goes there, with everything that protects the sign-in: it is held to what we ask of ourselves.
        Remote::new(&remote(settings, &document.authorization_endpoint))
            .map_err(|error| format!("authorization_endpoint: {error}"))?;
        let token =
            RemoteSettings { redirects: false, ..remote(settings, &document.token_endpoint) };
        let token = Remote::new(&token).map_err(|error| format!("token_endpoint: {error}"))?;
        let methods = &document.token_endpoint_auth_methods_supported;
        let takes = |name: &str| methods.iter().any(|method| method == name);
        Ok(Self {
            authorization_endpoint: document.authorization_endpoint,
            token,
            secret_in_form: !takes("client_secret_basic") && takes("client_secret_post"),
            says_issuer: document.authorization_response_iss_parameter_supported,
            verifier: verifier(settings, &document.jwks_uri)?,
        })
    }
}

fn verifier(settings: &OidcSettings, jwks_uri: &str) -> Result<Arc<JwtVerifier>, String> {
    let keys = Keys::JwksUrl {
        remote: Box::new(remote(settings, jwks_uri)),
        kept: KeptSettings::default(),
    };
    let settings = JwtSettings {
        subject_claim: settings.subject_claim.clone(),
        groups_claim: settings.groups_claim.clone(),
        issuers: vec![settings.issuer.clone()],
        audiences: vec![settings.client_id.clone()],
        leeway: settings.leeway,
        // Each is shown once.
        remembered: 1,
        ..JwtSettings::new(settings.algorithms.clone(), keys)
    };
    let verifier = JwtVerifier::new(settings).map_err(|error| format!("jwks_uri: {error}"))?;
    Ok(Arc::new(verifier))
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    fn read(change: &[(&str, Value)]) -> Result<Provider, String> {
        let settings =
            OidcSettings::new("https://id.example.org", "holdfast", "https://h/callback");
        let mut document = json!({
            "issuer": "https://id.example.org",
            "authorization_endpoint": "https://id.example.org/auth",
            "token_endpoint": "https://id.example.org/token",
            "jwks_uri": "http://127.0.0.1:1/jwks",
        });
        for (name, value) in change {
            document[*name] = value.clone();
        }
        Provider::read(&settings, &document.to_string().into())
    }

    #[tokio::test]
    async fn a_provider_is_the_one_of_the_settings_and_safe_to_use() {
        let plain = read(&[]).expect("it can be used");
        assert!(!plain.secret_in_form && !plain.says_issuer);
        let post =
            read(&[("token_endpoint_auth_methods_supported", json!(["client_secret_post"]))]);
        assert!(post.expect("it can be used").secret_in_form);
        for (name, value) in [
            ("issuer", json!("https://id.example.org/")),
            ("issuer", json!("https://evil.example.org")),
            ("authorization_endpoint", json!("http://id.example.org/auth")),
            ("authorization_endpoint", json!("javascript:alert(1)")),
            ("token_endpoint", json!("http://id.example.org/token")),
            ("token_endpoint", json!(null)),
            ("jwks_uri", json!("http://id.example.org/jwks")),
            ("code_challenge_methods_supported", json!(["plain"])),
        ] {
            assert!(read(&[(name, value.clone())]).is_err(), "{name}: {value}");
        }
    }
}
