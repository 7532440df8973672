//! The config.v1 dialect on the wire: what its contract says, and every QUIRK of the adapter.

use std::collections::BTreeSet;

use crate::support::{
    Config, alias, assert_fails, config, get, open, parts, set, set_request, watch,
};
use holdfast_api::config_v1::{
    ChangeType, CheckAccessRequest, DeleteAliasRequest, DeleteRequest, GetAliasRequest,
    GetVersionsRequest, ListCodecsRequest, ListNamespacesRequest, ListRequest, ListResponse,
    SetRequest, SnapshotRequest, WatchRequest,
};
use tonic::Code;

fn key(namespace: &str, key: &str) -> DeleteRequest {
    DeleteRequest { namespace: namespace.into(), key: key.into(), ..DeleteRequest::default() }
}

#[tokio::test]
async fn missing_members_come_first_and_have_no_details() {
    let server = open().await;
    let mut client = config(&server).await;
    let no_namespace = "namespace is required";
    assert_fails(get(&mut client, "", "k").await, Code::InvalidArgument, "", no_namespace);
    assert_fails(get(&mut client, "", "").await, Code::InvalidArgument, "", no_namespace);
    assert_fails(get(&mut client, "a", "").await, Code::InvalidArgument, "", "key is required");
    let set = client.set(set_request("a", "", "1")).await;
    assert_fails(set, Code::InvalidArgument, "", "key is required");
    let answer = client.set_alias(alias("", "t")).await;
    assert_fails(answer, Code::InvalidArgument, "", "alias is required");
    let answer = client.set_alias(alias("a", "")).await;
    assert_fails(answer, Code::InvalidArgument, "", "target is required");
    server.stop().await;
}

#[tokio::test]
async fn a_key_that_can_be_none_is_not_found_on_get_and_invalid_on_set() {
    let server = open().await;
    let mut client = config(&server).await;
    let missing = get(&mut client, "a", "missing").await;
    assert_fails(missing, Code::NotFound, "NOT_FOUND", "key not found: a/missing");
    for bad in ["a..b", "a\u{1}b", &"k".repeat(2_000)] {
        let message = format!("key not found: a/{bad}");
        assert_fails(get(&mut client, "a", bad).await, Code::NotFound, "NOT_FOUND", &message);
        let gone = client.delete(key("a", bad)).await;
        assert_fails(gone, Code::NotFound, "NOT_FOUND", &message);
    }
    for (bad, why) in [
        ("/a", "key cannot start or end with slash"),
        ("a b", "key contains invalid characters"),
        ("a..b", "key cannot contain path traversal (..)"),
    ] {
        let answer = client.set(set_request("a", bad, "1")).await;
        let message = format!("invalid key: {bad} - {why}");
        assert_fails(answer, Code::InvalidArgument, "INVALID_KEY", &message);
    }
    for bad in ["bad/ns", "-a", ".a"] {
        let message = "config: invalid namespace";
        let invalid = (Code::InvalidArgument, "INVALID_NAMESPACE", message);
        assert_fails(get(&mut client, bad, "k").await, invalid.0, invalid.1, invalid.2);
        let answer = client.set(set_request(bad, "k", "1")).await;
        assert_fails(answer, invalid.0, invalid.1, invalid.2);
    }
    server.stop().await;
}

#[tokio::test]
async fn set_keeps_bytes_counts_versions_and_finds_types() {
    let server = open().await;
    let mut client = config(&server).await;
    let first = set(&mut client, "a", "k", "\"v1\"").await;
    assert_eq!((&*first.codec, first.r#type, first.version), ("json", 3, 1));
    assert_eq!(first.created_at, first.updated_at);
    let second = set(&mut client, "a", "k", "\"v2\"").await;
    assert_eq!((second.version, &second.created_at), (2, &first.created_at));
    for (value, kind) in [
        ("42", 1),
        ("42.0", 1),
        ("3.5", 2),
        ("true", 4),
        ("\"s\"", 3),
        ("{\"a\":1}", 11),
        ("[1]", 11),
    ] {
        assert_eq!(set(&mut client, "a", "types", value).await.r#type, kind, "{value}");
    }
    set(&mut client, "a", "sp", "{ \"a\" : 1 }").await;
    assert_eq!(&get(&mut client, "a", "sp").await.expect("there").value[..], b"{ \"a\" : 1 }");
    let opaque = SetRequest {
        codec: "client:encrypted:json".into(),
        value: vec![0xde, 0xad].into(),
        ..set_request("a", "enc", "")
    };
    let entry = client.set(opaque).await.expect("set").into_inner().entry;
    assert_eq!(
        (entry.r#type, &*entry.codec, &entry.value[..]),
        (11, "client:encrypted:json", &[0xde, 0xad][..])
    );
    client.delete(key("a", "k")).await.expect("deleted");
    assert_eq!(set(&mut client, "a", "k", "1").await.version, 1);
    server.stop().await;
}

#[tokio::test]
async fn bad_values_are_the_callers_fault() {
    let server = open().await;
    let mut client = config(&server).await;
    for bad in ["nope", "null", "", "1e999"] {
        let status = client.set(set_request("a", "bad", bad)).await.expect_err(bad);
        let (code, reason, message) = parts(&status);
        assert_eq!((code, &*reason), (Code::InvalidArgument, "INVALID_VALUE"), "{bad}");
        assert!(message.starts_with("config: invalid value"), "{message}");
    }
    let fits = format!("\"{}\"", "x".repeat((1 << 20) - 2));
    set(&mut client, "a", "big", &fits).await;
    let over = client.set(set_request("a", "big", &format!("{fits} "))).await;
    let message = "value size 1048577 exceeds maximum allowed size 1048576";
    assert_fails(over, Code::InvalidArgument, "", message);
    server.stop().await;
}

#[tokio::test]
async fn write_modes_and_one_that_nobody_knows() {
    let server = open().await;
    let mut client = config(&server).await;
    let with_mode = |key: &str, value: &str, mode: i32| SetRequest {
        write_mode: mode.into(),
        ..set_request("a", key, value)
    };
    client.set(with_mode("k", "1", 2)).await.expect("created");
    let again = client.set(with_mode("k", "2", 2)).await;
    assert_fails(again, Code::AlreadyExists, "KEY_EXISTS", "key already exists: a/k");
    let kept = get(&mut client, "a", "k").await.expect("there");
    assert_eq!((&kept.value[..], kept.version), (&b"1"[..], 1));
    let update = client.set(with_mode("none", "1", 3)).await;
    assert_fails(update, Code::NotFound, "NOT_FOUND", "key not found: a/none");
    client.set(with_mode("k", "3", 99)).await.expect("an unknown mode is an upsert");
    assert_eq!(get(&mut client, "a", "k").await.expect("there").version, 2);
    server.stop().await;
}

async fn list(client: &mut Config, prefix: &str, limit: i32, cursor: &str) -> ListResponse {
    let request = ListRequest {
        namespace: "a".into(),
        prefix: prefix.into(),
        limit,
        cursor: cursor.into(),
        ..ListRequest::default()
    };
    client.list(request).await.expect("listed").into_inner()
}

#[tokio::test]
async fn lists_are_sorted_paged_and_end_with_an_empty_cursor() {
    let server = open().await;
    let mut client = config(&server).await;
    assert!(list(&mut client, "", 0, "").await.entries.is_empty());
    for name in ["b", "app/2", "app/1", "apple", "c"] {
        set(&mut client, "a", name, "1").await;
    }
    let (mut seen, mut cursor, mut sizes) = (Vec::new(), String::new(), Vec::new());
    loop {
        let page = list(&mut client, "", 2, &cursor).await;
        sizes.push(page.entries.len());
        seen.extend(page.entries.into_iter().map(|entry| entry.key));
        cursor = page.next_cursor;
        if cursor.is_empty() {
            break;
        }
    }
    assert_eq!(
        (sizes, seen),
        (vec![2, 2, 1], ["app/1", "app/2", "apple", "b", "c"].map(String::from).to_vec())
    );
    for everything in [0, -1] {
        let page = list(&mut client, "", everything, "").await;
        assert_eq!((page.entries.len(), &*page.next_cursor), (5, ""));
    }
    assert_eq!(list(&mut client, "app/", 0, "").await.entries.len(), 2);
    let request =
        ListRequest { namespace: "a".into(), cursor: "zzz".into(), ..ListRequest::default() };
    let status = client.list(request).await.expect_err("not ours");
    assert_eq!(parts(&status).1, "INVALID_CURSOR");
    server.stop().await;
}

#[tokio::test]
async fn versions_go_back_page_by_page() {
    let server = open().await;
    let mut client = config(&server).await;
    for value in 1..=5 {
        set(&mut client, "a", "k", &value.to_string()).await;
    }
    let wanted = |version: i64, limit: i32, cursor: &str| GetVersionsRequest {
        namespace: "a".into(),
        key: "k".into(),
        version,
        limit,
        cursor: cursor.into(),
        ..GetVersionsRequest::default()
    };
    let mut pages = Vec::new();
    for (limit, cursor) in [(0, ""), (2, ""), (2, "4"), (2, "2")] {
        let page = client.get_versions(wanted(0, limit, cursor)).await.expect("read").into_inner();
        let versions: Vec<_> = page.entries.iter().map(|entry| entry.version).collect();
        pages.push((versions, page.next_cursor, page.limit));
    }
    let expected: [(&[i64], &str, i32); 4] =
        [(&[5, 4, 3, 2, 1], "", 0), (&[5, 4], "4", 2), (&[3, 2], "2", 2), (&[1], "", 2)];
    for (page, (versions, cursor, limit)) in pages.iter().zip(expected) {
        assert_eq!((&*page.0, &*page.1, page.2), (versions, cursor, limit));
    }
    let one = client.get_versions(wanted(2, 9, "x")).await.expect("read").into_inner();
    assert_eq!((one.entries.len(), one.entries[0].version, one.limit), (1, 2, 1));
    let none = client.get_versions(wanted(99, 0, "")).await;
    assert_fails(none, Code::NotFound, "VERSION_NOT_FOUND", "version not found: a/k");
    let status = client.get_versions(wanted(0, 0, "x")).await.expect_err("not ours");
    assert_eq!(parts(&status).1, "INVALID_CURSOR");
    let missing = GetVersionsRequest { key: "none".into(), ..wanted(0, 0, "") };
    let missing = client.get_versions(missing).await;
    assert_fails(missing, Code::NotFound, "NOT_FOUND", "key not found: a/none");
    let invalid = GetVersionsRequest { key: "a b".into(), ..wanted(0, 0, "") };
    let status = client.get_versions(invalid).await.expect_err("no key");
    assert_eq!(parts(&status).1, "INVALID_KEY");
    server.stop().await;
}

#[tokio::test]
async fn snapshots_have_the_contracts_tags() {
    let server = open().await;
    let mut client = config(&server).await;
    for name in ["key2", "key1", "key3"] {
        set(&mut client, "a", name, "1").await;
    }
    let wanted = |tag: &str| SnapshotRequest {
        namespace: "a".into(),
        if_none_match: tag.into(),
        ..SnapshotRequest::default()
    };
    let first = client.snapshot(wanted("")).await.expect("read").into_inner();
    assert_eq!(first.etag, "c7475a94cb71538528caa88904ef6dda8f245ff94414b43e0051c315ff0eedf5");
    assert_eq!(first.entries.iter().map(|e| &*e.key).collect::<Vec<_>>(), ["key1", "key2", "key3"]);
    let same = client.snapshot(wanted(&first.etag)).await.expect("read").into_inner();
    assert!(same.not_modified && same.entries.is_empty() && same.etag == first.etag);
    let quoted = client.snapshot(wanted(&format!("\"{}\"", first.etag))).await.expect("read");
    assert!(!quoted.into_inner().not_modified);
    set(&mut client, "a", "key1", "2").await;
    let other = client.snapshot(wanted(&first.etag)).await.expect("read").into_inner();
    assert_eq!(other.etag, "8c19aef7130ecabf0e24c98af095701b9bc1a7f5daf2aec43f9b7c1960221a1b");
    client.delete(key("a", "key1")).await.expect("deleted");
    set(&mut client, "a", "key1", "1").await;
    let again = client.snapshot(wanted(&first.etag)).await.expect("read").into_inner();
    assert!(!again.not_modified, "a key that was created again is another key");
    server.stop().await;
}

#[tokio::test]
async fn namespaces_come_in_clamped_pages() {
    let server = open().await;
    let mut client = config(&server).await;
    for index in 0..60 {
        set(&mut client, &format!("n{index:02}"), "k", "1").await;
    }
    let wanted = |limit: i32, cursor: &str| ListNamespacesRequest {
        limit,
        cursor: cursor.into(),
        ..ListNamespacesRequest::default()
    };
    let first = client.list_namespaces(wanted(0, "")).await.expect("read").into_inner();
    assert_eq!(first.namespaces.len(), 50);
    let rest =
        client.list_namespaces(wanted(0, &first.next_cursor)).await.expect("read").into_inner();
    assert_eq!((rest.namespaces.len(), &*rest.next_cursor), (10, ""));
    let all: BTreeSet<_> = first.namespaces.iter().chain(&rest.namespaces).collect();
    assert_eq!(all.len(), 60);
    for bad in ["!bad!", "Yg==", "AQhwb3N0Z3Jlc2I"] {
        let status = client.list_namespaces(wanted(0, bad)).await.expect_err(bad);
        assert_eq!(parts(&status).1, "INVALID_CURSOR", "{bad}");
    }
    server.stop().await;
}

#[tokio::test]
async fn aliases_are_set_once_and_never_followed() {
    let server = open().await;
    let mut client = config(&server).await;
    let made = client.set_alias(alias("db/url", "database/url")).await.expect("set").into_inner();
    assert!(made.alias.version == 1 && made.alias.created_at.is_set());
    let again = client.set_alias(alias("db/url", "database/url")).await;
    let message = "config: alias \"db/url\" already exists: alias already registered";
    assert_fails(again, Code::AlreadyExists, "ALIAS_EXISTS", message);
    set(&mut client, "ns", "taken", "1").await;
    let taken = client.set_alias(alias("taken", "x")).await;
    let message = "config: alias \"taken\" already exists: key exists in namespace \"ns\"";
    assert_fails(taken, Code::AlreadyExists, "ALIAS_EXISTS", message);
    let direct = get(&mut client, "ns", "db/url").await;
    assert_fails(direct, Code::NotFound, "NOT_FOUND", "key not found: ns/db/url");
    let request = GetAliasRequest { alias: "none".into(), ..GetAliasRequest::default() };
    let unknown = client.get_alias(request).await;
    assert_fails(unknown, Code::NotFound, "NOT_FOUND", "key not found: /none");
    let request = DeleteAliasRequest { alias: "db/url".into(), ..DeleteAliasRequest::default() };
    client.delete_alias(request.clone()).await.expect("deleted");
    let gone = client.delete_alias(request).await;
    assert_fails(gone, Code::NotFound, "NOT_FOUND", "key not found: /db/url");
    server.stop().await;
}

#[tokio::test]
async fn access_and_codecs() {
    let server = open().await;
    let mut client = config(&server).await;
    for namespace in ["", "a", "bad/ns"] {
        let request =
            CheckAccessRequest { namespace: namespace.into(), ..CheckAccessRequest::default() };
        let access = client.check_access(request).await.expect("never fails").into_inner();
        assert!(access.can_read && access.can_write);
    }
    let codecs = client.list_codecs(ListCodecsRequest::default()).await.expect("read").into_inner();
    assert_eq!(codecs.codecs, ["json", "secret"]);
    let refused = client.set(set_request("internal:holdfast", "x", "1")).await;
    assert_fails(refused, Code::FailedPrecondition, "READ_ONLY", "config: store is read-only");
    client.set(set_request("internal:x", "x", "1")).await.expect("only our own are ours");
    server.stop().await;
}

#[tokio::test]
async fn watches_tell_events_and_aliases_and_end_with_the_server() {
    let server = open().await;
    let mut client = config(&server).await;
    let mut all = watch(&mut client, &["w"], &[]).await;
    let mut app = watch(&mut client, &["w"], &["app/"]).await;
    set(&mut client, "other", "k", "0").await;
    set(&mut client, "w", "k", "1").await;
    set(&mut client, "w", "app/k", "2").await;
    client.delete(key("w", "k")).await.expect("deleted");
    client.set_alias(alias("al", "target")).await.expect("set");
    let gone = DeleteAliasRequest { alias: "al".into(), ..DeleteAliasRequest::default() };
    client.delete_alias(gone).await.expect("deleted");

    let mut next = async || all.message().await.expect("live").expect("not over");
    let change = next().await;
    assert_eq!(change.r#type, ChangeType::CHANGE_TYPE_SET);
    assert_eq!(
        (&*change.entry.key, &change.entry.value[..], change.entry.version),
        ("k", &b"1"[..], 1)
    );
    assert!(change.entry.created_at.is_set() && change.entry.r#type == 1);
    assert_eq!(&*next().await.entry.key, "app/k");
    let change = next().await;
    assert_eq!(change.r#type, ChangeType::CHANGE_TYPE_DELETE);
    assert_eq!((&*change.entry.namespace, &*change.entry.key), ("w", "k"));
    assert!(
        change.entry.version == 0
            && change.entry.created_at.is_unset()
            && change.entry.codec.is_empty()
    );
    let change = next().await;
    assert_eq!(change.r#type, ChangeType::CHANGE_TYPE_ALIAS_SET);
    assert_eq!((&*change.entry.namespace, &*change.entry.key), ("", "al"));
    assert_eq!(
        (&change.entry.value[..], change.entry.r#type, change.entry.version),
        (&b"\"target\""[..], 3, 1)
    );
    assert_eq!(change.entry.created_at, change.entry.updated_at);
    let change = next().await;
    assert_eq!(change.r#type, ChangeType::CHANGE_TYPE_ALIAS_DELETE);
    assert_eq!((&*change.entry.key, &*change.entry.codec), ("al", ""));

    assert_eq!(&*app.message().await.expect("live").expect("not over").entry.key, "app/k");
    assert_eq!(&*app.message().await.expect("live").expect("not over").entry.key, "al");
    server.stop().await;
    let status = all.message().await.expect_err("never OK");
    assert_eq!(
        parts(&status),
        (Code::Unavailable, String::new(), "the server is shutting down".into())
    );
}

#[tokio::test]
async fn a_watch_has_at_most_100_namespaces_and_100_prefixes() {
    let server = open().await;
    let mut client = config(&server).await;
    let names = |count: usize| (0..count).map(|n| format!("n{n}")).collect::<Vec<_>>();
    let request = WatchRequest { namespaces: names(101), ..WatchRequest::default() };
    let over = client.watch(request).await;
    assert_fails(over, Code::InvalidArgument, "", "too many namespaces (max 100, got 101)");
    let request = WatchRequest { prefixes: names(101), ..WatchRequest::default() };
    let over = client.watch(request).await;
    assert_fails(over, Code::InvalidArgument, "", "too many prefixes (max 100, got 101)");
    let fits =
        WatchRequest { namespaces: names(100), prefixes: names(100), ..WatchRequest::default() };
    client.watch(fits).await.expect("100 of each fit");
    server.stop().await;
}
