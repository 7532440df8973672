//! Files: read up to a bound, or from standard input, and replaced as a whole, so that nobody ever reads half of one.

use std::fs;
use std::io::{self, Read as _, Write as _};
use std::path::{Path, PathBuf};

use crate::failure::Failure;

/// How the command line names standard input.
pub const STDIN: &str = "-";
/// A larger file is no configuration, and one commit could not hold it.
const MAX_BYTES: u64 = 256 << 20;

/// What is in a file, or comes from standard input.
pub fn read(path: &Path) -> Result<Vec<u8>, Failure> {
    let failed = |source| Failure::File { path: shown(path), source };
    bytes(path).map_err(failed)
}

/// The name of a file for messages.
pub fn shown(path: &Path) -> PathBuf {
    if path == Path::new(STDIN) { PathBuf::from("standard input") } else { path.to_owned() }
}

fn bytes(path: &Path) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    if path == Path::new(STDIN) {
        io::stdin().take(MAX_BYTES + 1).read_to_end(&mut bytes)?;
    } else {
        fs::File::open(path)?.take(MAX_BYTES + 1).read_to_end(&mut bytes)?;
    }
    if u64::try_from(bytes.len()).is_ok_and(|len| len > MAX_BYTES) {
        return Err(io::Error::other(format!("larger than {MAX_BYTES} bytes")));
    }
    Ok(bytes)
}

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
