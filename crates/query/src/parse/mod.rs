//! A filter from its JSON.
//!
//! - `clauses`: **start here**: members of a filter
//! - `conditions`: operators below a field

mod clauses;
mod conditions;

use serde_json::Value;

use crate::FilterError;
use crate::clause::Clause;
use crate::limits::{self, Budget};
use crate::place::Place;

/// Reads a filter; no clause at all is one that matches everything.
pub(crate) fn filter(text: &str) -> Result<Vec<Clause>, FilterError> {
    if text.is_empty() {
        return Ok(Vec::new());
    }
    limits::check(text)?;
    let value: Value = serde_json::from_str(text)
        .map_err(|error| FilterError::not_json(format!("the filter is not JSON: {error}")))?;
    let members = match value {
        Value::Null => return Ok(Vec::new()),
        Value::Object(members) => members,
        _ => return Err(FilterError::not_json("the filter is not a JSON object")),
    };
    let mut reader = Reader { budget: Budget::new() };
    let mut clauses = Vec::new();
    reader.clauses(members, Level::Top, Place::TOP, &mut clauses)?;
    Ok(clauses)
}

/// What is being read, and what is left of its bounds. It recurses as deep as the text is, which is bounded.
struct Reader {
    budget: Budget,
}

/// Whether clauses are about documents, or about elements of an array in one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Level {
    Top,
    Element,
}

/// The fault of an operator that has no meaning where it stands.
fn no_operator(name: &str, place: Place<'_>) -> FilterError {
    if ["$where", "$function", "$accumulator"].contains(&name) {
        place.refused("code of callers is not run")
    } else {
        place.unknown("there is no such operator here")
    }
}
