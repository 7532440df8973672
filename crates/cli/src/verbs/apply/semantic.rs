//! Values of codec json by what they mean: the spelling of white space and the order of members do not count.

use crate::output;
use crate::record::printable;
use holdfast_tree::{Item, Value, json};

/// More places than this are no summary.
const MOST: usize = 20;
/// Characters of a value that are shown.
const ROOM: usize = 60;

/// Whether two items say the same.
pub(super) fn same(one: &Item, other: &Item) -> bool {
    if one.codec != other.codec {
        return false;
    }
    let meaning = |item: &Item| value(item).map(sorted);
    one.value == other.value || meaning(one).is_some_and(|one| meaning(other) == Some(one))
}

/// What differs inside two values that are lists or tables, a line for each place; nothing where one of them is neither.
pub(super) fn inside(old: &Item, new: &Item) -> Vec<String> {
    let mut lines = Vec::new();
    let composite = |item: &Item| value(item).filter(is_composite);
    if let (Some(old), Some(new)) = (composite(old), composite(new)) {
        compare("", Some(&old), Some(&new), &mut lines);
    }
    if lines.len() > MOST {
        let more = lines.len() - MOST;
        lines.truncate(MOST);
        lines.push(format!("and {more} more"));
    }
    lines
}

fn value(item: &Item) -> Option<Value> {
    let text = std::str::from_utf8(&item.value).ok().filter(|_| item.codec == "json")?;
    json::read(text).ok()
}

fn is_composite(value: &Value) -> bool {
    matches!(value, Value::List(_) | Value::Table(_))
}

fn sorted(value: Value) -> Value {
    match value {
        Value::List(items) => Value::List(items.into_iter().map(sorted).collect()),
        Value::Table(members) => {
            let mut members: Vec<_> =
                members.into_iter().map(|(name, value)| (name, sorted(value))).collect();
            members.sort_by(|(a, _), (b, _)| a.cmp(b));
            Value::Table(members)
        }
        scalar => scalar,
    }
}

fn compare(place: &str, old: Option<&Value>, new: Option<&Value>, lines: &mut Vec<String>) {
    match (old, new) {
        (Some(Value::Table(old)), Some(Value::Table(new))) => {
            let find = |members: &[(String, Value)], name: &str| {
                members.iter().find(|(n, _)| n == name).map(|(_, value)| value.clone())
            };
            let added = new.iter().filter(|(name, _)| find(old, name).is_none());
            for (name, _) in old.iter().chain(added) {
                let (old, new) = (find(old, name), find(new, name));
                compare(&format!("{place}.{name}"), old.as_ref(), new.as_ref(), lines);
            }
        }
        (Some(Value::List(old)), Some(Value::List(new))) => {
            for at in 0..old.len().max(new.len()) {
                compare(&format!("{place}[{at}]"), old.get(at), new.get(at), lines);
            }
        }
        (Some(old), Some(new)) if old == new => {}
        (old, new) => {
            let side = |value: Option<&Value>| {
                value.map_or("nothing".into(), |v| output::cut(&printable(&v.to_string()), ROOM))
            };
            lines.push(format!("{}: {} -> {}", printable(place), side(old), side(new)));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn item(value: &str) -> Item {
        Item { key: "k".into(), codec: "json".into(), value: value.as_bytes().to_vec() }
    }

    #[test]
    fn spelling_does_not_count_and_numbers_do() {
        assert!(same(&item("{\"a\": 1, \"b\": [2]}"), &item("{\"b\":[2],\"a\":1}")));
        assert!(!same(&item("[1, 2]"), &item("[2, 1]")));
        assert!(!same(&item("1.0"), &item("1")));
        let raw = Item { codec: "raw".into(), ..item("1") };
        assert!(!same(&raw, &item("1")));
    }

    #[test]
    fn places_inside_a_value_are_named() {
        let lines = inside(&item("{\"a\":[1,2],\"b\":true}"), &item("{\"a\":[1,3,4],\"c\":\"x\"}"));
        assert_eq!(
            lines,
            [".a[1]: 2 -> 3", ".a[2]: nothing -> 4", ".b: true -> nothing", ".c: nothing -> \"x\""]
        );
        assert!(inside(&item("1"), &item("2")).is_empty());
    }
}
