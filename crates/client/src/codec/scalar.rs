//! Numbers, truths and texts, and how they turn into each other.

use std::fmt;

use serde::de::{Deserialize, Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};

use super::{Plain, Refusal};
use crate::secret::MASK;
use crate::{Error, Kind};

/// A value that is one word, or what it is instead.
///
/// | asked for | whole number | fraction | true, false | text |
/// |---|---|---|---|---|
/// | [`as_i64`](Self::as_i64) | exactly | when it is whole | no | a decimal number |
/// | [`as_f64`](Self::as_f64) | yes | yes | no | a number |
/// | [`as_bool`](Self::as_bool) | when not zero | when not zero | yes | `1 t T true TRUE True 0 f F false FALSE False` |
/// | [`to_text`](Self::to_text) | yes | yes | yes | yes |
///
/// Lists and tables turn into nothing but their JSON text; a secret into nothing but `******`.
#[derive(Debug, Clone, PartialEq)]
pub enum Scalar {
    /// Nothing.
    Null,
    /// A truth.
    Bool(bool),
    /// A whole number, exactly.
    Int(i128),
    /// A fraction, or a number beyond the others.
    Float(f64),
    /// A text.
    Text(String),
    /// A list or a table, as JSON.
    Parts(String),
    /// Bytes that are no text.
    Bytes(Vec<u8>),
    /// What may not be shown.
    Secret,
}

impl Scalar {
    pub(super) fn of(plain: &Plain<'_>) -> Result<Self, Refusal> {
        Ok(match plain {
            Plain::Json(json) => match serde_json::from_slice(json)? {
                Self::Parts(_) => Self::Parts(std::str::from_utf8(json)?.to_owned()),
                scalar => scalar,
            },
            Plain::Text(text) => Self::Text(text.to_string()),
            Plain::Bytes(bytes) => match std::str::from_utf8(bytes) {
                Ok(text) => Self::Text(text.to_owned()),
                Err(_) => Self::Bytes(bytes.to_vec()),
            },
            Plain::Secret(_) => Self::Secret,
        })
    }

    /// As a whole number.
    ///
    /// # Errors
    /// [`Kind::Codec`] when it is none, or none of 64 bits.
    pub fn as_i64(&self) -> Result<i64, Error> {
        /// The first that is too large; as a double it is exact.
        const END: f64 = 9_223_372_036_854_775_808.0;
        let whole = match self {
            Self::Int(number) => i64::try_from(*number).ok(),
            // In range by the comparison, and whole.
            Self::Float(f) if f.fract() == 0.0 && (-END..END).contains(f) => Some(*f as i64),
            Self::Text(text) => text.parse().ok(),
            _ => None,
        };
        whole.ok_or_else(|| self.is_no("whole number of 64 bits"))
    }

    /// As a number; of a whole one beyond 2^53 the nearest that there is.
    ///
    /// # Errors
    /// [`Kind::Codec`] when it is none.
    pub fn as_f64(&self) -> Result<f64, Error> {
        let number = match self {
            // To round is what was asked for.
            Self::Int(number) => Some(*number as f64),
            Self::Float(number) => Some(*number),
            Self::Text(text) => text.parse().ok(),
            _ => None,
        };
        number.ok_or_else(|| self.is_no("number"))
    }

    /// As a truth.
    ///
    /// # Errors
    /// [`Kind::Codec`] when it is none.
    pub fn as_bool(&self) -> Result<bool, Error> {
        let known = match self {
            Self::Bool(truth) => Some(*truth),
            Self::Int(number) => Some(*number != 0),
            Self::Float(number) => Some(*number != 0.0),
            Self::Text(text) => truth(text),
            _ => None,
        };
        known.ok_or_else(|| self.is_no("truth"))
    }

    /// As a text; a secret as `******`.
    ///
    /// # Errors
    /// [`Kind::Codec`] for bytes that are none.
    pub fn to_text(&self) -> Result<String, Error> {
        match self {
            Self::Bool(truth) => Ok(truth.to_string()),
            Self::Int(number) => Ok(number.to_string()),
            Self::Float(number) => Ok(number.to_string()),
            Self::Text(text) | Self::Parts(text) => Ok(text.clone()),
            Self::Secret => Ok(MASK.to_owned()),
            Self::Null | Self::Bytes(_) => Err(self.is_no("text")),
        }
    }

    fn is_no(&self, wanted: &str) -> Error {
        let this = match self {
            Self::Null => "null",
            Self::Bool(_) => "a truth",
            Self::Int(_) => "a whole number",
            Self::Float(_) => "a fraction",
            Self::Text(_) => "a text",
            Self::Parts(_) => "a list or a table",
            Self::Bytes(_) => "bytes",
            Self::Secret => "a secret",
        };
        Error::new(Kind::Codec, format!("the value is {this}, which is no {wanted}"))
    }
}

/// A truth by its usual spellings.
pub(super) fn truth(text: &str) -> Option<bool> {
    match text {
        "1" | "t" | "T" | "true" | "TRUE" | "True" => Some(true),
        "0" | "f" | "F" | "false" | "FALSE" | "False" => Some(false),
        _ => None,
    }
}

impl<'de> Deserialize<'de> for Scalar {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(Look)
    }
}

struct Look;

impl<'de> Visitor<'de> for Look {
    type Value = Scalar;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a value")
    }

    fn visit_unit<E>(self) -> Result<Scalar, E> {
        Ok(Scalar::Null)
    }

    fn visit_bool<E>(self, truth: bool) -> Result<Scalar, E> {
        Ok(Scalar::Bool(truth))
    }

    fn visit_i64<E>(self, number: i64) -> Result<Scalar, E> {
        Ok(Scalar::Int(number.into()))
    }

    fn visit_u64<E>(self, number: u64) -> Result<Scalar, E> {
        Ok(Scalar::Int(number.into()))
    }

    fn visit_f64<E>(self, number: f64) -> Result<Scalar, E> {
        Ok(Scalar::Float(number))
    }

    fn visit_str<E>(self, text: &str) -> Result<Scalar, E> {
        Ok(Scalar::Text(text.to_owned()))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Scalar, A::Error> {
        while seq.next_element::<IgnoredAny>()?.is_some() {}
        Ok(Scalar::Parts(String::new()))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Scalar, A::Error> {
        while map.next_entry::<IgnoredAny, IgnoredAny>()?.is_some() {}
        Ok(Scalar::Parts(String::new()))
    }
}
