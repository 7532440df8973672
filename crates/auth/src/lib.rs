//! Who may do what: one door for every dialect.
//!
//! - [`identity`]: [`Credentials`] as they came (a view of [`Metadata`]), [`Identity`] as it was proven
//! - [`resource`]: [`Action`], [`Resource`]
//! - [`guard`]: [`Guard`], the contract; [`Decision`]
//! - [`authorized`]: [`Authorized`], the proof that the guard was asked: **start here**
//! - [`verifier`]: [`Verifier`], one kind of credential
//! - [`signin`]: [`SignIn`], who asks people who they are
//! - [`policy`]: [`Policy`], one body of rules
//! - [`audit`]: [`Auditor`], who keeps an account
//! - [`rate`]: [`RateLimiter`], how often a caller may call
//! - [`trust`]: tokens, users and roles that the server itself keeps
//! - [`gatekeeper`]: [`Gatekeeper`], the guard made of verifiers and policies
//! - [`builtin`]: [`DenyAll`] (the default), [`AllowAll`] (`--dev`)
//!
//! Invariant: only [`authorize`] can make an [`Authorized`], and the engine reaches the store with nothing else.

pub mod audit;
pub mod authorized;
pub mod builtin;
pub mod gatekeeper;
pub mod guard;
pub mod identity;
pub mod policy;
pub mod rate;
pub mod resource;
pub mod signin;
pub mod trust;
pub mod verifier;

pub use audit::{AuditError, Auditor, Operation, Outcome, Record, RecordedValue};
pub use authorized::{Authorized, allowed, authorize};
pub use builtin::{AllowAll, DenyAll};
pub use gatekeeper::{Gatekeeper, PolicyReport};
pub use guard::{AuthError, Decision, Guard, Shown, Sight, Standing};
pub use identity::{Credentials, Facts, Identity, Metadata};
pub use policy::{Policy, PolicyFigures, Verdict};
pub use rate::{Asking, RateLimiter, Work};
pub use resource::{Action, Resource};
pub use signin::{Field, Form, Said, SignIn, SignInError, Step};
pub use verifier::Verifier;
