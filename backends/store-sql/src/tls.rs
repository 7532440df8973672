//! How connections are protected.

use std::path::PathBuf;

/// How far the connection is protected.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Tls {
    /// `None`: what the URL says; and when it says nothing, `prefer` for a server on this machine, `verify-full` for any other.
    pub mode: Option<TlsMode>,
    /// Whom to trust; the authorities of the system when there is no such file.
    pub root_certificate: Option<PathBuf>,
    /// What this client shows.
    pub client_certificate: Option<PathBuf>,
    /// Its key.
    pub client_key: Option<PathBuf>,
}

/// As libpq's `sslmode`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TlsMode {
    /// Never.
    Disable,
    /// If the server can.
    Prefer,
    /// Always, with whoever answers.
    Require,
    /// Always, with a server that a trusted authority knows.
    VerifyCa,
    /// Always, with a server that a trusted authority knows by this name.
    VerifyFull,
}
