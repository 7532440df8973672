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
            let changes = changes.iter().map(|change| document(change, global)).collect();
            output::document(&Value::List(changes), layout)
        }
    }
}

/// How many of which kind.
fn counted(changes: &[Change]) -> String {
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
    let line = |change: &Change| match change {
        Change::Add(item) => paint.ink(Ink::Green, &one_sided('+', item, width)),
        Change::Remove(item) => paint.ink(Ink::Red, &one_sided('-', item, width)),
        Change::Replace { old, new } => paint.ink(Ink::Yellow, &two_sided(old, new, width)),
    };
    output::lines(changes.iter().map(line))
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
    record(item, "").preview()
}

fn record(item: &Item, namespace: &str) -> Record {
    Record {
        namespace: namespace.to_owned(),
        key: item.key.clone(),
        value: item.value.clone().into(),
        codec: item.codec.clone(),
        ..Record::default()
    }
}

fn document(change: &Change, global: &Global) -> Value {
    let side = |item: &Item| Value::Table(record(item, &global.namespace).content());
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
    Value::Table(members)
}
