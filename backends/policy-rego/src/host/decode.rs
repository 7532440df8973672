//! The three parts of a token.

use base64::Engine;
use base64::engine::general_purpose::{GeneralPurpose, URL_SAFE_NO_PAD};
use regorus::Value;
use serde_json::{Map, Value as Json};

/// Longest token that is looked at.
const MAX_TOKEN: usize = 64 << 10;

/// A token, taken apart. Nothing in it is proven.
pub(crate) struct Token<'a> {
    /// What was signed.
    pub(crate) message: &'a str,
    pub(crate) header: Map<String, Json>,
    pub(crate) payload: Vec<u8>,
    pub(crate) signature: Vec<u8>,
}

impl<'a> Token<'a> {
    /// Takes apart. `None`: not three parts of base64url, or the header is no JSON object.
    pub(crate) fn read(text: &'a str) -> Option<Self> {
        if text.len() > MAX_TOKEN {
            return None;
        }
        let (message, signature) = text.rsplit_once('.')?;
        let (header, payload) = message.split_once('.')?;
        if payload.contains('.') {
            return None;
        }
        Some(Self {
            message,
            header: serde_json::from_slice(&base64url(header)?).ok()?,
            payload: base64url(payload)?,
            signature: base64url(signature)?,
        })
    }

    /// The claims: a JSON object.
    pub(crate) fn claims(&self) -> Option<Map<String, Json>> {
        serde_json::from_slice(&self.payload).ok()
    }

    /// A text of the header.
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.header.get(name).and_then(Json::as_str)
    }
}

/// Unpadded base64url.
pub(crate) fn base64url(text: &str) -> Option<Vec<u8>> {
    const ENGINE: GeneralPurpose = URL_SAFE_NO_PAD;
    ENGINE.decode(text).ok()
}

/// `io.jwt.decode(token)`: header, claims, and the signature in hexadecimal.
pub(super) fn parts(given: &[Value]) -> Option<Value> {
    let [token] = given else { return None };
    let token = Token::read(token.as_string().ok()?)?;
    let claims = token.claims()?;
    let signature: String = token.signature.iter().map(|byte| format!("{byte:02x}")).collect();
    Some(Value::from(vec![object(token.header), object(claims), Value::from(signature)]))
}

/// JSON as Rego has it.
pub(super) fn object(members: Map<String, Json>) -> Value {
    Value::from(Json::Object(members))
}
