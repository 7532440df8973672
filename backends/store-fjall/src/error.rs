//! From the engine's errors to the contract's.

use holdfast_store::StoreError;

/// What an operator does about corrupt data.
pub(crate) const REMEDY: &str = "restore a backup, or run `holdfast repair --data-dir ...` to go on with what is provably intact";

pub(crate) fn corrupt(place: impl Into<String>, what: impl Into<String>) -> StoreError {
    StoreError::Corrupt { place: place.into(), what: what.into() }
}

/// An error of a read: what the engine found broken is corrupt data, the rest is the operating system.
pub(crate) fn reading(error: fjall::Error) -> StoreError {
    match error {
        fjall::Error::Io(error) | fjall::Error::Storage(fjall::LsmError::Io(error))
            if error.kind() != std::io::ErrorKind::UnexpectedEof =>
        {
            StoreError::Io { doing: "reading".into(), error: error.to_string() }
        }
        other => corrupt("the engine's files", format!("{other}; {REMEDY}")),
    }
}

pub(crate) fn io(doing: impl Into<String>) -> impl FnOnce(std::io::Error) -> StoreError {
    let doing = doing.into();
    move |error| StoreError::Io { doing, error: error.to_string() }
}
