//! Settings of who may do what.

use super::form::Names;

/// Who is let in.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct AuthSettings {
    /// Roles of callers who show nothing; none: they are refused.
    pub anonymous_roles: Names,
    /// Make another root token at this start.
    pub new_root_token: bool,
}
