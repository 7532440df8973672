//! JSON into a [`Value`]. Numbers keep their spelling; a name twice in one object is refused, not guessed at.

use std::collections::HashSet;
use std::fmt;

use serde::de::{Deserialize, Deserializer, MapAccess, Visitor};
use serde_json::value::RawValue;

use super::format::ReadError;
use super::value::{MAX_DEPTH, Number, Place, Value};

/// Reads one JSON document.
pub fn read(text: &str) -> Result<Value, ReadError> {
    let raw: &RawValue =
        serde_json::from_str(text).map_err(|e| ReadError::Syntax(e.to_string()))?;
    convert(raw.get(), &mut Place::default(), MAX_DEPTH)
}

fn convert(raw: &str, place: &mut Place, depth: usize) -> Result<Value, ReadError> {
    let syntax = |e: serde_json::Error| ReadError::Syntax(format!("{e}, in a value there"));
    match raw.as_bytes().first() {
        Some(b'{' | b'[') if depth == 0 => Err(ReadError::TooDeep),
        Some(b'{') => {
            let Members(members) = serde_json::from_str(raw).map_err(|e| ReadError::At {
                place: place.to_string(),
                why: without_position(&e),
            })?;
            members
                .into_iter()
                .map(|(name, raw)| {
                    let value = place.within(&name, |p| convert(raw.get(), p, depth - 1))?;
                    Ok((name, value))
                })
                .collect::<Result<_, _>>()
                .map(Value::Table)
        }
        Some(b'[') => {
            let items: Vec<&RawValue> = serde_json::from_str(raw).map_err(syntax)?;
            items
                .into_iter()
                .enumerate()
                .map(|(at, raw)| place.at(at, |p| convert(raw.get(), p, depth - 1)))
                .collect::<Result<_, _>>()
                .map(Value::List)
        }
        Some(b'"') => serde_json::from_str(raw)
            .map(Value::Text)
            .map_err(|e| ReadError::At { place: place.to_string(), why: without_position(&e) }),
        Some(b't') => Ok(Value::Bool(true)),
        Some(b'f') => Ok(Value::Bool(false)),
        Some(b'n') => Ok(Value::Null),
        _ => Number::new(raw)
            .map(Value::Number)
            .map_err(|e| ReadError::At { place: place.to_string(), why: e.to_string() }),
    }
}

/// The position inside a cut-out piece would mislead; the place says where it is.
fn without_position(error: &serde_json::Error) -> String {
    let text = error.to_string();
    text.split(" at line ").next().unwrap_or_default().to_owned()
}

struct Members<'a>(Vec<(String, &'a RawValue)>);

impl<'de> Deserialize<'de> for Members<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(MembersVisitor)
    }
}

struct MembersVisitor;

impl<'de> Visitor<'de> for MembersVisitor {
    type Value = Members<'de>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        let mut members = Vec::new();
        let mut seen = HashSet::new();
        while let Some((name, raw)) = map.next_entry::<String, &RawValue>()? {
            if !seen.insert(name.clone()) {
                return Err(serde::de::Error::custom(format!("the name {name:?} is there twice")));
            }
            members.push((name, raw));
        }
        Ok(Members(members))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_and_order_stay_as_they_are() {
        for text in [
            r#"{"z":1.0,"a":1,"m":10e-1}"#,
            "18446744073709551616",
            "-0",
            "[1E5,0.10,123456789012345678901234567890]",
            r#"[{"b":null,"a":{}}]"#,
        ] {
            assert_eq!(read(text).expect("valid").to_string(), text);
        }
        assert_eq!(read(" [ 1 , 2 ] ").expect("valid").to_string(), "[1,2]");
        assert_eq!(read(r#""\u00e9\/""#).expect("valid").to_string(), r#""é/""#);
    }

    #[test]
    fn what_would_change_is_refused_with_its_place() {
        let refused = |text: &str| read(text).expect_err(text).to_string();
        assert!(refused(r#"{"a":{"b":[0,1e400]}}"#).contains("a.b[1]"));
        assert!(refused(r#"{"x":[{"a":1,"a":2}]}"#).contains("twice"));
        assert!(refused(r#"{"a":1,"\u0061":2}"#).contains("\"a\""));
        assert!(refused(r#"{"a":"\ud800"}"#).starts_with("a: "));
        assert!(refused("{\"a\":1,}").contains("line 1"));
        assert!(refused("1 2").contains("trailing"));
    }

    #[test]
    fn nesting_has_an_end() {
        let deep = |n: usize| "[".repeat(n) + &"]".repeat(n);
        assert!(read(&deep(MAX_DEPTH)).is_ok());
        assert!(matches!(read(&deep(MAX_DEPTH + 1)), Err(ReadError::TooDeep)));
        assert!(read(&deep(200_000)).is_err());
    }
}
