//! `holdfast man`.

use std::path::PathBuf;

use clap::{Args, CommandFactory as _};

use crate::args::Cli;
use crate::failure::Failure;
use crate::output;

/// Print the manual page, or write those of all verbs.
#[derive(Debug, Args)]
pub struct Man {
    /// Write a page for each verb into this directory: holdfast.1, holdfast-get.1, ...
    #[arg(long, value_name = "DIR")]
    out: Option<PathBuf>,
}

impl Man {
    /// Prints or writes.
    pub fn run(self) -> Result<(), Failure> {
        let command = Cli::command();
        let Some(directory) = self.out else {
            let mut page = Vec::new();
            clap_mangen::Man::new(command).render(&mut page)?;
            return output::bytes(&page);
        };
        std::fs::create_dir_all(&directory)
            .and_then(|()| clap_mangen::generate_to(command, &directory))
            .map_err(|source| Failure::File { path: directory, source })
    }
}
