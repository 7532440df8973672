//! What can go wrong, as one helpful sentence and an exit code.

use std::io;
use std::path::PathBuf;

use holdfast_api::status::{self, exit};
use holdfast_load::LoadError;
use holdfast_server::stores::StoreError;
use thiserror::Error;
use tonic::{Code, Status};

use holdfast_tree::format::ReadError;
use holdfast_tree::nest::NotReversible;

/// Why a verb did not do what it was asked.
#[derive(Debug, Error)]
pub enum Failure {
    /// The command line makes no sense, beyond what its parser sees. Nothing was sent.
    #[error("{0}")]
    Usage(String),
    /// The server answered with an error. Nothing changed, unless it says otherwise.
    #[error("{}", sentence_of(.0))]
    Server(#[from] Box<Status>),
    /// The server has config.v1 and no more. Nothing was done.
    #[error("the server does not speak holdfast.v1, which this needs")]
    NotSpoken,
    /// No answer in time: a write may have been made or not.
    #[error(
        "no answer within {0:?}; whether a write was made is unknown. A longer --timeout may help"
    )]
    Timeout(std::time::Duration),
    /// There is no connection. Nothing was sent.
    #[error(
        "cannot reach a server at {endpoint} ({why}); is `holdfast serve` running there? Name another one with --endpoint or HOLDFAST_ENDPOINT"
    )]
    Unreachable {
        /// Where it was looked for.
        endpoint: String,
        /// What the network said.
        why: String,
    },
    /// The key is an alias of a key that does not exist.
    #[error("{alias} is an alias of {target}, which does not exist in namespace {namespace}")]
    DanglingAlias {
        /// The name asked for.
        alias: String,
        /// What it stands for.
        target: String,
        /// Where it was looked for.
        namespace: String,
    },
    /// There is no such key, but there are some whose names are nearly the same.
    #[error("{source}; did you mean {}?", near.join(" or "))]
    Near {
        /// What the server said.
        source: Box<Failure>,
        /// Keys that exist.
        near: Vec<String>,
    },
    /// The comparisons of a transaction did not hold, and it had nothing else to do.
    #[error("a comparison did not hold; nothing was done")]
    NotHeld,
    /// There is no such alias. (What config.v1 says of it speaks of a key.)
    #[error("there is no alias {0}")]
    NoAlias(String),
    /// A file could not be read or written.
    #[error("{}: {source}", path.display())]
    File {
        /// Which.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// A file holds what cannot be imported. Nothing was sent.
    #[error("{}: {source}", path.display())]
    Document {
        /// Which.
        path: PathBuf,
        /// Why.
        source: ReadError,
    },
    /// A file says what makes no sense. Nothing was sent.
    #[error("{}: {}", path.display(), faults.join("\n  "))]
    Faults {
        /// Which.
        path: PathBuf,
        /// Each with its place.
        faults: Vec<String>,
    },
    /// What was looked at has changed before the commit. Nothing was done.
    #[error("the keys changed while this was at work ({0}); nothing was done, so do it again")]
    Changed(#[source] Box<Failure>),
    /// Something is not as it should be, and was told in full.
    #[error("{0}")]
    Told(String, u8),
    /// An export would not read back. Nothing was written.
    #[error(transparent)]
    NotReversible(#[from] NotReversible),
    /// The server did not start. Nothing was changed.
    #[error(transparent)]
    Serve(#[from] holdfast_server::ServeError),
    /// Nothing was measured.
    #[error(transparent)]
    Load(LoadError),
    /// A data directory was not repaired. Nothing in it was changed.
    #[error("cannot repair: {0}")]
    Repair(#[from] StoreError),
    /// A policy that was tried denies.
    #[error("denied: {0}")]
    Denied(String),
    /// Anything else that this side refuses. Nothing was sent.
    #[error("{0}")]
    Refused(String),
    /// The server does not take one value of an import. Nothing of this commit was applied.
    #[error("{key}: {source}")]
    Value {
        /// Whose value.
        key: String,
        /// What the server said.
        source: Box<Failure>,
    },
    /// The first parts of an import are applied, the rest is not.
    #[error(
        "{applied} of {parts} parts are applied, the rest is not: {source}. The same import again writes only what is missing"
    )]
    Partly {
        /// Parts that were committed.
        applied: usize,
        /// All parts.
        parts: usize,
        /// What stopped it.
        source: Box<Failure>,
    },
    /// stdout or stdin failed.
    #[error("standard output: {0}")]
    Output(#[from] io::Error),
}

impl Failure {
    /// For stderr; `None` when the reader of stdout simply went away, which is how pipes end.
    pub fn sentence(&self) -> Option<String> {
        let text = match self {
            Self::Output(error) if error.kind() == io::ErrorKind::BrokenPipe => return None,
            // Every fault of the settings stands on a line of its own.
            Self::Serve(_) => return Some(self.to_string()),
            Self::Faults { path, faults } => return Some(listed(path, faults)),
            other => other.to_string(),
        };
        Some(text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect())
    }

    /// For the shell.
    pub fn exit_code(&self) -> u8 {
        match self {
            Self::Usage(_) | Self::Faults { .. } => exit::USAGE,
            Self::Changed(_) => exit::CONFLICT,
            Self::Told(_, code) => *code,
            Self::Server(status) => status::exit_code(status),
            Self::Timeout(_) | Self::Unreachable { .. } => exit::UNAVAILABLE,
            Self::Serve(error) => error.exit_code(),
            Self::DanglingAlias { .. } | Self::NoAlias(_) => exit::NOT_FOUND,
            Self::NotHeld => exit::CONFLICT,
            Self::Denied(_) => exit::DENIED,
            Self::Value { source, .. }
            | Self::Partly { source, .. }
            | Self::Near { source, .. } => source.exit_code(),
            Self::Output(error) if error.kind() == io::ErrorKind::BrokenPipe => exit::OK,
            Self::NotSpoken
            | Self::Repair(_)
            | Self::Load(_)
            | Self::File { .. }
            | Self::Document { .. }
            | Self::NotReversible(_)
            | Self::Refused(_)
            | Self::Output(_) => exit::ERROR,
        }
    }

    /// Of a call of holdfast.v1: a server that does not know it says so without a reason of its own.
    #[must_use]
    pub fn or_not_spoken(self) -> Self {
        match self {
            Self::Server(status) if is_unknown_call(&status) => Self::NotSpoken,
            other => other,
        }
    }

    /// The size of the value that is larger than the server takes, when that is the failure.
    pub fn too_large(&self) -> Option<usize> {
        let Self::Server(status) = self else { return None };
        let info = status::error_info(status).filter(|info| info.reason == "TOO_LARGE")?;
        info.metadata.get("size")?.parse().ok()
    }

    /// True when the server says that there is no such thing.
    pub fn is_not_found(&self) -> bool {
        matches!(self, Self::Server(status) if status.code() == Code::NotFound)
    }
}

/// Whether it is the answer of a server to a call that it does not have.
pub fn is_unknown_call(status: &Status) -> bool {
    status.code() == Code::Unimplemented && status::error_info(status).is_none()
}

impl From<Status> for Failure {
    fn from(status: Status) -> Self {
        Self::Server(Box::new(status))
    }
}

impl From<LoadError> for Failure {
    fn from(error: LoadError) -> Self {
        match error {
            LoadError::Call(status) => Self::Server(status).or_not_spoken(),
            other => Self::Load(other),
        }
    }
}

/// Every fault on a line of its own.
fn listed(path: &std::path::Path, faults: &[String]) -> String {
    let plain = |text: &str| text.replace(char::is_control, " ");
    match faults {
        [one] => format!("{}: {}", path.display(), plain(one)),
        many => {
            let lines: String = many.iter().map(|fault| format!("\n  {}", plain(fault))).collect();
            format!("{} has {} faults:{lines}", path.display(), many.len())
        }
    }
}

fn sentence_of(status: &Status) -> String {
    let message = match status.message() {
        "" => format!("the server answered {:?} and no more", status.code()),
        // The contract of config.v1 begins some of its texts with its own name.
        text => text.strip_prefix("config: ").unwrap_or(text).to_owned(),
    };
    match hint(status) {
        Some(hint) => format!("{message}; {hint}"),
        None => message,
    }
}

fn hint(status: &Status) -> Option<&'static str> {
    // What a gRPC library says about an answer that is none of gRPC.
    if status.message().contains("grpc-status header missing") {
        return Some("something else than a Holdfast server answers there");
    }
    let info = status::error_info(status);
    match info.as_ref().map(|info| info.reason.as_str()).unwrap_or_default() {
        "INVALID_VALUE" => Some(
            "codec json takes JSON, so a text needs quotes inside the shell's ('\"hello\"') or --string; \
             any other bytes go with another --codec",
        ),
        "INVALID_NAMESPACE" => Some(
            "a namespace begins with an ASCII letter or digit and goes on with those and _ . : -",
        ),
        "INVALID_KEY" => {
            Some("a key is made of ASCII letters, digits and _ . - with / between its parts")
        }
        _ => match status.code() {
            Code::Unauthenticated => {
                Some("put a token into HOLDFAST_TOKEN, or name its file with --token-file")
            }
            Code::PermissionDenied => {
                Some("`holdfast whoami` shows who you are and what you may do")
            }
            _ => None,
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_kind_of_failure_has_its_exit_code() {
        for (failure, code) in [
            (Failure::Usage("x".into()), exit::USAGE),
            (Status::not_found("x").into(), exit::NOT_FOUND),
            (Status::already_exists("x").into(), exit::CONFLICT),
            (Status::unauthenticated("x").into(), exit::DENIED),
            (Status::unavailable("x").into(), exit::UNAVAILABLE),
            (Failure::Refused("x".into()), exit::ERROR),
            (io::Error::from(io::ErrorKind::BrokenPipe).into(), exit::OK),
        ] {
            assert_eq!(failure.exit_code(), code, "{failure}");
        }
    }

    #[test]
    fn a_sentence_is_one_line() {
        let failure = Failure::from(Status::internal("a\nb\u{1b}[31m"));
        assert_eq!(failure.sentence().as_deref(), Some("a b [31m"));
        assert_eq!(
            Failure::from(Status::internal("")).sentence().as_deref(),
            Some("the server answered Internal and no more")
        );
    }
}
