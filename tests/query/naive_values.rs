//! Values for the second implementation: exact numbers by their digits, an order of types by rank, paths as lists.

use std::cmp::Ordering;

use serde_json::{Number, Value};

/// A number as a whole one times a power of two, which every JSON number is once it has been read.
fn exact(number: &Number) -> (i128, i32) {
    if let Some(whole) = number.as_i128() {
        return (whole, 0);
    }
    let double = number.as_f64().expect("a double");
    let bits = double.to_bits();
    let raised = i32::try_from(bits >> 52 & 0x7FF).expect("eleven bits");
    let fraction = i128::from(bits & ((1 << 52) - 1));
    let (mantissa, exponent) =
        if raised == 0 { (fraction, -1074) } else { (fraction | 1 << 52, raised - 1075) };
    (if double < 0.0 { -mantissa } else { mantissa }, exponent)
}

/// Compares digit by digit in binary, from the highest.
fn numbers(left: &Number, right: &Number) -> Ordering {
    let ((left, up), (right, higher)) = (exact(left), exact(right));
    let signs = left.signum().cmp(&right.signum());
    if signs.is_ne() || left == 0 {
        return signs;
    }
    let size = digits(left.unsigned_abs(), up).cmp(&digits(right.unsigned_abs(), higher));
    if left < 0 { size.reverse() } else { size }
}

/// The place of the highest digit, and the digits from there on without the zeros at the end.
fn digits(mantissa: u128, exponent: i32) -> (i32, String) {
    let text = format!("{mantissa:b}");
    let highest = exponent + i32::try_from(text.len()).expect("128 digits");
    (highest, text.trim_end_matches('0').to_owned())
}

pub(crate) fn rank(value: &Value) -> u8 {
    match value {
        Value::Null => 5,
        Value::Number(_) => 10,
        Value::String(_) => 15,
        Value::Object(_) => 20,
        Value::Array(_) => 25,
        Value::Bool(_) => 40,
    }
}

pub(crate) fn order(left: &Value, right: &Value) -> Ordering {
    if rank(left) != rank(right) {
        return rank(left).cmp(&rank(right));
    }
    match left {
        Value::Null => Ordering::Equal,
        Value::Bool(left) => left.cmp(&right.as_bool().expect("the same rank")),
        Value::Number(left) => numbers(left, right.as_number().expect("the same rank")),
        Value::String(left) => left.bytes().cmp(right.as_str().expect("the same rank").bytes()),
        Value::Array(left) => {
            let right = right.as_array().expect("the same rank");
            for at in 0..left.len().min(right.len()) {
                let order = order(&left[at], &right[at]);
                if order.is_ne() {
                    return order;
                }
            }
            left.len().cmp(&right.len())
        }
        Value::Object(left) => {
            let sorted = |map: &serde_json::Map<String, Value>| {
                let mut members: Vec<_> = map.clone().into_iter().collect();
                members.sort_by(|one, other| one.0.cmp(&other.0));
                members
            };
            let (left, right) = (sorted(left), sorted(right.as_object().expect("the same rank")));
            for ((name, value), (other, with)) in left.iter().zip(&right) {
                let kinds = rank(value).cmp(&rank(with));
                let order = kinds.then(name.cmp(other)).then_with(|| order(value, with));
                if order.is_ne() {
                    return order;
                }
            }
            left.len().cmp(&right.len())
        }
    }
}

pub(crate) fn same(left: &Value, right: &Value) -> bool {
    order(left, right) == Ordering::Equal
}

/// A value that a path leads to, and whether its elements stand for it too.
#[derive(Debug, Clone)]
pub(crate) struct Found {
    pub(crate) value: Option<Value>,
    pub(crate) spread: bool,
}

/// Everything that a path leads to from an object, or from an array that is looked at as one.
pub(crate) fn lead(from: &Value, path: &[&str]) -> Vec<Found> {
    let member = match from {
        Value::Object(members) => members.get(path[0]).cloned(),
        Value::Array(items) => {
            let at = (0..items.len()).find(|at| at.to_string() == path[0]);
            at.map(|at| items[at].clone())
        }
        _ => None,
    };
    let rest = &path[1..];
    match member {
        value if rest.is_empty() => vec![Found { value, spread: true }],
        Some(object @ Value::Object(_)) => lead(&object, rest),
        Some(Value::Array(items)) => spread(&items, rest),
        _ => vec![Found { value: None, spread: true }],
    }
}

fn spread(items: &[Value], path: &[&str]) -> Vec<Found> {
    let mut found = Vec::new();
    for (at, item) in items.iter().enumerate() {
        if item.is_object() {
            found.extend(lead(item, path));
        }
        if at.to_string() != path[0] {
            continue;
        }
        match item {
            _ if path.len() == 1 => found.push(Found { value: Some(item.clone()), spread: false }),
            Value::Object(_) => found.extend(lead(item, &path[1..])),
            Value::Array(inner) => found.extend(spread(inner, &path[1..])),
            _ => {}
        }
    }
    found
}

/// What a path is sorted by: the least or the greatest; none for an array without elements.
pub(crate) fn sorting(document: &Value, path: &[&str], greatest: bool) -> Option<Value> {
    let mut keys = keys(Some(document), path);
    keys.sort_by(|left, right| match (left, right) {
        (Some(left), Some(right)) => order(left, right),
        _ => left.is_some().cmp(&right.is_some()),
    });
    if greatest { keys.pop().flatten() } else { keys.swap_remove(0) }
}

fn keys(value: Option<&Value>, path: &[&str]) -> Vec<Option<Value>> {
    let null = vec![Some(Value::Null)];
    let Some(value) = value else { return null };
    match (value.as_array(), path.first()) {
        (None, None) => vec![Some(value.clone())],
        (None, Some(name)) => value.get(name).map_or(null, |inner| keys(Some(inner), &path[1..])),
        (Some(items), None) if items.is_empty() => vec![None],
        (Some(items), None) => items.iter().cloned().map(Some).collect(),
        (Some(items), Some(_)) if items.is_empty() => null,
        (Some(items), Some(name)) => {
            let by_name = items.iter().any(|item| item.is_object() && item.get(name).is_some());
            let by_index = (0..items.len()).find(|at| at.to_string() == *name && !by_name);
            match by_index {
                Some(at) => keys(Some(&items[at]), &path[1..]),
                None => items
                    .iter()
                    .flat_map(|item| keys(Some(item).filter(|i| i.is_object()), path))
                    .collect(),
            }
        }
    }
}
