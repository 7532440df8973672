//! The one list of failures that a caller can be told about. Every error type of every layer has a `kind()`; one
//! table of the api crate turns the kind into a gRPC code, a reason, an HTTP status and an exit code.

/// What went wrong, seen from the caller.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ErrorKind {
    /// A required member is missing, or one is out of its range. Nothing changed.
    InvalidArgument,
    /// The namespace's name. Nothing changed.
    InvalidNamespace,
    /// The key's name. Nothing changed.
    InvalidKey,
    /// The value does not decode with its codec. Nothing changed.
    InvalidValue,
    /// A page cursor that this server did not make.
    InvalidCursor,
    /// More than one commit, value or request may hold. Nothing changed.
    TooLarge,
    /// There is no such entry.
    NotFound,
    /// The entry exists, that version does not.
    VersionNotFound,
    /// The entry exists and should not. Nothing changed.
    KeyExists,
    /// The alias exists, or an entry has its name. Nothing changed.
    AliasExists,
    /// The alias would point at itself. Nothing changed.
    AliasSelf,
    /// The alias would point at an alias, or is pointed at. Nothing changed.
    AliasChain,
    /// A condition did not hold. Nothing changed.
    Conflict,
    /// The idempotency key was used for another request. Nothing changed.
    IdempotencyMismatch,
    /// Nobody knows who asks.
    Unauthenticated,
    /// The caller may not. Nothing changed.
    PermissionDenied,
    /// The namespace belongs to the server itself, or the store only reads. Nothing changed.
    ReadOnly,
    /// The revision asked for is older than what is kept.
    Compacted,
    /// The resume point belongs to another log or epoch.
    ForeignLog,
    /// The revision asked for does not exist yet.
    FutureRevision,
    /// A limit or the free space is used up; passing. Nothing changed.
    ResourceExhausted,
    /// The namespace holds as much as it may. Nothing changed.
    QuotaExceeded,
    /// The deadline passed before the request was judged. Nothing changed.
    DeadlineExceeded,
    /// The server is stopping or not ready; passing. Nothing changed.
    Unavailable,
    /// The write may or may not be in the log: only reading can tell.
    Unknown,
    /// Stored bytes are not what was written.
    Corrupt,
    /// A fault of this server.
    Internal,
    /// This server cannot do that.
    Unsupported,
}
