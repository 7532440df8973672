//! The engine and the second implementation give the same answers.

use std::collections::BTreeMap;

use holdfast_query::{Filter, Order};
use holdfast_tests::dice::Dice;
use serde_json::Value;

use crate::drawn::Drawn;
use crate::naive::wants;
use crate::naive_values::{order, sorting};

/// In each round so many documents, and so many filters.
const ROUNDS: usize = 500;
const MANY: usize = 20;

#[test]
fn ten_thousand_filters_match_what_the_rules_say() {
    let mut dice = Dice::new("agreement of filters");
    let mut matched = 0_usize;
    let mut seen = BTreeMap::<String, usize>::new();
    for _ in 0..ROUNDS {
        let mut drawn = Drawn::new(&mut dice, true);
        let documents = drawn.documents(MANY);
        for _ in 0..MANY {
            let filter = drawn.filter(2);
            count(&filter, &mut seen);
            let parsed = Filter::parse(&filter.to_string());
            let parsed = parsed.unwrap_or_else(|error| panic!("{filter}: {error}"));
            for document in &documents {
                let (ours, theirs) = (parsed.matches(document), wants(&filter, document));
                assert_eq!(ours, theirs, "filter {filter}\ndocument {document}");
                matched += usize::from(ours);
            }
        }
    }
    let pairs = ROUNDS * MANY * MANY;
    println!("{matched} of {pairs} pairs match; operators: {seen:?}");
    assert!((pairs / 20..pairs * 19 / 20).contains(&matched), "what is drawn says something");
    let operators = 32;
    assert!(seen.len() >= operators, "only {} of {operators} operators were drawn", seen.len());
}

/// How often each operator was drawn.
fn count(value: &Value, seen: &mut BTreeMap<String, usize>) {
    match value {
        Value::Array(items) => items.iter().for_each(|item| count(item, seen)),
        Value::Object(members) => {
            for (name, member) in members {
                if name.starts_with('$') {
                    *seen.entry(name.clone()).or_default() += 1;
                }
                count(member, seen);
            }
        }
        _ => {}
    }
}

#[test]
fn ten_thousand_documents_sort_as_the_rules_say() {
    let mut dice = Dice::new("agreement of orders");
    for round in 0..ROUNDS {
        let mut drawn = Drawn::new(&mut dice, true);
        let documents = drawn.documents(MANY);
        let (path, reverse) = (drawn.path(), round % 2 == 1);
        let mut ours = documents.clone();
        let by = Order::new(&path, reverse);
        ours.sort_by(|left, right| by.compare(left, right));
        let mut keyed = documents.clone();
        keyed.sort_by_key(|document| by.key(document));
        let segments: Vec<_> = path.split('.').collect();
        let mut theirs = documents;
        theirs.sort_by(|left, right| {
            let (left, right) =
                (sorting(left, &segments, reverse), sorting(right, &segments, reverse));
            let order = match (&left, &right) {
                (Some(left), Some(right)) => order(left, right),
                _ => left.is_some().cmp(&right.is_some()),
            };
            if reverse { order.reverse() } else { order }
        });
        assert_eq!(ours, theirs, "by {path}, reverse {reverse}");
        assert_eq!(keyed, theirs, "by {path}, reverse {reverse}");
    }
}
