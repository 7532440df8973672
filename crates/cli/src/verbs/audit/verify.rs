//! `holdfast audit verify`.

use std::path::{Path, PathBuf};

use clap::Args;
use holdfast_server::offline::audit::{self, ChainReport, Named};

use crate::args::Global;
use crate::failure::Failure;
use crate::output::{self, Layout};
use holdfast_tree::Value;

/// What to check.
#[derive(Debug, Args)]
#[group(required = true, multiple = false)]
pub struct Verify {
    /// A directory with audit files, or one of the files
    #[arg(value_name = "PATH")]
    path: Option<PathBuf>,
    /// The data directory of a server: check the chain of its log. The server must not be running on it
    #[arg(long, value_name = "DATA_DIR")]
    log: Option<PathBuf>,
}

impl Verify {
    /// Checks, and says what was checked.
    pub fn run(self, global: &Global) -> Result<(), Failure> {
        let layout = global.output.unwrap_or(Layout::Table);
        match (self.path, self.log) {
            (Some(path), _) => files(&path, layout),
            (None, Some(data_dir)) => log(&data_dir, layout),
            (None, None) => Err(Failure::Usage("name audit files, or a log with --log".into())),
        }
    }
}

fn files(path: &Path, layout: Layout) -> Result<(), Failure> {
    let found = audit::verify(path);
    let found = found.map_err(|error| Failure::Refused(format!("not verified: {error}")))?;
    match layout {
        Layout::Table => output::lines(found.iter().flat_map(sentences)),
        Layout::Raw => output::lines(found.iter().map(|(_, verified)| verified.hash.to_string())),
        layout => output::document(&Value::List(found.iter().map(document).collect()), layout),
    }
}

fn sentences((name, verified): &Named) -> Vec<String> {
    let (first, last) = verified.sequences;
    let mut sentences = vec![format!(
        "{name}: {} lines in {} files are what was written, sequences {first} to {last}; hash {}",
        verified.lines, verified.files, verified.hash
    )];
    if verified.pruned > 0 {
        let pruned = verified.pruned;
        sentences.push(format!("{name}: {pruned} older files were removed by the auditor"));
    }
    sentences.extend(verified.notes.iter().map(|note| format!("{name}: note: {note}")));
    sentences
}

fn document((name, verified): &Named) -> Value {
    let number = |number: u64| Value::Number(number.into());
    let notes = verified.notes.iter().map(|note| Value::from(note.as_str())).collect();
    Value::Table(vec![
        ("name".to_owned(), Value::from(name.as_str())),
        ("files".to_owned(), number(verified.files)),
        ("lines".to_owned(), number(verified.lines)),
        ("first".to_owned(), number(verified.sequences.0)),
        ("last".to_owned(), number(verified.sequences.1)),
        ("hash".to_owned(), Value::Text(verified.hash.to_string())),
        ("pruned".to_owned(), number(verified.pruned)),
        ("notes".to_owned(), Value::List(notes)),
    ])
}

fn log(data_dir: &Path, layout: Layout) -> Result<(), Failure> {
    let walked = audit::verify_log(data_dir);
    let walked = walked.map_err(|error| Failure::Refused(format!("not verified: {error}")))?;
    let report = walked.map_err(|fault| {
        let place = match fault.revision {
            Some(revision) => format!("revision {revision}"),
            None => "which revision is the first bad one cannot be told".to_owned(),
        };
        let what = format!("the log in {} is damaged: {place}: {}", data_dir.display(), fault.what);
        Failure::Refused(what)
    })?;
    show_log(&report, layout)
}

fn show_log(report: &ChainReport, layout: Layout) -> Result<(), Failure> {
    let (first, last) = report.revisions;
    match layout {
        Layout::Raw => output::line(&report.hash.to_string()),
        Layout::Table => output::line(&format!(
            "{} commits are what was written, revisions {first} to {last}, epoch {}; hash {}",
            report.commits, report.epoch, report.hash
        )),
        layout => {
            let number = |number: u64| Value::Number(number.into());
            let members = vec![
                ("commits".to_owned(), number(report.commits)),
                ("first".to_owned(), number(first.0)),
                ("last".to_owned(), number(last.0)),
                ("epoch".to_owned(), number(u64::from(report.epoch.0))),
                ("hash".to_owned(), Value::Text(report.hash.to_string())),
            ];
            output::document(&Value::Table(members), layout)
        }
    }
}
