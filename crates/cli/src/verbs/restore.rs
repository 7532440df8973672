//! `holdfast restore`.

use std::path::PathBuf;

use clap::Args;
use holdfast_model::Revision;
use holdfast_server::offline::backup::{self, Head};
use holdfast_tree::Value;

use crate::args::Global;
use crate::failure::Failure;
use crate::output::{self, Layout};
use crate::screen;

/// Make a data directory of a backup.
///
/// The backup is read as a whole first; a damaged one is refused. The log begins a new epoch: a watch that had seen more than
/// what was restored is told to start anew, and never takes a new event for an old one.
#[derive(Debug, Args)]
pub struct Restore {
    /// The backup
    #[arg(value_name = "FILE")]
    file: PathBuf,
    /// The data directory; it is made, or empty
    #[arg(long, value_name = "PATH")]
    data_dir: PathBuf,
    /// As the log was at this revision; what was written later is left out
    #[arg(long, value_name = "N")]
    revision: Option<u64>,
}

impl Restore {
    /// Restores, and says what is there now.
    pub fn run(self, global: &Global) -> Result<(), Failure> {
        let up_to = self.revision.map(Revision);
        let bar = screen::progress(0, "restore");
        let restored =
            backup::restore(&self.file, &self.data_dir, up_to, &mut |start, end, now| {
                bar.set_length(end.0.saturating_sub(start.0));
                bar.set_position(now.0.saturating_sub(start.0));
            });
        bar.finish_and_clear();
        let head = restored.map_err(|error| {
            Failure::Refused(format!("cannot restore {}: {error}", self.file.display()))
        })?;
        match global.output.unwrap_or(Layout::Table) {
            Layout::Raw => output::line(&head.revision.to_string()),
            Layout::Table => output::lines(self.sentences(&head)),
            layout => output::document(&document(&head), layout),
        }
    }

    fn sentences(&self, head: &Head) -> Vec<String> {
        vec![
            format!("restored revision {} into {}", head.revision, self.data_dir.display()),
            format!("epoch {} begins at revision {}", head.epoch, head.epoch_start.first),
        ]
    }
}

fn document(head: &Head) -> Value {
    let number = |number: u64| Value::Number(number.into());
    Value::Table(vec![
        ("log".to_owned(), Value::Text(head.log.to_string())),
        ("epoch".to_owned(), number(u64::from(head.epoch.0))),
        ("revision".to_owned(), number(head.revision.0)),
        ("first".to_owned(), number(head.epoch_start.first.0)),
    ])
}
