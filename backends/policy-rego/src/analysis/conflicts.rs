//! Whether a rule could have two values at once. That is an error in Rego, and the decision is denied; the register machine
//! takes it for "nothing" instead, so that `not blocked` would hold when `blocked` has two values. Such policies are
//! interpreted.

use std::collections::BTreeMap;

use serde_json::Value;

use super::path;

/// What could have two values.
pub(super) fn possible(modules: &[Value]) -> Option<String> {
    let mut rules: BTreeMap<String, Vec<&Value>> = BTreeMap::new();
    for module in modules {
        if objects_are_made(module) {
            return Some("an object that is collected could have two values for one key".into());
        }
        let package = path(&module["package"]["refr"]).unwrap_or_default();
        for rule in module["rules"].as_array().into_iter().flatten() {
            let Some(rule) = rule.get("Spec") else { continue };
            // The members of a set do not contradict one another.
            if rule["head"].get("Set").is_some() {
                continue;
            }
            match path(&head(rule)["refr"]) {
                Some(name) => rules.entry(format!("{package}.{name}")).or_default().push(rule),
                None => return Some("a rule of many keys could have two values for one".into()),
            }
        }
    }
    let two = rules.into_iter().find(|(_, rules)| !always_one(rules));
    two.map(|(name, _)| format!("{name} could have two values"))
}

/// The head of a rule that is no set.
fn head(rule: &Value) -> &Value {
    rule["head"].get("Func").unwrap_or(&rule["head"]["Compr"])
}

fn always_one(rules: &[&Value]) -> bool {
    let mut constants = rules.iter().flat_map(|rule| values(rule)).map(constant);
    let first = constants.next().flatten();
    if first.is_some() && constants.all(|value| value == first) {
        return true;
    }
    // One rule with one way through: what comes after `else` is only looked at when what is before it does not hold.
    let [rule] = rules else { return false };
    let bodies = rule["bodies"].as_array().map(Vec::as_slice).unwrap_or_default();
    let one_way = bodies.iter().skip(1).all(|body| body["is_else"] == true);
    one_way && !iterates(rule)
}

/// The values of a rule: of its head, and of each `else`. `null` stands for the one that is not written, which is `true`.
fn values(rule: &Value) -> Vec<&Value> {
    let bodies = rule["bodies"].as_array().into_iter().flatten();
    let others = bodies.filter(|body| body["is_else"] == true).map(|body| &body["assign"]);
    let assigned = std::iter::once(&head(rule)["assign"]).chain(others);
    assigned.map(|assign| &assign["value"]).collect()
}

fn constant(value: &Value) -> Option<Value> {
    if value.is_null() {
        return Some(Value::Bool(true));
    }
    let kinds = ["Bool", "String", "RawString", "Number"];
    let literal = kinds.iter().find_map(|kind| value.get(kind));
    literal.map(|literal| literal["value"].clone()).filter(|value| !value.is_null())
}

/// True when there may be more than one way through. Collections of their own are one value, however often they go round.
fn iterates(node: &Value) -> bool {
    match node {
        Value::Array(nodes) => nodes.iter().any(iterates),
        Value::Object(members) => members.iter().any(|(kind, inner)| match kind.as_str() {
            "SomeIn" | "SomeVars" => true,
            "ArrayCompr" | "SetCompr" | "Every" => false,
            "RefBrack" => !is_lookup(&inner["index"]) || iterates(&inner["refr"]),
            _ => iterates(inner),
        }),
        _ => false,
    }
}

/// True when the index is one value: a literal or a reference, not a variable that may be any.
fn is_lookup(index: &Value) -> bool {
    let kinds = ["String", "RawString", "Number", "Bool", "Null"];
    let literal = kinds.iter().any(|kind| index.get(kind).is_some());
    let dot = index.get("RefDot").is_some_and(|dot| !iterates(dot));
    let brackets = index.get("RefBrack").is_some_and(|_| !iterates(index));
    literal || dot || brackets
}

fn objects_are_made(node: &Value) -> bool {
    match node {
        Value::Array(nodes) => nodes.iter().any(objects_are_made),
        Value::Object(members) => {
            members.contains_key("ObjectCompr") || members.values().any(objects_are_made)
        }
        _ => false,
    }
}
