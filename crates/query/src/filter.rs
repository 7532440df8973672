//! A filter: parsed once, asked of each document.

use serde_json::Value;

use crate::clause::{Clause, all};
use crate::condition::{Comparison, Condition};
use crate::{Document, FilterError, parse};

/// Which documents are wanted.
#[derive(Debug, Clone, Default)]
pub struct Filter {
    clauses: Vec<Clause>,
}

impl Filter {
    /// Reads a filter; an empty text and `null` match every document.
    ///
    /// # Errors
    /// The text is no JSON object, names something that does not exist, or asks for what is not done.
    pub fn parse(text: &str) -> Result<Self, FilterError> {
        Ok(Self { clauses: parse::filter(text)? })
    }

    /// Whether a document is wanted.
    #[must_use]
    pub fn matches(&self, document: &dyn Document) -> bool {
        all(&self.clauses, document)
    }

    /// Whether every document is wanted.
    #[must_use]
    pub fn is_all(&self) -> bool {
        self.clauses.is_empty()
    }

    /// The text that `name`, a path, equals in every wanted document, where the filter says so.
    ///
    /// A hint for who has an index of a name whose values are texts, never arrays.
    #[must_use]
    pub fn pinned(&self, name: &str) -> Option<&str> {
        self.clauses.iter().find_map(|clause| match clause {
            Clause::Field(path, condition) if path.is(name) => only(condition)?.as_str(),
            _ => None,
        })
    }
}

/// The one value that a condition allows.
fn only(condition: &Condition) -> Option<&Value> {
    match condition {
        Condition::Compare(Comparison::Equal, value) => Some(value),
        Condition::In(values) if values.len() == 1 => values.first(),
        _ => None,
    }
}
