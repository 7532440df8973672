//! The engine refuses, or misreads, a damaged journal and a damaged manifest. What stands before the damage can be read
//! once the rest is out of its sight; copies of all that is touched are kept first.

use std::path::{Path, PathBuf};

use fjall::Database;
use holdfast_store::StoreError;

use super::rename;
use crate::error::io;
use crate::head_file::sync_directory;
use crate::open::{Place, open_engine_as_it_is};
use crate::options::FjallOptions;
use crate::tables::{Table, Tables};
use crate::{journal, manifest};

/// Cuts the journals at the first damage, and puts keyspaces that cannot be opened aside.
pub(super) fn make_readable(
    place: &Place,
    kept: &Path,
    notes: &mut Vec<String>,
) -> Result<(), StoreError> {
    let journals = journal::list(&place.engine)?;
    let copies = kept.join("journals");
    std::fs::create_dir(&copies).map_err(io(format!("making {}", copies.display())))?;
    for journal in &journals {
        if let Some(name) = journal.file_name() {
            let doing = format!("copying {}", journal.display());
            std::fs::copy(journal, copies.join(name)).map_err(io(doing))?;
        }
    }
    sync_directory(&copies)?;
    let damage = match journal::check(&place.engine)? {
        Ok(found) => found.torn.map(|torn| torn.damage),
        Err(damage) => Some(damage),
    };
    if let Some(damage) = damage {
        damage.cut()?;
        // Batches behind the damage would be applied without those before them.
        let behind = journals.iter().skip_while(|journal| **journal != damage.journal).skip(1);
        for journal in behind {
            std::fs::remove_file(journal).map_err(io(format!("removing {}", journal.display())))?;
        }
        notes.push(format!(
            "dropped the rest of the journal, with what was only in it (idempotency keys there are lost): {}",
            damage.error()
        ));
    }
    for (keyspace, error) in manifest::broken(&place.engine)? {
        if keyspace.file_name().is_some_and(|name| *name == *folder(Table::Log)) {
            return Err(error);
        }
        put_aside(&keyspace, kept)?;
        notes.push(format!("a keyspace cannot be read: {error}"));
    }
    Ok(())
}

/// Opens what is left of the engine, if need be without one of its keyspaces: all but the log can be built anew, as far as
/// the log reaches back.
pub(super) fn open(
    place: &Place,
    kept: &Path,
    options: FjallOptions,
    notes: &mut Vec<String>,
) -> Result<(Database, Tables), StoreError> {
    let error = match open_engine_as_it_is(&place.engine, options) {
        Ok(opened) => return Ok(opened),
        Err(error) => error,
    };
    for table in [Table::Meta, Table::Entries, Table::History, Table::Values] {
        let keyspace = manifest::keyspace(&place.engine, table);
        if !keyspace.is_dir() {
            continue;
        }
        let aside = put_aside(&keyspace, kept)?;
        if let Ok(opened) = open_engine_as_it_is(&place.engine, options) {
            notes.push(format!("the table {} cannot be read: {error}", table.name()));
            return Ok(opened);
        }
        rename(&aside, &keyspace)?;
    }
    Err(error)
}

fn folder(table: Table) -> String {
    (table as u64).to_string()
}

fn put_aside(keyspace: &Path, kept: &Path) -> Result<PathBuf, StoreError> {
    let aside = kept.join(keyspace.file_name().unwrap_or_default());
    rename(keyspace, &aside)?;
    Ok(aside)
}
