//! A backup that appears under its name once it is whole.

use std::fs::{File, OpenOptions};
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};

use crate::read::BackupError;
use crate::verify::{Summary, verify};

/// What the name of a backup ends with while it is written.
pub const UNFINISHED: &str = ".part";

/// A file while it is written. It is removed when it is dropped before [`NewFile::keep`].
#[derive(Debug)]
pub struct NewFile {
    to: PathBuf,
    part: PathBuf,
    file: Option<BufWriter<File>>,
}

impl NewFile {
    /// Begins a file beside the name that it will get. What is there under that name is not touched before.
    ///
    /// # Errors
    /// When there is a file of that name, or none can be made.
    pub fn create(to: &Path) -> io::Result<Self> {
        if to.try_exists()? {
            let what = format!("{} is there already", to.display());
            return Err(io::Error::new(io::ErrorKind::AlreadyExists, what));
        }
        let mut name = to.file_name().unwrap_or_default().to_owned();
        name.push(UNFINISHED);
        let part = to.with_file_name(name);
        let mut options = OpenOptions::new();
        options.write(true).create(true).truncate(true);
        // It holds all that the log does: only its owner may read it.
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        let file = Some(BufWriter::new(options.open(&part)?));
        Ok(Self { to: to.to_owned(), part, file })
    }

    /// Adds bytes.
    ///
    /// # Errors
    /// What the system says.
    pub fn write(&mut self, bytes: &[u8]) -> io::Result<()> {
        match &mut self.file {
            Some(file) => file.write_all(bytes),
            None => Err(io::Error::other("the file is finished")),
        }
    }

    /// Makes it durable, reads all of it again, and gives it its name.
    ///
    /// # Errors
    /// When it is not what was written, or the system fails: then there is no file.
    pub fn keep(mut self) -> Result<Summary, BackupError> {
        if let Some(file) = self.file.take() {
            file.into_inner().map_err(io::IntoInnerError::into_error)?.sync_all()?;
        }
        let summary = verify(&self.part)?;
        std::fs::rename(&self.part, &self.to)?;
        let directory = match self.to.parent() {
            Some(parent) if !parent.as_os_str().is_empty() => parent,
            _ => Path::new("."),
        };
        File::open(directory)?.sync_all()?;
        Ok(summary)
    }
}

impl Drop for NewFile {
    fn drop(&mut self) {
        // After a rename there is none of that name.
        let _ = std::fs::remove_file(&self.part);
    }
}
