//! One sign-in: what it draws at random, and how it asks.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::settings::OidcSettings;

/// What is drawn for one sign-in, each of 256 random bits. The server keeps it while the browser is away.
#[derive(Serialize, Deserialize)]
pub struct Flow {
    /// Comes back with the browser.
    pub state: String,
    /// Comes back in the ID token.
    pub nonce: String,
    /// PKCE's verifier: whoever has only the code cannot use it.
    pub verifier: String,
}

impl Flow {
    /// Another one.
    ///
    /// # Errors
    /// When the system has no random numbers.
    pub fn draw() -> Result<Self, getrandom::Error> {
        let text = || {
            let mut random = [0; 32];
            getrandom::fill(&mut random)?;
            Ok(URL_SAFE_NO_PAD.encode(random))
        };
        Ok(Self { state: text()?, nonce: text()?, verifier: text()? })
    }

    /// The challenge of the verifier (RFC 7636, section 4.2, `S256`).
    pub fn challenge(&self) -> String {
        URL_SAFE_NO_PAD.encode(Sha256::digest(&self.verifier))
    }

    /// Where the browser goes.
    pub fn authorization_url(&self, endpoint: &str, settings: &OidcSettings) -> String {
        let query = form_urlencoded::Serializer::new(String::new())
            .append_pair("response_type", "code")
            .append_pair("client_id", &settings.client_id)
            .append_pair("redirect_uri", &settings.redirect)
            .append_pair("scope", &settings.scopes.join(" "))
            .append_pair("state", &self.state)
            .append_pair("nonce", &self.nonce)
            .append_pair("code_challenge", &self.challenge())
            .append_pair("code_challenge_method", "S256")
            .finish();
        // An endpoint may have a query of its own.
        let sign = if endpoint.contains('?') { '&' } else { '?' };
        format!("{endpoint}{sign}{query}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_challenge_is_that_of_the_rfc() {
        let verifier = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk".to_owned();
        let flow = Flow { state: String::new(), nonce: String::new(), verifier };
        assert_eq!(flow.challenge(), "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM");
    }

    #[test]
    fn a_flow_asks_with_what_it_drew_and_keeps_the_verifier() {
        let settings = OidcSettings::new("https://id", "a&b", "https://h/callback?x=1");
        let (one, two) = (Flow::draw().expect("random"), Flow::draw().expect("random"));
        assert!(one.state != two.state && one.nonce != two.nonce && one.verifier != two.verifier);
        assert!(one.state != one.nonce && one.nonce != one.verifier);
        let url = one.authorization_url("https://id/auth?tenant=1", &settings);
        assert!(url.starts_with("https://id/auth?tenant=1&response_type=code&client_id=a%26b&"));
        for part in [&one.state, &one.nonce, &one.challenge()] {
            assert!(url.contains(part.as_str()), "{url}");
        }
        assert!(!url.contains(&one.verifier), "{url}");
    }
}
