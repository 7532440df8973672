//! Why a filter is none.

/// What is wrong with a filter, for who answers the caller.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FilterErrorKind {
    /// The text is not a JSON object.
    NotJson,
    /// An operator that does not exist, or an operand that it does not take.
    Unknown,
    /// Understood and not done: it would run code, or pass a bound.
    Refused,
}

/// A filter that was not taken. Nothing was searched.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct FilterError {
    /// Which kind of fault.
    pub kind: FilterErrorKind,
    /// A sentence that names the operator and its place.
    pub message: String,
}

impl FilterError {
    pub(crate) fn not_json(message: impl Into<String>) -> Self {
        Self { kind: FilterErrorKind::NotJson, message: message.into() }
    }

    pub(crate) fn unknown(message: impl Into<String>) -> Self {
        Self { kind: FilterErrorKind::Unknown, message: message.into() }
    }

    pub(crate) fn refused(message: impl Into<String>) -> Self {
        Self { kind: FilterErrorKind::Refused, message: message.into() }
    }
}
