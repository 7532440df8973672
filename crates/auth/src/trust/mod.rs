//! What the server itself knows of callers: tokens, users and roles, kept as documents in a namespace of its own.
//!
//! - [`rule`]: one line of a role, and how it is matched
//! - [`document`]: the documents as they are stored
//! - [`secret`]: tokens as callers show them
//! - [`book`]: all documents of a moment, ready for decisions: **start here**
//! - [`tokens`]: the verifier that recognises tokens of the book
//! - [`roles`]: the policy that goes by roles of the book

pub mod book;
pub mod document;
pub mod roles;
pub mod rule;
pub mod secret;
pub mod tokens;

pub use book::Book;
pub use document::{
    Document, DocumentError, Kind, PolicyDocument, RoleDocument, TokenDocument, UserDocument,
};
pub use roles::Roles;
pub use rule::{Rule, RuleError};
pub use secret::{Secret, Token};
pub use tokens::Tokens;

/// The namespace of the documents.
pub const NAMESPACE: &str = "internal:holdfast.trust";
