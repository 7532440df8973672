//! Policies in files.

use std::fs;
use std::io::{self, Read};
use std::path::Path;

use super::bundle;
use super::signed::BundleKey;
use crate::error::LoadError;
use crate::modules::{MAX_BYTES, Modules};

/// How deep directories may be.
const MAX_DEPTH: usize = 16;

/// The policy at a path: a text, a bundle, or a directory of `.rego` files with `data.json` and `data.yaml` where they belong.
///
/// # Errors
/// [`LoadError::File`], or why what is there is no policy.
pub fn load(path: &Path, key: Option<&BundleKey>) -> Result<Modules, LoadError> {
    let facts = fs::metadata(path).map_err(|error| failed(path, &error))?;
    if !facts.is_dir() {
        return bundle::read(&read(path)?, key);
    }
    if key.is_some() {
        return Err(LoadError::Signature("only a bundle can be signed, not a directory".into()));
    }
    let mut modules = Modules::default();
    directory(&mut modules, path, "", 0)?;
    modules.not_empty()
}

/// Hidden files are none of a policy's (mounted volumes have some of their own).
fn directory(
    modules: &mut Modules,
    path: &Path,
    inside: &str,
    depth: usize,
) -> Result<(), LoadError> {
    if depth > MAX_DEPTH {
        return Err(LoadError::TooLarge);
    }
    for entry in fs::read_dir(path).map_err(|error| failed(path, &error))? {
        let entry = entry.map_err(|error| failed(path, &error))?;
        let name = entry.file_name();
        let Some(name) = name.to_str().filter(|name| !name.starts_with('.')) else { continue };
        let (path, inside) = (entry.path(), format!("{inside}{name}"));
        let facts = fs::metadata(&path).map_err(|error| failed(&path, &error))?;
        if facts.is_dir() {
            directory(modules, &path, &format!("{inside}/"), depth + 1)?;
        } else if is_part(name) {
            bundle::add(modules, &inside, &read(&path)?)?;
        }
    }
    Ok(())
}

fn is_part(name: &str) -> bool {
    name.ends_with(".rego") || matches!(name, "data.json" | "data.yaml" | "data.yml")
}

fn read(path: &Path) -> Result<Vec<u8>, LoadError> {
    let file = fs::File::open(path).map_err(|error| failed(path, &error))?;
    let mut bytes = Vec::new();
    let read = file.take(MAX_BYTES as u64 + 1).read_to_end(&mut bytes);
    read.map_err(|error| failed(path, &error))?;
    if bytes.len() > MAX_BYTES { Err(LoadError::TooLarge) } else { Ok(bytes) }
}

fn failed(path: &Path, error: &io::Error) -> LoadError {
    LoadError::File(format!("{}: {error}", path.display()))
}
