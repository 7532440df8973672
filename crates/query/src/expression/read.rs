//! An expression from its JSON.

use serde_json::{Map, Value};

use super::{Expression, Function};
use crate::FilterError;
use crate::limits::{Budget, SEGMENTS};
use crate::place::Place;

/// The functions, and how many operands each takes: at least, and at most where there is a most.
const FUNCTIONS: [(&str, Function, usize, Option<usize>); 22] = [
    ("$eq", Function::Equal, 2, Some(2)),
    ("$ne", Function::NotEqual, 2, Some(2)),
    ("$gt", Function::Greater, 2, Some(2)),
    ("$gte", Function::GreaterOrEqual, 2, Some(2)),
    ("$lt", Function::Less, 2, Some(2)),
    ("$lte", Function::LessOrEqual, 2, Some(2)),
    ("$cmp", Function::Compare, 2, Some(2)),
    ("$and", Function::And, 0, None),
    ("$or", Function::Or, 0, None),
    ("$not", Function::Not, 1, Some(1)),
    ("$add", Function::Add, 0, None),
    ("$subtract", Function::Subtract, 2, Some(2)),
    ("$multiply", Function::Multiply, 0, None),
    ("$divide", Function::Divide, 2, Some(2)),
    ("$mod", Function::Modulo, 2, Some(2)),
    ("$concat", Function::Concat, 0, None),
    ("$toLower", Function::ToLower, 1, Some(1)),
    ("$toUpper", Function::ToUpper, 1, Some(1)),
    ("$size", Function::Size, 1, Some(1)),
    ("$ifNull", Function::IfNull, 2, None),
    ("$cond", Function::Condition, 3, Some(3)),
    ("$in", Function::In, 2, Some(2)),
];

pub(super) fn expression(
    value: Value,
    place: Place<'_>,
    budget: &mut Budget,
) -> Result<Expression, FilterError> {
    budget.clause(place)?;
    match value {
        Value::String(text) if text.starts_with('$') => field(&text, place),
        Value::Array(items) => Ok(Expression::Array(list(items, place, budget)?)),
        Value::Object(members) => object(members, place, budget),
        literal => Ok(Expression::Literal(literal)),
    }
}

fn list(
    items: Vec<Value>,
    place: Place<'_>,
    budget: &mut Budget,
) -> Result<Vec<Expression>, FilterError> {
    let numbered = items.into_iter().enumerate();
    numbered.map(|(at, item)| expression(item, place.item(at), budget)).collect()
}

/// `$a.b`, or the same from where a document begins: `$$ROOT.a.b`, `$$CURRENT.a.b`.
fn field(text: &str, place: Place<'_>) -> Result<Expression, FilterError> {
    let path = match text.strip_prefix("$$") {
        Some(variable) => {
            let root = variable.strip_prefix("ROOT.").or(variable.strip_prefix("CURRENT."));
            root.ok_or_else(|| place.unknown(&format!("{text:?} is no variable with a field")))?
        }
        None => &text[1..],
    };
    let segments: Vec<_> = path.split('.').take(SEGMENTS + 1).map(str::to_owned).collect();
    if segments.len() > SEGMENTS {
        return Err(place.refused(&format!("a path has at most {SEGMENTS} segments")));
    }
    if segments.iter().any(|name| name.is_empty() || name.starts_with('$')) {
        return Err(place.unknown(&format!("{text:?} is no path")));
    }
    Ok(Expression::Field(segments))
}

fn object(
    members: Map<String, Value>,
    place: Place<'_>,
    budget: &mut Budget,
) -> Result<Expression, FilterError> {
    let mut members = members.into_iter();
    let (Some((name, operand)), None) = (members.next(), members.next()) else {
        return Err(place.unknown("an object is one operator; others are written with $literal"));
    };
    let place = place.name(&name);
    match name.as_str() {
        "$literal" => return Ok(Expression::Literal(operand)),
        "$function" | "$accumulator" | "$where" => {
            return Err(place.refused("code of callers is not run"));
        }
        _ => {}
    }
    let function = FUNCTIONS.iter().find(|(of, ..)| *of == name);
    let Some(&(_, function, least, most)) = function else {
        return Err(place.unknown("there is no such operator in $expr"));
    };
    let operands = operands(function, operand, place, budget)?;
    if operands.len() < least || most.is_some_and(|most| operands.len() > most) {
        let many = operands.len();
        return Err(place.unknown(&format!("does not take {many} operands")));
    }
    Ok(Expression::Call(function, operands))
}

/// An array of operands, a single one, or the named ones of `$cond`.
fn operands(
    function: Function,
    operand: Value,
    place: Place<'_>,
    budget: &mut Budget,
) -> Result<Vec<Expression>, FilterError> {
    match operand {
        Value::Array(items) => list(items, place, budget),
        Value::Object(mut named) if function == Function::Condition && named.len() == 3 => {
            let mut operands = Vec::with_capacity(3);
            for name in ["if", "then", "else"] {
                let place = place.name(name);
                let operand = named.remove(name).ok_or_else(|| place.unknown("is missing"))?;
                operands.push(expression(operand, place, budget)?);
            }
            Ok(operands)
        }
        one => Ok(vec![expression(one, place, budget)?]),
    }
}
