//! The text of a policy: what every source delivers.

use serde_json::{Map, Value};

use crate::error::LoadError;

/// Most that all files of a policy may be together, unpacked.
pub const MAX_BYTES: usize = 16 << 20;
/// Most files of one policy.
pub const MAX_FILES: usize = 256;

/// The modules of a policy and the documents under `data` beside them.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Modules {
    /// Name and text of each module, in the order of their names.
    rego: Vec<(String, String)>,
    data: Map<String, Value>,
    bytes: usize,
}

impl Modules {
    /// A policy that is one text.
    ///
    /// # Errors
    /// [`LoadError::Empty`], [`LoadError::TooLarge`].
    pub fn text(text: impl Into<String>) -> Result<Self, LoadError> {
        let mut modules = Self::default();
        modules.add("policy.rego", text.into())?;
        modules.not_empty()
    }

    /// The names and texts.
    pub fn rego(&self) -> &[(String, String)] {
        &self.rego
    }

    /// What is under `data` beside the rules.
    pub fn data(&self) -> &Map<String, Value> {
        &self.data
    }

    /// Adds a module.
    ///
    /// # Errors
    /// [`LoadError::TooLarge`], [`LoadError::Twice`].
    pub fn add(&mut self, name: &str, text: String) -> Result<(), LoadError> {
        self.count(text.len())?;
        match self.rego.binary_search_by(|(known, _)| known.as_str().cmp(name)) {
            Ok(_) => Err(LoadError::Twice(name.into())),
            Err(place) => {
                self.rego.insert(place, (name.into(), text));
                Ok(())
            }
        }
    }

    /// Merges a document into `data`, below this path.
    ///
    /// # Errors
    /// [`LoadError::Twice`] when something else is there, [`LoadError::Data`] when it is no object at the top.
    pub fn merge(&mut self, path: &[&str], document: Value, bytes: usize) -> Result<(), LoadError> {
        self.count(bytes)?;
        let wrapped = path.iter().rev().fold(document, |below, name| {
            Value::Object(Map::from_iter([((*name).to_owned(), below)]))
        });
        let Value::Object(wrapped) = wrapped else {
            return Err(LoadError::Data("the document of the root has to be an object".into()));
        };
        merge(&mut self.data, wrapped, &mut Vec::new())
    }

    /// Itself, when there is a module.
    ///
    /// # Errors
    /// [`LoadError::Empty`].
    pub fn not_empty(self) -> Result<Self, LoadError> {
        let blank = self.rego.iter().all(|(_, text)| text.trim().is_empty());
        if blank { Err(LoadError::Empty) } else { Ok(self) }
    }

    fn count(&mut self, bytes: usize) -> Result<(), LoadError> {
        self.bytes = self.bytes.saturating_add(bytes);
        if self.bytes > MAX_BYTES || self.rego.len() >= MAX_FILES {
            return Err(LoadError::TooLarge);
        }
        Ok(())
    }
}

fn merge(
    into: &mut Map<String, Value>,
    from: Map<String, Value>,
    at: &mut Vec<String>,
) -> Result<(), LoadError> {
    for (name, value) in from {
        at.push(name.clone());
        match (into.get_mut(&name), value) {
            (None, value) => {
                into.insert(name, value);
            }
            (Some(Value::Object(known)), Value::Object(value)) => merge(known, value, at)?,
            (Some(_), _) => return Err(LoadError::Twice(format!("data.{}", at.join(".")))),
        }
        at.pop();
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn documents_merge_where_they_do_not_contradict() {
        let mut modules = Modules::default();
        modules.merge(&[], json!({"a": {"b": 1}}), 1).expect("the first");
        modules.merge(&["a", "c"], json!([2]), 1).expect("beside it");
        assert_eq!(Value::Object(modules.data.clone()), json!({"a": {"b": 1, "c": [2]}}));
        let twice = modules.merge(&["a"], json!({"b": 2}), 1).expect_err("said twice");
        assert_eq!(twice, LoadError::Twice("data.a.b".into()));
        assert!(modules.merge(&[], json!(1), 1).is_err());
    }

    #[test]
    fn an_empty_policy_is_none() {
        assert_eq!(Modules::text(" \n"), Err(LoadError::Empty));
        assert_eq!(Modules::default().not_empty(), Err(LoadError::Empty));
        let mut modules = Modules::text("package a").expect("something");
        assert!(modules.add("policy.rego", String::new()).is_err(), "the name is taken");
        assert_eq!(modules.add("b.rego", "x".repeat(MAX_BYTES)), Err(LoadError::TooLarge));
    }
}
