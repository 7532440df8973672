//! What a filter is made of.

use std::borrow::Cow;

use serde_json::Value;

use crate::Document;
use crate::condition::Condition;
use crate::expression::Expression;
use crate::path::{Path, member};
use crate::words::Words;

/// One thing that a filter asks of a document.
#[derive(Debug, Clone)]
pub(crate) enum Clause {
    Field(Path, Condition),
    Any(Vec<Vec<Clause>>),
    Not(Box<Clause>),
    Expression(Expression),
    Words(Words),
}

impl Clause {
    fn matches(&self, document: &dyn Document) -> bool {
        match self {
            Self::Field(path, condition) => condition.matches(document, path),
            Self::Any(ways) => ways.iter().any(|clauses| all(clauses, document)),
            Self::Not(denied) => !denied.matches(document),
            Self::Expression(expression) => expression.holds(document),
            Self::Words(words) => words.occur_in(document),
        }
    }
}

/// Whether every clause holds.
pub(crate) fn all(clauses: &[Clause], document: &dyn Document) -> bool {
    clauses.iter().all(|clause| clause.matches(document))
}

/// An element of an array as a document; an array in an array has indexes for names.
pub(crate) struct Element<'v>(pub(crate) &'v Value);

impl Document for Element<'_> {
    fn top(&self, name: &str) -> Option<Cow<'_, Value>> {
        member(self.0, name).map(Cow::Borrowed)
    }

    fn each(&self, see: &mut dyn FnMut(&str, &Value)) {
        self.0.each(see);
    }
}
