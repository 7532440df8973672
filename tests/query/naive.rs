//! The rules of matching once more, from the filter as it is written: nothing is prepared, everything is copied.

use serde_json::Value;

use crate::naive_expression::computed;
use crate::naive_values::{Found, lead, order, rank, same};

/// Whether a document, or an element of an array, is what a filter wants.
pub(crate) fn wants(filter: &Value, document: &Value) -> bool {
    let members = filter.as_object().expect("a filter is an object");
    members.iter().all(|(name, operand)| match name.as_str() {
        "$and" => ways(operand).iter().all(|way| wants(way, document)),
        "$or" => ways(operand).iter().any(|way| wants(way, document)),
        "$nor" => ways(operand).iter().all(|way| !wants(way, document)),
        "$expr" => computed(operand, document).is_some_and(|value| {
            !matches!(value, None | Some(Value::Null | Value::Bool(false)))
                && !value.is_some_and(|value| same(&value, &Value::from(0)))
        }),
        "$text" => words(operand["$search"].as_str().expect("a text"), document),
        _ => field(name, operand, document),
    })
}

fn ways(operand: &Value) -> &[Value] {
    operand.as_array().expect("an array of filters")
}

fn is_operators(operand: &Value) -> bool {
    operand.as_object().is_some_and(|members| members.keys().any(|name| name.starts_with('$')))
}

fn field(path: &str, operand: &Value, document: &Value) -> bool {
    let found = lead(document, &path.split('.').collect::<Vec<_>>());
    if is_operators(operand) { every(operand, &found) } else { is(operand, &found) }
}

/// Every operator of an object, each for itself.
fn every(operators: &Value, found: &[Found]) -> bool {
    let members = operators.as_object().expect("operators");
    members.iter().all(|(name, operand)| operator(name, operand, members.get("$options"), found))
}

/// All the values that an operator looks at: arrays, their elements, or nothing.
fn looked_at(found: &[Found]) -> Vec<Option<Value>> {
    let mut all = Vec::new();
    for one in found {
        if let (Some(Value::Array(items)), true) = (&one.value, one.spread) {
            all.extend(items.iter().cloned().map(Some));
        }
        all.push(one.value.clone());
    }
    all
}

fn is(wanted: &Value, found: &[Found]) -> bool {
    let null = Value::Null;
    looked_at(found).iter().any(|value| same(value.as_ref().unwrap_or(&null), wanted))
}

fn compares(wanted: &Value, found: &[Found], fits: &[i8]) -> bool {
    let null = Value::Null;
    looked_at(found).iter().any(|value| {
        let value = value.as_ref().unwrap_or(&null);
        rank(value) == rank(wanted) && fits.contains(&(order(value, wanted) as i8))
    })
}

fn operator(name: &str, operand: &Value, options: Option<&Value>, found: &[Found]) -> bool {
    let present = || looked_at(found).into_iter().flatten();
    let arrays = || found.iter().filter_map(|one| one.value.as_ref()?.as_array());
    match name {
        "$eq" => is(operand, found),
        "$ne" => !is(operand, found),
        "$gt" => compares(operand, found, &[1]),
        "$gte" => compares(operand, found, &[0, 1]),
        "$lt" => compares(operand, found, &[-1]),
        "$lte" => compares(operand, found, &[-1, 0]),
        "$in" => ways(operand).iter().any(|one| is(one, found)),
        "$nin" => !ways(operand).iter().any(|one| is(one, found)),
        "$not" => !every(operand, found),
        "$exists" => found.iter().any(|one| one.value.is_some()) == (operand == true),
        "$type" => match operand {
            Value::Array(kinds) => {
                kinds.iter().any(|kind| present().any(|value| of_kind(&value, kind)))
            }
            kind => present().any(|value| of_kind(&value, kind)),
        },
        "$size" => arrays().any(|items| same(&Value::from(items.len()), operand)),
        "$mod" => present().any(|value| {
            let whole = value.as_number().and_then(cut);
            whole.is_some_and(|whole| {
                whole % operand[0].as_i64().expect("whole") == operand[1].as_i64().expect("whole")
            })
        }),
        "$all" => !ways(operand).is_empty() && ways(operand).iter().all(|one| is(one, found)),
        "$regex" => {
            let any_case = options.is_some_and(|letters| letters == "i");
            let fold = |text: &str| if any_case { text.to_lowercase() } else { text.to_owned() };
            let pattern = fold(operand.as_str().expect("a pattern"));
            present().any(|value| value.as_str().is_some_and(|text| search(&pattern, &fold(text))))
        }
        "$options" => true,
        "$elemMatch" => arrays().any(|items| items.iter().any(|item| element(operand, item))),
        _ => panic!("{name} is not drawn"),
    }
}

fn element(operand: &Value, item: &Value) -> bool {
    let logical = ["$and", "$or", "$nor"].iter().any(|name| operand.get(name).is_some());
    if is_operators(operand) && !logical {
        return every(operand, &[Found { value: Some(item.clone()), spread: false }]);
    }
    (item.is_object() || item.is_array()) && wants(operand, item)
}

fn of_kind(value: &Value, kind: &Value) -> bool {
    let name = match value {
        Value::Null => ["null", "10"],
        Value::Bool(_) => ["bool", "8"],
        Value::Number(_) => ["double", "1"],
        Value::String(_) => ["string", "2"],
        Value::Array(_) => ["array", "4"],
        Value::Object(_) => ["object", "3"],
    };
    let kind = kind.to_string();
    let kind = kind.trim_matches('"');
    name.contains(&kind) || (kind == "number" && value.is_number())
}

/// A number without its fraction, if 64 bits hold it.
fn cut(number: &serde_json::Number) -> Option<i64> {
    let whole = number.as_i64();
    let cut = || number.as_f64().map(f64::trunc).filter(|cut| *cut >= -9.3e18 && *cut < 9.3e18);
    let printed = || cut().and_then(|cut| format!("{cut:.0}").parse().ok());
    whole.or_else(|| if number.is_u64() { None } else { printed() })
}

/// A search for the few patterns that are drawn, by trying everything.
fn search(pattern: &str, text: &str) -> bool {
    let text: Vec<_> = text.chars().collect();
    let pattern: Vec<_> = pattern.chars().collect();
    match pattern.split_first() {
        Some(('^', rest)) => here(rest, &text),
        _ => (0..=text.len()).any(|at| here(&pattern, &text[at..])),
    }
}

fn here(pattern: &[char], text: &[char]) -> bool {
    match pattern {
        [] => true,
        ['$'] => text.is_empty(),
        [one, '?', rest @ ..] => {
            (text.first() == Some(one) && here(rest, &text[1..])) || here(rest, text)
        }
        ['[', x, y, ']', rest @ ..] => {
            text.first().is_some_and(|c| c == x || c == y) && here(rest, &text[1..])
        }
        ['.', rest @ ..] => !text.is_empty() && here(rest, &text[1..]),
        [one, rest @ ..] => text.first() == Some(one) && here(rest, &text[1..]),
    }
}

/// The few searches that are drawn.
fn words(search: &str, document: &Value) -> bool {
    let mut texts = Vec::new();
    gather(document, &mut texts);
    let has = |word: &str| {
        texts.iter().any(|text| text.to_lowercase().split(' ').any(|part| part == word))
    };
    match search {
        "a" | "é" => has(search),
        "B" => has("b"),
        "a b" => has("a") && has("b"),
        "-b a" => has("a") && !has("b"),
        "\"a b\"" => texts.iter().any(|text| text == "a b"),
        _ => panic!("{search} is not drawn"),
    }
}

fn gather(value: &Value, to: &mut Vec<String>) {
    match value {
        Value::String(text) => to.push(text.clone()),
        Value::Array(items) => items.iter().for_each(|item| gather(item, to)),
        Value::Object(members) => members.values().for_each(|member| gather(member, to)),
        _ => {}
    }
}
