//! Session tokens that say themselves until when they are good, as dashboards of config.v1 have them:
//! `B64(payload) "." B64(HMAC-SHA256(secret, B64(payload)))`, base64url with padding, the payload
//! `{"iat":<unix seconds>,"exp":<unix seconds>}`.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE;
use hmac::{Hmac, KeyInit, Mac};
use serde::{Deserialize, Serialize};
use sha2::Sha256;

/// Signs and checks.
#[derive(Clone)]
pub struct Signer(Hmac<Sha256>);

/// What a token says. Times are seconds since 1970.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Payload {
    /// When it was made.
    pub iat: i64,
    /// When it ends; 0: it does not say.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub exp: i64,
}

#[allow(clippy::trivially_copy_pass_by_ref, reason = "serde asks so")]
fn is_zero(number: &i64) -> bool {
    *number == 0
}

impl Payload {
    /// Whether it is over: only after its last second.
    #[must_use]
    pub fn ended(&self, now: i64) -> bool {
        self.exp != 0 && now > self.exp
    }
}

impl Signer {
    /// With this secret, of any length.
    #[must_use]
    pub fn new(secret: &[u8]) -> Self {
        let mac = Hmac::new_from_slice(secret);
        Self(mac.unwrap_or_else(|_| unreachable!("HMAC takes keys of any length")))
    }

    /// The token for a payload.
    #[must_use]
    pub fn write(&self, payload: &Payload) -> String {
        let json = serde_json::to_vec(payload);
        let json = json.unwrap_or_else(|error| unreachable!("two numbers are JSON: {error}"));
        let text = URL_SAFE.encode(json);
        let mut mac = self.0.clone();
        mac.update(text.as_bytes());
        let signature = URL_SAFE.encode(mac.finalize().into_bytes());
        format!("{text}.{signature}")
    }

    /// What a token says that was signed with this secret. Its times are for the caller to look at.
    #[must_use]
    pub fn read(&self, token: &str) -> Option<Payload> {
        let (text, signature) = token.rsplit_once('.')?;
        // Only one spelling of the bytes decodes, so that comparing bytes is comparing texts.
        let signature = URL_SAFE.decode(signature).ok()?;
        let mut mac = self.0.clone();
        mac.update(text.as_bytes());
        mac.verify_slice(&signature).ok()?;
        serde_json::from_slice(&URL_SAFE.decode(text).ok()?).ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Vectors of the contract, for a secret of 32 zero bytes.
    const EXPIRED: &str =
        "eyJpYXQiOjEwMDAsImV4cCI6MTAwMX0=.0DhEhnihXYjpHyZFPRqG7eciy3wb35fO5LnOiztcSvA=";
    const ENDLESS: &str = "eyJpYXQiOjEwMDB9.wy_F2TPjqfjF8bzKVhRWPlHryzEm4Gc2YElJMwtMNkk=";

    #[test]
    fn case_94_tokens_are_those_of_the_contract() {
        let signer = Signer::new(&[0; 32]);
        let (expired, endless) = (Payload { iat: 1000, exp: 1001 }, Payload { iat: 1000, exp: 0 });
        assert_eq!(signer.write(&expired), EXPIRED);
        assert_eq!(signer.write(&endless), ENDLESS);
        assert_eq!(signer.read(EXPIRED), Some(expired));
        assert_eq!(signer.read(ENDLESS), Some(endless));
        assert!(!expired.ended(1001) && expired.ended(1002) && !endless.ended(i64::MAX));
    }

    #[test]
    fn nothing_else_is_a_token() {
        let signer = Signer::new(&[0; 32]);
        assert_eq!(Signer::new(&[1; 32]).read(EXPIRED), None);
        for at in 0..EXPIRED.len() {
            let mut other = EXPIRED.as_bytes().to_vec();
            other[at] = if other[at] == b'A' { b'B' } else { b'A' };
            let other = String::from_utf8(other).expect("ASCII");
            assert_eq!(signer.read(&other), None, "{other}");
        }
        for text in ["", ".", "a.b", "e30=.", EXPIRED.trim_end_matches('='), &format!("{EXPIRED}=")]
        {
            assert_eq!(signer.read(text), None, "{text}");
        }
    }
}
