//! A filter: parsed once, asked of each document.

use serde_json::Value;

use crate::{Document, FilterError};

/// Which documents are wanted.
#[derive(Debug, Clone, Default)]
pub struct Filter {
    equal: Vec<(String, Value)>,
}

impl Filter {
    /// Reads a filter; an empty text and `null` match every document.
    ///
    /// # Errors
    /// The text is no JSON object, names something that does not exist, or asks for what is not done.
    pub fn parse(text: &str) -> Result<Self, FilterError> {
        if text.is_empty() {
            return Ok(Self::default());
        }
        let value: Value = serde_json::from_str(text)
            .map_err(|error| FilterError::not_json(format!("the filter is not JSON: {error}")))?;
        match value {
            Value::Null => Ok(Self::default()),
            Value::Object(members) => Self::of(members.into_iter().collect()),
            _ => Err(FilterError::not_json("the filter is not a JSON object")),
        }
    }

    fn of(equal: Vec<(String, Value)>) -> Result<Self, FilterError> {
        let operator = equal.iter().find(|(name, _)| name.starts_with('$'));
        match operator {
            Some((name, _)) if name == "$where" => {
                Err(FilterError::refused("$where runs code, which is not done"))
            }
            Some((name, _)) => Err(FilterError::unknown(format!("unknown operator {name}"))),
            None => Ok(Self { equal }),
        }
    }

    /// Whether a document is wanted.
    #[must_use]
    pub fn matches(&self, document: &dyn Document) -> bool {
        self.equal.iter().all(|(name, value)| document.top(name).as_deref() == Some(value))
    }

    /// Whether every document is wanted.
    #[must_use]
    pub fn is_all(&self) -> bool {
        self.equal.is_empty()
    }

    /// The text that the member `name` of every wanted document equals, where the filter says so.
    ///
    /// A hint for who has an index of a name whose values are texts, never arrays.
    #[must_use]
    pub fn pinned(&self, name: &str) -> Option<&str> {
        self.equal.iter().find(|(of, _)| of == name)?.1.as_str()
    }
}
