//! `$expr` for the second implementation.

use serde_json::{Value, json};

use crate::naive_values::{order, same};

/// A value that may be missing; none at all where nothing can be computed.
pub(crate) type Computed = Option<Option<Value>>;

pub(crate) fn computed(expression: &Value, document: &Value) -> Computed {
    match expression {
        Value::String(text) if text.starts_with('$') => {
            Some(reach(document, &text[1..].split('.').collect::<Vec<_>>()))
        }
        Value::Array(items) => {
            let items: Option<Vec<_>> = items
                .iter()
                .map(|item| computed(item, document).map(Option::unwrap_or_default))
                .collect();
            Some(Some(Value::Array(items?)))
        }
        Value::Object(members) => {
            let (name, operand) = members.iter().next().expect("one operator");
            call(name, operand, document)
        }
        literal => Some(Some(literal.clone())),
    }
}

fn reach(value: &Value, path: &[&str]) -> Option<Value> {
    match (value, path) {
        (_, []) => Some(value.clone()),
        (Value::Object(members), [name, rest @ ..]) => reach(members.get(*name)?, rest),
        (Value::Array(items), _) => {
            Some(items.iter().filter_map(|item| reach(item, path)).collect())
        }
        _ => None,
    }
}

fn truth(value: &Option<Value>) -> bool {
    match value {
        None | Some(Value::Null | Value::Bool(false)) => false,
        Some(value) => !same(value, &json!(0)),
    }
}

fn call(name: &str, operand: &Value, document: &Value) -> Computed {
    if name == "$literal" {
        return Some(Some(operand.clone()));
    }
    let single = [operand.clone()];
    let operands = operand.as_array().map_or(&single[..], Vec::as_slice);
    let at = |number: usize| computed(&operands[number], document);
    let null = |value: &Option<Value>| value.as_ref().is_none_or(Value::is_null);
    let made = match name {
        "$and" | "$or" => {
            let wanted = name == "$or";
            for number in 0..operands.len() {
                if truth(&at(number)?) == wanted {
                    return Some(Some(json!(wanted)));
                }
            }
            json!(!wanted)
        }
        "$not" => json!(!truth(&at(0)?)),
        "$cond" => return if truth(&at(0)?) { at(1) } else { at(2) },
        "$ifNull" => {
            let first = at(0)?;
            return if null(&first) { at(1) } else { Some(first) };
        }
        "$in" => {
            let (wanted, list) = (at(0)?, at(1)?);
            let Some(Value::Array(items)) = list else { return None };
            json!(wanted.is_some_and(|wanted| items.iter().any(|item| same(item, &wanted))))
        }
        "$size" => match at(0)? {
            Some(Value::Array(items)) => json!(items.len()),
            _ => return None,
        },
        "$concat" => {
            let parts = [at(0)?, at(1)?];
            let fine =
                |part: &Option<Value>| null(part) || part.as_ref().is_some_and(Value::is_string);
            if !parts.iter().all(fine) {
                return None;
            }
            let texts: Option<Vec<_>> =
                parts.iter().map(|part| part.as_ref().and_then(Value::as_str)).collect();
            texts.map_or(Value::Null, |texts| json!(texts.concat()))
        }
        "$toLower" | "$toUpper" => {
            let text = match at(0)? {
                None | Some(Value::Null) => String::new(),
                Some(Value::String(text)) => text,
                Some(Value::Number(number)) => number.to_string(),
                _ => return None,
            };
            json!(if name == "$toLower" { text.to_lowercase() } else { text.to_uppercase() })
        }
        "$add" | "$subtract" | "$multiply" | "$divide" | "$mod" => {
            return sum(name, &at(0)?, &at(1)?);
        }
        _ => json!(compared(name, &at(0)?, &at(1)?)),
    };
    Some(Some(made))
}

fn compared(name: &str, left: &Option<Value>, right: &Option<Value>) -> bool {
    let order = match (left, right) {
        (Some(left), Some(right)) => order(left, right),
        _ => left.is_some().cmp(&right.is_some()),
    };
    match name {
        "$eq" => order.is_eq(),
        "$ne" => order.is_ne(),
        "$gt" => order.is_gt(),
        "$gte" => order.is_ge(),
        "$lt" => order.is_lt(),
        "$lte" => order.is_le(),
        _ => panic!("{name} is not drawn"),
    }
}

fn sum(name: &str, left: &Option<Value>, right: &Option<Value>) -> Computed {
    let null = |value: &Option<Value>| value.as_ref().is_none_or(Value::is_null);
    let number = |value: &Option<Value>| value.as_ref().is_some_and(Value::is_number);
    if ![left, right].iter().all(|value| null(value) || number(value)) {
        return None;
    }
    if null(left) || null(right) {
        return Some(Some(Value::Null));
    }
    let (left, right) = (left.as_ref()?.as_number()?, right.as_ref()?.as_number()?);
    let (real, by) = (left.as_f64()?, right.as_f64()?);
    if ["$divide", "$mod"].contains(&name) && by == 0.0 {
        return None;
    }
    let whole = left.as_i128().zip(right.as_i128()).and_then(|(left, right)| match name {
        "$add" => left.checked_add(right),
        "$subtract" => left.checked_sub(right),
        "$multiply" => left.checked_mul(right),
        "$mod" => Some(left % right),
        _ => None,
    });
    let narrow = whole.and_then(|whole| {
        let signed = i64::try_from(whole).ok().map(Value::from);
        signed.or_else(|| u64::try_from(whole).ok().map(Value::from))
    });
    let double = match name {
        "$add" => real + by,
        "$subtract" => real - by,
        "$multiply" => real * by,
        "$divide" => real / by,
        _ => real % by,
    };
    let double = || serde_json::Number::from_f64(double).map(Value::Number);
    narrow.or_else(double).map(Some)
}
