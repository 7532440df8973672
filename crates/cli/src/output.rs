//! Answers on stdout, in the layout that was asked for.

use std::io::{self, IsTerminal, Write};

use clap::ValueEnum;
use comfy_table::{ContentArrangement, Table, presets};

use crate::failure::Failure;
use crate::record::{Record, printable, to_second};
use holdfast_tree::{Format, Value};

/// How to show an answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Layout {
    /// Columns for people.
    Table,
    /// One JSON document; for `watch` one for each line.
    Json,
    /// One YAML document; for `watch` a stream of them.
    Yaml,
    /// Only the bare values or names, one for each line.
    Raw,
}

/// Writes bytes and flushes.
pub fn bytes(bytes: &[u8]) -> Result<(), Failure> {
    let mut stdout = io::stdout().lock();
    stdout.write_all(bytes)?;
    stdout.flush()?;
    Ok(())
}

/// Writes one line and flushes.
pub fn line(text: &str) -> Result<(), Failure> {
    bytes(format!("{text}\n").as_bytes())
}

/// Writes several lines and flushes once.
pub fn lines<T: AsRef<str>>(lines: impl IntoIterator<Item = T>) -> Result<(), Failure> {
    let mut text = String::new();
    for line in lines {
        text.push_str(line.as_ref());
        text.push('\n');
    }
    bytes(text.as_bytes())
}

/// Writes a bare value; the newline that a shell prompt needs only where a person sees it.
pub fn bare(value: &[u8]) -> Result<(), Failure> {
    bytes(value)?;
    if io::stdout().is_terminal() && !value.ends_with(b"\n") { bytes(b"\n") } else { Ok(()) }
}

/// Writes a document as JSON or YAML.
pub fn document(value: &Value, layout: Layout) -> Result<(), Failure> {
    let format = if layout == Layout::Yaml { Format::Yaml } else { Format::Json };
    let text = format.write(value).unwrap_or_else(|| value.pretty());
    bytes(text.as_bytes())
}

/// Writes rows below headings, in columns.
pub fn table(headings: &[&str], rows: Vec<Vec<String>>) -> Result<(), Failure> {
    let mut table = Table::new();
    table.load_preset(presets::NOTHING).set_content_arrangement(ContentArrangement::Disabled);
    let rows = match width() {
        Some(width) => fitted(headings, rows, width),
        None => rows,
    };
    table.set_header(headings.to_vec()).add_rows(rows);
    for column in table.column_iter_mut() {
        column.set_padding((0, 2));
    }
    lines(table.lines().map(|line| line.trim_end().to_owned()))
}

/// How many columns the terminal has, when stdout is one.
pub fn width() -> Option<usize> {
    io::stdout().is_terminal().then(|| Table::new().width().map(usize::from)).flatten()
}

/// The text, cut to so many characters.
pub fn cut(text: &str, room: usize) -> String {
    let mut characters = text.chars();
    let head: String = characters.by_ref().take(room).collect();
    match characters.next() {
        None => head,
        Some(_) => head.chars().take(room.saturating_sub(1)).chain(['…']).collect(),
    }
}

/// Cuts the last column so that a row stays on one line of the terminal.
fn fitted(headings: &[&str], mut rows: Vec<Vec<String>>, width: usize) -> Vec<Vec<String>> {
    const LEAST: usize = 16;
    let last = headings.len() - 1;
    let longest =
        |column: usize| rows.iter().map(|row| row[column].chars().count()).max().unwrap_or(0);
    let others: usize = (0..last).map(|c| longest(c).max(headings[c].len()) + 2).sum();
    let room = width.saturating_sub(others + 2).max(LEAST);
    for row in &mut rows {
        row[last] = cut(&row[last], room);
    }
    rows
}

/// Writes entries: their table, their documents in a list, or their keys.
pub fn records(records: &[Record], layout: Layout) -> Result<(), Failure> {
    match layout {
        Layout::Raw => lines(records.iter().map(|record| &record.key)),
        Layout::Table => entry_table(records),
        _ => document(&list(records), layout),
    }
}

/// The entries as a list of documents.
pub fn list(records: &[Record]) -> Value {
    Value::List(records.iter().map(|record| Value::Table(record.members())).collect())
}

/// The entries as a table.
pub fn entry_table(records: &[Record]) -> Result<(), Failure> {
    let rows = records
        .iter()
        .map(|record| {
            vec![
                printable(&record.key),
                record.version.to_string(),
                to_second(record.updated_at),
                record.codec.clone(),
                record.preview(),
            ]
        })
        .collect();
    table(&["KEY", "VERSION", "UPDATED", "CODEC", "VALUE"], rows)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_row_is_cut_to_the_terminal_and_no_further() {
        let rows =
            vec![vec!["k".to_owned(), "x".repeat(100)], vec!["key".to_owned(), "é".repeat(20)]];
        let cut = fitted(&["KEY", "VALUE"], rows, 40);
        assert_eq!(cut[0][1].chars().count(), 33);
        assert!(cut[0][1].ends_with('…'));
        assert_eq!(cut[1][1].chars().count(), 20);
    }
}
