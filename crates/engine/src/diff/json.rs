//! What differs inside two JSON values: members by name, elements by place, numbers by what they are worth.

use serde_json::{Number, Value};

/// A place inside a JSON document that differs.
#[derive(Debug, Clone, PartialEq)]
pub struct JsonChange {
    /// Where, as a JSON pointer (RFC 6901); empty: the whole document.
    pub pointer: String,
    /// What was there.
    pub old: Option<Value>,
    /// What is there.
    pub new: Option<Value>,
}

/// All places that differ, in the order of the documents; `None` when one of the texts is no JSON.
pub fn compare(old: &[u8], new: &[u8]) -> Option<Vec<JsonChange>> {
    let old: Value = serde_json::from_slice(old).ok()?;
    let new: Value = serde_json::from_slice(new).ok()?;
    let mut changes = Vec::new();
    descend(&mut changes, &mut String::new(), Some(&old), Some(&new));
    Some(changes)
}

/// As deep as the documents nest, which the parser bounds (128).
fn descend(
    changes: &mut Vec<JsonChange>,
    path: &mut String,
    old: Option<&Value>,
    new: Option<&Value>,
) {
    match (old, new) {
        (Some(Value::Object(old)), Some(Value::Object(new))) => {
            for (name, value) in old {
                below(changes, path, name, Some(value), new.get(name));
            }
            for (name, value) in new.iter().filter(|(name, _)| !old.contains_key(*name)) {
                below(changes, path, name, None, Some(value));
            }
        }
        (Some(Value::Array(old)), Some(Value::Array(new))) => {
            for place in 0..old.len().max(new.len()) {
                below(changes, path, &place.to_string(), old.get(place), new.get(place));
            }
        }
        (Some(old), Some(new)) if same(old, new) => {}
        (None, None) => {}
        (old, new) => {
            changes.push(JsonChange { pointer: path.clone(), old: old.cloned(), new: new.cloned() })
        }
    }
}

fn below(
    changes: &mut Vec<JsonChange>,
    path: &mut String,
    name: &str,
    old: Option<&Value>,
    new: Option<&Value>,
) {
    let length = path.len();
    path.push('/');
    path.push_str(&name.replace('~', "~0").replace('/', "~1"));
    descend(changes, path, old, new);
    path.truncate(length);
}

fn same(old: &Value, new: &Value) -> bool {
    match (old, new) {
        (Value::Number(old), Value::Number(new)) => old == new || worth(old, new),
        _ => old == new,
    }
}

/// `1`, `1.0` and `1e0` are one number. Whole numbers that no double tells apart were told apart before.
fn worth(old: &Number, new: &Number) -> bool {
    let whole = |number: &Number| number.is_i64() || number.is_u64();
    !(whole(old) && whole(new)) && old.as_f64() == new.as_f64()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn changes(old: &Value, new: &Value) -> Vec<(String, Option<Value>, Option<Value>)> {
        let found = compare(old.to_string().as_bytes(), new.to_string().as_bytes());
        found.expect("JSON").into_iter().map(|c| (c.pointer, c.old, c.new)).collect()
    }

    #[test]
    fn every_place_that_differs_is_named_by_its_pointer() {
        let old = json!({"a": {"b/c": 1, "~": [1, 2]}, "gone": null, "same": [1]});
        let new = json!({"a": {"b/c": 2, "~": [1, 3, 4]}, "same": [1], "new": "x"});
        assert_eq!(
            changes(&old, &new),
            [
                ("/a/b~1c".into(), Some(json!(1)), Some(json!(2))),
                ("/a/~0/1".into(), Some(json!(2)), Some(json!(3))),
                ("/a/~0/2".into(), None, Some(json!(4))),
                ("/gone".into(), Some(json!(null)), None),
                ("/new".into(), None, Some(json!("x"))),
            ]
        );
        assert_eq!(
            changes(&json!(1), &json!([1])),
            [("".into(), Some(json!(1)), Some(json!([1])))]
        );
    }

    #[test]
    fn spelling_and_order_are_no_difference() {
        let compared = compare(b"{\"a\": 1.0, \"b\": [ ]}", b"{\"b\":[],\"a\":1}");
        assert_eq!(compared, Some(Vec::new()));
        let large = compare(b"9007199254740993", b"9007199254740992").expect("JSON");
        assert_eq!(large.len(), 1, "whole numbers are compared exactly");
        assert_eq!(compare(b"{", b"1"), None);
    }
}
