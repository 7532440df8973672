//! From files to entries.

use std::fs;
use std::path::Path;
use std::sync::Arc;

use holdfast_model::Timestamp;
use holdfast_tree::flatten::flatten;
use holdfast_tree::walk::{Found, Options, walk};
use holdfast_tree::{Format, Item};

use super::FilesBuilder;
use crate::sources::board::{Entries, State};
use crate::{Entry, Error, Kind};

/// All files, or what is wrong with the first that cannot be read.
pub(super) fn state(files: &FilesBuilder) -> Result<State, Error> {
    let mut state = State::new();
    for (namespace, root) in &files.roots {
        let entries = state.entry(Arc::clone(namespace)).or_default();
        for found in found(root)? {
            read(&found, namespace, &files.origin, entries)?;
        }
    }
    Ok(state)
}

fn found(root: &Path) -> Result<Vec<Found>, Error> {
    if root.is_dir() {
        return Ok(walk(root, Options::default()).map_err(|error| at(root, &error))?.files);
    }
    let format =
        Format::of(root).ok_or_else(|| at(root, &"by its name it is no JSON, YAML or TOML"))?;
    Ok(vec![Found { path: root.to_owned(), prefix: String::new(), format: Some(format) }])
}

fn read(
    found: &Found,
    namespace: &Arc<str>,
    origin: &Arc<str>,
    entries: &mut Entries,
) -> Result<(), Error> {
    let Some(format) = found.format else { return Ok(()) };
    let path = &found.path;
    let bytes = fs::read(path).map_err(|error| at(path, &error))?;
    let written = fs::metadata(path).and_then(|about| about.modified()).ok().and_then(stamp);
    let document = format.read(&bytes).map_err(|error| at(path, &error))?;
    // A member that is null says nothing.
    let items = flatten(document, &found.prefix).map_err(|error| at(path, &error))?.items;
    for Item { key, codec, value } in items {
        if key.is_empty() {
            return Err(at(path, &"a value without a name has no key"));
        }
        let key: Arc<str> = key.into();
        let entry = Entry {
            updated_at: written,
            origin: Arc::clone(origin),
            ..Entry::bare(Arc::clone(namespace), Arc::clone(&key), value, codec)
        };
        if entries.insert(Arc::clone(&key), entry).is_some() {
            return Err(at(path, &format!("the key {key} is in another file too")));
        }
    }
    Ok(())
}

fn stamp(time: std::time::SystemTime) -> Option<Timestamp> {
    let since = time.duration_since(std::time::UNIX_EPOCH).ok()?;
    i64::try_from(since.as_nanos()).ok().map(Timestamp)
}

fn at(path: &Path, why: &dyn std::fmt::Display) -> Error {
    Error::new(Kind::File, format!("{}: {why}", path.display()))
}
