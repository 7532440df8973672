//! `holdfast repair`.

use std::path::PathBuf;

use clap::Args;
use holdfast_server::stores::{self, RepairReport};

use crate::args::Global;
use crate::failure::Failure;
use crate::output::{self, Layout};
use holdfast_tree::Value;

/// Bring a damaged data directory back to what is provably intact.
///
/// What comes behind the damage is dropped, and a new epoch of the log begins, so that nobody mistakes it for the old one.
/// The files are kept as they were found beside the repaired ones. An intact directory is left as it is. The server must
/// not be running on it.
#[derive(Debug, Args)]
pub struct Repair {
    /// The data directory
    #[arg(long, value_name = "PATH")]
    data_dir: PathBuf,
}

impl Repair {
    /// Repairs, and says what was found and what was done.
    pub fn run(self, global: &Global) -> Result<(), Failure> {
        let report = stores::repair(&self.data_dir)?;
        match global.output.unwrap_or(Layout::Table) {
            Layout::Raw => output::line(&report.revision.to_string()),
            Layout::Table => show(&report),
            layout => output::document(&document(&report), layout),
        }
    }
}

fn show(report: &RepairReport) -> Result<(), Failure> {
    let kept =
        report.kept.iter().map(|path| format!("the old files are kept in {}", path.display()));
    output::lines(report.notes.iter().cloned().chain(kept))
}

fn document(report: &RepairReport) -> Value {
    let notes = report.notes.iter().map(|note| Value::from(note.as_str())).collect();
    let mut members = vec![
        ("changed".to_owned(), Value::Bool(report.changed)),
        ("epoch".to_owned(), Value::Number(u64::from(report.epoch.0).into())),
        ("revision".to_owned(), Value::Number(report.revision.0.into())),
        ("notes".to_owned(), Value::List(notes)),
    ];
    let kept = report.kept.iter().map(|path| Value::Text(path.display().to_string()));
    members.extend(kept.map(|path| ("kept".to_owned(), path)));
    Value::Table(members)
}
