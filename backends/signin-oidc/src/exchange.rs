//! A code becomes an ID token, at the provider's token endpoint.

use serde::Deserialize;
use thiserror::Error;

use crate::discovery::Provider;
use crate::settings::OidcSettings;

/// Why there is no token.
#[derive(Debug, Error)]
pub enum ExchangeError {
    /// The provider does not take the code: it has expired, was used, or belongs to another sign-in.
    #[error("the provider refuses the code: {0}")]
    Refused(String),
    /// The provider does not answer as one.
    #[error("token endpoint: {0}")]
    Failed(String),
}

#[derive(Deserialize)]
struct Answer {
    id_token: String,
}

#[derive(Deserialize)]
struct Failure {
    error: String,
}

/// The ID token for a code. It is not checked yet.
pub(crate) async fn id_token(
    provider: &Provider,
    settings: &OidcSettings,
    code: &str,
    verifier: &str,
) -> Result<String, ExchangeError> {
    let mut form = vec![
        ("grant_type", "authorization_code"),
        ("code", code),
        ("redirect_uri", &settings.redirect),
        ("code_verifier", verifier),
    ];
    let secret = settings.client_secret.as_deref();
    let basic = match secret {
        Some(secret) if !provider.secret_in_form => {
            // Both parts are encoded as in a form before they are put together (RFC 6749, section 2.3.1).
            let encoded = |text: &str| form_urlencoded::byte_serialize(text.as_bytes()).collect();
            Some((encoded(&settings.client_id), encoded(secret)))
        }
        _ => {
            form.push(("client_id", &settings.client_id));
            form.extend(secret.map(|secret| ("client_secret", secret)));
            None
        }
    };
    let sent = provider.token.post_form(&form, basic.as_ref()).await;
    let (status, body) = sent.map_err(|error| ExchangeError::Failed(error.to_string()))?;
    if status == 200 {
        let answer: Result<Answer, _> = serde_json::from_slice(&body);
        // The error's text could repeat some of the token.
        return answer
            .map(|answer| answer.id_token)
            .map_err(|_| ExchangeError::Failed("its answer has no id_token".into()));
    }
    let failure: Option<Failure> = serde_json::from_slice(&body).ok();
    match failure.filter(|_| status == 400 || status == 401) {
        Some(Failure { error }) if error == "invalid_grant" => Err(ExchangeError::Refused(error)),
        Some(Failure { error }) => {
            let error: String = error.chars().filter(|c| !c.is_control()).take(100).collect();
            Err(ExchangeError::Failed(format!("it answers {error:?}")))
        }
        None => Err(ExchangeError::Failed(format!("the answer has the status {status}"))),
    }
}
