//! A filter and a document, a line for each.

use std::cmp::Ordering;

use holdfast_query::{Filter, FilterError, Order};
use serde_json::Value;

/// Sentences are short, whatever they speak of.
const SENTENCE: usize = 4 << 10;

/// What is no filter says so in a sentence. What is one says yes or no, and the denied one the opposite; an order is one.
pub(crate) fn asked(input: &[u8]) {
    let Ok(text) = std::str::from_utf8(input) else { return };
    let (filter, document) = text.split_once('\n').unwrap_or((text, "{}"));
    let Some(parsed) = read(filter) else { return };
    let document: Value = serde_json::from_str(document).unwrap_or_default();
    let matches = parsed.matches(&document);
    assert!(matches || !parsed.is_all(), "a filter of everything wants it");
    let denied = if filter.is_empty() { "{}" } else { filter };
    if let Some(denied) = read(&format!("{{\"$nor\":[{denied}]}}")) {
        assert_ne!(denied.matches(&document), matches, "a filter or its opposite wants it");
    }
    if let (Some(pinned), true) = (parsed.pinned("_id"), matches) {
        let key = &document["_id"];
        assert!(key.is_array() || key == pinned, "what is pinned is so");
    }
    ordered(filter, &document);
}

fn read(filter: &str) -> Option<Filter> {
    let parsed = Filter::parse(filter);
    if let Err(FilterError { message, .. }) = &parsed {
        assert!(!message.is_empty() && message.len() < SENTENCE, "{message}");
    }
    parsed.ok()
}

/// Sorts by any text, here that of the filter: a document is its own equal, and reversing reverses.
fn ordered(path: &str, document: &Value) {
    for reverse in [false, true] {
        let order = Order::new(path, reverse);
        assert_eq!(order.compare(document, document), Ordering::Equal);
        let there = order.compare(document, &Value::Null);
        assert_eq!(there, order.compare(&Value::Null, document).reverse());
        assert_eq!(there, order.key(document).cmp(&order.key(&Value::Null)));
    }
}
