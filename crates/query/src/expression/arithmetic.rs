//! Numbers of an expression: whole ones stay whole while they fit, everything else is a double.

use std::borrow::Cow;

use serde_json::Value;

use super::evaluate::Cannot;
use crate::number::Exact;

/// The operands as numbers; none if one of them is null or missing, which makes the result null.
pub(super) fn numbers(values: &[Option<Cow<'_, Value>>]) -> Result<Option<Vec<Exact>>, Cannot> {
    let mut numbers = Vec::with_capacity(values.len());
    let mut null = false;
    for value in values {
        match value.as_deref() {
            None | Some(Value::Null) => null = true,
            Some(Value::Number(number)) => numbers.push(Exact::of(number)),
            Some(_) => return Err(Cannot),
        }
    }
    Ok((!null).then_some(numbers))
}

pub(super) fn fold(
    numbers: &[Exact],
    start: i128,
    exact: fn(i128, i128) -> Option<i128>,
    double: fn(f64, f64) -> f64,
) -> Exact {
    numbers.iter().fold(Exact::Whole(start), |made, next| {
        let whole = match (made, next) {
            (Exact::Whole(made), Exact::Whole(next)) => exact(made, *next),
            _ => None,
        };
        let doubled = || Exact::Real(double(made.double(), next.double()));
        whole.map_or_else(doubled, Exact::Whole)
    })
}

/// Always a double.
pub(super) fn divide(left: Exact, right: Exact) -> Result<Exact, Cannot> {
    if right.is_zero() { Err(Cannot) } else { Ok(Exact::Real(left.double() / right.double())) }
}

/// What is left has the sign of what is divided.
pub(super) fn modulo(left: Exact, right: Exact) -> Result<Exact, Cannot> {
    if right.is_zero() {
        return Err(Cannot);
    }
    Ok(match (left, right) {
        (Exact::Whole(left), Exact::Whole(right)) => Exact::Whole(left.wrapping_rem(right)),
        _ => Exact::Real(left.double() % right.double()),
    })
}
