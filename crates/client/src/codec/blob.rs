//! Bytes as a value of Rust: bytes, a list of numbers, or a text where they are one.

use serde::de::value::{Error, SeqDeserializer};
use serde::de::{Deserializer, Error as _, Visitor};

use crate::secret;

/// Bytes. Those of a secret open only for a [`Secret`](crate::Secret).
#[derive(Debug, Clone, Copy)]
pub(crate) struct Blob<'a> {
    bytes: &'a [u8],
    locked: bool,
}

impl<'a> Blob<'a> {
    pub(crate) fn open(bytes: &'a [u8]) -> Self {
        Self { bytes, locked: false }
    }

    pub(crate) fn secret(bytes: &'a [u8]) -> Self {
        Self { bytes, locked: true }
    }

    fn unlocked(self) -> Result<&'a [u8], Error> {
        if self.locked {
            Err(Error::custom("a secret opens only for a Secret"))
        } else {
            Ok(self.bytes)
        }
    }
}

impl<'de> Deserializer<'de> for Blob<'_> {
    type Error = Error;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        visitor.visit_bytes(self.unlocked()?)
    }

    fn deserialize_str<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        visitor.visit_str(std::str::from_utf8(self.unlocked()?).map_err(Error::custom)?)
    }

    fn deserialize_string<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        self.deserialize_str(visitor)
    }

    fn deserialize_seq<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        visitor.visit_seq(SeqDeserializer::new(self.unlocked()?.iter().copied()))
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        visitor.visit_some(self)
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(
        self,
        name: &'static str,
        visitor: V,
    ) -> Result<V::Value, Error> {
        visitor.visit_newtype_struct(Self { locked: self.locked && name != secret::NAME, ..self })
    }

    serde::forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char bytes byte_buf unit unit_struct
        tuple tuple_struct map struct enum identifier ignored_any
    }
}
