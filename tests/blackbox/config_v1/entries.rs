//! Cases 6-15 and 20-24: values, types, versions, write modes.

use bytes::Bytes;
use holdfast_api::config_v1::WriteMode;
use holdfast_tests::{Config, Server};
use tonic::Code;

use super::assert_fails;

const CREATE: i32 = WriteMode::WRITE_MODE_CREATE as i32;
const UPDATE: i32 = WriteMode::WRITE_MODE_UPDATE as i32;

#[tokio::test]
async fn case_06_first_set() {
    let server = Server::dev().await;
    let entry = server.config().await.set("a", "k", "\"v1\"").await.expect("it is written");
    assert_eq!((entry.namespace.as_str(), entry.key.as_str()), ("a", "k"));
    assert_eq!((entry.codec.as_str(), entry.r#type, entry.version), ("json", 3, 1));
    assert_eq!(entry.value, "\"v1\"");
    assert!(entry.created_at.is_set() && entry.created_at.seconds > 1_700_000_000, "{entry:?}");
    assert_eq!(entry.created_at, entry.updated_at);
}

#[tokio::test]
async fn case_07_second_set() {
    let server = Server::dev().await;
    let config = server.config().await;
    let first = config.set("a", "k", "\"v1\"").await.expect("it is written");
    let second = config.set("a", "k", "\"v1\"").await.expect("it is written");
    assert_eq!(second.version, 2);
    assert_eq!(second.created_at, first.created_at);
    let updated = |e: &holdfast_api::config_v1::Entry| (e.updated_at.seconds, e.updated_at.nanos);
    assert!(updated(&second) > updated(&first), "{second:?} after {first:?}");
    assert_eq!(config.get("a", "k").await.expect("it is there"), second);
}

#[tokio::test]
async fn case_08_types_are_detected() {
    let server = Server::dev().await;
    let config = server.config().await;
    for (value, expected) in [
        ("42", 1),
        ("42.0", 1),
        ("1e3", 1),
        ("-0", 1),
        ("3.5", 2),
        ("true", 4),
        ("\"s\"", 3),
        ("{\"a\":1}", 11),
        ("[1]", 11),
    ] {
        let entry = config.set("a", "k", value).await.expect("it is written");
        assert_eq!(entry.r#type, expected, "{value}");
    }
}

#[tokio::test]
async fn case_09_bytes_are_kept_as_they_are() {
    let server = Server::dev().await;
    let config = server.config().await;
    config.set("a", "sp", "{ \"a\" : 1 }").await.expect("it is written");
    assert_eq!(config.get("a", "sp").await.expect("it is there").value, "{ \"a\" : 1 }");
}

async fn assert_no_value(config: &Config, value: &'static [u8]) {
    let answer = config.set_as("a", "bad", Bytes::from_static(value), "json", 0).await;
    assert_fails(answer, Code::InvalidArgument, "INVALID_VALUE");
    assert_fails(config.get("a", "bad").await, Code::NotFound, "NOT_FOUND");
}

/// The original answers Internal, which clients try again for nothing.
#[tokio::test]
async fn case_10_what_is_no_json_is_an_invalid_value() {
    let server = Server::dev().await;
    let config = server.config().await;
    for value in [&b"nope"[..], b"", b"{\"a\":1} x", b"1e999", b"{", b" "] {
        assert_no_value(&config, value).await;
    }
}

/// The original answers Internal.
#[tokio::test]
async fn case_11_null_is_an_invalid_value() {
    let server = Server::dev().await;
    assert_no_value(&server.config().await, b"null").await;
}

#[tokio::test]
async fn case_12_unknown_codecs_are_opaque() {
    let server = Server::dev().await;
    let config = server.config().await;
    let value = Bytes::from_static(&[0xDE, 0xAD, 0xBE, 0xEF]);
    let codec = "client:encrypted:json";
    let entry = config.set_as("a", "enc", value.clone(), codec, 0).await.expect("it is written");
    assert_eq!(entry.r#type, 11);
    let read = config.get("a", "enc").await.expect("it is there");
    assert_eq!((read.value, read.codec.as_str()), (value, codec));
}

#[tokio::test]
async fn case_13_yaml_is_opaque() {
    let server = Server::dev().await;
    let config = server.config().await;
    let entry = config.set_as("a", "y", Bytes::from_static(b"a: 1"), "yaml", 0).await;
    let entry = entry.expect("it is written");
    assert_eq!((entry.r#type, entry.codec.as_str(), &entry.value[..]), (11, "yaml", &b"a: 1"[..]));
}

fn json_text_of(bytes: usize) -> Bytes {
    let mut value = vec![b'x'; bytes];
    value[0] = b'"';
    value[bytes - 1] = b'"';
    value.into()
}

#[tokio::test]
async fn case_14_a_value_of_exactly_one_mebibyte() {
    let server = Server::dev().await;
    let config = server.config().await;
    let value = json_text_of(1 << 20);
    config.set_as("a", "big", value.clone(), "json", 0).await.expect("it is written");
    assert_eq!(config.get("a", "big").await.expect("it is there").value, value);
}

#[tokio::test]
async fn case_15_a_value_of_one_byte_more() {
    let server = Server::dev().await;
    let config = server.config().await;
    let answer = config.set_as("a", "big", json_text_of((1 << 20) + 1), "json", 0).await;
    let message = assert_fails(answer, Code::InvalidArgument, "");
    assert_eq!(message, "value size 1048577 exceeds maximum allowed size 1048576");
    assert_fails(config.get("a", "big").await, Code::NotFound, "NOT_FOUND");
}

#[tokio::test]
async fn case_20_create_only_once() {
    let server = Server::dev().await;
    let config = server.config().await;
    let first = config.set_as("a", "k", Bytes::from_static(b"1"), "", CREATE).await;
    assert_eq!(first.expect("it is new").version, 1);
    let second = config.set_as("a", "k", Bytes::from_static(b"2"), "", CREATE).await;
    assert_eq!(assert_fails(second, Code::AlreadyExists, "KEY_EXISTS"), "key already exists: a/k");
    let read = config.get("a", "k").await.expect("it is there");
    assert_eq!((&read.value[..], read.version), (&b"1"[..], 1));
}

#[tokio::test]
async fn case_21_update_of_what_is_missing() {
    let server = Server::dev().await;
    let config = server.config().await;
    let answer = config.set_as("a", "k", Bytes::from_static(b"1"), "", UPDATE).await;
    assert_fails(answer, Code::NotFound, "NOT_FOUND");
    assert_fails(config.get("a", "k").await, Code::NotFound, "NOT_FOUND");
    config.set("a", "k", "1").await.expect("it is written");
    let updated = config.set_as("a", "k", Bytes::from_static(b"2"), "", UPDATE).await;
    assert_eq!(updated.expect("it is there now").version, 2);
}

#[tokio::test]
async fn case_22_an_unknown_write_mode_is_an_upsert() {
    let server = Server::dev().await;
    let config = server.config().await;
    for version in 1..=2 {
        let answer = config.set_as("a", "k", Bytes::from_static(b"1"), "", 99).await;
        assert_eq!(answer.expect("it is written").version, version);
    }
}

#[tokio::test]
async fn case_23_delete_and_delete_again() {
    let server = Server::dev().await;
    let config = server.config().await;
    config.set("a", "k", "1").await.expect("it is written");
    config.delete("a", "k").await.expect("it is there");
    assert_fails(config.delete("a", "k").await, Code::NotFound, "NOT_FOUND");
    assert_fails(config.get("a", "k").await, Code::NotFound, "NOT_FOUND");
}

#[tokio::test]
async fn case_24_versions_begin_again_after_a_delete() {
    let server = Server::dev().await;
    let config = server.config().await;
    let before = config.set("a", "k", "1").await.expect("it is written");
    config.set("a", "k", "2").await.expect("it is written");
    config.delete("a", "k").await.expect("it is there");
    let after = config.set("a", "k", "3").await.expect("it is written");
    assert_eq!(after.version, 1);
    assert_ne!(after.created_at, before.created_at);
    assert_eq!(after.created_at, after.updated_at);
}

/// Section 2.6 of the contract.
#[tokio::test]
async fn sixteen_writers_of_one_key_lose_no_write() {
    let server = Server::dev().await;
    let config = server.config().await;
    let writes = (0..16).map(|n| {
        let config = config.clone();
        tokio::spawn(async move { config.set("a", "k", &n.to_string()).await })
    });
    let mut versions = Vec::new();
    for write in writes.collect::<Vec<_>>() {
        versions.push(write.await.expect("no panic").expect("it is written").version);
    }
    versions.sort_unstable();
    assert_eq!(versions, (1..=16).collect::<Vec<i64>>());
    assert_eq!(config.get("a", "k").await.expect("it is there").version, 16);
}
