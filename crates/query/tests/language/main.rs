//! The query language, rule by rule.

mod allocations;
mod expressions;
mod guide;
mod order;
mod refused;
mod rules;
mod text;

use holdfast_query::Filter;
use serde_json::Value;

/// The numbers of the documents that a filter wants.
fn wanted(filter: &str, documents: &Value) -> Vec<usize> {
    let parsed = Filter::parse(filter).unwrap_or_else(|error| panic!("{filter}: {error}"));
    let documents = documents.as_array().expect("an array of documents").iter().enumerate();
    documents.filter(|(_, document)| parsed.matches(*document)).map(|(number, _)| number).collect()
}
