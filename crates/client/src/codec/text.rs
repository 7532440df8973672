//! A text as a value of Rust: the type that is asked for decides what it is read as.

use serde::de::value::Error;
use serde::de::{Deserializer, Error as _, IntoDeserializer, Visitor};

/// A text. Numbers and truths are parsed, enums go by the name of a variant, whatever has parts is read as JSON.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Text<'a>(pub(crate) &'a str);

macro_rules! parsed {
    ($($method:ident $visit:ident $type:ty),* $(,)?) => {$(
        fn $method<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
            let wrong = |e| Error::custom(format_args!("{:?} is no {}: {e}", self.0, stringify!($type)));
            visitor.$visit(self.0.trim().parse::<$type>().map_err(wrong)?)
        }
    )*};
}

macro_rules! as_json {
    ($($method:ident($($argument:ident: $type:ty),*)),* $(,)?) => {$(
        fn $method<V: Visitor<'de>>(self, $($argument: $type,)* visitor: V) -> Result<V::Value, Error> {
            let mut json = serde_json::Deserializer::from_reader(self.0.as_bytes());
            let value = (&mut json).$method($($argument,)* visitor).map_err(Error::custom)?;
            json.end().map_err(Error::custom)?;
            Ok(value)
        }
    )*};
}

impl<'de> Deserializer<'de> for Text<'_> {
    type Error = Error;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        visitor.visit_str(self.0)
    }

    fn deserialize_bool<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        let wrong = || Error::custom(format_args!("{:?} is neither true nor false", self.0));
        visitor.visit_bool(super::scalar::truth(self.0.trim()).ok_or_else(wrong)?)
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        visitor.visit_some(self)
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        visitor: V,
    ) -> Result<V::Value, Error> {
        visitor.visit_newtype_struct(self)
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        name: &'static str,
        variants: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Error> {
        if !self.0.trim_start().starts_with('{') {
            return visitor.visit_enum(IntoDeserializer::<Error>::into_deserializer(self.0));
        }
        let mut json = serde_json::Deserializer::from_reader(self.0.as_bytes());
        (&mut json).deserialize_enum(name, variants, visitor).map_err(Error::custom)
    }

    parsed! {
        deserialize_i8 visit_i8 i8, deserialize_i16 visit_i16 i16,
        deserialize_i32 visit_i32 i32, deserialize_i64 visit_i64 i64,
        deserialize_i128 visit_i128 i128,
        deserialize_u8 visit_u8 u8, deserialize_u16 visit_u16 u16,
        deserialize_u32 visit_u32 u32, deserialize_u64 visit_u64 u64,
        deserialize_u128 visit_u128 u128,
        deserialize_f32 visit_f32 f32, deserialize_f64 visit_f64 f64,
        deserialize_char visit_char char,
    }

    as_json! {
        deserialize_seq(), deserialize_map(), deserialize_unit(),
        deserialize_tuple(len: usize),
        deserialize_tuple_struct(name: &'static str, len: usize),
        deserialize_struct(name: &'static str, fields: &'static [&'static str]),
        deserialize_unit_struct(name: &'static str),
    }

    serde::forward_to_deserialize_any! {
        str string bytes byte_buf identifier ignored_any
    }
}

impl<'de> IntoDeserializer<'de> for Text<'_> {
    type Deserializer = Self;

    fn into_deserializer(self) -> Self {
        self
    }
}
