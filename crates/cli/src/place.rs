//! Files that are replaced as a whole, so that nobody ever reads half of one.

use std::fs;
use std::io::{self, Write as _};
use std::path::Path;

use crate::failure::Failure;

/// Who may read a file that is new.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Readers {
    /// Whoever the system lets.
    Usual,
    /// Its owner alone.
    Owner,
}

/// Writes beside the place, then into it. What a link leads to is replaced, not the link.
pub fn replace(path: &Path, text: &str, readers: Readers) -> Result<(), Failure> {
    let real = fs::canonicalize(path);
    let path = real.as_deref().unwrap_or(path);
    let failed = |source| Failure::File { path: path.to_owned(), source };
    // A device or a pipe is written to, not replaced.
    if fs::metadata(path).is_ok_and(|there| !there.is_file()) {
        return fs::write(path, text).map_err(failed);
    }
    let mut name = path.file_name().unwrap_or_default().to_owned();
    name.push(format!(".{}.tmp", std::process::id()));
    let beside = path.with_file_name(name);
    let moved = create(&beside, text, readers).and_then(|()| fs::rename(&beside, path));
    moved.map_err(|source| {
        // Best effort: the failure that is reported is the first one.
        let _ = fs::remove_file(&beside);
        failed(source)
    })
}

fn create(path: &Path, text: &str, readers: Readers) -> io::Result<()> {
    let mut options = fs::File::options();
    options.write(true).create(true).truncate(true);
    #[cfg(unix)]
    if readers == Readers::Owner {
        use std::os::unix::fs::OpenOptionsExt as _;
        options.mode(0o600);
    }
    options.open(path)?.write_all(text.as_bytes())
}
