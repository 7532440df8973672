//! `google.protobuf.Struct` to JSON and back, and entries as the values that stategate shows.

mod coordination;
pub mod json;
mod peek;
mod put;
mod wire;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use buffa_types::google::protobuf::__buffa::oneof::value::Kind;
use buffa_types::google::protobuf::{ListValue, Struct, Value as WireValue};
use holdfast_model::Codec;
use serde_json::{Map, Number, Value};
use uuid::{Builder, Uuid};

pub use peek::peek;
pub use put::FoundStates;
pub use wire::struct_of;

/// The largest number below which every whole number is one that a double can hold.
const EXACT: f64 = 9_007_199_254_740_992.0;

/// Members of a struct. A value without a kind is null.
///
/// # Errors
/// A sentence when it has a number that JSON has not.
pub fn members(from: &Struct) -> Result<Map<String, Value>, String> {
    from.fields.iter().map(|(name, value)| Ok((name.clone(), json(value)?))).collect()
}

/// A value. One without a kind is null.
///
/// # Errors
/// A sentence when it has a number that JSON has not.
pub fn json(value: &WireValue) -> Result<Value, String> {
    Ok(match &value.kind {
        None | Some(Kind::NullValue(_)) => Value::Null,
        Some(Kind::NumberValue(number)) => Value::Number(whole_or_double(*number)?),
        Some(Kind::StringValue(text)) => Value::String(text.clone()),
        Some(Kind::BoolValue(truth)) => Value::Bool(*truth),
        Some(Kind::StructValue(members_of)) => Value::Object(members(members_of)?),
        Some(Kind::ListValue(list)) => {
            Value::Array(list.values.iter().map(json).collect::<Result<_, _>>()?)
        }
    })
}

/// Numbers are doubles; a whole one is written without a fraction, as every JSON writer of protobuf does.
fn whole_or_double(number: f64) -> Result<Number, String> {
    // Below 2^53, so nothing is cut off; negative zero stays what it is.
    let whole = number.fract() == 0.0 && number.abs() < EXACT;
    if whole && !(number == 0.0 && number.is_sign_negative()) {
        return Ok(Number::from(number as i64));
    }
    Number::from_f64(number).ok_or_else(|| format!("{number} is no number of JSON"))
}

/// A struct of these members.
#[must_use]
pub fn of_members(members: &Map<String, Value>) -> Struct {
    let fields = members.iter().map(|(name, value)| (name.clone(), of_json(value)));
    Struct { fields: fields.collect(), ..Struct::default() }
}

/// The same for whoever needs them no more.
#[must_use]
pub fn into_struct(members: Map<String, Value>) -> Struct {
    let fields = members.into_iter().map(|(name, value)| (name, into_wire(value)));
    Struct { fields: fields.collect(), ..Struct::default() }
}

fn into_wire(value: Value) -> WireValue {
    match value {
        Value::String(text) => text.into(),
        Value::Array(values) => {
            let values = values.into_iter().map(into_wire).collect();
            let list = ListValue { values, ..ListValue::default() };
            WireValue { kind: Some(Kind::ListValue(list.into())), ..WireValue::default() }
        }
        Value::Object(members) => {
            let kind = Some(Kind::StructValue(into_struct(members).into()));
            WireValue { kind, ..WireValue::default() }
        }
        plain => of_json(&plain),
    }
}

/// A value of the wire.
#[must_use]
pub fn of_json(value: &Value) -> WireValue {
    match value {
        Value::Null => WireValue::null(),
        Value::Bool(truth) => (*truth).into(),
        Value::Number(number) => number.as_f64().unwrap_or_default().into(),
        Value::String(text) => text.as_str().into(),
        Value::Array(values) => {
            let values = values.iter().map(of_json).collect();
            let list = ListValue { values, ..ListValue::default() };
            WireValue { kind: Some(Kind::ListValue(list.into())), ..WireValue::default() }
        }
        Value::Object(members) => {
            let kind = Some(Kind::StructValue(of_members(members).into()));
            WireValue { kind, ..WireValue::default() }
        }
    }
}

/// What stategate shows of any entry: the members of a JSON object, `{"value":..}` for other JSON, and
/// `{"bytes":"<base64>","codec":".."}` for what is no JSON.
#[must_use]
pub fn values(codec: &Codec, value: &[u8]) -> Map<String, Value> {
    let parsed = (codec.as_str() == Codec::json().as_str()).then(|| {
        // Bytes that are no UTF-8 are tolerated inside JSON texts.
        serde_json::from_str(&String::from_utf8_lossy(value))
    });
    match parsed {
        Some(Ok(Value::Object(members))) => members,
        Some(Ok(other)) => Map::from_iter([("value".to_owned(), other)]),
        Some(Err(_)) | None => Map::from_iter([
            ("bytes".to_owned(), STANDARD.encode(value).into()),
            ("codec".to_owned(), codec.as_str().into()),
        ]),
    }
}

/// Claims as commits keep them, by name, each value as JSON text.
#[must_use]
pub fn claims(written: &[(String, String)]) -> Map<String, Value> {
    let of_text =
        |text: &String| serde_json::from_str(text).unwrap_or_else(|_| Value::String(text.clone()));
    written.iter().map(|(name, text)| (name.clone(), of_text(text))).collect()
}

/// The id of an event as stategate shows it: clients check for a UUID of version 1 to 5, and those of events are of version 7.
/// The version digit is the only difference.
#[must_use]
pub fn event_id(id: Uuid) -> Uuid {
    with_version(id, 4)
}

/// The id of the event that is shown under this one.
#[must_use]
pub fn shown_event(id: Uuid) -> Uuid {
    with_version(id, 7)
}

fn with_version(id: Uuid, version: u8) -> Uuid {
    let mut bytes = id.into_bytes();
    bytes[6] = (bytes[6] & 0x0f) | (version << 4);
    Builder::from_bytes(bytes).into_uuid()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn object(value: Value) -> Map<String, Value> {
        match value {
            Value::Object(members) => members,
            other => panic!("{other} is no object"),
        }
    }

    #[test]
    fn structs_are_json_objects_and_back() {
        let all = json!({
            "null": null, "no": false, "yes": true, "int": 7, "negative": -7, "half": 0.5,
            "text": "ключ \u{1F600}", "empty": {}, "none": [],
            "nested": {"a": [1, [2, {"b": null}], "x"], "c": {"d": {"e": 1e300}}},
        });
        let members_of = object(all);
        assert_eq!(members(&of_members(&members_of)), Ok(members_of));
    }

    #[test]
    fn numbers_are_doubles() {
        let wire = of_members(&object(json!({"big": 9_007_199_254_740_993_u64, "whole": 3.0})));
        let text = Value::Object(members(&wire).expect("JSON")).to_string();
        assert_eq!(text, r#"{"big":9007199254740992.0,"whole":3}"#);
        for number in [f64::NAN, f64::INFINITY, f64::NEG_INFINITY] {
            let fields = [("n".to_owned(), WireValue::from(number))].into_iter().collect();
            assert!(members(&Struct { fields, ..Struct::default() }).is_err(), "{number}");
        }
        let fields = [("n".to_owned(), WireValue::default())].into_iter().collect();
        let unset = Struct { fields, ..Struct::default() };
        assert_eq!(members(&unset), Ok(object(json!({"n": null}))));
    }

    #[test]
    fn every_entry_has_values() {
        let json_codec = Codec::json();
        assert_eq!(values(&json_codec, br#"{"a":1}"#), object(json!({"a": 1})));
        assert_eq!(values(&json_codec, b"[1]"), object(json!({"value": [1]})));
        assert_eq!(values(&json_codec, b"\"\xff\""), object(json!({"value": "\u{fffd}"})));
        let yaml = Codec::new("yaml").expect("a name");
        let shown = values(&yaml, b"a: 1");
        assert_eq!(shown, object(json!({"bytes": "YTogMQ==", "codec": "yaml"})));
        // A value of which a caller may see nothing.
        assert_eq!(values(&json_codec, b""), object(json!({"bytes": "", "codec": "json"})));
    }

    #[test]
    fn event_ids_are_of_version_four_and_lead_back() {
        let id = Uuid::now_v7();
        let shown = event_id(id);
        assert_eq!(shown.get_version_num(), 4);
        assert_eq!(shown_event(shown), id);
    }

    #[test]
    fn claims_are_json() {
        let written = [("aud".to_owned(), "[\"a\"]".to_owned()), ("sub".into(), "\"x\"".into())];
        assert_eq!(claims(&written), object(json!({"aud": ["a"], "sub": "x"})));
    }
}
