//! Which files speak of which namespace, and which keys are theirs.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use holdfast_model::Namespace;

use crate::failure::Failure;
use crate::plan::is_below;
use crate::source::{self, Source};
use holdfast_tree::Item;

/// The items of each namespace. Without `namespaces` everything is in the one of the command line.
pub(super) fn read(
    paths: &[PathBuf],
    namespaces: bool,
    source: &Source,
    namespace: &str,
) -> Result<BTreeMap<String, BTreeMap<String, Item>>, Failure> {
    if !namespaces {
        return Ok(BTreeMap::from([(namespace.to_owned(), source::read(paths, source)?)]));
    }
    let mut directories: BTreeMap<String, Vec<PathBuf>> = BTreeMap::new();
    for path in paths {
        for (name, directory) in inside(path, source.hidden)? {
            directories.entry(name).or_default().push(directory);
        }
    }
    if directories.is_empty() {
        return Err(Failure::Usage("there is no directory of a namespace".into()));
    }
    let read = |(name, paths): (String, Vec<PathBuf>)| Ok((name, source::read(&paths, source)?));
    directories.into_iter().map(read).collect()
}

/// The directories right below a path, each named like its namespace. A file between them would be of none.
fn inside(path: &Path, hidden: bool) -> Result<Vec<(String, PathBuf)>, Failure> {
    let failed = |source| Failure::File { path: path.to_owned(), source };
    let mut found = Vec::new();
    for entry in fs::read_dir(path).map_err(failed)? {
        let place = entry.map_err(failed)?.path();
        let name = place.file_name().unwrap_or_default().to_string_lossy().into_owned();
        if name.starts_with('.') && !hidden {
            continue;
        }
        if !place.is_dir() {
            return Err(Failure::Usage(format!(
                "{}: with --namespaces only directories, one for each namespace, belong here",
                place.display()
            )));
        }
        Namespace::new(&name)
            .map_err(|why| Failure::Usage(format!("{}: {why}", place.display())))?;
        found.push((name, place));
    }
    Ok(found)
}

/// The keys that files may delete.
#[derive(Debug)]
pub(super) enum Owned<'a> {
    /// Everything below a key that was named.
    Below(&'a str),
    /// Everything that has the same first part as one of theirs.
    Parts(BTreeSet<String>),
}

impl<'a> Owned<'a> {
    pub(super) fn of(prefix: &'a str, wanted: &BTreeMap<String, Item>) -> Self {
        match prefix {
            "" => Self::Parts(wanted.keys().map(|key| first(key).to_owned()).collect()),
            prefix => Self::Below(prefix),
        }
    }

    pub(super) fn has(&self, key: &str) -> bool {
        match self {
            Self::Below(prefix) => is_below(key, prefix),
            Self::Parts(parts) => parts.contains(first(key)),
        }
    }
}

fn first(key: &str) -> &str {
    key.split('/').next().unwrap_or(key)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_own_what_begins_as_theirs() {
        let item = Item { key: "app/x".into(), codec: "json".into(), value: vec![b'1'] };
        let wanted = BTreeMap::from([("app/x".to_owned(), item)]);
        let owned = Owned::of("", &wanted);
        assert!(owned.has("app/y") && owned.has("app"));
        assert!(!owned.has("apple") && !owned.has("db/x"));
        let owned = Owned::of("app/x", &wanted);
        assert!(owned.has("app/x/y") && !owned.has("app/y") && !owned.has("app/xy"));
    }
}
