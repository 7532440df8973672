//! What `$type` names: BSON's types, of which JSON has six.

use serde_json::Value;

use crate::FilterError;
use crate::compare::{Kind, kind};
use crate::number::Exact;
use crate::place::Place;

/// The names that `$type` takes, their numbers, and which JSON is of that type.
///
/// A number is a double, as it is in a protobuf Struct: `int`, `long` and `decimal` are types that no value has.
const NAMED: [(&str, i64, Option<Kind>); 22] = [
    ("double", 1, Some(Kind::Number)),
    ("string", 2, Some(Kind::Text)),
    ("object", 3, Some(Kind::Object)),
    ("array", 4, Some(Kind::Array)),
    ("binData", 5, None),
    ("undefined", 6, None),
    ("objectId", 7, None),
    ("bool", 8, Some(Kind::Bool)),
    ("date", 9, None),
    ("null", 10, Some(Kind::Null)),
    ("regex", 11, None),
    ("dbPointer", 12, None),
    ("javascript", 13, None),
    ("symbol", 14, None),
    ("javascriptWithScope", 15, None),
    ("int", 16, None),
    ("timestamp", 17, None),
    ("long", 18, None),
    ("decimal", 19, None),
    ("minKey", -1, None),
    ("maxKey", 127, None),
    // A name for four types, without a number.
    ("number", i64::MIN, Some(Kind::Number)),
];

/// A set of kinds.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Kinds(Vec<Kind>);

impl Kinds {
    /// Reads the operand of `$type`: a name, a number, or an array of them.
    pub(crate) fn parse(operand: &Value, place: Place<'_>) -> Result<Self, FilterError> {
        let mut kinds = Self::default();
        match operand {
            Value::Array(named) if named.is_empty() => {
                return Err(place.unknown("names at least one type"));
            }
            Value::Array(named) => {
                for (at, one) in named.iter().enumerate() {
                    kinds.add(one, place.item(at))?;
                }
            }
            one => kinds.add(one, place)?,
        }
        Ok(kinds)
    }

    fn add(&mut self, named: &Value, place: Place<'_>) -> Result<(), FilterError> {
        let found = match named {
            Value::String(name) => NAMED.iter().find(|(of, ..)| of == name),
            Value::Number(number) => {
                let number = Exact::of(number).whole().filter(|number| *number != i64::MIN);
                NAMED.iter().find(|(_, of, _)| Some(*of) == number)
            }
            _ => return Err(place.unknown("takes the name or the number of a type")),
        };
        let (_, _, kind) = found.ok_or_else(|| place.unknown(&format!("{named} is no type")))?;
        if let Some(kind) = kind.filter(|kind| !self.0.contains(kind)) {
            self.0.push(kind);
        }
        Ok(())
    }

    pub(crate) fn has(&self, value: &Value) -> bool {
        self.0.contains(&kind(value))
    }
}
