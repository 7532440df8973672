//! The first token: whoever starts a server for the first time holds it.

use std::fs::{File, OpenOptions};
use std::io::{self, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

use holdfast_auth::Identity;
use holdfast_auth::trust::Kind;
use holdfast_engine::{Caller, Engine, EngineError, Issued, NewToken};
use thiserror::Error;

/// The file in the data directory.
pub const FILE: &str = "root-token";

/// There is no first token. Nobody can do anything with the server yet; starting again tries again.
#[derive(Debug, Error)]
pub enum RootError {
    /// The log does not take it.
    #[error(transparent)]
    Engine(#[from] EngineError),
    /// It cannot be kept for its owner.
    #[error("{path}: {error}")]
    File {
        /// Where it should be.
        path: PathBuf,
        /// Why it is not.
        error: io::Error,
    },
}

/// Makes the first token of a log, or another one when the settings ask for it; `None`: there was one.
///
/// The file is written first: a token that is in force is never only in a terminal that somebody closed.
///
/// # Errors
/// [`RootError`].
pub async fn ensure(
    engine: &Engine,
    data_dir: Option<&Path>,
    again: bool,
) -> Result<Option<Issued>, RootError> {
    let engine = engine.as_server();
    let caller = Caller::of(Identity::named("system"), "holdfast/start");
    match engine.get_document(&caller, Kind::User, "root").await {
        Ok(_) if !again => return Ok(None),
        Ok(_) | Err(EngineError::NotFound { .. }) => {}
        Err(error) => return Err(error.into()),
    }
    let new = NewToken {
        user: "root".into(),
        roles: vec!["admin".into()],
        note: "made at the start of the server".into(),
        ..NewToken::default()
    };
    let issued = engine.create_token(&caller, new).await?;
    if let Some(dir) = data_dir {
        keep(dir, &issued.token.reveal())
            .map_err(|error| RootError::File { path: dir.join(FILE), error })?;
    }
    // Last: until it is there, the next start makes another token.
    engine
        .put_document(&caller, Kind::User, "root", br#"{"note":"the first administrator"}"#)
        .await?;
    Ok(Some(issued))
}

/// Readable by nobody but its owner, from the first moment on; either the old file or the whole new one.
fn keep(dir: &Path, token: &str) -> io::Result<()> {
    let fresh = dir.join(format!("{FILE}.new"));
    match std::fs::remove_file(&fresh) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
        _ => {}
    }
    let mut file = OpenOptions::new().write(true).create_new(true).mode(0o600).open(&fresh)?;
    writeln!(file, "{token}")?;
    file.sync_all()?;
    std::fs::rename(&fresh, dir.join(FILE))?;
    File::open(dir)?.sync_all()
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt;

    use super::*;

    #[test]
    fn only_its_owner_can_read_the_file() {
        let dir = tempfile::tempdir().expect("a directory");
        // An unfinished one of an earlier attempt, open to all.
        std::fs::write(dir.path().join("root-token.new"), "x").expect("written");
        for token in ["first", "second"] {
            keep(dir.path(), token).expect("kept");
            let path = dir.path().join(FILE);
            assert_eq!(std::fs::read_to_string(&path).expect("there"), format!("{token}\n"));
            let mode = std::fs::metadata(&path).expect("there").permissions().mode();
            assert_eq!(mode & 0o777, 0o600);
        }
    }
}
