//! A look at the engine's manifests before the engine does.
//!
//! The engine keeps a checksum of each manifest but does not compare it, takes a keyspace without a manifest for one that
//! was never finished, and deletes files that no manifest names. A flipped byte could so lose data in silence: the check
//! here refuses first, and changes nothing.

use std::path::Path;

use holdfast_store::StoreError;

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
    let ours = Table::ALL.into_iter().map(|table| table as u64);
    for id in std::iter::once(ENGINE_KEYSPACE).chain(ours) {
        check_keyspace(&engine.join(FOLDER).join(id.to_string()))?;
    }
    Ok(())
}

fn check_keyspace(keyspace: &Path) -> Result<(), StoreError> {
    let current = read(&keyspace.join("current"))?;
    let bad = |what: &str| {
        corrupt(keyspace.join("current").display().to_string(), format!("{what}; {REMEDY}"))
    };
    let current: [u8; CURRENT_BYTES] =
        current.try_into().map_err(|_| bad("it has another length than it was written with"))?;
    let (version, rest) = current.split_at(8);
    let (checksum, kind) = rest.split_at(16);
    let version = u64::from_le_bytes(version.try_into().map_err(|_| bad("it is too short"))?);
    let manifest = keyspace.join(format!("v{version}"));
    let found = xxhash_rust::xxh3::xxh3_128(&read(&manifest)?);
    if kind == [0] && found.to_le_bytes() == *checksum {
        return Ok(());
    }
    let what = format!("its checksum is wrong; {REMEDY}");
    Err(corrupt(manifest.display().to_string(), what))
}

fn read(path: &Path) -> Result<Vec<u8>, StoreError> {
    std::fs::read(path).map_err(|error| match error.kind() {
        std::io::ErrorKind::NotFound => {
            corrupt(path.display().to_string(), format!("the file is missing; {REMEDY}"))
        }
        _ => io(format!("reading {}", path.display()))(error),
    })
}
