//! Which functions a policy calls.

use serde_json::Value;

use super::path;
use crate::error::LoadError;
use crate::host;

/// A call: the name of the function, and its arguments.
pub(super) type Call<'a> = (String, &'a Value);

/// Functions whose results depend on more than their arguments, or which do something. All of `time.`, as what is asked of it
/// is nearly always about now; all of `io.`, as whether a token holds is.
const IMPURE: [&str; 9] =
    ["http.", "io.", "net.lookup", "opa.", "print", "rand.", "time.", "trace", "uuid.rfc4122"];

/// Functions that make as much as they are asked for, at once, so that no limit would come in time.
const UNBOUNDED: [&str; 3] = ["numbers.range", "numbers.range_step", "net.cidr_expand"];
/// Between numbers that stand in the text, this much is not too much.
const MAX_RANGE: f64 = 100_000.0;

/// All calls.
pub(super) fn of(modules: &[Value]) -> Vec<Call<'_>> {
    let mut calls = Vec::new();
    modules.iter().for_each(|module| collect(module, &mut calls));
    calls
}

fn collect<'a>(node: &'a Value, calls: &mut Vec<Call<'a>>) {
    match node {
        Value::Array(nodes) => nodes.iter().for_each(|node| collect(node, calls)),
        Value::Object(members) => {
            if let Some(call) = members.get("Call") {
                // A function without a constant name does not compile.
                calls.push((path(&call["fcn"]).unwrap_or_default(), &call["params"]));
            }
            members.values().for_each(|node| collect(node, calls));
        }
        _ => {}
    }
}

/// Calls that no limit would stop.
pub(super) fn refuse(calls: &[Call<'_>]) -> Result<(), LoadError> {
    let unbounded = |(name, arguments): &&Call<'_>| {
        UNBOUNDED.contains(&name.as_str()) && !is_small(name, arguments)
    };
    match calls.iter().find(unbounded) {
        Some((name, _)) => Err(LoadError::Compile(format!(
            "{name} is not available: nothing bounds what it makes (a range of up to 100,000 between two written numbers is)"
        ))),
        None => Ok(()),
    }
}

fn is_small(name: &str, arguments: &Value) -> bool {
    let number = |n: usize| arguments[n]["Number"]["value"].as_f64();
    let step = name != "numbers.range_step" || number(2).is_some_and(|step| step >= 1.0);
    let range = number(0).zip(number(1)).is_some_and(|(a, b)| (a - b).abs() < MAX_RANGE);
    name.starts_with("numbers.") && step && range
}

/// Why the same arguments may have other results.
pub(super) fn impure(calls: &[Call<'_>]) -> Option<String> {
    let name = calls.iter().map(|(name, _)| name).find(|name| is_impure(name))?;
    Some(format!("it calls {name}"))
}

fn is_impure(name: &str) -> bool {
    let like = |impure: &&str| match impure.ends_with('.') {
        true => name.starts_with(*impure),
        false => name == *impure || name.starts_with(&format!("{impure}_")),
    };
    name.is_empty() || IMPURE.iter().any(like)
}

/// Calls that the register machine cannot make.
pub(super) fn of_ours(calls: &[Call<'_>]) -> Option<String> {
    let name = calls.iter().map(|(name, _)| name).find(|name| host::is_ours(name))?;
    Some(format!("it calls {name}"))
}
