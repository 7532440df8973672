//! People who sign in at an OpenID provider: the authorization code flow of OpenID Connect Core 1.0 with PKCE (RFC 7636).
//!
//! - [`sign_in`]: [`OidcSignIn`], the two steps of the conversation: **start here**
//! - [`settings`]: [`OidcSettings`], which provider, and what is made of its tokens
//! - [`discovery`]: what the provider says of itself
//! - [`flow`]: what one sign-in draws at random, and how it asks
//! - [`exchange`]: a code becomes an ID token
//!
//! Invariants: state, nonce and PKCE's verifier are drawn for each sign-in and serve once; the endpoints are those that the
//! provider's own document names, over TLS or on loopback; an ID token is checked as every other JWT is, by the algorithms of the
//! settings and the provider's key set; the client's secret goes to the token endpoint and nowhere else.

pub mod discovery;
pub mod exchange;
pub mod flow;
pub mod settings;
pub mod sign_in;

pub use settings::{OidcSettings, SettingsError};
pub use sign_in::OidcSignIn;
