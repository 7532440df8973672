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

/// How often a client may call, in calls a second; `None`: as often as it likes.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct RateSettings {
    /// Reads.
    pub reads: Option<usize>,
    /// Writes.
    pub writes: Option<usize>,
    /// Starts of streams.
    pub streams: Option<usize>,
    /// Attempts to be recognised that failed, of one address.
    pub sign_ins: Option<usize>,
    /// How many of each at once; `None`: as many as in two seconds.
    pub burst: Option<usize>,
}
