//! Entries that no tree can show, in the member `$holdfast` at the top of a document.
//!
//! `{"$holdfast": {"entries": [{"key": "a", "codec": "json", "text": "{ \"b\": 1 }"}]}}`: the whole key as it is, the
//! codec (json when absent), and the bytes as `text`, or as `base64` where they are no UTF-8. That is how an export
//! keeps a key that is also the beginning of others, a JSON object stored as one value or in its own spelling, other
//! codecs, and keys outside the alphabet of config.v1.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use super::format::ReadError;
use super::item::{Item, JSON};
use super::value::Value;

/// The reserved member, and the stem of the file that stands for its own directory.
pub const RESERVED: &str = "$holdfast";

/// Takes the reserved member out of a document.
pub fn take(document: &mut Value) -> Result<Vec<Item>, ReadError> {
    let Value::Table(members) = document else { return Ok(Vec::new()) };
    let Some(at) = members.iter().position(|(name, _)| name == RESERVED) else {
        return Ok(Vec::new());
    };
    let (_, reserved) = members.remove(at);
    let Value::Table(parts) = &reserved else { return Err(fault("", "it has to be a table")) };
    if let Some((name, _)) = parts.iter().find(|(name, _)| name != "entries") {
        return Err(fault("", &format!("the member {name:?} is unknown; there is only `entries`")));
    }
    match reserved.member("entries") {
        Some(Value::List(entries)) => {
            entries.iter().enumerate().map(|(at, entry)| read_entry(at, entry)).collect()
        }
        None => Ok(Vec::new()),
        Some(_) => Err(fault(".entries", "it has to be a list")),
    }
}

/// The reserved member for these items.
pub fn member(items: &[Item]) -> (String, Value) {
    let entries = Value::List(items.iter().map(write_entry).collect());
    (RESERVED.to_owned(), Value::Table(vec![("entries".to_owned(), entries)]))
}

fn read_entry(at: usize, entry: &Value) -> Result<Item, ReadError> {
    let place = format!(".entries[{at}]");
    let Value::Table(members) = entry else { return Err(fault(&place, "it has to be a table")) };
    let known = ["key", "codec", "text", "base64"];
    if let Some((name, _)) = members.iter().find(|(name, _)| !known.contains(&name.as_str())) {
        return Err(fault(&place, &format!("the member {name:?} is unknown; known are {known:?}")));
    }
    let text = |name: &str| match entry.member(name) {
        Some(Value::Text(text)) => Ok(Some(text.clone())),
        None => Ok(None),
        Some(_) => Err(fault(&place, &format!("`{name}` has to be a text"))),
    };
    let value = match (text("text")?, text("base64")?) {
        (Some(text), None) => text.into_bytes(),
        (None, Some(coded)) => STANDARD
            .decode(coded)
            .map_err(|e| fault(&place, &format!("`base64` does not decode: {e}")))?,
        _ => return Err(fault(&place, "it needs either `text` or `base64`")),
    };
    let key = text("key")?.ok_or_else(|| fault(&place, "`key` is missing"))?;
    let codec = text("codec")?.unwrap_or_else(|| JSON.to_owned());
    Ok(Item { key, codec, value })
}

fn write_entry(item: &Item) -> Value {
    let mut members = vec![
        ("key".to_owned(), Value::from(item.key.as_str())),
        ("codec".to_owned(), Value::from(item.codec.as_str())),
    ];
    members.push(match std::str::from_utf8(&item.value) {
        Ok(text) if readable(text) => ("text".to_owned(), Value::from(text)),
        _ => ("base64".to_owned(), Value::Text(STANDARD.encode(&item.value))),
    });
    Value::Table(members)
}

/// Text that every format can write and every editor leaves alone.
fn readable(text: &str) -> bool {
    let odd = |c: char| (c.is_control() && !matches!(c, '\n' | '\t')) || c == '\u{feff}';
    !text.chars().any(|c| odd(c) || matches!(c, '\u{2028}' | '\u{2029}' | '\u{fffe}' | '\u{ffff}'))
}

fn fault(place: &str, why: &str) -> ReadError {
    ReadError::At { place: format!("{RESERVED}{place}"), why: why.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::super::json;
    use super::*;

    fn taken(text: &str) -> Result<Vec<Item>, ReadError> {
        take(&mut json::read(text).expect("JSON"))
    }

    #[test]
    fn entries_come_back_and_the_rest_of_the_document_stays() {
        let items = vec![
            Item { key: "a".into(), codec: "json".into(), value: b"{ }".to_vec() },
            Item { key: "b".into(), codec: "secret".into(), value: vec![0, 255] },
        ];
        let mut document = Value::Table(vec![("x".into(), Value::Null), member(&items)]);
        assert_eq!(take(&mut document).expect("valid"), items);
        assert_eq!(document.to_string(), r#"{"x":null}"#);
    }

    #[test]
    fn a_wrong_member_is_named() {
        for (bad, word) in [
            (r#"{"$holdfast":1}"#, "table"),
            (r#"{"$holdfast":{"entry":[]}}"#, "entry"),
            (r#"{"$holdfast":{"entries":{}}}"#, "list"),
            (r#"{"$holdfast":{"entries":[{"text":"x"}]}}"#, "`key` is missing"),
            (r#"{"$holdfast":{"entries":[{"key":"x"}]}}"#, "either"),
            (r#"{"$holdfast":{"entries":[{"key":"x","text":"","base64":""}]}}"#, "either"),
            (r#"{"$holdfast":{"entries":[{"key":1,"text":""}]}}"#, "`key`"),
            (r#"{"$holdfast":{"entries":[{"key":"x","base64":"?"}]}}"#, "base64"),
            (r#"{"$holdfast":{"entries":[{"key":"x","text":"","ttl":1}]}}"#, "ttl"),
        ] {
            let error = taken(bad).expect_err(bad).to_string();
            assert!(error.contains(word), "{bad}: {error}");
        }
    }
}
