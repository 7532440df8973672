//! What the judge cannot judge: where FerretDB 1 is not what MongoDB documents, by name and as narrowly as that can be said.
//!
//! docs/query.md lists them. A pair of a filter and a document is left to the second implementation only if one of these
//! is about both of them.

use serde_json::Value;

/// Why a filter cannot be judged on a document; none where it can.
pub(crate) fn of(filter: &Value, document: &Value) -> Option<&'static str> {
    let members = filter.as_object().expect("a filter is an object");
    members.iter().find_map(|(name, operand)| match name.as_str() {
        "$and" | "$or" | "$nor" => {
            operand.as_array().expect("filters").iter().find_map(|way| of(way, document))
        }
        "$expr" => Some("computed: it has no $expr to speak of"),
        _ => field(name, operand, document),
    })
}

/// The values at the end of a path, as FerretDB gathers them, and whether an array had to be passed on the way.
struct Ends<'v> {
    values: Vec<&'v Value>,
    passed: bool,
    /// An element was named by its index that also has a member of that name beside it.
    index_or_name: bool,
}

fn ends<'v>(document: &'v Value, path: &str) -> Ends<'v> {
    let mut ends = Ends { values: vec![document], passed: false, index_or_name: false };
    for name in path.split('.') {
        let mut next = Vec::new();
        for value in ends.values {
            match value {
                Value::Object(members) => next.extend(members.get(name)),
                Value::Array(items) => {
                    ends.passed = true;
                    let named = items.iter().filter(|item| item.is_object());
                    let by_name: Vec<_> = named.filter_map(|item| item.get(name)).collect();
                    let numeric = name.parse::<usize>().is_ok();
                    ends.index_or_name |= numeric && items.iter().any(Value::is_object);
                    next.extend(name.parse::<usize>().ok().and_then(|at| items.get(at)));
                    next.extend(by_name);
                }
                _ => {}
            }
        }
        ends.values = next;
    }
    ends
}

fn field(path: &str, operand: &Value, document: &Value) -> Option<&'static str> {
    let ends = ends(document, path);
    if ends.index_or_name {
        return Some("an index into an array of objects: it never takes the index for a name");
    }
    let operators =
        operand.as_object().filter(|members| members.keys().any(|name| name.starts_with('$')));
    match operators {
        None => single("$eq", operand, &ends),
        Some(operators) => {
            let several = operators.keys().filter(|name| *name != "$options").count() > 1;
            let objects = operators.iter().any(|(name, operand)| {
                ["$eq", "$ne"].contains(&name.as_str()) && operand.is_object()
            });
            if several && ends.passed {
                return Some("several operators past an array: it wants one value for all of them");
            }
            if several && objects {
                return Some("an object beside other operators: it forgets the others");
            }
            operators.iter().find_map(|(name, operand)| single(name, operand, &ends))
        }
    }
}

fn single(name: &str, operand: &Value, ends: &Ends<'_>) -> Option<&'static str> {
    let array = ends.values.iter().any(|value| value.is_array());
    let listed = operand.as_array().map(Vec::as_slice).unwrap_or_default();
    let negative =
        ["$ne", "$nin", "$not"].contains(&name) || (name == "$exists" && operand == false);
    let null =
        operand.is_null() || (["$in", "$all"].contains(&name) && listed.iter().any(Value::is_null));
    let object = match name {
        "$eq" | "$ne" => operand.is_object(),
        "$in" | "$nin" => listed.iter().any(Value::is_object),
        _ => false,
    };
    match name {
        _ if negative && ends.passed => {
            Some("a negation past an array: one other value is enough for it")
        }
        _ if null && ends.passed => {
            Some("null past an array: elements without the member do not count for it")
        }
        _ if object && array => Some("an object among elements: it compares the array only"),
        "$all" if listed.iter().any(|item| item.is_object() || item.is_array()) => {
            Some("$all of objects or arrays: it finds them in arrays only, or not at all")
        }
        "$mod" if array => Some("$mod of elements: it does not look into arrays"),
        "$elemMatch" => element(operand),
        "$not" => {
            let operators = operand.as_object().expect("operators");
            operators.iter().find_map(|(name, operand)| single(name, operand, ends))
        }
        _ => None,
    }
}

/// It asks the array instead of its elements, which is the same for one comparison with a scalar only.
fn element(operand: &Value) -> Option<&'static str> {
    let members = operand.as_object().expect("an object");
    let simple = members.iter().all(|(name, operand)| {
        ["$eq", "$gt", "$gte", "$lt", "$lte"].contains(&name.as_str())
            && !operand.is_object()
            && !operand.is_array()
            && !operand.is_null()
    });
    let judged = simple && members.len() == 1;
    (!judged).then_some("$elemMatch: it asks the array, not one element")
}

/// Why an order cannot be judged on a document.
pub(crate) fn of_order(path: &str, document: &Value) -> Option<&'static str> {
    let passed = path.contains('.') && ends(document, path).passed;
    passed.then_some("a sort past an array: it does not follow")
}
