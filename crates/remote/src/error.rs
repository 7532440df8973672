//! What can go wrong on the way to a document.

use std::path::PathBuf;
use std::time::Duration;

use thiserror::Error;

/// Why there is no document. Nothing was changed by it. No variant repeats a header, a token or the query of the URL.
#[derive(Debug, Error)]
pub enum RemoteError {
    /// The URL is none, or neither http nor https; a matter of settings.
    #[error("{0:?} is not a URL with http or https")]
    Url(String),
    /// The URL has no TLS and leads off this machine; a matter of settings.
    #[error("{0} is not encrypted: use https, or allow plaintext explicitly")]
    Plaintext(String),
    /// A certificate, key or header of the settings cannot be used.
    #[error("{what}: {why}")]
    Settings {
        /// Which setting.
        what: &'static str,
        /// What is wrong with it, without its value.
        why: String,
    },
    /// A file of the settings cannot be read.
    #[error("{path}: {source}", path = path.display())]
    File {
        /// Which file.
        path: PathBuf,
        /// What the system says.
        source: std::io::Error,
    },
    /// There was no whole answer in time; trying again may help.
    #[error("no answer within {0:?}")]
    Slow(Duration),
    /// No connection, or it broke; trying again may help.
    #[error("{0}")]
    Broken(String),
    /// An answer that is neither 200 nor 304.
    #[error("the answer has the status {0}")]
    Status(u16),
    /// The document is larger than the settings allow; what was read was thrown away.
    #[error("the document is larger than {0} bytes")]
    TooLarge(usize),
}
