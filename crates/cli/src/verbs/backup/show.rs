//! `holdfast backup verify` and `holdfast backup show`.

use std::path::Path;

use holdfast_server::offline::backup::{self, Summary};
use holdfast_tree::Value;

use crate::args::Global;
use crate::failure::Failure;
use crate::output::{self, Layout};
use crate::record::to_second;
use crate::screen;

pub(super) fn verify(file: &Path, global: &Global) -> Result<(), Failure> {
    let found = read(file)?;
    match global.output.unwrap_or(Layout::Table) {
        Layout::Table => output::line(&format!(
            "{} is what was written: {} commits up to revision {}; digest {}",
            file.display(),
            found.commits,
            found.head.revision,
            found.digest
        )),
        _ => summary(&found, global),
    }
}

pub(super) fn show(file: &Path, global: &Global) -> Result<(), Failure> {
    summary(&read(file)?, global)
}

fn read(file: &Path) -> Result<Summary, Failure> {
    let len = std::fs::metadata(file)
        .map_err(|source| Failure::File { path: file.to_owned(), source })?
        .len();
    let bar = screen::progress(len, "reading");
    let found = backup::verify_with(file, &mut |read| bar.set_position(read));
    bar.finish_and_clear();
    found.map_err(|error| Failure::Refused(format!("{}: {error}", file.display())))
}

/// What is in a backup, in the layout that was asked for.
pub(super) fn summary(found: &Summary, global: &Global) -> Result<(), Failure> {
    match global.output.unwrap_or(Layout::Table) {
        Layout::Raw => output::line(&found.head.revision.to_string()),
        Layout::Table => output::lines(lines(found)),
        layout => output::document(&document(found), layout),
    }
}

fn lines(found: &Summary) -> Vec<String> {
    let head = &found.head;
    [
        ("log", head.log.to_string()),
        ("epoch", head.epoch.to_string()),
        ("revision", head.revision.to_string()),
        ("restorable", format!("from revision {} on", head.floors.history)),
        ("commits", format!("{} behind revision {}", found.commits, found.start)),
        ("kept", format!("{} versions from before", found.kept)),
        ("made", format!("{} by release {}", to_second(Some(found.made)), found.by)),
        ("size", format!("{} bytes", found.bytes)),
        ("digest", found.digest.clone()),
    ]
    .map(|(name, value)| format!("{name:<12}{value}"))
    .to_vec()
}

fn document(found: &Summary) -> Value {
    let number = |number: u64| Value::Number(number.into());
    let head = &found.head;
    Value::Table(vec![
        ("log".to_owned(), Value::Text(head.log.to_string())),
        ("epoch".to_owned(), number(u64::from(head.epoch.0))),
        ("revision".to_owned(), number(head.revision.0)),
        ("oldest_restorable".to_owned(), number(head.floors.history.0)),
        ("start".to_owned(), number(found.start.0)),
        ("commits".to_owned(), number(found.commits)),
        ("kept".to_owned(), number(found.kept)),
        ("side".to_owned(), number(found.side)),
        ("made".to_owned(), Value::Text(found.made.to_string())),
        ("by".to_owned(), Value::from(found.by.as_str())),
        ("bytes".to_owned(), number(found.bytes)),
        ("digest".to_owned(), Value::from(found.digest.as_str())),
    ])
}
