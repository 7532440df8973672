//! One member of a JSON text, without a tree of the others.

use std::fmt;

use holdfast_model::Codec;
use serde::de::{DeserializeSeed, Deserializer, Error, IgnoredAny, MapAccess, Visitor};
use serde_json::Value;

/// The parser of trees refuses what is nested deeper than this; a skipped member could be.
const DEEPEST: usize = 127;

/// The member of this name among those that [`super::values`] shows; the outer `None`: that takes the whole tree to tell.
#[must_use]
pub fn peek(codec: &Codec, value: &[u8], name: &str) -> Option<Option<Value>> {
    if codec.as_str() != Codec::json().as_str() || may_be_deep(value) {
        return None;
    }
    let text = std::str::from_utf8(value).ok()?;
    // What is no object is shown as its only member, `value`.
    if !text.trim_start().starts_with('{') {
        return match name {
            "value" => serde_json::from_str(text).ok().map(Some),
            _ => serde_json::from_str::<IgnoredAny>(text).ok().map(|_| None),
        };
    }
    let mut from = serde_json::Deserializer::from_str(text);
    let found = from.deserialize_map(Member(name)).ok()?;
    from.end().ok()?;
    Some(found)
}

/// What is opened in a whole text is closed there too, so short ones need no counting.
fn may_be_deep(value: &[u8]) -> bool {
    let opening = || value.iter().filter(|byte| matches!(byte, b'{' | b'[')).count();
    value.len() > 2 * DEEPEST && opening() > DEEPEST
}

struct Member<'a>(&'a str);

impl<'de> Visitor<'de> for Member<'_> {
    type Value = Option<Value>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a JSON object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut from: A) -> Result<Option<Value>, A::Error> {
        let mut found = None;
        while let Some(is_it) = from.next_key_seed(Is(self.0))? {
            if is_it {
                // Of two with one name the last one counts.
                found = Some(from.next_value()?);
            } else {
                from.next_value::<IgnoredAny>()?;
            }
        }
        Ok(found)
    }
}

/// Whether a name is this one.
struct Is<'a>(&'a str);

impl<'de> DeserializeSeed<'de> for Is<'_> {
    type Value = bool;

    fn deserialize<D: Deserializer<'de>>(self, from: D) -> Result<bool, D::Error> {
        from.deserialize_str(self)
    }
}

impl Visitor<'_> for Is<'_> {
    type Value = bool;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a name")
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<bool, E> {
        Ok(text == self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::super::values;
    use super::*;

    #[test]
    fn it_is_what_the_tree_has_or_says_nothing() {
        let deep = format!("{{\"b\":{}{}}}", "[".repeat(200), "]".repeat(200));
        let texts: [&[u8]; 14] = [
            b"{}",
            b" {\"a\":1} ",
            b"{\"b\":[{}],\"a\":{\"c\":null}}",
            b"{\"a\":1,\"a\":[2]}",
            b"{\"\\u0061\":\"x\"}",
            b"[{\"a\":1}]",
            b"7",
            b" \"a\" ",
            b"\"a",
            b"",
            b"{\"a\":1",
            b"{\"a\":1} x",
            b"{\"a\":\"\xff\"}",
            deep.as_bytes(),
        ];
        let mut told = 0;
        for text in texts {
            for name in ["a", "b", "value", "bytes"] {
                let Some(found) = peek(&Codec::json(), text, name) else { continue };
                told += 1;
                assert_eq!(found.as_ref(), values(&Codec::json(), text).get(name), "{text:?}");
            }
        }
        assert_eq!(told, (5 + 3) * 4, "plain objects and plain values");
        let yaml = Codec::new("yaml").expect("a name");
        assert_eq!(peek(&yaml, b"{\"a\":1}", "a"), None);
    }
}
