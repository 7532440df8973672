//! OPA bundles: a compressed archive of modules and documents.

use std::io::Read;

use flate2::read::GzDecoder;
use serde_json::Value;
use tar::{Archive, EntryType};

use super::signed::{self, BundleKey};
use crate::dialect;
use crate::error::LoadError;
use crate::modules::{MAX_BYTES, Modules};

/// What a compressed stream begins with.
const GZIP: [u8; 2] = [0x1f, 0x8b];
/// The archive around 16 MiB of files: headers and padding.
const MAX_ARCHIVE: u64 = 2 * MAX_BYTES as u64;
/// Most entries of an archive, of whatever kind.
const MAX_ENTRIES: usize = 4_096;

/// The modules in these bytes: a bundle when they are compressed, else the text of one module.
///
/// # Errors
/// Why there are none.
pub fn read(bytes: &[u8], key: Option<&BundleKey>) -> Result<Modules, LoadError> {
    if bytes.starts_with(&GZIP) {
        return bundle(bytes, key);
    }
    if key.is_some() {
        return Err(LoadError::Signature("only a bundle can be signed, and this is a text".into()));
    }
    let text =
        std::str::from_utf8(bytes).map_err(|_| LoadError::Compile("it is no UTF-8".into()))?;
    Modules::text(text)
}

/// A file of a bundle.
pub(super) struct File {
    /// Without a leading slash.
    pub(super) name: String,
    pub(super) bytes: Vec<u8>,
}

fn bundle(bytes: &[u8], key: Option<&BundleKey>) -> Result<Modules, LoadError> {
    let files = unpack(bytes)?;
    if let Some(key) = key {
        signed::verify(&files, key)?;
    }
    let mut modules = Modules::default();
    for file in &files {
        add(&mut modules, &file.name, &file.bytes)?;
    }
    if let Some(manifest) = files.iter().find(|file| file.name == ".manifest") {
        check_roots(&modules, &roots(&manifest.bytes)?)?;
    }
    modules.not_empty()
}

/// Adds a module or a document by the name of its file; others are none of a policy's.
pub(super) fn add(modules: &mut Modules, name: &str, bytes: &[u8]) -> Result<(), LoadError> {
    let (directory, file) = name.rsplit_once('/').unwrap_or(("", name));
    let path: Vec<&str> = directory.split('/').filter(|part| !part.is_empty()).collect();
    let text = || {
        let text = std::str::from_utf8(bytes);
        text.map_err(|_| LoadError::Data(format!("{name} is no UTF-8")))
    };
    let wrong = |error: &dyn std::fmt::Display| LoadError::Data(format!("{name}: {error}"));
    if file.ends_with(".rego") && !file.ends_with("_test.rego") {
        return modules.add(name, text()?.to_owned());
    }
    let document: Value = match file {
        "data.json" => serde_json::from_slice(bytes).map_err(|error| wrong(&error))?,
        "data.yaml" | "data.yml" => {
            serde_saphyr::from_str(text()?).map_err(|error| wrong(&error))?
        }
        _ => return Ok(()),
    };
    modules.merge(&path, document, bytes.len())
}

fn unpack(bytes: &[u8]) -> Result<Vec<File>, LoadError> {
    let wrong = |error: std::io::Error| LoadError::Bundle(error.to_string());
    let mut archive = Archive::new(GzDecoder::new(bytes).take(MAX_ARCHIVE));
    let (mut files, mut room) = (Vec::new(), MAX_BYTES as u64);
    for (number, entry) in archive.entries().map_err(wrong)?.enumerate() {
        let mut entry = entry.map_err(wrong)?;
        if number >= MAX_ENTRIES {
            return Err(LoadError::TooLarge);
        }
        // Nothing is written anywhere, so links and devices are merely of no use.
        if entry.header().entry_type() != EntryType::Regular {
            continue;
        }
        let name = name(&entry.path_bytes())?;
        let mut bytes = Vec::new();
        let read = (&mut entry).take(room + 1).read_to_end(&mut bytes).map_err(wrong)?;
        room = room.checked_sub(read as u64).ok_or(LoadError::TooLarge)?;
        files.push(File { name, bytes });
    }
    Ok(files)
}

/// Names are paths in `data`: what leads out of it is refused.
fn name(bytes: &[u8]) -> Result<String, LoadError> {
    let strange = || LoadError::Bundle("it has a file of a strange name".into());
    let text = std::str::from_utf8(bytes).map_err(|_| strange())?;
    let parts: Vec<&str> = text.split('/').filter(|part| !matches!(*part, "" | ".")).collect();
    let out = parts.contains(&"..") || text.contains(['\\', '\0']);
    if out || parts.is_empty() { Err(strange()) } else { Ok(parts.join("/")) }
}

/// The paths in `data` that a bundle says are its own.
fn roots(manifest: &[u8]) -> Result<Vec<Vec<String>>, LoadError> {
    let wrong = |what: &str| LoadError::Bundle(format!(".manifest: {what}"));
    let manifest: Value =
        serde_json::from_slice(manifest).map_err(|error| wrong(&error.to_string()))?;
    let Some(roots) = manifest.get("roots") else { return Ok(vec![Vec::new()]) };
    let roots = roots.as_array().ok_or_else(|| wrong("roots is no list"))?;
    let root = |root: &Value| {
        let text = root.as_str().ok_or_else(|| wrong("a root is no text"))?;
        Ok(text.split('/').filter(|part| !part.is_empty()).map(str::to_owned).collect())
    };
    roots.iter().map(root).collect()
}

fn check_roots(modules: &Modules, roots: &[Vec<String>]) -> Result<(), LoadError> {
    let outside = |what: &str| {
        LoadError::Bundle(format!("{what} is outside of the roots that .manifest names"))
    };
    for (name, text) in modules.rego() {
        let package = dialect::package(name, text)?;
        let path: Vec<&str> = package.split('.').skip(1).collect();
        if !is_within(&path, roots) {
            return Err(outside(name));
        }
    }
    for (name, value) in modules.data() {
        if !documents_are_within(&mut vec![name], value, roots) {
            return Err(outside(&format!("data.{name}")));
        }
    }
    Ok(())
}

fn is_within(path: &[&str], roots: &[Vec<String>]) -> bool {
    let leads = |root: &Vec<String>| {
        root.len() <= path.len() && root.iter().zip(path).all(|(part, own)| part == own)
    };
    roots.iter().any(leads)
}

fn documents_are_within<'a>(
    path: &mut Vec<&'a str>,
    value: &'a Value,
    roots: &[Vec<String>],
) -> bool {
    if is_within(path, roots) {
        return true;
    }
    let Value::Object(members) = value else { return false };
    members.iter().all(|(name, value)| {
        path.push(name);
        let within = documents_are_within(path, value, roots);
        path.pop();
        within
    })
}
