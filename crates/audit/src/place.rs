//! The names of the files of a log of records.

use std::collections::BTreeSet;
use std::io;
use std::path::{Path, PathBuf};

use crate::anchor;

/// Of a file with lines.
const EXTENSION: &str = "jsonl";
/// So that names sort as numbers do.
const DIGITS: usize = 8;
/// Longer names than this are refused.
const MAX_NAME: usize = 64;

/// A log of records: files `<name>.<number>.jsonl` and the anchor `<name>.head` in one directory.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
    directory: PathBuf,
    name: String,
}

impl Place {
    /// `None` unless the name is made of 1 to 64 ASCII letters, digits, `-` and `_`.
    #[must_use]
    pub fn new(directory: &Path, name: &str) -> Option<Self> {
        let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_');
        let fine = (1..=MAX_NAME).contains(&name.len()) && name.chars().all(plain);
        fine.then(|| Self { directory: directory.to_owned(), name: name.to_owned() })
    }

    /// Every log of records in a directory, by name.
    ///
    /// # Errors
    /// When the directory cannot be read.
    pub fn find(directory: &Path) -> io::Result<Vec<Self>> {
        let mut names = BTreeSet::new();
        for item in std::fs::read_dir(directory)? {
            let file = PathBuf::from(item?.file_name());
            let anchored = file.extension().is_some_and(|e| e == anchor::EXTENSION);
            let name = if anchored {
                file.file_stem().and_then(|stem| stem.to_str()).map(str::to_owned)
            } else {
                parse(&file).map(|(name, _)| name)
            };
            names.extend(name);
        }
        Ok(names.iter().filter_map(|name| Self::new(directory, name)).collect())
    }

    /// Where the files are.
    #[must_use]
    pub fn directory(&self) -> &Path {
        &self.directory
    }

    /// What they are called.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The file of a number, from 1.
    #[must_use]
    pub fn file(&self, number: u64) -> PathBuf {
        self.directory.join(format!("{}.{number:0DIGITS$}.{EXTENSION}", self.name))
    }

    /// Where a torn last line of that file is put; `again` tells several apart.
    pub(crate) fn torn(&self, number: u64, again: u32) -> PathBuf {
        self.directory.join(format!("{}.{number:0DIGITS$}.torn-{again}", self.name))
    }

    /// The note of where the files end.
    #[must_use]
    pub fn anchor(&self) -> PathBuf {
        self.directory.join(format!("{}.{}", self.name, anchor::EXTENSION))
    }

    /// The files that are there, the oldest first.
    ///
    /// # Errors
    /// When the directory cannot be read.
    pub fn files(&self) -> io::Result<Vec<(u64, PathBuf)>> {
        let mut files = Vec::new();
        for item in std::fs::read_dir(&self.directory)? {
            let path = item?.path();
            match parse(&path) {
                Some((name, number)) if name == self.name => files.push((number, path)),
                _ => {}
            }
        }
        files.sort();
        Ok(files)
    }
}

/// The name and the number of a file of records; `None` for any other.
#[must_use]
pub fn parse(path: &Path) -> Option<(String, u64)> {
    let file = path.file_name()?.to_str()?;
    let (name, number) = file.strip_suffix(EXTENSION)?.strip_suffix('.')?.rsplit_once('.')?;
    let digits = number.len() >= DIGITS && number.bytes().all(|b| b.is_ascii_digit());
    let number = digits.then(|| number.parse().ok()).flatten()?;
    // One spelling of each number.
    let place = Place::new(Path::new(""), name)?;
    (place.file(number) == Path::new(file)).then(|| (name.to_owned(), number))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_have_one_spelling() {
        let place = Place::new(Path::new("/x"), "audit").expect("a name");
        for number in [1, 99_999_999, 100_000_000] {
            assert_eq!(parse(&place.file(number)), Some(("audit".into(), number)));
        }
        for other in ["audit.1.jsonl", "audit.000000001.jsonl", "audit.head", "a.b.00000001.jsonl"]
        {
            assert_eq!(parse(Path::new(other)), None, "{other}");
        }
        for bad in ["", "a.b", "a/b", "..", &"x".repeat(65)] {
            assert_eq!(Place::new(Path::new("/x"), bad), None, "{bad}");
        }
    }
}
