//! `holdfast audit`.

mod query;
mod verify;

use clap::Subcommand;

use crate::args::Global;
use crate::failure::Failure;

/// Check and search what auditors kept; no server is needed.
#[derive(Debug, Subcommand)]
pub enum Audit {
    /// Check that audit files, or the log itself, are what was written; the first fault is named
    Verify(verify::Verify),
    /// Find records in audit files; with `-o json` one document for each line
    ///
    /// --namespace counts only when it is on the command line; with a `*` at its end it names all that begin so.
    Query(query::Query),
}

impl Audit {
    /// Does what the second verb says.
    pub fn run(self, global: &Global) -> Result<(), Failure> {
        match self {
            Self::Verify(verify) => verify.run(global),
            Self::Query(query) => query.run(global),
        }
    }
}
