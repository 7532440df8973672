//! The value of an expression for a document.

use std::borrow::Cow;
use std::cell::Cell;
use std::cmp::Ordering;

use serde_json::Value;

use super::arithmetic::{divide, fold, modulo, numbers};
use super::{Expression, Function};
use crate::Document;
use crate::compare::compare;
use crate::limits::MADE;
use crate::number::Exact;

/// Values nested deeper than this are not copied.
const DEEPEST: usize = 256;

/// Why there is no value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Cannot;

/// A value; none is one that is missing, which comes before null.
type Computed<'d> = Result<Option<Cow<'d, Value>>, Cannot>;

/// One document, and how many bytes may still be made of it.
pub(super) struct Evaluation<'d> {
    pub(super) document: &'d dyn Document,
    pub(super) left: Cell<usize>,
}

impl<'d> Evaluation<'d> {
    pub(super) fn value<'e>(&self, expression: &'e Expression) -> Computed<'e>
    where
        'd: 'e,
    {
        match expression {
            Expression::Literal(value) => Ok(Some(Cow::Borrowed(value))),
            Expression::Field(segments) => self.field(segments),
            Expression::Array(items) => self.array(items),
            Expression::Call(function, operands) => self.call(*function, operands),
        }
    }

    fn field(&self, segments: &[String]) -> Computed<'d> {
        let (start, taken) = self.document.enter(segments);
        let rest = segments.get(taken..).unwrap_or_default();
        match start {
            Some(Cow::Borrowed(value)) => self.reach(value, rest),
            Some(Cow::Owned(value)) => {
                Ok(self.reach(&value, rest)?.map(|found| Cow::Owned(found.into_owned())))
            }
            None => Ok(None),
        }
    }

    /// In an expression a path through an array is the array of what it leads to.
    fn reach<'v>(&self, value: &'v Value, rest: &[String]) -> Computed<'v> {
        match (value, rest) {
            (_, []) => Ok(Some(Cow::Borrowed(value))),
            (Value::Object(members), [name, rest @ ..]) => match members.get(name) {
                Some(member) => self.reach(member, rest),
                None => Ok(None),
            },
            (Value::Array(items), _) => {
                let mut found = Vec::new();
                for item in items {
                    if let Some(value) = self.reach(item, rest)? {
                        self.make(weight(&value))?;
                        found.push(value.into_owned());
                    }
                }
                Ok(Some(Cow::Owned(Value::Array(found))))
            }
            _ => Ok(None),
        }
    }

    fn array<'e>(&self, items: &'e [Expression]) -> Computed<'e>
    where
        'd: 'e,
    {
        let mut made = Vec::with_capacity(items.len());
        for item in items {
            let value = self.value(item)?.unwrap_or(Cow::Owned(Value::Null));
            self.make(weight(&value))?;
            made.push(value.into_owned());
        }
        Ok(Some(Cow::Owned(Value::Array(made))))
    }

    /// Takes from what may be made.
    fn make(&self, bytes: usize) -> Result<(), Cannot> {
        self.left.set(self.left.get().checked_sub(bytes).ok_or(Cannot)?);
        Ok(())
    }

    fn call<'e>(&self, function: Function, operands: &'e [Expression]) -> Computed<'e>
    where
        'd: 'e,
    {
        let made = match function {
            Function::IfNull => return self.first(operands),
            Function::Condition => {
                let [condition, yes, no] = operands else { return Err(Cannot) };
                return self.value(if self.truth(condition)? { yes } else { no });
            }
            Function::And => Value::Bool(self.all(operands, true)?),
            Function::Or => Value::Bool(!self.all(operands, false)?),
            Function::Not => Value::Bool(!self.all(operands, true)?),
            Function::In => Value::Bool(self.is_in(operands)?),
            Function::Size => self.size(operands)?,
            Function::Concat => self.concat(operands)?,
            Function::ToLower => self.cased(operands, str::to_lowercase)?,
            Function::ToUpper => self.cased(operands, str::to_uppercase)?,
            Function::Add
            | Function::Subtract
            | Function::Multiply
            | Function::Divide
            | Function::Modulo => self.arithmetic(function, operands)?,
            _ => compared(function, self.order(operands)?),
        };
        Ok(Some(Cow::Owned(made)))
    }

    /// The first operand that is there and no null, or the last one.
    fn first<'e>(&self, operands: &'e [Expression]) -> Computed<'e>
    where
        'd: 'e,
    {
        let (last, before) = operands.split_last().ok_or(Cannot)?;
        for operand in before {
            let value = self.value(operand)?;
            if value.as_deref().is_some_and(|value| !value.is_null()) {
                return Ok(value);
            }
        }
        self.value(last)
    }

    fn truth(&self, operand: &Expression) -> Result<bool, Cannot> {
        Ok(truth(self.value(operand)?.as_deref()))
    }

    /// Whether the truth of all operands is the wanted one; looks no further than it has to.
    fn all(&self, operands: &[Expression], wanted: bool) -> Result<bool, Cannot> {
        for operand in operands {
            if self.truth(operand)? != wanted {
                return Ok(false);
            }
        }
        Ok(true)
    }

    /// Of all types, in the order of types: here a text can be greater than a number.
    fn order(&self, operands: &[Expression]) -> Result<Ordering, Cannot> {
        let [left, right] = operands else { return Err(Cannot) };
        let (left, right) = (self.value(left)?, self.value(right)?);
        Ok(match (left.as_deref(), right.as_deref()) {
            (Some(left), Some(right)) => compare(left, right),
            (left, right) => left.is_some().cmp(&right.is_some()),
        })
    }

    fn is_in(&self, operands: &[Expression]) -> Result<bool, Cannot> {
        let [wanted, list] = operands else { return Err(Cannot) };
        let wanted = self.value(wanted)?;
        let same =
            |value: &Value| wanted.as_deref().is_some_and(|wanted| compare(wanted, value).is_eq());
        match self.value(list)?.as_deref() {
            Some(Value::Array(items)) => Ok(items.iter().any(same)),
            _ => Err(Cannot),
        }
    }

    fn size(&self, operands: &[Expression]) -> Result<Value, Cannot> {
        match self.one(operands)?.as_deref() {
            Some(Value::Array(items)) => Ok(Value::from(items.len())),
            _ => Err(Cannot),
        }
    }

    fn one<'e>(&self, operands: &'e [Expression]) -> Computed<'e>
    where
        'd: 'e,
    {
        self.value(operands.first().ok_or(Cannot)?)
    }

    /// A null makes all of it null.
    fn concat(&self, operands: &[Expression]) -> Result<Value, Cannot> {
        let mut text = String::new();
        let mut null = false;
        for operand in operands {
            match self.value(operand)?.as_deref() {
                None | Some(Value::Null) => null = true,
                Some(Value::String(part)) => {
                    self.make(part.len())?;
                    text.push_str(part);
                }
                Some(_) => return Err(Cannot),
            }
        }
        Ok(if null { Value::Null } else { Value::String(text) })
    }

    /// A null is an empty text here, and a number the text of it.
    fn cased(&self, operands: &[Expression], case: fn(&str) -> String) -> Result<Value, Cannot> {
        let text = match self.one(operands)?.as_deref() {
            None | Some(Value::Null) => String::new(),
            Some(Value::String(text)) => {
                self.make(text.len())?;
                case(text)
            }
            Some(Value::Number(number)) => case(&number.to_string()),
            Some(_) => return Err(Cannot),
        };
        Ok(Value::String(text))
    }

    fn arithmetic(&self, function: Function, operands: &[Expression]) -> Result<Value, Cannot> {
        let mut values = Vec::with_capacity(operands.len());
        for operand in operands {
            values.push(self.value(operand)?);
        }
        let Some(numbers) = numbers(&values)? else { return Ok(Value::Null) };
        let made = match (function, numbers.as_slice()) {
            (Function::Add, all) => fold(all, 0, i128::checked_add, |left, right| left + right),
            (Function::Multiply, all) => {
                fold(all, 1, i128::checked_mul, |left, right| left * right)
            }
            (Function::Subtract, [first, rest @ ..]) => {
                let rest: Vec<_> =
                    [*first].into_iter().chain(rest.iter().map(|one| one.negated())).collect();
                fold(&rest, 0, i128::checked_add, |left, right| left + right)
            }
            (Function::Divide, [left, right]) => divide(*left, *right)?,
            (Function::Modulo, [left, right]) => modulo(*left, *right)?,
            _ => return Err(Cannot),
        };
        made.number().map(Value::Number).ok_or(Cannot)
    }
}

fn compared(function: Function, order: Ordering) -> Value {
    match function {
        Function::Equal => Value::Bool(order.is_eq()),
        Function::NotEqual => Value::Bool(order.is_ne()),
        Function::Greater => Value::Bool(order.is_gt()),
        Function::GreaterOrEqual => Value::Bool(order.is_ge()),
        Function::Less => Value::Bool(order.is_lt()),
        Function::LessOrEqual => Value::Bool(order.is_le()),
        _ => Value::from(order as i8),
    }
}

/// What counts as a yes: everything but false, null, zero and nothing.
pub(super) fn truth(value: Option<&Value>) -> bool {
    match value {
        None | Some(Value::Null) => false,
        Some(Value::Bool(truth)) => *truth,
        Some(Value::Number(number)) => !Exact::of(number).is_zero(),
        Some(_) => true,
    }
}

/// About how many bytes a value takes; more than may be made where it is too deep to be looked through.
fn weight(value: &Value) -> usize {
    weigh(value, DEEPEST)
}

fn weigh(value: &Value, depth: usize) -> usize {
    let each = size_of::<Value>();
    let Some(depth) = depth.checked_sub(1) else { return MADE };
    match value {
        Value::String(text) => each + text.len(),
        Value::Array(items) => items.iter().fold(each, |sum, item| sum + weigh(item, depth)),
        Value::Object(members) => {
            members.iter().fold(each, |sum, (name, value)| sum + name.len() + weigh(value, depth))
        }
        _ => each,
    }
}
