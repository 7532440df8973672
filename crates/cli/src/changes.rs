//! Changes from one state to another: what a dry run and a diff show.

use crate::args::Global;
use crate::failure::Failure;
use crate::output::{self, Layout};
use crate::plan::Change;
use crate::record::{Record, printable};
use crate::screen::{Ink, Paint};
use holdfast_tree::{Item, Value};

/// A line for each change, or documents; then a remark, where a person reads.
pub fn show(changes: &[Change], global: &Global, remark: &str) -> Result<(), Failure> {
    let layout = global.output.unwrap_or(Layout::Table);
    match layout {
        Layout::Raw => output::lines(changes.iter().map(Change::key)),
        Layout::Table => {
            lines(changes, Paint::stdout())?;
            output::line(&format!("{}{remark}", counted(changes)))
        }
        _ => {
            let changes = changes.iter().map(|change| Value::Table(members(change))).collect();
            output::document(&Value::List(changes), layout)
        }
    }
}

/// How many of which kind.
pub fn counted(changes: &[Change]) -> String {
    let count = |of: fn(&Change) -> bool| changes.iter().filter(|change| of(change)).count();
    format!(
        "{} to add, {} to change, {} to remove",
        count(|change| matches!(change, Change::Add(_))),
        count(|change| matches!(change, Change::Replace { .. })),
        count(|change| matches!(change, Change::Remove(_))),
    )
}

fn lines(changes: &[Change], paint: Paint) -> Result<(), Failure> {
    let width = output::width();
    output::lines(changes.iter().map(|change| line(change, paint, width)))
}

/// A change on one line: `+` new, `~` changed, `-` removed.
pub fn line(change: &Change, paint: Paint, width: Option<usize>) -> String {
    match change {
        Change::Add(item) => paint.ink(Ink::Green, &one_sided('+', item, width)),
        Change::Remove(item) => paint.ink(Ink::Red, &one_sided('-', item, width)),
        Change::Replace { old, new } => paint.ink(Ink::Yellow, &two_sided(old, new, width)),
    }
}

fn one_sided(sign: char, item: &Item, width: Option<usize>) -> String {
    let line = format!("{sign} {} = {}", printable(&item.key), preview(item));
    width.map_or_else(|| line.clone(), |width| output::cut(&line, width))
}

/// Each value gets half of what the key leaves of the line.
fn two_sided(old: &Item, new: &Item, width: Option<usize>) -> String {
    const LEAST: usize = 16;
    let key = printable(&new.key);
    let codec = match old.codec == new.codec {
        true => String::new(),
        false => format!(" (codec {} -> {})", printable(&old.codec), printable(&new.codec)),
    };
    let taken = key.chars().count() + codec.chars().count() + "~  =  -> ".len();
    let side = |item: &Item| match width {
        Some(width) => output::cut(&preview(item), (width.saturating_sub(taken) / 2).max(LEAST)),
        None => preview(item),
    };
    format!("~ {key} = {} -> {}{codec}", side(old), side(new))
}

fn preview(item: &Item) -> String {
    record(item).preview()
}

fn record(item: &Item) -> Record {
    Record {
        key: item.key.clone(),
        value: item.value.clone().into(),
        codec: item.codec.clone(),
        ..Record::default()
    }
}

/// A change for JSON and YAML.
pub fn members(change: &Change) -> Vec<(String, Value)> {
    let side = |item: &Item| Value::Table(record(item).content());
    let (word, old, new) = match change {
        Change::Add(new) => ("add", None, Some(new)),
        Change::Replace { old, new } => ("change", Some(old), Some(new)),
        Change::Remove(old) => ("remove", Some(old), None),
    };
    let mut members = vec![
        ("change".to_owned(), Value::from(word)),
        ("key".to_owned(), Value::from(change.key())),
    ];
    members.extend(old.map(|item| ("old".to_owned(), side(item))));
    members.extend(new.map(|item| ("new".to_owned(), side(item))));
    members
}
