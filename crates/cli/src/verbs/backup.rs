//! `holdfast backup`.

mod create;
mod show;

use std::path::PathBuf;

use clap::{Args, Subcommand};

use crate::args::Global;
use crate::contexts;
use crate::failure::Failure;
use clap::ArgMatches;

/// Keep the whole log in a file, and check such files.
#[derive(Debug, Subcommand)]
pub enum Backup {
    /// Back up a running server, or the data directory of a stopped one
    ///
    /// The backup is of one revision; writes go on meanwhile. It holds everything, tokens and policies too, and takes an
    /// administrator. The file appears under its name once it was written, flushed and read again.
    Create(create::Create),
    /// Read all of a backup, and say whether it is what was written
    Verify(Named),
    /// Show of what a backup is
    Show(Named),
}

/// A backup.
#[derive(Debug, Args)]
pub struct Named {
    /// The file
    #[arg(value_name = "FILE")]
    file: PathBuf,
}

impl Backup {
    /// Does what the second verb says.
    pub fn run(self, global: Global, matches: &ArgMatches) -> Result<(), Failure> {
        match self {
            Self::Create(create) if create.is_offline() => create.run_offline(&global),
            Self::Create(create) => {
                let global = contexts::settle(global, matches)?;
                let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
                runtime.block_on(create.run(&global))
            }
            Self::Verify(named) => show::verify(&named.file, &global),
            Self::Show(named) => show::show(&named.file, &global),
        }
    }
}
