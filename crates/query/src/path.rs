//! Paths with dots, and the values they lead to.

use serde_json::Value;

use crate::limits::{INDEXES, SEGMENTS};
use crate::place::Place;
use crate::{Document, FilterError};

/// A path: `items.0.name`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Path {
    segments: Vec<String>,
}

/// What happens to an array at the end of a path.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Last {
    /// Each of its elements is a value of the path, and then the array.
    Spread,
    /// Only the array is.
    Whole,
}

/// What is asked of each value; `None` is a value that is not there.
type See<'s> = &'s mut dyn FnMut(Option<&Value>) -> bool;

impl Path {
    pub(crate) fn parse(text: &str, place: Place<'_>) -> Result<Self, FilterError> {
        let segments: Vec<_> = text.split('.').take(SEGMENTS + 1).map(str::to_owned).collect();
        if segments.len() > SEGMENTS {
            return Err(place.refused(&format!("a path has at most {SEGMENTS} segments")));
        }
        if segments.iter().filter(|segment| index(segment).is_some()).count() > INDEXES {
            return Err(place.refused(&format!("a path has at most {INDEXES} indexes")));
        }
        Ok(Self { segments })
    }

    pub(crate) fn is(&self, text: &str) -> bool {
        text.split('.').eq(&self.segments)
    }

    /// Whether any value of the path is one; a path that leads nowhere has one value that is not there.
    pub(crate) fn any(&self, document: &dyn Document, last: Last, see: See<'_>) -> bool {
        let (start, taken) = document.enter(&self.segments);
        let rest = self.segments.get(taken..).unwrap_or_default();
        visit(start.as_deref(), rest, last, see)
    }
}

/// A segment that may be an index: decimal digits as one would write them.
pub(crate) fn index(segment: &str) -> Option<usize> {
    let digits = segment.bytes().all(|byte| byte.is_ascii_digit());
    let canonical = segment == "0" || !segment.starts_with('0');
    if digits && canonical { segment.parse().ok() } else { None }
}

/// Recurses once for each segment at most twice: through an object, and through an array around it.
fn visit(value: Option<&Value>, rest: &[String], last: Last, see: See<'_>) -> bool {
    match (value, rest) {
        (Some(Value::Object(members)), [name, rest @ ..]) => {
            visit(members.get(name), rest, last, see)
        }
        (Some(Value::Array(items)), [_, ..]) => inside(items, rest, last, see),
        (Some(Value::Array(items)), []) if last == Last::Spread => {
            items.iter().any(|item| see(Some(item))) || see(value)
        }
        (Some(_), []) => see(value),
        (_, _) => see(None),
    }
}

/// A path that goes on in an array: through every object in it, and at the index that its next segment may be.
fn inside(items: &[Value], rest: &[String], last: Last, see: See<'_>) -> bool {
    let at = rest.first().and_then(|segment| index(segment));
    let numbered = items.iter().enumerate();
    let Some(wanted) = at else {
        return items.iter().any(|item| item.is_object() && visit(Some(item), rest, last, see));
    };
    numbered.into_iter().any(|(number, item)| {
        (item.is_object() && visit(Some(item), rest, last, see))
            || (number == wanted && element(item, &rest[1..], last, see))
    })
}

/// An element that was named by its index: it is not spread, and what is no container leads no further.
fn element(item: &Value, rest: &[String], last: Last, see: See<'_>) -> bool {
    match (item, rest) {
        (_, []) => see(Some(item)),
        (Value::Object(_), _) => visit(Some(item), rest, last, see),
        (Value::Array(items), _) => inside(items, rest, last, see),
        _ => false,
    }
}

/// The member of an array or an object, for who looks at both alike.
pub(crate) fn member<'v>(value: &'v Value, name: &str) -> Option<&'v Value> {
    match value {
        Value::Object(members) => members.get(name),
        Value::Array(items) => items.get(index(name)?),
        _ => None,
    }
}
