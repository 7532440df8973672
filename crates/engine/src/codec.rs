//! The codecs that the server looks into: it checks that a value decodes, and notes what kind of value it is. The bytes
//! are kept exactly as they came. A codec that is not listed here is opaque.

use std::fmt;

use holdfast_model::{Codec, ValueType};
use serde::de::{Deserialize, Deserializer, MapAccess, SeqAccess, Visitor};

use crate::error::EngineError;

/// The codecs that are known, sorted by name.
pub const CODECS: [&str; 2] = ["json", "secret"];

/// Checks a value against its codec. An empty codec name means `json`.
pub(crate) fn inspect(codec: &str, value: &[u8]) -> Result<(Codec, ValueType), EngineError> {
    let name = if codec.is_empty() { "json" } else { codec };
    let codec = Codec::new(name).ok_or_else(|| {
        let why =
            format!("a codec name has 1 to {} bytes without control characters", Codec::MAX_BYTES);
        EngineError::InvalidArgument { field: "codec".into(), why }
    })?;
    if name == "json" {
        return Ok((codec, json_type(value)?));
    }
    if value.is_empty() {
        return Err(EngineError::InvalidValue(format!("an empty value is not valid for {name}")));
    }
    Ok((codec, ValueType::Custom))
}

fn json_type(value: &[u8]) -> Result<ValueType, EngineError> {
    let invalid = |why: String| EngineError::InvalidValue(why);
    // The contract tolerates bytes that are no UTF-8 inside strings.
    let text = String::from_utf8_lossy(value);
    match serde_json::from_str(&text) {
        Ok(Seen(Some(kind))) => Ok(kind),
        Ok(Seen(None)) => Err(invalid("null is no value; delete the key instead".into())),
        Err(error) => Err(invalid(format!("not valid JSON: {error}"))),
    }
}

/// The kind of a JSON value, `None` for null. All of it is read, to find what is not valid; nothing of it is kept.
struct Seen(Option<ValueType>);

impl<'de> Deserialize<'de> for Seen {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(Look)
    }
}

struct Look;

impl<'de> Visitor<'de> for Look {
    type Value = Seen;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a JSON value")
    }

    fn visit_unit<E>(self) -> Result<Seen, E> {
        Ok(Seen(None))
    }

    fn visit_bool<E>(self, _: bool) -> Result<Seen, E> {
        Ok(Seen(Some(ValueType::Bool)))
    }

    fn visit_i64<E>(self, _: i64) -> Result<Seen, E> {
        Ok(Seen(Some(ValueType::Int)))
    }

    fn visit_u64<E>(self, _: u64) -> Result<Seen, E> {
        Ok(Seen(Some(ValueType::Int)))
    }

    /// Always finite: a number beyond the range is an error of the parser.
    fn visit_f64<E>(self, number: f64) -> Result<Seen, E> {
        let whole = number.fract() == 0.0;
        Ok(Seen(Some(if whole { ValueType::Int } else { ValueType::Float })))
    }

    fn visit_str<E>(self, _: &str) -> Result<Seen, E> {
        Ok(Seen(Some(ValueType::String)))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Seen, A::Error> {
        while seq.next_element::<Seen>()?.is_some() {}
        Ok(Seen(Some(ValueType::Custom)))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Seen, A::Error> {
        while map.next_entry::<Seen, Seen>()?.is_some() {}
        Ok(Seen(Some(ValueType::Custom)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn json_kinds_are_those_of_the_contract() {
        let cases = [
            ("42", ValueType::Int),
            ("42.0", ValueType::Int),
            ("1e3", ValueType::Int),
            ("-0", ValueType::Int),
            ("3.5", ValueType::Float),
            ("true", ValueType::Bool),
            ("\"s\"", ValueType::String),
            ("{\"a\":1}", ValueType::Custom),
            ("[1]", ValueType::Custom),
            ("[null, {\"a\": [\"\\u00e9\", 1.5, false]}]", ValueType::Custom),
            (" 1 ", ValueType::Int),
            ("{\"a\":1,\"a\":2}", ValueType::Custom),
            ("123456789012345678901234567890", ValueType::Int),
        ];
        for (text, kind) in cases {
            assert_eq!(inspect("", text.as_bytes()).expect(text), (Codec::json(), kind), "{text}");
        }
        assert_eq!(inspect("json", b"\"\xff\"").expect("tolerated").1, ValueType::String);
    }

    #[test]
    fn what_does_not_decode_is_refused() {
        for text in ["", "nope", "null", "1e999", "1 2", "{", "\u{feff}1", "[1e999]", "{\"a\":}"] {
            let refused = inspect("json", text.as_bytes());
            assert!(matches!(refused, Err(EngineError::InvalidValue(_))), "{text}");
        }
        assert!(inspect("client:encrypted:json", b"").is_err());
        assert!(inspect("a\nb", b"x").is_err());
    }

    #[test]
    fn unknown_codecs_are_opaque() {
        for codec in ["yaml", "secret", "client:encrypted:json"] {
            let (kept, kind) = inspect(codec, b"a: 1").expect("opaque");
            assert_eq!((kept.as_str(), kind), (codec, ValueType::Custom));
        }
    }
}
