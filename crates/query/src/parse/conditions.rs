//! Operators below a field.

use serde_json::{Map, Value};

use super::{Level, Reader, no_operator};
use crate::FilterError;
use crate::compare::compare;
use crate::condition::{Comparison, Condition};
use crate::kinds::Kinds;
use crate::number::Exact;
use crate::pattern::{self, Options};
use crate::place::Place;

/// Operators that hold filters: what they stand in is about documents.
const OF_DOCUMENTS: [&str; 5] = ["$and", "$or", "$nor", "$expr", "$text"];

impl Reader {
    /// What every one of the operators asks for.
    pub(super) fn conditions(
        &mut self,
        mut operators: Map<String, Value>,
        place: Place<'_>,
    ) -> Result<Vec<Condition>, FilterError> {
        let options = operators.remove("$options");
        if options.is_some() && !operators.contains_key("$regex") {
            return Err(place.name("$options").unknown("needs a $regex beside it"));
        }
        let mut conditions = Vec::with_capacity(operators.len());
        for (name, operand) in operators {
            let place = place.name(&name);
            self.budget.clause(place)?;
            conditions.push(match name.as_str() {
                "$regex" => self.regex(&operand, options.as_ref(), place)?,
                _ => self.condition(&name, operand, place)?,
            });
        }
        Ok(conditions)
    }

    fn condition(
        &mut self,
        name: &str,
        operand: Value,
        place: Place<'_>,
    ) -> Result<Condition, FilterError> {
        Ok(match name {
            "$eq" => Condition::Compare(Comparison::Equal, operand),
            "$ne" => Condition::Compare(Comparison::Equal, operand).not(),
            "$gt" => Condition::Compare(Comparison::Greater, operand),
            "$gte" => Condition::Compare(Comparison::GreaterOrEqual, operand),
            "$lt" => Condition::Compare(Comparison::Less, operand),
            "$lte" => Condition::Compare(Comparison::LessOrEqual, operand),
            "$in" => self.list(operand, place)?,
            "$nin" => self.list(operand, place)?.not(),
            "$not" => self.not(operand, place)?,
            "$exists" if truth(&operand) => Condition::Exists,
            "$exists" => Condition::Exists.not(),
            "$type" => Condition::Kind(Kinds::parse(&operand, place)?),
            "$mod" => modulo(&operand, place)?,
            "$size" => size(&operand, place)?,
            "$all" => self.every(operand, place)?,
            "$elemMatch" => self.element(operand, place)?,
            _ if name.starts_with('$') => return Err(no_operator(name, place)),
            _ => return Err(place.unknown("stands among operators and is none")),
        })
    }

    fn regex(
        &mut self,
        operand: &Value,
        options: Option<&Value>,
        place: Place<'_>,
    ) -> Result<Condition, FilterError> {
        self.budget.pattern(place)?;
        let Value::String(text) = operand else {
            return Err(place.unknown("takes a regular expression as text"));
        };
        let options = match options {
            None => Options::default(),
            Some(Value::String(letters)) => Options::parse(letters, place)?,
            Some(_) => return Err(place.unknown("takes its $options as text")),
        };
        Ok(Condition::Pattern(pattern::compile(text, options, place)?))
    }

    fn values(&mut self, operand: Value, place: Place<'_>) -> Result<Vec<Value>, FilterError> {
        let Value::Array(values) = operand else { return Err(place.unknown("takes an array")) };
        self.budget.items(values.len(), place)?;
        Ok(values)
    }

    fn list(&mut self, operand: Value, place: Place<'_>) -> Result<Condition, FilterError> {
        let mut values = self.values(operand, place)?;
        if let Some(at) = values.iter().position(holds_operators) {
            return Err(place.item(at).unknown("an operator cannot be a value"));
        }
        values.sort_by(compare);
        Ok(Condition::In(values))
    }

    fn not(&mut self, operand: Value, place: Place<'_>) -> Result<Condition, FilterError> {
        match operand {
            Value::Object(operators) if !operators.is_empty() => {
                Ok(Condition::All(self.conditions(operators, place)?).not())
            }
            _ => Err(place.unknown("takes an object of operators")),
        }
    }

    /// `$all`: values that are all there, or elements that all are.
    fn every(&mut self, operand: Value, place: Place<'_>) -> Result<Condition, FilterError> {
        let values = self.values(operand, place)?;
        if values.is_empty() {
            return Ok(Condition::Never);
        }
        let of_elements = values[0].get("$elemMatch").is_some();
        let mut every = Vec::with_capacity(values.len());
        for (at, value) in values.into_iter().enumerate() {
            let place = place.item(at);
            every.push(match value {
                Value::Object(mut member) if of_elements && member.len() == 1 => {
                    let place = place.name("$elemMatch");
                    let operand = member.remove("$elemMatch");
                    let operand = operand.ok_or_else(|| place.unknown("stands beside values"))?;
                    self.budget.clause(place)?;
                    self.element(operand, place)?
                }
                _ if of_elements => return Err(place.unknown("$elemMatch stands beside values")),
                value if holds_operators(&value) => {
                    return Err(place.unknown("only $elemMatch can stand among the values"));
                }
                value => Condition::Compare(Comparison::Equal, value),
            });
        }
        Ok(Condition::All(every))
    }

    fn element(&mut self, operand: Value, place: Place<'_>) -> Result<Condition, FilterError> {
        let Value::Object(members) = operand else {
            return Err(place.unknown("takes an object"));
        };
        let of_documents = |name: &String| OF_DOCUMENTS.contains(&name.as_str());
        let operators = members.keys().any(|name| name.starts_with('$'));
        if operators && !members.keys().any(of_documents) {
            return Ok(Condition::Element(self.conditions(members, place)?));
        }
        let mut clauses = Vec::new();
        self.clauses(members, Level::Element, place, &mut clauses)?;
        Ok(Condition::ElementDocument(clauses))
    }
}

/// Whether an object would be read as operators where operators can stand.
fn holds_operators(value: &Value) -> bool {
    value.as_object().is_some_and(|members| members.keys().any(|name| name.starts_with('$')))
}

/// What counts as a yes.
fn truth(value: &Value) -> bool {
    match value {
        Value::Null => false,
        Value::Bool(truth) => *truth,
        Value::Number(number) => !Exact::of(number).is_zero(),
        _ => true,
    }
}

fn modulo(operand: &Value, place: Place<'_>) -> Result<Condition, FilterError> {
    let whole = |value: &Value| match value {
        Value::Number(number) => Exact::of(number).truncated(),
        _ => None,
    };
    let Some([divisor, remainder]) = operand.as_array().map(Vec::as_slice) else {
        return Err(place.unknown("takes an array of two numbers: divisor and remainder"));
    };
    match (whole(divisor), whole(remainder)) {
        (Some(0), _) => Err(place.item(0).unknown("nothing can be divided by zero")),
        (Some(divisor), Some(remainder)) => Ok(Condition::Mod { divisor, remainder }),
        _ => Err(place.unknown("takes two numbers of 64 bits")),
    }
}

fn size(operand: &Value, place: Place<'_>) -> Result<Condition, FilterError> {
    let whole = match operand {
        Value::Number(number) => Exact::of(number).whole(),
        _ => None,
    };
    let size = whole.and_then(|whole| usize::try_from(whole).ok());
    size.map(Condition::Size).ok_or_else(|| place.unknown("takes a number of elements"))
}
