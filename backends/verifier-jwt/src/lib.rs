//! Callers by tokens of others: JSON Web Tokens, signed by keys that the settings name.
//!
//! - [`verifier`]: [`JwtVerifier`], one token from header to identity: **start here**
//! - [`settings`]: [`JwtSettings`], what is asked of a token
//! - [`compact`]: the three parts of a token, read strictly
//! - [`keys`]: [`keys::KeySet`], which key may check which token; [`jwks`], [`pem`] and [`secret`] make them
//! - [`claims`]: times, issuer, audience; from claims to facts
//!
//! Invariants: the algorithm is one that the settings list *and* one of the key's own kind, never the token's wish alone;
//! nothing is parsed that is longer than [`compact::MAX_BYTES`]; whatever is wrong with a token is Unauthenticated, with a
//! sentence that does not say what; the reason is logged without the token.

pub mod claims;
pub mod compact;
pub mod jwks;
pub mod keys;
pub mod pem;
pub mod secret;
pub mod settings;
pub mod verifier;

mod known;
mod source;

pub use holdfast_remote::{ClientCertificate, KeptSettings, RemoteSettings};
pub use jsonwebtoken::Algorithm;
pub use secret::HmacSecret;
pub use settings::{JwtSettings, Keys, SettingsError};
pub use verifier::JwtVerifier;
