//! Tokens made with real keys, shown as a caller shows them.
//!
//! - [`keys`]: every kind of key against every kind of setting
//! - [`tokens`]: what is wrong with a token
//! - [`urls`]: a key set at a URL that is rotated, down, slow, broken
//! - [`signer`]: makes keys and tokens

mod keys;
mod signer;
mod tokens;
mod urls;
