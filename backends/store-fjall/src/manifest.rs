//! A look at the engine's manifests, and at the ends of the tables they name, before the engine does.
//!
//! The engine keeps a checksum of each manifest but does not compare it, takes a keyspace without a manifest for one that
//! was never finished, deletes files that no manifest names, and believes the lengths at the end of a table. A flipped byte
//! could so lose data in silence or ask for more memory than there is: the check here refuses first, and changes nothing.

mod archive;

use std::path::{Path, PathBuf};

use holdfast_store::StoreError;

use self::archive::Fields;
use crate::error::{REMEDY, corrupt, io};
use crate::tables::Table;

/// The engine's folder of keyspaces.
const FOLDER: &str = "keyspaces";
/// The engine's own keyspace, which names the others.
const ENGINE_KEYSPACE: u64 = 0;
/// Version number, checksum of that version's manifest, kind of the checksum.
const CURRENT_BYTES: usize = 8 + 16 + 1;

/// Checks the manifest of every keyspace.
pub(crate) fn check(engine: &Path) -> Result<(), StoreError> {
    keyspaces(engine).try_for_each(|keyspace| check_keyspace(&keyspace))
}

/// Keyspaces of ours that cannot be opened, and why.
///
/// # Errors
/// When the engine's own keyspace, without which nothing can be found, is one of them.
pub(crate) fn broken(engine: &Path) -> Result<Vec<(PathBuf, StoreError)>, StoreError> {
    let mut keyspaces = keyspaces(engine);
    if let Some(engines_own) = keyspaces.next() {
        check_keyspace(&engines_own)?;
    }
    let checked = keyspaces.map(|keyspace| (check_keyspace(&keyspace), keyspace));
    Ok(checked.filter_map(|(checked, keyspace)| Some((keyspace, checked.err()?))).collect())
}

/// The folder of one of our keyspaces.
pub(crate) fn keyspace(engine: &Path, table: Table) -> PathBuf {
    engine.join(FOLDER).join((table as u64).to_string())
}

fn keyspaces(engine: &Path) -> impl Iterator<Item = PathBuf> {
    let ours = Table::ALL.into_iter().map(|table| table as u64);
    let folder = engine.join(FOLDER);
    std::iter::once(ENGINE_KEYSPACE).chain(ours).map(move |id| folder.join(id.to_string()))
}

fn check_keyspace(keyspace: &Path) -> Result<(), StoreError> {
    let current_path = keyspace.join("current");
    let current = read(&current_path)?;
    let mut fields = Fields(&current);
    let (version, checksum, kind) = (fields.number::<8>(), fields.take(16), fields.take(1));
    let (Some(version), CURRENT_BYTES) = (version, current.len()) else {
        return Err(bad(&current_path, "it has another length than it was written with"));
    };
    let manifest_path = keyspace.join(format!("v{version}"));
    let manifest = read(&manifest_path)?;
    let found = xxhash_rust::xxh3::xxh3_128(&manifest).to_le_bytes();
    if checksum != Some(&found) || kind != Some(&[0]) {
        return Err(bad(&manifest_path, "its checksum is wrong"));
    }
    let doing = || format!("reading {}", manifest_path.display());
    let sections = archive::sections(&manifest_path).map_err(io(doing()))?.unwrap_or_default();
    let tables = sections.iter().find(|section| section.name == b"tables").and_then(|section| {
        let end = section.position.checked_add(section.len)?;
        tables(manifest.get(section.position as usize..end as usize)?)
    });
    let tables = tables.ok_or_else(|| bad(&manifest_path, "its list of tables does not parse"))?;
    tables
        .iter()
        .try_for_each(|table| check_table(&keyspace.join("tables").join(table.to_string())))
}

/// Numbers of the tables in all runs of all levels.
fn tables(section: &[u8]) -> Option<Vec<u64>> {
    let mut fields = Fields(section);
    let mut tables = Vec::new();
    for _ in 0..fields.number::<1>()? {
        for _ in 0..fields.number::<1>()? {
            for _ in 0..fields.number::<4>()? {
                tables.push(fields.number::<8>()?);
                // Kind of the checksum, checksum, counter of the engine.
                fields.take(1 + 16 + 8)?;
            }
        }
    }
    Some(tables)
}

fn check_table(path: &Path) -> Result<(), StoreError> {
    let sections = archive::sections(path).map_err(|error| failed(path, error))?;
    match sections {
        Some(_) => Ok(()),
        None => Err(bad(path, "its end is not as it was written")),
    }
}

fn read(path: &Path) -> Result<Vec<u8>, StoreError> {
    std::fs::read(path).map_err(|error| failed(path, error))
}

fn failed(path: &Path, error: std::io::Error) -> StoreError {
    match error.kind() {
        std::io::ErrorKind::NotFound => bad(path, "the file is missing"),
        _ => io(format!("reading {}", path.display()))(error),
    }
}

fn bad(path: &Path, what: &str) -> StoreError {
    corrupt(path.display().to_string(), format!("{what}; {REMEDY}"))
}
