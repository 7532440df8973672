//! Finds records in the files, line by line, whatever their size.

use std::collections::VecDeque;
use std::fs::File;
use std::io::{self, BufReader};
use std::path::PathBuf;

use holdfast_auth::Operation;
use holdfast_model::Timestamp;

use crate::entry::{Entry, Fields};
use crate::line::open;
use crate::reader::{Line, Lines, PartsBack};

/// Which records are wanted; what is `None` does not matter.
#[derive(Debug, Clone, Default)]
pub struct Filter {
    /// By this identity.
    pub user: Option<String>,
    /// In this namespace.
    pub namespace: Option<Name>,
    /// About this key or alias.
    pub key: Option<Name>,
    /// Of this operation.
    pub operation: Option<Operation>,
    /// With this outcome: `done`, `allowed`, `denied` or `failed`.
    pub outcome: Option<String>,
    /// Not before.
    pub since: Option<Timestamp>,
    /// Not after.
    pub until: Option<Timestamp>,
}

/// A name that is looked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Name {
    /// This one.
    Exact(String),
    /// Any that begins so.
    Prefix(String),
}

/// Which records come first.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Order {
    /// As they lie in the files.
    OldestFirst,
    /// From the end.
    NewestFirst,
}

/// A record, and where it is.
#[derive(Debug, Clone, PartialEq)]
pub struct Hit {
    /// The file.
    pub file: PathBuf,
    /// The line in it, from 1.
    pub line: u64,
    /// What it says.
    pub entry: Entry,
}

/// A line that cannot be trusted, or a file that cannot be read. The search goes on behind it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{}, line {line}: {what}", file.display())]
pub struct Unreadable {
    /// The file.
    pub file: PathBuf,
    /// The line in it, from 1; 0 when it is about the file as a whole.
    pub line: u64,
    /// What is wrong.
    pub what: String,
}

/// Searches the files in this order (the oldest first, see [`crate::Place::files`]). Each line is held against its own hash; only
/// [`crate::verify()`] also holds it against the one before.
pub fn query(
    files: Vec<PathBuf>,
    filter: Filter,
    order: Order,
) -> impl Iterator<Item = Result<Hit, Unreadable>> {
    let mut files = VecDeque::from(files);
    let mut current: Option<(PathBuf, Source)> = None;
    std::iter::from_fn(move || {
        loop {
            if current.is_none() {
                let next = match order {
                    Order::OldestFirst => files.pop_front(),
                    Order::NewestFirst => files.pop_back(),
                };
                let file = next?;
                match Source::open(&file, order) {
                    Ok(source) => current = Some((file, source)),
                    Err(error) => return Some(Err(unreadable(&file, 0, &error))),
                }
            }
            let (file, source) = current.as_mut()?;
            match source.next() {
                Ok(Some((number, line))) => {
                    if let Some(found) = look(file, number, &line, &filter) {
                        return Some(found);
                    }
                }
                Ok(None) => current = None,
                Err(error) => {
                    let failed = unreadable(file, 0, &error);
                    current = None;
                    return Some(Err(failed));
                }
            }
        }
    })
}

fn unreadable(file: &std::path::Path, line: u64, what: &dyn std::fmt::Display) -> Unreadable {
    Unreadable { file: file.to_owned(), line, what: what.to_string() }
}

fn look(
    file: &std::path::Path,
    number: u64,
    line: &Line,
    filter: &Filter,
) -> Option<Result<Hit, Unreadable>> {
    let bad = |what: &dyn std::fmt::Display| Some(Err(unreadable(file, number, what)));
    let line = match line {
        Line::Whole(line) => line,
        Line::TooLong => return bad(&"the line is too long"),
        Line::Torn => return bad(&"the line is cut off"),
    };
    match open(line) {
        Ok((entry, _)) => {
            let wanted = entry.fields().is_some_and(|fields| filter.wants(&entry, fields));
            wanted.then(|| Ok(Hit { file: file.to_owned(), line: number, entry }))
        }
        Err(error) => bad(&error),
    }
}

impl Filter {
    fn wants(&self, entry: &Entry, fields: &Fields) -> bool {
        let name = |wanted: &Option<Name>, name: &str| wanted.as_ref().is_none_or(|w| w.fits(name));
        self.user.as_ref().is_none_or(|user| *user == fields.user_id)
            && name(&self.namespace, &fields.namespace)
            && name(&self.key, &fields.key)
            && self.operation.is_none_or(|operation| operation.as_str() == fields.operation)
            && self.outcome.as_ref().is_none_or(|outcome| *outcome == fields.outcome)
            && self.since.is_none_or(|since| entry.ts >= since)
            && self.until.is_none_or(|until| entry.ts <= until)
    }
}

impl Name {
    fn fits(&self, name: &str) -> bool {
        match self {
            Self::Exact(wanted) => name == wanted,
            Self::Prefix(wanted) => name.starts_with(wanted),
        }
    }
}

/// The lines of a file, in one order or the other.
enum Source {
    Forwards(Lines<BufReader<File>>),
    Backwards(PartsBack, Vec<(u64, Line)>),
}

impl Source {
    fn open(file: &std::path::Path, order: Order) -> io::Result<Self> {
        match order {
            Order::OldestFirst => Lines::open(file).map(Self::Forwards),
            Order::NewestFirst => Ok(Self::Backwards(PartsBack::open(file)?, Vec::new())),
        }
    }

    fn next(&mut self) -> io::Result<Option<(u64, Line)>> {
        match self {
            Self::Forwards(lines) => {
                let line = lines.next_line()?;
                Ok(line.map(|line| (lines.number, line)))
            }
            Self::Backwards(parts, held) => loop {
                if let Some(line) = held.pop() {
                    return Ok(Some(line));
                }
                match parts.next_part()? {
                    Some(part) => *held = part,
                    None => return Ok(None),
                }
            },
        }
    }
}
