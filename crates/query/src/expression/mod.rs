//! `$expr`: what is computed from a document.
//!
//! - [`Expression`]: **start here**
//! - `read`: an expression from its JSON
//! - `evaluate`: its value for a document
//! - `arithmetic`: numbers
//!
//! What cannot be computed for a document (a text among numbers, a division by zero) does not match it.

mod arithmetic;
mod evaluate;
mod read;

use std::cell::Cell;

use serde_json::Value;

use crate::limits::{Budget, MADE};
use crate::place::Place;
use crate::{Document, FilterError};

use evaluate::{Evaluation, truth};

/// An expression.
#[derive(Debug, Clone)]
pub(crate) enum Expression {
    Literal(Value),
    /// The segments of `$a.b`.
    Field(Vec<String>),
    Array(Vec<Expression>),
    Call(Function, Vec<Expression>),
}

/// What an expression can do with its operands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Function {
    Equal,
    NotEqual,
    Greater,
    GreaterOrEqual,
    Less,
    LessOrEqual,
    Compare,
    And,
    Or,
    Not,
    Add,
    Subtract,
    Multiply,
    Divide,
    Modulo,
    Concat,
    ToLower,
    ToUpper,
    Size,
    IfNull,
    Condition,
    In,
}

impl Expression {
    /// Reads an expression. It recurses as deep as the text of the filter is, which is bounded.
    pub(crate) fn parse(
        value: Value,
        place: Place<'_>,
        budget: &mut Budget,
    ) -> Result<Self, FilterError> {
        read::expression(value, place, budget)
    }

    /// Whether its value for a document is a yes.
    pub(crate) fn holds(&self, document: &dyn Document) -> bool {
        let evaluation = Evaluation { document, left: Cell::new(MADE) };
        evaluation.value(self).is_ok_and(|value| truth(value.as_deref()))
    }
}
