//! Who may do what: one door for every dialect.
//!
//! - [`identity`]: [`Credentials`] as they came (a view of [`Metadata`]), [`Identity`] as it was proven
//! - [`resource`]: [`Action`], [`Resource`]
//! - [`guard`]: [`Guard`], the contract; [`Decision`]
//! - [`authorized`]: [`Authorized`], the proof that the guard was asked: **start here**
//! - [`builtin`]: [`DenyAll`] (the default), [`AllowAll`] (`--dev`)
//!
//! Invariant: only [`authorize`] can make an [`Authorized`], and the engine reaches the store with nothing else.

pub mod authorized;
pub mod builtin;
pub mod guard;
pub mod identity;
pub mod resource;

pub use authorized::{Authorized, authorize};
pub use builtin::{AllowAll, DenyAll};
pub use guard::{AuthError, Decision, Guard};
pub use identity::{Credentials, Identity, Metadata};
pub use resource::{Action, Resource};
