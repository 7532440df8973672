//! What is asked of the values that a path leads to.

use regex::Regex;
use serde_json::Value;

use crate::Document;
use crate::clause::{Clause, Element, all};
use crate::compare::{compare, equal, kind};
use crate::kinds::Kinds;
use crate::number::Exact;
use crate::path::{Last, Path};

/// One operator with its operand.
#[derive(Debug, Clone)]
pub(crate) enum Condition {
    Compare(Comparison, Value),
    /// The values are sorted, so that many of them cost little.
    In(Vec<Value>),
    Exists,
    Kind(Kinds),
    Mod {
        divisor: i64,
        remainder: i64,
    },
    Pattern(Regex),
    Size(usize),
    /// An element of an array that every one of these holds for.
    Element(Vec<Condition>),
    /// An element of an array that is a document of this kind.
    ElementDocument(Vec<Clause>),
    Not(Box<Condition>),
    All(Vec<Condition>),
    Never,
}

/// How values are compared; only within one kind.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Comparison {
    Equal,
    Greater,
    GreaterOrEqual,
    Less,
    LessOrEqual,
}

impl Comparison {
    /// A value that is not there is a null.
    fn holds(self, value: Option<&Value>, with: &Value) -> bool {
        let value = value.unwrap_or(&Value::Null);
        if kind(value) != kind(with) {
            return false;
        }
        match self {
            Self::Equal => equal(value, with),
            Self::Greater => compare(value, with).is_gt(),
            Self::GreaterOrEqual => compare(value, with).is_ge(),
            Self::Less => compare(value, with).is_lt(),
            Self::LessOrEqual => compare(value, with).is_le(),
        }
    }
}

impl Condition {
    pub(crate) fn not(self) -> Self {
        Self::Not(Box::new(self))
    }

    /// Whether it holds where a path leads in a document.
    ///
    /// A negation is one of the whole: no value of the path may be what is denied.
    pub(crate) fn matches(&self, document: &dyn Document, path: &Path) -> bool {
        match self {
            Self::Not(denied) => !denied.matches(document, path),
            Self::All(all) => all.iter().all(|one| one.matches(document, path)),
            _ => path.any(document, self.last(), &mut |value| self.holds(value)),
        }
    }

    /// Conditions on arrays look at the array itself.
    fn last(&self) -> Last {
        match self {
            Self::Size(_) | Self::Element(_) | Self::ElementDocument(_) => Last::Whole,
            _ => Last::Spread,
        }
    }

    /// Whether it holds for one value; `None` is one that is not there.
    fn holds(&self, value: Option<&Value>) -> bool {
        match (self, value) {
            (Self::Compare(how, with), _) => how.holds(value, with),
            (Self::In(values), _) => {
                let value = value.unwrap_or(&Value::Null);
                values.binary_search_by(|one| compare(one, value)).is_ok()
            }
            (Self::Exists, _) => value.is_some(),
            (Self::Not(denied), _) => !denied.holds(value),
            (Self::All(all), _) => all.iter().all(|one| one.holds(value)),
            (Self::Never, _) | (_, None) => false,
            (Self::Kind(kinds), Some(value)) => kinds.has(value),
            (Self::Mod { divisor, remainder }, Some(value)) => {
                left(value, *divisor) == Some(*remainder)
            }
            (Self::Pattern(pattern), Some(value)) => {
                value.as_str().is_some_and(|text| pattern.is_match(text))
            }
            (Self::Size(size), Some(value)) => {
                value.as_array().is_some_and(|items| items.len() == *size)
            }
            (Self::Element(conditions), Some(value)) => elements(value, |item| {
                conditions.iter().all(|condition| condition.holds(Some(item)))
            }),
            (Self::ElementDocument(clauses), Some(value)) => elements(value, |item| {
                let container = item.is_object() || item.is_array();
                container && all(clauses, &Element(item))
            }),
        }
    }
}

fn elements(value: &Value, wanted: impl Fn(&Value) -> bool) -> bool {
    value.as_array().is_some_and(|items| items.iter().any(wanted))
}

/// What is left of a number that is divided; its fraction is cut off before.
fn left(value: &Value, divisor: i64) -> Option<i64> {
    let Value::Number(number) = value else { return None };
    // The smallest number by -1 is no number of 64 bits, but nothing is left of it.
    Exact::of(number).truncated().map(|whole| whole.wrapping_rem(divisor))
}
