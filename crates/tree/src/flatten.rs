//! A document as items: tables become the parts of keys, everything else becomes a value.

use super::format::ReadError;
use super::item::{Item, JSON};
use super::{Value, exact, part};

/// What a document holds.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Flat {
    /// One for each leaf, in the order of the document.
    pub items: Vec<Item>,
    /// Keys whose value is null, which the json codec of the server refuses.
    pub nulls: Vec<String>,
}

/// Turns a document into items below `prefix` (a key, or empty). Lists are leaves, and so is an empty table. A
/// document that is empty, or an empty table at its top, holds nothing; one that is a single value gets the prefix as
/// its key, even an empty one, which is for the caller to refuse.
pub fn flatten(mut document: Value, prefix: &str) -> Result<Flat, ReadError> {
    let mut flat = Flat { items: exact::take(&mut document)?, nulls: Vec::new() };
    match document {
        Value::Null => {}
        Value::Table(members) => below(members, prefix, &mut flat),
        leaf => put(leaf, prefix.to_owned(), &mut flat),
    }
    Ok(flat)
}

/// Joins two pieces of a key, either of which may be empty.
pub fn join(prefix: &str, rest: &str) -> String {
    match (prefix, rest) {
        ("", only) | (only, "") => only.to_owned(),
        _ => format!("{prefix}/{rest}"),
    }
}

fn below(members: Vec<(String, Value)>, prefix: &str, flat: &mut Flat) {
    for (name, value) in members {
        let key = join(prefix, &part::encode(&name));
        match value {
            Value::Table(inner) if !inner.is_empty() => below(inner, &key, flat),
            leaf => put(leaf, key, flat),
        }
    }
}

fn put(leaf: Value, key: String, flat: &mut Flat) {
    match leaf {
        Value::Null => flat.nulls.push(key),
        other => {
            let value = other.to_string().into_bytes();
            flat.items.push(Item { key, codec: JSON.to_owned(), value });
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::json;
    use super::*;

    fn shown(text: &str, prefix: &str) -> Vec<String> {
        let flat = flatten(json::read(text).expect("JSON"), prefix).expect("flat");
        let show = |i: Item| format!("{} = {}", i.key, String::from_utf8_lossy(&i.value));
        flat.items.into_iter().map(show).collect()
    }

    #[test]
    fn tables_become_keys_and_lists_stay_values() {
        let text = r#"{"db":{"host":"h","ports":[1, 2.0]},"empty":{},"a b":true}"#;
        assert_eq!(
            shown(text, "app"),
            [
                "app/db/host = \"h\"",
                "app/db/ports = [1,2.0]",
                "app/empty = {}",
                "app/a_-20b = true"
            ]
        );
        assert_eq!(shown("5", "port"), ["port = 5"]);
        assert!(shown("{}", "port").is_empty());
    }

    #[test]
    fn nulls_are_told() {
        let flat = flatten(json::read(r#"{"a":{"b":null}}"#).expect("JSON"), "").expect("flat");
        assert_eq!(flat, Flat { items: vec![], nulls: vec!["a/b".into()] });
    }
}
