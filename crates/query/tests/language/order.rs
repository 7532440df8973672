//! In which order documents come.

use holdfast_query::Order;
use serde_json::{Value, json};

fn sorted(field: &str, reverse: bool, documents: &Value) -> Vec<usize> {
    let order = Order::new(field, reverse);
    let mut documents: Vec<_> =
        documents.as_array().expect("documents").iter().enumerate().collect();
    let mut by_keys = documents.clone();
    documents.sort_by(|(_, left), (_, right)| order.compare(*left, *right));
    by_keys.sort_by_cached_key(|(_, document)| order.key(*document));
    assert_eq!(documents, by_keys, "{field}");
    documents.into_iter().map(|(number, _)| number).collect()
}

#[test]
fn kinds_come_before_values() {
    let documents = json!([
        {"a": true}, {"a": [[0]]}, {"a": {"b": 1}}, {"a": "x"}, {"a": 5}, {"a": null}, {}, {"a": []}, {"a": 4.5}, {"a": false},
    ]);
    assert_eq!(sorted("a", false, &documents), [7, 5, 6, 8, 4, 3, 2, 1, 9, 0]);
    assert_eq!(sorted("a", true, &documents), [0, 9, 1, 2, 3, 4, 8, 5, 6, 7]);
}

#[test]
fn an_array_counts_as_its_least_element_and_in_reverse_as_its_greatest() {
    let documents = json!([{"a": [5, 1]}, {"a": 3}, {"a": [2, 4]}, {"a": ["x", 9]}]);
    assert_eq!(sorted("a", false, &documents), [0, 2, 1, 3]);
    assert_eq!(sorted("a", true, &documents), [3, 0, 2, 1]);
}

#[test]
fn a_path_leads_through_arrays_and_indexes() {
    let documents = json!([
        {"a": [{"b": 7}, {"b": 2}]}, {"a": {"b": 3}}, {"a": [{"c": 1}, {"b": 9}]}, {"a": []}, {"a": [1, 2]}, {"a": {"b": [4, 0]}},
    ]);
    assert_eq!(sorted("a.b", false, &documents), [2, 3, 4, 5, 0, 1]);
    assert_eq!(sorted("a.b", true, &documents), [2, 0, 5, 1, 3, 4]);
    let documents = json!([{"a": [3, 1]}, {"a": [2, 9]}, {"a": {"0": 1}}, {"a": [{"0": 0}]}]);
    assert_eq!(sorted("a.0", false, &documents), [3, 2, 1, 0]);
}

#[test]
fn ties_stay_as_they_were() {
    let documents = json!([{"a": 1, "b": 0}, {"a": 1.0}, {"a": 0}, {"a": 1}]);
    assert_eq!(sorted("a", false, &documents), [2, 0, 1, 3]);
    assert_eq!(sorted("a", true, &documents), [0, 1, 3, 2]);
    assert_eq!(sorted("nowhere", true, &documents), [0, 1, 2, 3]);
}

#[test]
fn a_path_without_end_leads_nowhere() {
    let long = vec!["a"; 1_000].join(".");
    assert_eq!(sorted(&long, false, &json!([{"a": 2}, {"a": 1}])), [0, 1]);
}
