//! The order in which documents are wanted.

use std::cmp::Ordering;

use crate::Document;

/// Documents by one of their fields.
#[derive(Debug, Clone)]
pub struct Order {
    field: String,
    reverse: bool,
}

impl Order {
    /// By `field`, a path with dots; `reverse` puts the greatest first.
    #[must_use]
    pub fn new(field: &str, reverse: bool) -> Self {
        Self { field: field.to_owned(), reverse }
    }

    /// Which of two documents comes first; equal ones keep the order they had when the sort is stable.
    #[must_use]
    pub fn compare(&self, left: &dyn Document, right: &dyn Document) -> Ordering {
        let text =
            |document: &dyn Document| document.top(&self.field).map(|value| value.to_string());
        let order = text(left).cmp(&text(right));
        if self.reverse { order.reverse() } else { order }
    }
}
