//! The codecs that are always there.

use std::borrow::Cow;

use bytes::Bytes;
use holdfast_tree::{Format, Value, json};

use super::{Codec, Form, Plain, Refusal};

/// A document, in one of the formats that `holdfast import` reads too, by the same rules.
#[derive(Debug)]
pub(super) struct Document(pub(super) Format);

impl Codec for Document {
    fn name(&self) -> &str {
        self.0.extension()
    }

    fn form(&self) -> Form {
        Form::Json
    }

    fn read<'a>(&self, bytes: &'a [u8]) -> Result<Plain<'a>, Refusal> {
        Ok(Plain::Json(match self.0 {
            Format::Json => bytes.into(),
            other => other.read(bytes)?.to_string().into_bytes().into(),
        }))
    }

    fn write(&self, value: Plain<'_>) -> Result<Bytes, Refusal> {
        let Plain::Json(text) = value else { return Err("it takes documents".into()) };
        if self.0 == Format::Json {
            return Ok(text.into_owned().into());
        }
        let document = json::read(std::str::from_utf8(&text)?)?;
        let text = self.0.write(&document).filter(|text| {
            // What would read back as something else is not written.
            self.0.read(text.as_bytes()).map(in_order) == Ok(in_order(document.clone()))
        });
        let refused = || format!("{} has no words for this value", self.name());
        Ok(text.ok_or_else(refused)?.into())
    }
}

/// With the members of tables by name: TOML writes those that are tables behind the others.
fn in_order(value: Value) -> Value {
    match value {
        Value::List(items) => Value::List(items.into_iter().map(in_order).collect()),
        Value::Table(members) => {
            let mut members: Vec<_> =
                members.into_iter().map(|(name, value)| (name, in_order(value))).collect();
            members.sort_by(|a, b| a.0.cmp(&b.0));
            Value::Table(members)
        }
        scalar => scalar,
    }
}

/// A text.
#[derive(Debug)]
pub(super) struct Words(pub(super) &'static str);

impl Codec for Words {
    fn name(&self) -> &str {
        self.0
    }

    fn form(&self) -> Form {
        Form::Text
    }

    fn read<'a>(&self, bytes: &'a [u8]) -> Result<Plain<'a>, Refusal> {
        Ok(Plain::Text(std::str::from_utf8(bytes)?.into()))
    }

    fn write(&self, value: Plain<'_>) -> Result<Bytes, Refusal> {
        match value {
            Plain::Text(text) => Ok(text.into_owned().into()),
            _ => Err("it takes a text".into()),
        }
    }
}

/// Bytes as they are, open or only for a [`Secret`](crate::Secret).
#[derive(Debug)]
pub(super) struct Raw {
    pub(super) name: &'static str,
    pub(super) form: Form,
}

impl Codec for Raw {
    fn name(&self) -> &str {
        self.name
    }

    fn form(&self) -> Form {
        self.form
    }

    fn read<'a>(&self, bytes: &'a [u8]) -> Result<Plain<'a>, Refusal> {
        let bytes = Cow::Borrowed(bytes);
        Ok(if self.form == Form::Secret { Plain::Secret(bytes) } else { Plain::Bytes(bytes) })
    }

    fn write(&self, value: Plain<'_>) -> Result<Bytes, Refusal> {
        match value {
            Plain::Bytes(bytes) | Plain::Secret(bytes) => Ok(bytes.into_owned().into()),
            _ => Err("it takes bytes".into()),
        }
    }
}
