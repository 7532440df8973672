//! The order in which documents are wanted.

use std::cmp::Ordering;

use serde_json::Value;

use crate::compare::compare;
use crate::path::index;
use crate::{Document, limits};

/// Documents by one of their fields, in MongoDB's order of types and values.
#[derive(Debug, Clone)]
pub struct Order {
    segments: Vec<String>,
    reverse: bool,
}

/// What a document is sorted by.
///
/// Keys of one [`Order`] sort as its documents do; those of different orders are not made for each other.
#[derive(Debug, Clone)]
pub struct SortKey {
    /// None where an array has no elements: that comes before everything, null too.
    value: Option<Value>,
    reverse: bool,
}

impl Order {
    /// By `field`, a path with dots; `reverse` puts the greatest first. Past the segments that a filter may have, a path
    /// leads nowhere.
    #[must_use]
    pub fn new(field: &str, reverse: bool) -> Self {
        let segments = field.split('.').take(limits::SEGMENTS + 1);
        Self { segments: segments.map(str::to_owned).collect(), reverse }
    }

    /// Which of two documents comes first; a stable sort leaves equal ones as they were.
    ///
    /// What is missing counts as null. An array counts as its least element, and in reverse as its greatest.
    #[must_use]
    pub fn compare(&self, left: &dyn Document, right: &dyn Document) -> Ordering {
        let (start, rest) = self.start(left);
        let (other, behind) = self.start(right);
        let left = self.extreme(start.as_deref(), rest);
        let right = self.extreme(other.as_deref(), behind);
        directed(order(left, right), self.reverse)
    }

    /// What a document is sorted by, for who keeps that instead of the document.
    #[must_use]
    pub fn key(&self, document: &dyn Document) -> SortKey {
        let (start, rest) = self.start(document);
        let value = self.extreme(start.as_deref(), rest).cloned();
        SortKey { value, reverse: self.reverse }
    }

    fn start<'d>(
        &self,
        document: &'d dyn Document,
    ) -> (Option<std::borrow::Cow<'d, Value>>, &[String]) {
        if self.segments.len() > limits::SEGMENTS {
            return (None, &[]);
        }
        let (start, taken) = document.enter(&self.segments);
        (start, self.segments.get(taken..).unwrap_or_default())
    }

    /// Of all the values of a path the one that counts.
    fn extreme<'v>(&self, value: Option<&'v Value>, rest: &[String]) -> Option<&'v Value> {
        let mut best: Option<Option<&Value>> = None;
        candidates(value, rest, &mut |found| {
            let better = |held| directed(order(found, held), self.reverse).is_lt();
            if best.is_none_or(better) {
                best = Some(found);
            }
        });
        best.flatten()
    }
}

impl Ord for SortKey {
    fn cmp(&self, other: &Self) -> Ordering {
        directed(order(self.value.as_ref(), other.value.as_ref()), self.reverse)
    }
}

impl PartialOrd for SortKey {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl PartialEq for SortKey {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other).is_eq()
    }
}

impl Eq for SortKey {}

fn directed(order: Ordering, reverse: bool) -> Ordering {
    if reverse { order.reverse() } else { order }
}

/// Nothing, which is what an array without elements has, comes before all values.
fn order(left: Option<&Value>, right: Option<&Value>) -> Ordering {
    match (left, right) {
        (Some(left), Some(right)) => compare(left, right),
        _ => left.is_some().cmp(&right.is_some()),
    }
}

/// Shows every value that a path has for sorting. It recurses once for each segment, at most twice.
fn candidates<'v>(
    value: Option<&'v Value>,
    rest: &[String],
    see: &mut dyn FnMut(Option<&'v Value>),
) {
    match (value, rest) {
        (Some(Value::Object(members)), [name, rest @ ..]) => {
            candidates(members.get(name), rest, see)
        }
        (Some(Value::Array(items)), []) if items.is_empty() => see(None),
        (Some(Value::Array(items)), []) => items.iter().for_each(|item| see(Some(item))),
        (Some(Value::Array(items)), [name, further @ ..]) => {
            let named = items.iter().any(|item| item.get(name).is_some());
            match index(name).and_then(|at| items.get(at)) {
                Some(item) if !named => candidates(Some(item), further, see),
                _ => through(items, rest, see),
            }
        }
        (Some(value), []) => see(Some(value)),
        (_, _) => see(Some(&Value::Null)),
    }
}

/// A path that goes on in the elements of an array.
fn through<'v>(items: &'v [Value], rest: &[String], see: &mut dyn FnMut(Option<&'v Value>)) {
    if items.is_empty() {
        see(Some(&Value::Null));
    }
    for item in items {
        let inside = if item.is_object() { Some(item) } else { None };
        candidates(inside, rest, see);
    }
}
