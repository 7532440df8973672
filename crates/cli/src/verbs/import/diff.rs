//! What a dry run shows.

use crate::args::Global;
use crate::failure::Failure;
use crate::output::{self, Layout};
use crate::plan::{Change, Plan};
use crate::record::{Record, printable};
use crate::screen::{Ink, Paint};
use crate::tree::{Item, Value};

/// Shows the plan: a line for each change, or documents.
pub(super) fn show(plan: &Plan, global: &Global) -> Result<(), Failure> {
    let layout = global.output.unwrap_or(Layout::Table);
    match layout {
        Layout::Raw => output::lines(plan.changes.iter().map(Change::key)),
        Layout::Table => lines(plan, Paint::stdout()),
        _ => {
            let changes = plan.changes.iter().map(|change| document(change, global)).collect();
            output::document(&Value::List(changes), layout)
        }
    }
}

fn lines(plan: &Plan, paint: Paint) -> Result<(), Failure> {
    let line = |change: &Change| match change {
        Change::Add(item) => paint.ink(Ink::Green, &format!("+ {}", shown(item))),
        Change::Remove(item) => paint.ink(Ink::Red, &format!("- {}", shown(item))),
        Change::Replace { old, new } => {
            let text = format!("~ {} = {} -> {}", printable(&new.key), value(old), value(new));
            let codec = match old.codec == new.codec {
                true => String::new(),
                false => format!(" (codec {} -> {})", printable(&old.codec), printable(&new.codec)),
            };
            paint.ink(Ink::Yellow, &format!("{text}{codec}"))
        }
    };
    output::lines(plan.changes.iter().map(line))?;
    let [added, changed, removed] = plan.counts();
    output::line(&format!(
        "{added} to add, {changed} to change, {removed} to remove, {} unchanged; nothing was written",
        plan.same
    ))
}

fn shown(item: &Item) -> String {
    format!("{} = {}", printable(&item.key), value(item))
}

fn value(item: &Item) -> String {
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
