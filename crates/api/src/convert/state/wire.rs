//! JSON text straight to `google.protobuf.Struct`, without a tree between.

use std::fmt;

use buffa_types::google::protobuf::__buffa::oneof::value::Kind;
use buffa_types::google::protobuf::{ListValue, Struct, Value as WireValue};
use holdfast_model::Codec;
use serde::de::{Deserialize, Deserializer, Error, MapAccess, SeqAccess, Visitor};

use super::{into_struct, values};

/// What [`values`] shows of an entry, as a struct.
#[must_use]
pub fn struct_of(codec: &Codec, value: &[u8]) -> Struct {
    if codec.as_str() == Codec::json().as_str()
        && let Ok(text) = std::str::from_utf8(value)
        && let Ok(Wire(shown)) = serde_json::from_str(text)
    {
        return match shown {
            WireValue { kind: Some(Kind::StructValue(members)), .. } => *members,
            other => {
                let fields = [("value".to_owned(), other)].into_iter().collect();
                Struct { fields, ..Struct::default() }
            }
        };
    }
    into_struct(values(codec, value))
}

/// A value of the wire, read from JSON.
struct Wire(WireValue);

impl<'de> Deserialize<'de> for Wire {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        from.deserialize_any(Reads).map(Self)
    }
}

struct Reads;

impl<'de> Visitor<'de> for Reads {
    type Value = WireValue;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("any JSON value")
    }

    fn visit_unit<E: Error>(self) -> Result<WireValue, E> {
        Ok(WireValue::null())
    }

    fn visit_bool<E: Error>(self, truth: bool) -> Result<WireValue, E> {
        Ok(truth.into())
    }

    // Numbers of the wire are doubles, whatever that makes of large ones.
    fn visit_u64<E: Error>(self, number: u64) -> Result<WireValue, E> {
        Ok((number as f64).into())
    }

    fn visit_i64<E: Error>(self, number: i64) -> Result<WireValue, E> {
        Ok((number as f64).into())
    }

    fn visit_f64<E: Error>(self, number: f64) -> Result<WireValue, E> {
        Ok(number.into())
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<WireValue, E> {
        Ok(text.into())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut from: A) -> Result<WireValue, A::Error> {
        let mut values = Vec::new();
        while let Some(Wire(value)) = from.next_element()? {
            values.push(value);
        }
        let list = ListValue { values, ..ListValue::default() };
        Ok(WireValue { kind: Some(Kind::ListValue(list.into())), ..WireValue::default() })
    }

    fn visit_map<A: MapAccess<'de>>(self, mut from: A) -> Result<WireValue, A::Error> {
        let mut of = Struct::default();
        while let Some((name, Wire(value))) = from.next_entry::<String, Wire>()? {
            of.fields.insert(name, value);
        }
        Ok(WireValue { kind: Some(Kind::StructValue(of.into())), ..WireValue::default() })
    }
}

#[cfg(test)]
pub(super) mod tests {
    use proptest::prelude::*;
    use serde_json::Value;

    use super::*;

    pub(in super::super) fn any_json() -> impl Strategy<Value = Value> {
        let leaf = prop_oneof![
            Just(Value::Null),
            any::<bool>().prop_map(Value::from),
            any::<i64>().prop_map(Value::from),
            any::<u64>().prop_map(Value::from),
            any::<f64>().prop_map(Value::from),
            "\\PC{0,8}".prop_map(Value::from),
        ];
        leaf.prop_recursive(4, 32, 4, |inner| {
            prop_oneof![
                prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
                prop::collection::btree_map("\\PC{0,4}", inner, 0..4)
                    .prop_map(|members| members.into_iter().collect()),
            ]
        })
    }

    proptest! {
        #[test]
        fn it_is_what_the_tree_makes(value in any_json()) {
            let text = value.to_string();
            let codec = Codec::json();
            let by_the_tree = super::super::of_members(&values(&codec, text.as_bytes()));
            prop_assert_eq!(struct_of(&codec, text.as_bytes()), by_the_tree);
        }
    }

    #[test]
    fn so_is_what_is_no_plain_object() {
        let yaml = Codec::new("yaml").expect("a name");
        let deep = "[".repeat(200);
        let texts: [&[u8]; 8] = [
            b"",
            b"[1]",
            b"\"\xff\"",
            b"{\"a\":\"\xff\"}",
            b"{\"a\":1,\"a\":2}",
            b"{",
            b" {} ",
            deep.as_bytes(),
        ];
        for text in texts {
            for codec in [&Codec::json(), &yaml] {
                let by_the_tree = super::super::of_members(&values(codec, text));
                assert_eq!(struct_of(codec, text), by_the_tree, "{}", text.escape_ascii());
            }
        }
    }
}
