//! An entry or a change as a person or a script sees it.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use holdfast_api::convert::model_time;
use holdfast_api::{config_v1, holdfast_v1};
use holdfast_model::Timestamp;

use holdfast_tree::{Item, Value, json};

/// What is known about one version of a key.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Record {
    /// Where.
    pub namespace: String,
    /// Which.
    pub key: String,
    /// The bytes.
    pub value: Bytes,
    /// Their encoding.
    pub codec: String,
    /// The number of the value's type.
    pub type_number: i32,
    /// From 1.
    pub version: u64,
    /// Of the first version.
    pub created_at: Option<Timestamp>,
    /// Of this version.
    pub updated_at: Option<Timestamp>,
    /// When it goes by itself.
    pub expires_at: Option<Timestamp>,
    /// Which revision wrote this version; 0: config.v1 does not say.
    pub mod_revision: u64,
}

impl From<config_v1::Entry> for Record {
    fn from(entry: config_v1::Entry) -> Self {
        Self {
            created_at: entry.created_at.as_option().map(model_time),
            updated_at: entry.updated_at.as_option().map(model_time),
            expires_at: None,
            mod_revision: 0,
            namespace: entry.namespace,
            key: entry.key,
            value: entry.value,
            codec: entry.codec,
            type_number: entry.r#type,
            version: u64::try_from(entry.version).unwrap_or_default(),
        }
    }
}

impl From<holdfast_v1::Entry> for Record {
    fn from(entry: holdfast_v1::Entry) -> Self {
        Self {
            created_at: entry.created_at.as_option().map(model_time),
            updated_at: entry.updated_at.as_option().map(model_time),
            expires_at: entry.expires_at.as_option().map(model_time),
            mod_revision: entry.mod_revision,
            namespace: entry.namespace,
            key: entry.key,
            value: entry.value,
            codec: entry.codec,
            type_number: entry.r#type,
            version: entry.version,
        }
    }
}

impl From<holdfast_v1::Event> for Record {
    fn from(event: holdfast_v1::Event) -> Self {
        Self {
            created_at: event.created_at.as_option().map(model_time),
            updated_at: event.updated_at.as_option().map(model_time),
            expires_at: event.expires_at.as_option().map(model_time),
            mod_revision: event.mod_revision,
            namespace: event.namespace,
            key: event.key,
            value: event.value,
            codec: event.codec,
            type_number: event.r#type,
            version: event.version,
        }
    }
}

impl From<Record> for Item {
    fn from(record: Record) -> Self {
        Self { key: record.key, codec: record.codec, value: record.value.into() }
    }
}

impl Record {
    /// Its members for JSON and YAML. The value of codec json is shown as what it is, that of any other codec as a
    /// text in `value` or, where it is no UTF-8, as `value_base64`.
    pub fn members(&self) -> Vec<(String, Value)> {
        let mut members = vec![
            ("namespace".to_owned(), Value::from(self.namespace.as_str())),
            ("key".to_owned(), Value::from(self.key.as_str())),
        ];
        // A change that removed the key has names and no more.
        if self.codec.is_empty() {
            return members;
        }
        members.extend(self.content());
        members.push(("type".to_owned(), Value::from(self.type_name())));
        members.push(("version".to_owned(), Value::Number(self.version.into())));
        let times = [
            ("created_at", self.created_at),
            ("updated_at", self.updated_at),
            ("expires_at", self.expires_at),
        ];
        members.extend(
            times
                .into_iter()
                .filter_map(|(name, time)| Some((name.to_owned(), Value::Text(time?.to_string())))),
        );
        members
    }

    /// The members that tell what was written: value and codec.
    pub fn content(&self) -> Vec<(String, Value)> {
        vec![self.value_member(), ("codec".to_owned(), Value::from(self.codec.as_str()))]
    }

    fn value_member(&self) -> (String, Value) {
        let name = "value".to_owned();
        match std::str::from_utf8(&self.value) {
            Ok(text) if self.codec == "json" => {
                (name, json::read(text).unwrap_or_else(|_| text.into()))
            }
            Ok(text) => (name, text.into()),
            Err(_) => ("value_base64".to_owned(), Value::Text(STANDARD.encode(&self.value))),
        }
    }

    /// The name of the value's type.
    pub fn type_name(&self) -> &'static str {
        match self.type_number {
            1 => "int",
            2 => "float",
            3 => "string",
            4 => "bool",
            0 => "unknown",
            _ => "custom",
        }
    }

    /// The value on one line, with nothing in it that moves a cursor.
    pub fn preview(&self) -> String {
        match std::str::from_utf8(&self.value) {
            Ok(text) => printable(text),
            Err(_) => format!("<{} bytes>", self.value.len()),
        }
    }
}

/// A time without its fraction, for people; empty when there is none.
pub fn to_second(time: Option<Timestamp>) -> String {
    time.map(|time| Timestamp(time.seconds() * 1_000_000_000).to_string()).unwrap_or_default()
}

/// Control characters as escapes.
pub fn printable(text: &str) -> String {
    let escape = |c: char| -> Box<dyn Iterator<Item = char>> {
        if c.is_control() { Box::new(c.escape_default()) } else { Box::new(std::iter::once(c)) }
    };
    text.chars().flat_map(escape).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(codec: &str, value: &[u8]) -> String {
        let record = Record {
            namespace: "n".into(),
            key: "k".into(),
            codec: codec.into(),
            value: Bytes::copy_from_slice(value),
            version: 2,
            ..Record::default()
        };
        Value::Table(record.members()).to_string()
    }

    #[test]
    fn a_value_is_shown_as_what_it_is() {
        let tail = |codec: &str| format!(r#""codec":"{codec}","type":"unknown","version":2}}"#);
        let head = r#"{"namespace":"n","key":"k","#;
        assert_eq!(
            shown("json", b"{ \"a\": 1.0 }"),
            format!("{head}\"value\":{{\"a\":1.0}},{}", tail("json"))
        );
        assert_eq!(shown("text", b"a\n"), format!("{head}\"value\":\"a\\n\",{}", tail("text")));
        assert_eq!(
            shown("raw", &[255]),
            format!("{head}\"value_base64\":\"/w==\",{}", tail("raw"))
        );
        assert_eq!(shown("", b""), r#"{"namespace":"n","key":"k"}"#);
    }

    #[test]
    fn a_preview_is_one_line() {
        assert_eq!(printable("a\nb\u{1b}[2J é"), "a\\nb\\u{1b}[2J é");
    }
}
