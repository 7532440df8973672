//! Values among each other: MongoDB's order of types, and equality.

use std::cmp::Ordering;

use serde_json::{Map, Value};

use crate::number;

/// Values nested deeper than this count as equal below: documents come from outside, and nothing recurses without a bound.
const DEEPEST: usize = 256;

/// The kinds of JSON in the order in which MongoDB sorts their types.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Kind {
    Null,
    Number,
    Text,
    Object,
    Array,
    Bool,
}

pub(crate) fn kind(value: &Value) -> Kind {
    match value {
        Value::Null => Kind::Null,
        Value::Number(_) => Kind::Number,
        Value::String(_) => Kind::Text,
        Value::Object(_) => Kind::Object,
        Value::Array(_) => Kind::Array,
        Value::Bool(_) => Kind::Bool,
    }
}

/// First by kind, then by value; members of objects in the order of their names.
pub(crate) fn compare(left: &Value, right: &Value) -> Ordering {
    below(left, right, DEEPEST)
}

fn below(left: &Value, right: &Value, depth: usize) -> Ordering {
    let Some(depth) = depth.checked_sub(1) else { return Ordering::Equal };
    match (left, right) {
        (Value::Number(left), Value::Number(right)) => number::compare(left, right),
        (Value::String(left), Value::String(right)) => left.as_bytes().cmp(right.as_bytes()),
        (Value::Bool(left), Value::Bool(right)) => left.cmp(right),
        (Value::Array(left), Value::Array(right)) => {
            let pairs = left.iter().zip(right).map(|(left, right)| below(left, right, depth));
            first(pairs).then(left.len().cmp(&right.len()))
        }
        (Value::Object(left), Value::Object(right)) => objects(left, right, depth),
        _ => kind(left).cmp(&kind(right)),
    }
}

/// Member by member: the kind of the value, then the name, then the value.
fn objects(left: &Map<String, Value>, right: &Map<String, Value>, depth: usize) -> Ordering {
    let pairs = left.iter().zip(right).map(|((name, value), (other, with))| {
        let kinds = kind(value).cmp(&kind(with));
        kinds.then_with(|| name.cmp(other)).then_with(|| below(value, with, depth))
    });
    first(pairs).then(left.len().cmp(&right.len()))
}

fn first(mut orders: impl Iterator<Item = Ordering>) -> Ordering {
    orders.find(|order| order.is_ne()).unwrap_or(Ordering::Equal)
}

/// Whether two values are the same: numbers by value, objects whatever the order of their members.
pub(crate) fn equal(left: &Value, right: &Value) -> bool {
    compare(left, right).is_eq()
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::{compare, equal};

    #[test]
    fn kinds_come_in_the_order_of_mongodb() {
        let sorted = [
            json!(null),
            json!(-5),
            json!(2.5),
            json!(10),
            json!(""),
            json!("B"),
            json!("a"),
            json!("é"),
            json!({}),
            json!({"a": 1}),
            json!({"b": 1}),
            json!({"a": "x"}),
            json!([]),
            json!([1]),
            json!([1, 0]),
            json!(["a"]),
            json!(false),
            json!(true),
        ];
        for (at, left) in sorted.iter().enumerate() {
            for (to, right) in sorted.iter().enumerate() {
                assert_eq!(compare(left, right), at.cmp(&to), "{left} {right}");
            }
        }
    }

    #[test]
    fn members_of_objects_have_no_order() {
        let of = |text| serde_json::from_str::<Value>(text).expect("JSON");
        assert!(equal(
            &of(r#"{"a":1,"b":[{"c":2,"d":3}]}"#),
            &of(r#"{"b":[{"d":3.0,"c":2}],"a":1.0}"#)
        ));
        assert!(!equal(&of(r#"{"a":1}"#), &of(r#"{"a":1,"b":null}"#)));
    }

    #[test]
    fn what_is_too_deep_ends() {
        let nest = |inner| (0..2_000).fold(inner, |value, _| Value::Array(vec![value]));
        let (left, right) = (nest(json!(1)), nest(json!(2)));
        assert!(equal(&left, &right));
        // Values drop by recursion; these two stay.
        std::mem::forget((left, right));
    }
}
