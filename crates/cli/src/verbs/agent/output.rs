//! A file, replaced as a whole.

use std::fs::{self, Permissions};
use std::io::{self, Write};
use std::os::unix::fs::{MetadataExt, PermissionsExt};
use std::path::Path;

use super::plan::Output;
use crate::failure::Failure;

/// What became of a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Written {
    /// It has another content now.
    Changed,
    /// It had it already, and was not touched.
    Same,
}

/// Gives a file this content: whoever reads it sees the old one or the new one, also over a crash.
pub(super) fn put(output: &Output, content: &[u8]) -> Result<Written, Failure> {
    let file = |source| Failure::File { path: output.to.clone(), source };
    match fs::read(&output.to) {
        Ok(old) if old == content => return Ok(Written::Same),
        Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(file(error)),
        _ => {}
    }
    replace(output, content).map_err(file)?;
    Ok(Written::Changed)
}

fn replace(output: &Output, content: &[u8]) -> io::Result<()> {
    // What a link points to is replaced, not the link.
    let to = fs::canonicalize(&output.to).unwrap_or_else(|_| output.to.clone());
    let directory = match to.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => parent,
        _ => Path::new("."),
    };
    // The library makes its files readable by their owner only.
    let mut beside = tempfile::NamedTempFile::new_in(directory)?;
    beside.write_all(content)?;
    let before = fs::metadata(&to).ok();
    let mode = before.as_ref().map(|before| before.permissions().mode() & 0o7777).or(output.mode);
    if let Some(mode) = mode {
        beside.as_file().set_permissions(Permissions::from_mode(mode))?;
    }
    if let Some(before) = before {
        // Only who owns everything may give files away; for anybody else they are their own already, or stay so.
        let _ = std::os::unix::fs::fchown(beside.as_file(), Some(before.uid()), Some(before.gid()));
    }
    beside.as_file().sync_all()?;
    beside.persist(&to).map_err(|error| error.error)?;
    fs::File::open(directory)?.sync_all()
}
