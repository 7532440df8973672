//! A tree of values in memory: members in the order of the file, numbers in the spelling of the file.

use std::fmt::{self, Write as _};

use serde::ser::{Serialize, SerializeMap as _, SerializeSeq as _, Serializer};
use thiserror::Error;

/// How deep a document may nest, lists and tables together.
pub const MAX_DEPTH: usize = 64;

/// A value of a document.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Value {
    /// Nothing.
    Null,
    /// true or false.
    Bool(bool),
    /// A number, as JSON text.
    Number(Number),
    /// A text.
    Text(String),
    /// A list.
    List(Vec<Value>),
    /// Members in order, no name twice.
    Table(Vec<(String, Value)>),
}

/// A JSON number in its own spelling, so that `1.0`, `1` and `10e-1` stay three different texts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Number(String);

/// A number that the json codec cannot hold.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("the number {0} is out of the range of the json codec; write it as a text, in quotes")]
pub struct OutOfRange(pub String);

impl Number {
    /// Takes JSON text that is known to be a number. Refuses what a double cannot hold even roughly, because the
    /// json codec of the server refuses it too.
    pub fn new(text: &str) -> Result<Self, OutOfRange> {
        match text.parse::<f64>() {
            Ok(number) if number.is_finite() => Ok(Self(text.to_owned())),
            _ => Err(OutOfRange(text.chars().take(40).collect())),
        }
    }

    /// Of a double, in the shortest spelling that comes back to it.
    pub fn from_f64(number: f64) -> Result<Self, OutOfRange> {
        serde_json::Number::from_f64(number)
            .map(|text| Self(text.to_string()))
            .ok_or_else(|| OutOfRange(number.to_string()))
    }

    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl From<i64> for Number {
    fn from(number: i64) -> Self {
        Self(number.to_string())
    }
}

impl From<u64> for Number {
    fn from(number: u64) -> Self {
        Self(number.to_string())
    }
}

impl From<&str> for Value {
    fn from(text: &str) -> Self {
        Self::Text(text.to_owned())
    }
}

impl Value {
    /// The member of this name, when it is a table and has one.
    pub fn member(&self, name: &str) -> Option<&Self> {
        match self {
            Self::Table(members) => members.iter().find(|(n, _)| n == name).map(|(_, v)| v),
            _ => None,
        }
    }

    /// The same, taken out of it.
    pub fn into_member(self, name: &str) -> Option<Self> {
        match self {
            Self::Table(members) => members.into_iter().find(|(n, _)| n == name).map(|(_, v)| v),
            _ => None,
        }
    }

    /// How many lists and tables lie inside each other, 0 for a scalar.
    pub fn depth(&self) -> usize {
        let deepest = match self {
            Self::List(items) => items.iter().map(Self::depth).max(),
            Self::Table(members) => members.iter().map(|(_, v)| v.depth()).max(),
            _ => return 0,
        };
        deepest.unwrap_or(0) + 1
    }

    /// JSON with two spaces for each level, ending in a newline.
    pub fn pretty(&self) -> String {
        let mut out = String::new();
        // Writing into a String cannot fail.
        let _ = write_json(&mut out, self, Some(0));
        out.push('\n');
        out
    }
}

/// JSON without any white space: the one spelling in which `import` stores a value.
impl fmt::Display for Value {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write_json(f, self, None)
    }
}

fn write_json(out: &mut impl fmt::Write, value: &Value, indent: Option<usize>) -> fmt::Result {
    match value {
        Value::Null => out.write_str("null"),
        Value::Bool(truth) => write!(out, "{truth}"),
        Value::Number(number) => out.write_str(number.as_str()),
        Value::Text(text) => write_text(out, text),
        Value::List(items) => write_block(out, ['[', ']'], indent, items, |out, item, indent| {
            write_json(out, item, indent)
        }),
        Value::Table(members) => {
            write_block(out, ['{', '}'], indent, members, |out, (name, value), indent| {
                write_text(out, name)?;
                out.write_str(if indent.is_some() { ": " } else { ":" })?;
                write_json(out, value, indent)
            })
        }
    }
}

fn write_block<W: fmt::Write, T>(
    out: &mut W,
    [open, close]: [char; 2],
    indent: Option<usize>,
    items: &[T],
    mut write: impl FnMut(&mut W, &T, Option<usize>) -> fmt::Result,
) -> fmt::Result {
    out.write_char(open)?;
    let inner = indent.map(|level| level + 1);
    for (at, item) in items.iter().enumerate() {
        if at > 0 {
            out.write_char(',')?;
        }
        new_line(out, inner)?;
        write(out, item, inner)?;
    }
    if !items.is_empty() {
        new_line(out, indent)?;
    }
    out.write_char(close)
}

fn new_line(out: &mut impl fmt::Write, indent: Option<usize>) -> fmt::Result {
    match indent {
        Some(level) => write!(out, "\n{:1$}", "", level * 2),
        None => Ok(()),
    }
}

fn write_text(out: &mut impl fmt::Write, text: &str) -> fmt::Result {
    out.write_str(&serde_json::to_string(text).map_err(|_| fmt::Error)?)
}

/// For the writers of YAML and TOML. Numbers go as the narrowest type that holds them: whether the spelling survives is
/// for the caller to check.
impl Serialize for Value {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Null => serializer.serialize_unit(),
            Self::Bool(truth) => serializer.serialize_bool(*truth),
            Self::Number(number) => serialize_number(number.as_str(), serializer),
            Self::Text(text) => serializer.serialize_str(text),
            Self::List(items) => {
                let mut seq = serializer.serialize_seq(Some(items.len()))?;
                items.iter().try_for_each(|item| seq.serialize_element(item))?;
                seq.end()
            }
            Self::Table(members) => {
                let mut map = serializer.serialize_map(Some(members.len()))?;
                members.iter().try_for_each(|(name, value)| map.serialize_entry(name, value))?;
                map.end()
            }
        }
    }
}

fn serialize_number<S: Serializer>(text: &str, serializer: S) -> Result<S::Ok, S::Error> {
    if let Ok(whole) = text.parse::<i64>() {
        serializer.serialize_i64(whole)
    } else if let Ok(whole) = text.parse::<u64>() {
        serializer.serialize_u64(whole)
    } else if let Ok(whole) = text.parse::<i128>() {
        serializer.serialize_i128(whole)
    } else if let Ok(double) = text.parse::<f64>() {
        serializer.serialize_f64(double)
    } else {
        Err(serde::ser::Error::custom(format!("{text} is no number")))
    }
}

/// Where in a document something is, for error messages: `a.b[2]`.
#[derive(Debug, Default)]
pub struct Place(String);

impl Place {
    /// Runs `inside` with the place one member deeper.
    pub fn within<T>(&mut self, name: &str, inside: impl FnOnce(&mut Self) -> T) -> T {
        let length = self.0.len();
        if length > 0 {
            self.0.push('.');
        }
        self.0.push_str(name);
        let result = inside(self);
        self.0.truncate(length);
        result
    }

    /// Runs `inside` with the place at one item of a list.
    pub fn at<T>(&mut self, index: usize, inside: impl FnOnce(&mut Self) -> T) -> T {
        let length = self.0.len();
        let _ = write!(self.0, "[{index}]");
        let result = inside(self);
        self.0.truncate(length);
        result
    }
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(if self.0.is_empty() { "the top level" } else { &self.0 })
    }
}
