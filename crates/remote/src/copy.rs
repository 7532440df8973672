//! The last good document on disk, so that a restart while its server is down still has it.

use std::fs::File;
use std::io::{self, Read, Write};
use std::path::Path;

use bytes::Bytes;
use tempfile::NamedTempFile;

/// The copy, if there is one that is not larger than allowed.
pub(crate) fn read(path: &Path, max_bytes: usize) -> io::Result<Option<Bytes>> {
    let file = match File::open(path) {
        Ok(file) => file,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(error),
    };
    let mut bytes = Vec::new();
    file.take(max_bytes as u64 + 1).read_to_end(&mut bytes)?;
    if bytes.len() > max_bytes {
        return Err(io::Error::new(io::ErrorKind::FileTooLarge, "larger than the document may be"));
    }
    Ok(Some(bytes.into()))
}

/// Replaces the copy: the old one or the new one is there, never half of one. Readable by its owner only.
pub(crate) fn write(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let directory = path.parent().filter(|parent| !parent.as_os_str().is_empty());
    let directory = directory.unwrap_or(Path::new("."));
    let mut file = NamedTempFile::new_in(directory)?;
    file.write_all(bytes)?;
    file.as_file().sync_all()?;
    file.persist(path).map_err(|error| error.error)?;
    File::open(directory)?.sync_all()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_copy_is_replaced_as_a_whole_and_bounded() {
        let directory = tempfile::tempdir().expect("a directory");
        let path = directory.path().join("keys.json");
        assert_eq!(read(&path, 8).expect("reads"), None);
        for text in [&b"one"[..], b"twotwo"] {
            write(&path, text).expect("writes");
            assert_eq!(read(&path, 8).expect("reads").as_deref(), Some(text));
        }
        let names = std::fs::read_dir(directory.path()).expect("lists").count();
        assert_eq!(names, 1, "nothing is left over");
        assert!(read(&path, 5).is_err(), "larger than allowed");
    }
}
