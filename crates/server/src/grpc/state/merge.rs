//! What an edit makes of values: each top-level member takes its place, and a name with dots reaches into what is there.

use serde_json::{Map, Value};

/// A list grows by one element at a time.
const BEHIND_THE_LAST: &str = "is behind the end of the list";

/// Puts the changes into the values.
///
/// # Errors
/// A sentence when two changes are about the same value, or a name leads through something that has no members.
pub(super) fn merge(
    into: &mut Map<String, Value>,
    changes: Map<String, Value>,
) -> Result<(), String> {
    let mut paths: Vec<(Vec<String>, Value)> =
        changes.into_iter().map(|(name, value)| (path(into, name), value)).collect();
    paths.sort_by(|(a, _), (b, _)| a.cmp(b));
    for pair in paths.windows(2) {
        // Sorted, whatever begins with a path comes right behind it.
        if pair[1].0.starts_with(&pair[0].0) {
            let (a, b) = (pair[0].0.join("."), pair[1].0.join("."));
            return Err(format!("{a:?} and {b:?} are about the same value"));
        }
    }
    paths.into_iter().try_for_each(|(path, value)| put(into, &path, value))
}

/// A name that a member has as it is, or that has an empty part, leads nowhere else.
fn path(members: &Map<String, Value>, name: String) -> Vec<String> {
    let parts: Vec<String> = name.split('.').map(str::to_owned).collect();
    if members.contains_key(&name) || parts.iter().any(String::is_empty) {
        return vec![name];
    }
    parts
}

fn put(into: &mut Map<String, Value>, path: &[String], value: Value) -> Result<(), String> {
    let Some((last, way)) = path.split_last() else { return Ok(()) };
    let Some((first, way)) = way.split_first() else {
        into.insert(last.clone(), value);
        return Ok(());
    };
    let mut place = into.entry(first.clone()).or_insert(Value::Null);
    for name in way.iter().chain([last]) {
        // Where there is nothing, there is room for members.
        if place.is_null() {
            *place = Value::Object(Map::new());
        }
        place = below(place, name, path)?;
    }
    *place = value;
    Ok(())
}

/// The member or element of this name, null when there was none.
fn below<'a>(place: &'a mut Value, name: &str, path: &[String]) -> Result<&'a mut Value, String> {
    let refused = |why: &str| Err(format!("{:?}: {name:?} {why}", path.join(".")));
    match place {
        Value::Object(members) => Ok(members.entry(name).or_insert(Value::Null)),
        Value::Array(elements) => {
            let Ok(index) = name.parse::<usize>() else {
                return refused("is no place in a list");
            };
            if index == elements.len() {
                elements.push(Value::Null);
            }
            match elements.get_mut(index) {
                Some(element) => Ok(element),
                None => refused(BEHIND_THE_LAST),
            }
        }
        _ => refused("is below something that has no members"),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;

    fn merged(before: Value, changes: Value) -> Result<Value, String> {
        let (Value::Object(mut into), Value::Object(changes)) = (before, changes) else {
            panic!("objects");
        };
        merge(&mut into, changes).map(|()| Value::Object(into))
    }

    #[test]
    fn members_take_their_places() {
        for (before, changes, after) in [
            (
                json!({"a": 1, "b": 2}),
                json!({"b": 3, "c": null}),
                json!({"a": 1, "b": 3, "c": null}),
            ),
            (json!({"a": {"b": 1}}), json!({"a": {"c": 2}}), json!({"a": {"c": 2}})),
            (json!({"a": {"b": 1}}), json!({"a.c": 2}), json!({"a": {"b": 1, "c": 2}})),
            (json!({}), json!({"a.b.c": 1, "a.b.d": 2}), json!({"a": {"b": {"c": 1, "d": 2}}})),
            (
                json!({"a": [0, {"b": 1}]}),
                json!({"a.1.b": 2, "a.2": 3}),
                json!({"a": [0, {"b": 2}, 3]}),
            ),
            (json!({"a": null}), json!({"a.b": 2}), json!({"a": {"b": 2}})),
            // A member that is called so is meant.
            (json!({"a.b": 1, "a": {}}), json!({"a.b": 2}), json!({"a.b": 2, "a": {}})),
            (json!({}), json!({"a.": 1, ".": 2, "": 3}), json!({"a.": 1, ".": 2, "": 3})),
        ] {
            assert_eq!(merged(before, changes.clone()), Ok(after), "{changes}");
        }
    }

    #[test]
    fn what_cannot_be_is_told() {
        for (before, changes, why) in [
            (json!({}), json!({"a": 1, "a.b": 2}), "are about the same value"),
            (json!({}), json!({"a.b": 1, "a.b.c": 2, "a-b": 3}), "are about the same value"),
            (json!({"a": 1}), json!({"a.b": 2}), "no members"),
            (json!({"a": []}), json!({"a.x": 2}), "no place in a list"),
            (json!({"a": []}), json!({"a.1": 2}), BEHIND_THE_LAST),
        ] {
            let told = merged(before, changes.clone()).expect_err("it is refused");
            assert!(told.contains(why), "{changes}: {told}");
        }
    }

    proptest! {
        /// Without dots an edit is what `extend` does.
        #[test]
        fn plain_names_replace(
            before in proptest::collection::hash_map("[a-c]", any::<i64>(), 0..4),
            changes in proptest::collection::hash_map("[a-e]", any::<i64>(), 0..4),
        ) {
            let of = |map: &std::collections::HashMap<String, i64>| -> Map<String, Value> {
                map.iter().map(|(name, value)| (name.clone(), (*value).into())).collect()
            };
            let (mut got, mut wanted) = (of(&before), of(&before));
            wanted.extend(of(&changes));
            prop_assert_eq!(merge(&mut got, of(&changes)), Ok(()));
            prop_assert_eq!(got, wanted);
        }
    }
}
