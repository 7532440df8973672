//! Found states on the wire, written from the JSON text of their entries without a message between.

use std::fmt;

use buffa::Message as _;
use buffa::encoding::encode_varint;
use bytes::Bytes;
use holdfast_model::Codec;
use serde::de::{DeserializeSeed, Deserializer as _, Error, MapAccess, SeqAccess, Visitor};

use super::{into_struct, values};

/// What stategate calls the key in a document; no member is called so.
const ID: &str = "_id";

/// Field number and wire type, of fields that are preceded by their length.
const fn tag(field: u8) -> u8 {
    field << 3 | 2
}

const STATE: u8 = tag(1);
const DOMAIN: u8 = tag(1);
const TYPE: u8 = tag(2);
const KEY: u8 = tag(3);
const VALUES: u8 = tag(4);
const NEXT_CURSOR: u64 = 100 << 3 | 2;
/// Of `google.protobuf.Struct`, the entries of its map, `Value` and `ListValue`.
const FIELDS: u8 = tag(1);
const NAME: u8 = tag(1);
const VALUE: u8 = tag(2);
const NULL: [u8; 2] = [1 << 3, 0];
const NUMBER: u8 = 2 << 3 | 1;
const STRING: u8 = tag(3);
const BOOL: u8 = 4 << 3;
const STRUCT: u8 = tag(5);
const LIST: u8 = tag(6);
const ELEMENTS: u8 = tag(1);

/// A `StateValues` or `Entities`, which look the same on the wire.
#[derive(Debug, Default)]
pub struct FoundStates(Vec<u8>);

impl FoundStates {
    /// With room for so many bytes of values.
    #[must_use]
    pub fn with_room(bytes: usize) -> Self {
        Self(Vec::with_capacity(bytes))
    }

    /// One more, whose values are what [`values`] shows of an entry with this codec and value, but for `_id`.
    pub fn push(&mut self, [domain, kind, key]: [&str; 3], codec: &Codec, value: &[u8]) {
        let out = &mut self.0;
        let state =
            Length::open(out, STATE, domain.len() + kind.len() + key.len() + value.len() + 16);
        for (tag, text) in [(DOMAIN, domain), (TYPE, kind), (KEY, key)] {
            put_text(out, tag, text);
        }
        let shown = Length::open(out, VALUES, value.len() + 16);
        if put_json(out, codec, value).is_none() {
            out.truncate(shown.at);
            let mut shown = into_struct(values(codec, value));
            shown.fields.remove(ID);
            shown.encode(out);
        }
        shown.close(out);
        state.close(out);
    }

    /// The message.
    #[must_use]
    pub fn finish(mut self, next_cursor: &str) -> Bytes {
        if !next_cursor.is_empty() {
            encode_varint(NEXT_CURSOR, &mut self.0);
            encode_varint(next_cursor.len() as u64, &mut self.0);
            self.0.extend_from_slice(next_cursor.as_bytes());
        }
        self.0.into()
    }
}

/// The place of a length that is known when what it is of has been written.
struct Length {
    /// Behind it.
    at: usize,
    /// Bytes that were left for it.
    width: usize,
}

impl Length {
    /// Begins a field of about `expected` bytes: where that is right nothing has to be moved.
    fn open(out: &mut Vec<u8>, tag: u8, expected: usize) -> Self {
        let width = width(expected);
        out.push(tag);
        out.resize(out.len() + width, 0);
        Self { at: out.len(), width }
    }

    fn close(self, out: &mut Vec<u8>) {
        let Self { at, width: left } = self;
        let (length, end) = (out.len() - at, out.len());
        let width = width(length);
        let begin = at - left + width;
        if width > left {
            out.resize(end + width - left, 0);
            out.copy_within(at..end, begin);
        } else if width < left {
            out.copy_within(at..end, begin);
            out.truncate(begin + length);
        }
        let mut rest = length;
        for (place, byte) in out[begin - width..begin].iter_mut().enumerate() {
            let more = if place + 1 < width { 0x80 } else { 0 };
            *byte = (rest & 0x7f) as u8 | more;
            rest >>= 7;
        }
    }
}

/// Bytes of a length as a varint.
fn width(length: usize) -> usize {
    let bits = usize::BITS - (length | 1).leading_zeros();
    bits.div_ceil(7) as usize
}

fn put_text(out: &mut Vec<u8>, tag: u8, text: &str) {
    out.push(tag);
    encode_varint(text.len() as u64, out);
    out.extend_from_slice(text.as_bytes());
}

/// The fields of a struct; `None`: it takes a tree to tell, and what was written is worth nothing.
fn put_json(out: &mut Vec<u8>, codec: &Codec, value: &[u8]) -> Option<()> {
    if codec.as_str() != Codec::json().as_str() {
        return None;
    }
    let text = std::str::from_utf8(value).ok()?;
    let mut from = serde_json::Deserializer::from_str(text);
    let expected = value.len();
    if text.trim_start().starts_with('{') {
        from.deserialize_map(Fields { out, expected }).ok()?;
    } else {
        let entry = Length::open(out, FIELDS, expected + 16);
        put_text(out, NAME, "value");
        let shown = Length::open(out, VALUE, expected);
        PutValue { out: &mut *out, expected }.deserialize(&mut from).ok()?;
        shown.close(out);
        entry.close(out);
    }
    from.end().ok()
}

/// Writes the members of an object as fields of a struct. `expected`: about as long is what is written.
struct Fields<'a> {
    out: &'a mut Vec<u8>,
    expected: usize,
}

impl<'de> Visitor<'de> for Fields<'_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a JSON object")
    }

    fn visit_map<A: MapAccess<'de>>(self, from: A) -> Result<(), A::Error> {
        put_fields(self.out, self.expected, Some(ID), from)
    }
}

fn put_fields<'de, A: MapAccess<'de>>(
    out: &mut Vec<u8>,
    expected: usize,
    but: Option<&str>,
    mut from: A,
) -> Result<(), A::Error> {
    loop {
        let before = out.len();
        let entry = Length::open(out, FIELDS, expected);
        let Some(is_left_out) = from.next_key_seed(PutName { out: &mut *out, but })? else {
            out.truncate(before);
            return Ok(());
        };
        let value = Length::open(out, VALUE, expected);
        from.next_value_seed(PutValue { out: &mut *out, expected })?;
        value.close(out);
        entry.close(out);
        if is_left_out {
            out.truncate(before);
        }
    }
}

/// Writes the name of a field, and says whether it is the one to leave out.
struct PutName<'a> {
    out: &'a mut Vec<u8>,
    but: Option<&'a str>,
}

impl<'de> DeserializeSeed<'de> for PutName<'_> {
    type Value = bool;

    fn deserialize<D: serde::Deserializer<'de>>(self, from: D) -> Result<bool, D::Error> {
        from.deserialize_str(self)
    }
}

impl Visitor<'_> for PutName<'_> {
    type Value = bool;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a name")
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<bool, E> {
        put_text(self.out, NAME, text);
        Ok(self.but == Some(text))
    }
}

/// Writes the content of a `Value`.
struct PutValue<'a> {
    out: &'a mut Vec<u8>,
    expected: usize,
}

impl PutValue<'_> {
    fn number(self, number: f64) {
        self.out.push(NUMBER);
        self.out.extend_from_slice(&number.to_le_bytes());
    }
}

impl<'de> DeserializeSeed<'de> for PutValue<'_> {
    type Value = ();

    fn deserialize<D: serde::Deserializer<'de>>(self, from: D) -> Result<(), D::Error> {
        from.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for PutValue<'_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("any JSON value")
    }

    fn visit_unit<E: Error>(self) -> Result<(), E> {
        self.out.extend_from_slice(&NULL);
        Ok(())
    }

    fn visit_bool<E: Error>(self, truth: bool) -> Result<(), E> {
        self.out.extend_from_slice(&[BOOL, truth.into()]);
        Ok(())
    }

    // Numbers of the wire are doubles, whatever that makes of large ones.
    fn visit_u64<E: Error>(self, number: u64) -> Result<(), E> {
        self.number(number as f64);
        Ok(())
    }

    fn visit_i64<E: Error>(self, number: i64) -> Result<(), E> {
        self.number(number as f64);
        Ok(())
    }

    fn visit_f64<E: Error>(self, number: f64) -> Result<(), E> {
        self.number(number);
        Ok(())
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<(), E> {
        put_text(self.out, STRING, text);
        Ok(())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut from: A) -> Result<(), A::Error> {
        let Self { out, expected } = self;
        let list = Length::open(out, LIST, expected);
        loop {
            let before = out.len();
            let element = Length::open(out, ELEMENTS, expected);
            if from.next_element_seed(PutValue { out: &mut *out, expected })?.is_none() {
                out.truncate(before);
                break;
            }
            element.close(out);
        }
        list.close(out);
        Ok(())
    }

    fn visit_map<A: MapAccess<'de>>(self, from: A) -> Result<(), A::Error> {
        let Self { out, expected } = self;
        let members = Length::open(out, STRUCT, expected);
        put_fields(out, expected, None, from)?;
        members.close(out);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use buffa::Message as _;
    use proptest::prelude::*;

    use super::super::wire::tests::any_json;
    use super::*;
    use crate::stategate::{Entities, Entity, State, StateValues};

    const NAMES: [&str; 3] = ["domain", "type", "key"];

    fn entity(codec: &Codec, value: &[u8]) -> Entity {
        let mut shown = into_struct(values(codec, value));
        shown.fields.remove(ID);
        let [domain, kind, key] = NAMES.map(str::to_owned);
        Entity { domain, r#type: kind, key, values: shown.into(), ..Entity::default() }
    }

    /// What was written is what the messages make of the same entries.
    fn check(entries: &[(Codec, Vec<u8>)], next_cursor: &str) {
        let mut found = FoundStates::with_room(7);
        entries.iter().for_each(|(codec, value)| found.push(NAMES, codec, value));
        let bytes = found.finish(next_cursor);
        let entities: Vec<_> = entries.iter().map(|(codec, value)| entity(codec, value)).collect();
        let state = |Entity { domain, r#type, key, values, .. }: &Entity| State {
            domain: domain.clone(),
            r#type: r#type.clone(),
            key: key.clone(),
            values: values.clone(),
            ..State::default()
        };
        let states = StateValues {
            state_values: entities.iter().map(state).collect(),
            next_cursor: next_cursor.into(),
            ..StateValues::default()
        };
        let read = StateValues::decode_from_slice(&bytes).expect("a message");
        assert_eq!(read, states);
        assert_eq!(bytes.len(), states.encode_to_vec().len(), "every length as short as can be");
        let entities =
            Entities { entities, next_cursor: next_cursor.into(), ..Entities::default() };
        assert_eq!(Entities::decode_from_slice(&bytes).expect("a message"), entities);
    }

    proptest! {
        #[test]
        fn it_is_what_the_messages_are(values in prop::collection::vec(any_json(), 0..4), cursor in "[a-z]{0,3}") {
            let bytes = |value: serde_json::Value| (Codec::json(), value.to_string().into_bytes());
            check(&values.into_iter().map(bytes).collect::<Vec<_>>(), &cursor);
        }
    }

    #[test]
    fn so_is_what_is_longer_or_no_plain_object() {
        let yaml = Codec::new("yaml").expect("a name");
        let mut texts: Vec<Vec<u8>> = [
            "",
            "[1]",
            "7",
            " {} ",
            "{",
            "{\"a\":1} x",
            "{\"_id\":[{\"_id\":1}],\"a\":{\"_id\":2}}",
            "{\"\\u0061\":\"\\n\",\"\":null}",
            "[[],{},[{}]]",
            "{\"_id\":1e999}",
            "\u{a0}{}",
        ]
        .map(|text| text.as_bytes().to_vec())
        .to_vec();
        texts.push(b"\"\xff\"".to_vec());
        texts.push(b"{\"_id\":\"\xff\",\"a\":\"\xff\"}".to_vec());
        texts.push("[".repeat(200).into_bytes());
        // Around the lengths at which a length takes one byte more, on every level.
        for around in [127_usize, 16_383] {
            for length in around - 40..around + 3 {
                let long = "x".repeat(length);
                texts.push(format!("\"{long}\"").into_bytes());
                texts.push(
                    format!("{{\"a\":[{{\"b\":\"{long}\"}}],\"c\":\"{long}\"}}").into_bytes(),
                );
                texts.push(format!("{{\"a\":\"{}\"}}", "\\n".repeat(length)).into_bytes());
            }
        }
        for text in texts {
            check(&[(Codec::json(), text.clone()), (yaml.clone(), text)], "");
        }
    }
}
