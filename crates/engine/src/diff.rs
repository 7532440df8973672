//! Two versions of a key held against each other, and two JSON values, member by member.

use holdfast_model::Entry;
use serde_json::{Number, Value};

use crate::caller::Caller;
use crate::engine::Engine;
use crate::error::EngineError;
use crate::history::Versions;
use crate::names::KeyRule;

/// Which two versions of which key.
#[derive(Debug, Clone)]
pub struct Compare {
    /// Where.
    pub namespace: String,
    /// Which.
    pub key: String,
    /// The one; `None`: the current one.
    pub left: Option<u64>,
    /// The other; `None`: the current one.
    pub right: Option<u64>,
    /// The dialect's alphabet for keys.
    pub key_rule: KeyRule,
}

/// Two versions side by side.
#[derive(Debug, Clone)]
pub struct Comparison {
    /// The one.
    pub left: Entry,
    /// The other.
    pub right: Entry,
}

impl Comparison {
    /// True when bytes or codec differ.
    pub fn changed(&self) -> bool {
        self.left.value != self.right.value || self.left.codec != self.right.codec
    }

    /// What has to be done to the one JSON value to get the other; `None` when one of them is no JSON.
    pub fn changes(&self) -> Option<Vec<Change>> {
        let value = |entry: &Entry| {
            let json = entry.codec.as_str() == "json";
            json.then(|| serde_json::from_slice(&entry.value).ok()).flatten()
        };
        Some(changes(&value(&self.left)?, &value(&self.right)?))
    }
}

impl Engine {
    /// Two versions of the current incarnation of a key. Whoever may read the key may compare them.
    pub async fn compare(
        &self,
        caller: &Caller,
        wanted: Compare,
    ) -> Result<Comparison, EngineError> {
        let left = self.version(caller, &wanted, wanted.left).await?;
        let right = self.version(caller, &wanted, wanted.right).await?;
        Ok(Comparison { left, right })
    }

    async fn version(
        &self,
        caller: &Caller,
        wanted: &Compare,
        version: Option<u64>,
    ) -> Result<Entry, EngineError> {
        let Compare { namespace, key, key_rule, .. } = wanted.clone();
        let missing =
            EngineError::VersionNotFound { namespace: namespace.clone(), key: key.clone() };
        let one = Versions { namespace, key, version, limit: Some(1), below: None, key_rule };
        let page = self.versions(caller, one).await?;
        page.entries.into_iter().next().ok_or(missing)
    }
}

/// One step from a JSON value to another, as an operation of a JSON Patch (RFC 6902) that also says what was there.
#[derive(Debug, Clone, PartialEq)]
pub struct Change {
    /// Where, as a JSON Pointer (RFC 6901).
    pub path: String,
    /// What was there; `None`: nothing.
    pub old: Option<Value>,
    /// What is there now; `None`: nothing.
    pub new: Option<Value>,
}

/// The steps from one value to the other, in an order in which they can be applied. The order of members, white space and
/// the way a number is written make no difference. Lists are compared place by place.
pub fn changes(left: &Value, right: &Value) -> Vec<Change> {
    let mut found = Vec::new();
    compare(&mut String::new(), left, right, &mut found);
    found
}

fn compare(path: &mut String, left: &Value, right: &Value, found: &mut Vec<Change>) {
    match (left, right) {
        (Value::Object(left), Value::Object(right)) => {
            for (name, old) in left {
                below(path, name, |path| match right.get(name) {
                    Some(new) => compare(path, old, new, found),
                    None => found.push(change(path, Some(old), None)),
                });
            }
            for (name, new) in right.iter().filter(|(name, _)| !left.contains_key(*name)) {
                below(path, name, |path| found.push(change(path, None, Some(new))));
            }
        }
        (Value::Array(left), Value::Array(right)) => {
            let both = left.len().min(right.len());
            for (at, (old, new)) in left.iter().zip(right).enumerate() {
                below(path, &at.to_string(), |path| compare(path, old, new, found));
            }
            // From the end, so that no removal moves what another one names.
            for (at, old) in left.iter().enumerate().skip(both).rev() {
                below(path, &at.to_string(), |path| found.push(change(path, Some(old), None)));
            }
            for (at, new) in right.iter().enumerate().skip(both) {
                below(path, &at.to_string(), |path| found.push(change(path, None, Some(new))));
            }
        }
        (Value::Number(old), Value::Number(new)) if same_number(old, new) => {}
        (old, new) if old == new => {}
        (old, new) => found.push(change(path, Some(old), Some(new))),
    }
}

/// 1 and 1.0 are one number; whole numbers are compared as such, however large.
fn same_number(left: &Number, right: &Number) -> bool {
    left == right || ((left.is_f64() || right.is_f64()) && left.as_f64() == right.as_f64())
}

fn change(path: &str, old: Option<&Value>, new: Option<&Value>) -> Change {
    Change { path: path.into(), old: old.cloned(), new: new.cloned() }
}

/// Goes one step down, and back.
fn below(path: &mut String, name: &str, visit: impl FnOnce(&mut String)) {
    let length = path.len();
    path.push('/');
    path.push_str(&name.replace('~', "~0").replace('/', "~1"));
    visit(path);
    path.truncate(length);
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;

    fn of(left: Value, right: Value) -> Vec<(String, Option<Value>, Option<Value>)> {
        changes(&left, &right).into_iter().map(|c| (c.path, c.old, c.new)).collect()
    }

    #[test]
    fn members_and_places() {
        assert_eq!(
            of(json!({"a": 1, "b": [1, {"c": 2}]}), json!({"b": [1.0, {"c": 2}], "a": 1})),
            []
        );
        assert_eq!(
            of(json!({"a": 1, "b": 2, "x/y~": 3}), json!({"a": 9, "x/y~": 4, "n": null})),
            [
                ("/a".into(), Some(json!(1)), Some(json!(9))),
                ("/b".into(), Some(json!(2)), None),
                ("/x~1y~0".into(), Some(json!(3)), Some(json!(4))),
                ("/n".into(), None, Some(Value::Null)),
            ]
        );
        assert_eq!(
            of(json!([1, 2, 3]), json!([4])),
            [
                ("/0".into(), Some(json!(1)), Some(json!(4))),
                ("/2".into(), Some(json!(3)), None),
                ("/1".into(), Some(json!(2)), None),
            ]
        );
        assert_eq!(of(json!("a"), json!(7)), [(String::new(), Some(json!("a")), Some(json!(7)))]);
        let large = (json!(9_007_199_254_740_993_u64), json!(9_007_199_254_740_992_u64));
        assert_eq!(of(large.0, large.1).len(), 1);
    }

    fn any_json() -> impl Strategy<Value = Value> {
        let leaf = prop_oneof![
            Just(Value::Null),
            any::<bool>().prop_map(Value::from),
            (-3..3_i64).prop_map(Value::from),
            "[a-c/~]{0,2}".prop_map(Value::from),
        ];
        leaf.prop_recursive(4, 32, 4, |inner| {
            prop_oneof![
                prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
                prop::collection::btree_map("[a-c/~]{0,2}", inner, 0..4)
                    .prop_map(|members| Value::Object(members.into_iter().collect())),
            ]
        })
    }

    /// Applies a step the way a JSON Patch is applied.
    fn apply(value: &mut Value, change: &Change) {
        let Some((parent, name)) = change.path.rsplit_once('/') else {
            *value = change.new.clone().expect("a whole value is only replaced");
            return;
        };
        let name = name.replace("~1", "/").replace("~0", "~");
        match (value.pointer_mut(parent).expect("the parent is there"), &change.new) {
            (Value::Object(members), Some(new)) => drop(members.insert(name, new.clone())),
            (Value::Object(members), None) => drop(members.remove(&name)),
            (Value::Array(places), new) => {
                let at: usize = name.parse().expect("a place");
                match (new, &change.old) {
                    (Some(new), Some(_)) => places[at] = new.clone(),
                    (Some(new), None) => places.insert(at, new.clone()),
                    (None, _) => drop(places.remove(at)),
                }
            }
            (other, _) => panic!("{other} has nothing below"),
        }
    }

    proptest! {
        #[test]
        fn the_steps_lead_from_one_to_the_other(left in any_json(), right in any_json()) {
            let steps = changes(&left, &right);
            prop_assert_eq!(steps.is_empty(), left == right);
            let mut walked = left;
            for step in &steps {
                apply(&mut walked, step);
            }
            prop_assert_eq!(walked, right);
        }
    }
}
