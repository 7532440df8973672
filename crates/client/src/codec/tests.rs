//! Codecs by name, and what values turn into.

use std::collections::BTreeMap;

use proptest::prelude::*;
use serde::{Deserialize, Serialize};

use super::*;
use crate::{Kind, Secret};

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
enum Level {
    Low,
    High,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
struct Settings {
    name: String,
    big: u64,
    ratio: f64,
    on: bool,
    level: Level,
    ports: Vec<u16>,
    labels: BTreeMap<String, String>,
}

fn settings() -> Settings {
    let labels = BTreeMap::from([("a b".to_owned(), "ü\n".to_owned())]);
    let (name, level, ports) = ("yes".to_owned(), Level::High, vec![1, 2]);
    Settings { name, big: (1 << 53) + 1, ratio: 0.1, on: true, level, ports, labels }
}

fn at(codec: &str) -> At<'_> {
    At { namespace: "n", key: "k", codec }
}

fn entry(codec: &str, value: &[u8]) -> Entry {
    Entry::bare("n", "k", value.to_vec(), codec)
}

fn through<T: Serialize + serde::de::DeserializeOwned>(codec: &str, value: &T) -> Result<T, Error> {
    let codecs = Codecs::new();
    codecs.decode(&entry(codec, &codecs.encode(value, at(codec))?))
}

#[test]
fn documents_come_back_in_every_format() {
    for codec in ["json", "", "yaml", "toml", "client:json"] {
        assert_eq!(through(codec, &settings()).expect(codec), settings(), "{codec}");
    }
    for codec in ["json", "yaml"] {
        assert_eq!(through(codec, &u64::MAX).expect(codec), u64::MAX);
    }
    let error = through("toml", &5).expect_err("no table");
    assert!(error.message().contains("toml"), "{error}");
}

#[test]
fn texts_and_bytes_come_back() {
    assert_eq!(through("raw", &vec![0_u8, 255]).expect("raw"), [0, 255]);
    assert_eq!(through("bytes", &"text".to_owned()).expect("bytes"), "text");
    assert_eq!(through("string", &"a\nb".to_owned()).expect("string"), "a\nb");
    assert_eq!(through("text", &-5).expect("text"), -5);
    assert_eq!(through("text", &Level::Low).expect("text"), Level::Low);
    assert_eq!(through("text", &0.5).expect("text"), 0.5);
    for (codec, value) in [("text", "{}"), ("raw", "5")] {
        let value: serde_json::Value = serde_json::from_str(value).expect("JSON");
        assert_eq!(Codecs::new().encode(&value, at(codec)).expect_err(codec).kind(), Kind::Codec);
    }
    let listed: Vec<u16> = Codecs::new().decode(&entry("text", b"[1, 2]")).expect("a list");
    assert_eq!(listed, [1, 2]);
}

#[test]
fn a_codec_that_is_not_known_is_named_and_nothing_else_happens() {
    for (name, part) in [("bson", "\"bson\""), ("client:x:json", "\"x\""), ("client:", "\"\"")] {
        let error = Codecs::new().decode::<u8>(&entry(name, b"1")).expect_err(name);
        assert!(error.kind() == Kind::Codec && error.message().contains(part), "{error:?}");
        assert!(!Codecs::new().knows(name));
    }
    assert!(Codecs::new().knows("client:json"));
}

#[derive(Debug)]
struct Reversed;

impl Codec for Reversed {
    fn name(&self) -> &str {
        "json"
    }

    fn form(&self) -> Form {
        Form::Text
    }

    fn read<'a>(&self, bytes: &'a [u8]) -> Result<Plain<'a>, Refusal> {
        let text = std::str::from_utf8(bytes)?;
        Ok(Plain::Text(text.chars().rev().collect::<String>().into()))
    }

    fn write(&self, value: Plain<'_>) -> Result<Bytes, Refusal> {
        let Plain::Text(text) = value else { return Err("no text".into()) };
        Ok(text.chars().rev().collect::<String>().into())
    }
}

#[derive(Debug)]
struct Wrapped(&'static str);

impl Transformer for Wrapped {
    fn name(&self) -> &str {
        self.0
    }

    fn hides(&self) -> bool {
        false
    }

    fn wrap(&self, bytes: &[u8], _: At<'_>) -> Result<Bytes, Refusal> {
        Ok([self.0.as_bytes(), b"(", bytes, b")"].concat().into())
    }

    fn unwrap(&self, bytes: &[u8], _: At<'_>) -> Result<Bytes, Refusal> {
        let inner = bytes.strip_prefix(self.0.as_bytes()).and_then(|b| b.strip_prefix(b"("));
        let inner = inner.and_then(|b| b.strip_suffix(b")")).ok_or("not wrapped")?;
        Ok(Bytes::copy_from_slice(inner))
    }
}

#[test]
fn a_codec_takes_the_place_of_one_of_its_name_and_the_outermost_transformer_comes_last() {
    let codecs = Codecs::new().with(Reversed).with_transformer(Wrapped("a"));
    let codecs = codecs.with_transformer(Wrapped("b"));
    assert_eq!(&*codecs.encode("abc", at("json")).expect("written"), b"cba");
    let bytes = codecs.encode("xy", at("client:a:b:json")).expect("written");
    assert_eq!(&*bytes, b"a(b(yx))");
    assert_eq!(codecs.decode::<String>(&entry("client:a:b:json", &bytes)).expect("read"), "xy");
    assert!(codecs.decode::<String>(&entry("client:b:a:json", &bytes)).is_err());
}

#[test]
fn a_secret_opens_only_for_a_secret_and_is_never_shown() {
    let codecs = Codecs::new();
    let secret = Secret::new("hunter2".to_owned());
    for codec in ["secret", "json"] {
        let bytes = codecs.encode(&secret, at(codec)).expect("written");
        let read: Secret<String> = codecs.decode(&entry(codec, &bytes)).expect("read");
        assert_eq!(read, secret);
        assert_ne!(read, Secret::new("hunter3".to_owned()));
    }
    let kept = entry("secret", b"hunter2");
    assert!(!format!("{kept:?}").contains("hunter") && format!("{kept:?}").contains("******"));
    let error = codecs.decode::<String>(&kept).expect_err("no Secret");
    assert!(!format!("{error:?}").contains("hunter"));
    assert_eq!(codecs.scalar(&kept).expect("read").to_text().expect("a mask"), "******");
    assert_eq!(codecs.decode::<Secret<Vec<u8>>>(&kept).expect("bytes").expose(), b"hunter2");
    assert_eq!(serde_json::to_string(&secret).expect("JSON"), "\"******\"");
    assert_eq!(format!("{secret} {secret:?}"), "****** ******");
}

#[test]
fn scalars_turn_into_each_other_by_the_table() {
    fn scalar(json: &str) -> Scalar {
        Codecs::new().scalar(&entry("json", json.as_bytes())).expect("read")
    }
    for (json, whole, number, truth, text) in [
        (
            "9007199254740993",
            Some(9_007_199_254_740_993),
            Some(9_007_199_254_740_992.0),
            Some(true),
            Some("9007199254740993"),
        ),
        (
            "-9223372036854775808",
            Some(i64::MIN),
            Some(i64::MIN as f64),
            Some(true),
            Some("-9223372036854775808"),
        ),
        (
            "9223372036854775808",
            None,
            Some(9_223_372_036_854_775_808.0),
            Some(true),
            Some("9223372036854775808"),
        ),
        ("2.0", Some(2), Some(2.0), Some(true), Some("2")),
        ("2.5", None, Some(2.5), Some(true), Some("2.5")),
        ("0", Some(0), Some(0.0), Some(false), Some("0")),
        ("1e300", None, Some(1e300), Some(true), Some(&1e300_f64.to_string())),
        ("true", None, None, Some(true), Some("true")),
        ("\"42\"", Some(42), Some(42.0), None, Some("42")),
        ("\"0.5\"", None, Some(0.5), None, Some("0.5")),
        ("\"TRUE\"", None, None, Some(true), Some("TRUE")),
        ("\"yes\"", None, None, None, Some("yes")),
        ("[1, 2]", None, None, None, Some("[1, 2]")),
        ("{\"a\":1}", None, None, None, Some("{\"a\":1}")),
    ] {
        let value = scalar(json);
        assert_eq!(value.as_i64().ok(), whole, "{json}");
        assert_eq!(value.as_f64().ok(), number, "{json}");
        assert_eq!(value.as_bool().ok(), truth, "{json}");
        assert_eq!(value.to_text().ok().as_deref(), text, "{json}");
    }
    assert_eq!(
        Codecs::new().scalar(&entry("json", b"null")).expect_err("null").kind(),
        Kind::NotFound
    );
}

proptest! {
    #[test]
    fn any_document_comes_back(name in any::<String>(), big: u64, ratio in -1e300..1e300_f64, on: bool, ports: Vec<u16>, label in any::<String>()) {
        let labels = BTreeMap::from([("l".to_owned(), label)]);
        let value = Settings { name, big, ratio, on, level: Level::Low, ports, labels };
        for codec in ["json", "yaml", "toml"] {
            // A format may have no words for a value; what it writes comes back.
            match through(codec, &value) {
                Ok(back) => prop_assert_eq!(&back, &value, "{}", codec),
                Err(error) => prop_assert!(codec != "json" && error.message().contains("no words"), "{}", error),
            }
        }
    }
}
