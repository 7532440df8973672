//! The holdfast.v1 dialect on the wire.

use std::time::Duration;

use crate::support::{Holdfast, config, get, holdfast, open, set};
use buffa::{UnknownField, UnknownFieldData};
use holdfast_api::Streaming;
use holdfast_api::convert::duration;
use holdfast_api::holdfast_v1::watch_request::Start;
use holdfast_api::holdfast_v1::watch_response::Kind;
use holdfast_api::holdfast_v1::{
    Cause, CommitRequest, CommitResponse, Condition, Delete, EventKind, Filter, Precondition, Put,
    WatchRequest, WatchResponse, Write,
};
use holdfast_api::status::error_info;
use tonic::{Code, Status};

fn put(namespace: &str, key: &str, value: &str) -> Write {
    let put = Put { value: value.as_bytes().to_vec().into(), ..Put::default() };
    Write { namespace: namespace.into(), key: key.into(), action: put.into(), ..Write::default() }
}

fn delete(namespace: &str, key: &str, missing_ok: bool) -> Write {
    let delete = Delete { missing_ok, ..Delete::default() };
    let (namespace, key) = (namespace.into(), key.into());
    Write { namespace, key, action: delete.into(), ..Write::default() }
}

fn batch(writes: Vec<Write>) -> CommitRequest {
    CommitRequest { writes, ..CommitRequest::default() }
}

async fn commit(client: &mut Holdfast, request: CommitRequest) -> CommitResponse {
    client.commit(request).await.expect("committed").into_inner()
}

async fn watch(client: &mut Holdfast, request: WatchRequest) -> Streaming<WatchResponse> {
    client.watch(request).await.expect("the watch begins").into_inner()
}

fn from(start: Start) -> WatchRequest {
    WatchRequest { start: Some(start), ..WatchRequest::default() }
}

async fn frame(stream: &mut Streaming<WatchResponse>) -> WatchResponse {
    stream.message().await.expect("live").expect("not over")
}

#[track_caller]
fn fails(status: &Status, code: Code, reason: &str, metadata: &[(&str, &str)]) {
    let info = error_info(status).expect("every failure has details");
    assert_eq!((status.code(), &*info.reason, &*info.domain), (code, reason, "holdfast.v1"));
    for (name, value) in metadata {
        let found = info.metadata.get(*name).map(String::as_str);
        assert_eq!(found, Some(*value), "{name} of {status:?}");
    }
}

#[tokio::test]
async fn a_commit_is_one_revision_with_a_result_for_each_write() {
    let server = open().await;
    let (mut client, mut reader) = (holdfast(&server).await, config(&server).await);
    let writes = vec![put("a", "x", "1"), put("b", "y", "2"), delete("a", "none", true)];
    let request = CommitRequest { reason: "first".into(), ..batch(writes) };
    let done = commit(&mut client, request).await;
    assert_eq!((done.revision, done.results.len(), done.replayed), (1, 3, false));
    assert_eq!((done.results[0].version, done.results[0].ordinal), (1, 1));
    assert!(done.results[0].id.len() == 36 && done.results[2].id.is_empty());
    assert!(done.token.starts_with("hf1.") && done.time.is_set());
    assert_eq!(get(&mut reader, "b", "y").await.expect("there").version, 1);

    let second =
        commit(&mut client, batch(vec![put("a", "x", "2"), delete("b", "y", false)])).await;
    assert_eq!(second.revision, 2);
    let mut stream = watch(&mut client, from(Start::AfterRevision(0))).await;
    let (one, two) = (frame(&mut stream).await, frame(&mut stream).await);
    assert_eq!((one.revision, one.events.len(), one.last, &*one.reason), (1, 2, true, "first"));
    assert_eq!(one.kind, Kind::KIND_COMMIT);
    assert_eq!(one.cause, Cause::CAUSE_CLIENT);
    assert_eq!((&*one.actor.identity, &*one.actor.method), ("anonymous", "holdfast.v1/Commit"));
    assert_eq!(one.token, done.token);
    let (set, gone) = (&two.events[0], &two.events[1]);
    assert_eq!((set.index, set.version, set.previous_revision, set.create_revision), (0, 2, 1, 1));
    assert_eq!(set.mod_revision, 2);
    assert_eq!(gone.kind, EventKind::EVENT_KIND_DELETE);
    assert_eq!((gone.index, &*gone.namespace, &*gone.key), (1, "b", "y"));
    server.stop().await;
}

#[tokio::test]
async fn a_condition_that_does_not_hold_stops_everything_and_says_what_is_there() {
    let server = open().await;
    let (mut client, mut reader) = (holdfast(&server).await, config(&server).await);
    set(&mut reader, "a", "k", "1").await;
    let version = |version| Precondition { version: Some(version), ..Precondition::default() };
    let guarded = Write { r#if: version(7).into(), ..put("a", "k", "2") };
    let status = client.commit(batch(vec![put("a", "other", "1"), guarded])).await;
    let metadata = [("namespace", "a"), ("key", "k"), ("write", "1"), ("version", "1")];
    fails(&status.expect_err("version 1"), Code::Aborted, "CONFLICT", &metadata);
    assert_eq!(get(&mut reader, "a", "other").await.expect_err("nothing").code(), Code::NotFound);

    let condition = Condition {
        namespace: "a".into(),
        key: "lock".into(),
        r#if: Precondition { exists: Some(true), ..Precondition::default() }.into(),
        ..Condition::default()
    };
    let request = CommitRequest { conditions: vec![condition], ..batch(vec![put("a", "k", "2")]) };
    let status = client.commit(request).await.expect_err("there is no lock");
    fails(&status, Code::Aborted, "CONFLICT", &[("key", "lock"), ("exists", "false")]);
    let guarded = Write { r#if: version(1).into(), ..put("a", "k", "2") };
    assert_eq!(commit(&mut client, batch(vec![guarded])).await.results[0].version, 2);
    server.stop().await;
}

#[tokio::test]
async fn an_idempotency_key_answers_what_the_first_call_did() {
    let server = open().await;
    let mut client = holdfast(&server).await;
    let request =
        CommitRequest { idempotency_key: "once".into(), ..batch(vec![put("a", "k", "1")]) };
    let first = commit(&mut client, request.clone()).await;
    commit(&mut client, batch(vec![put("a", "k", "2")])).await;
    let again = commit(&mut client, request).await;
    assert!(again.replayed && again.revision == first.revision && again.results == first.results);
    let other = CommitRequest { idempotency_key: "once".into(), ..batch(vec![put("a", "k", "9")]) };
    let status = client.commit(other).await.expect_err("another request");
    fails(&status, Code::FailedPrecondition, "IDEMPOTENCY_MISMATCH", &[]);
    server.stop().await;
}

/// A request, and the path that its refusal has to name.
fn nonsense() -> Vec<(CommitRequest, &'static str)> {
    let with = |change: fn(&mut Put)| {
        let mut put = Put { value: b"1".to_vec().into(), ..Put::default() };
        change(&mut put);
        let write = Write {
            namespace: "a".into(),
            key: "k".into(),
            action: put.into(),
            ..Write::default()
        };
        batch(vec![write])
    };
    let unknown = UnknownField { number: 99, data: UnknownFieldData::Varint(1) };
    let hash =
        Precondition { value_hash: Some(b"short".to_vec().into()), ..Precondition::default() };
    let mut strange = Precondition::default();
    strange.__buffa_unknown_fields.push(unknown);
    let condition = |r#if: Precondition| {
        let (namespace, key) = ("a".to_owned(), "k".to_owned());
        Condition { namespace, key, r#if: r#if.into(), ..Condition::default() }
    };
    let conditions =
        |one| CommitRequest { conditions: vec![one], ..batch(vec![put("a", "k", "1")]) };
    vec![
        (batch(vec![]), "writes"),
        (batch(vec![put("a", "k", "1"), put("", "k", "1")]), "writes[1].namespace"),
        (batch(vec![put("a", "", "1")]), "writes[0].key"),
        (batch(vec![put("a", "k", "1"), put("a", "k", "2")]), "writes[1].key"),
        (batch(vec![Write { action: None, ..put("a", "k", "1") }]), "writes[0]"),
        (with(|put| put.mode = 7.into()), "writes[0].put.mode"),
        (with(|put| put.ttl = duration(Duration::ZERO).into()), "writes[0].put.ttl"),
        (with(|put| put.ttl.get_or_insert_default().seconds = -1), "writes[0].put.ttl"),
        (with(|put| put.codec = "\n".into()), "writes[0].put.codec"),
        (batch(vec![Write { r#if: hash.into(), ..put("a", "k", "1") }]), "writes[0].if.value_hash"),
        (batch(vec![Write { r#if: strange.into(), ..put("a", "k", "1") }]), "writes[0].if"),
        (conditions(condition(Precondition::default())), "conditions[0].if"),
        (CommitRequest { reason: "r".repeat(2_000), ..batch(vec![put("a", "k", "1")]) }, "reason"),
        (
            CommitRequest { idempotency_key: "i".repeat(200), ..batch(vec![put("a", "k", "1")]) },
            "idempotency_key",
        ),
    ]
}

#[tokio::test]
async fn what_makes_no_sense_is_refused_with_its_path_and_changes_nothing() {
    let server = open().await;
    let mut client = holdfast(&server).await;
    for (request, field) in nonsense() {
        let status = client.commit(request).await.expect_err(field);
        fails(&status, Code::InvalidArgument, "INVALID_ARGUMENT", &[("field", field)]);
    }
    let bad = client.commit(batch(vec![put("a", "k", "nope")])).await.expect_err("no JSON");
    fails(&bad, Code::InvalidArgument, "INVALID_VALUE", &[]);
    assert!(bad.message().contains("writes[0].put.value"), "{}", bad.message());
    let writes = (0..10_001).map(|n| put("a", &n.to_string(), "1")).collect();
    let large = client.commit(batch(writes)).await.expect_err("too many");
    fails(
        &large,
        Code::InvalidArgument,
        "TOO_LARGE",
        &[("events", "10001"), ("max_events", "10000")],
    );
    let own = client.commit(batch(vec![put("internal:holdfast", "aliases/x", "\"y\"")])).await;
    fails(&own.expect_err("ours"), Code::FailedPrecondition, "READ_ONLY", &[]);
    let deleted = client.commit(batch(vec![delete("a", "none", false)])).await;
    fails(&deleted.expect_err("missing"), Code::NotFound, "NOT_FOUND", &[("key", "none")]);
    assert_eq!(server.engine().status().head.revision.0, 0);

    let watches = [
        (from(Start::Token("nonsense".into())), "token"),
        (from(Start::InitialState(false)), "initial_state"),
        (
            WatchRequest {
                bookmark_interval: duration(Duration::ZERO).into(),
                ..WatchRequest::default()
            },
            "bookmark_interval",
        ),
        (
            WatchRequest { filters: vec![Filter::default(); 101], ..WatchRequest::default() },
            "filters",
        ),
    ];
    for (request, field) in watches {
        let status = client.watch(request).await.expect_err(field);
        fails(&status, Code::InvalidArgument, "INVALID_ARGUMENT", &[("field", field)]);
    }
    server.stop().await;
}

#[tokio::test]
async fn a_watch_resumes_from_a_token_and_refuses_one_of_another_log() {
    let (server, other) = (open().await, open().await);
    let (mut client, mut stranger) = (holdfast(&server).await, holdfast(&other).await);
    let foreign = commit(&mut stranger, batch(vec![put("a", "k", "0")])).await.token;
    let first = commit(&mut client, batch(vec![put("a", "k", "1")])).await;
    let second = commit(&mut client, batch(vec![put("a", "k", "2")])).await;
    let mut stream = watch(&mut client, from(Start::Token(first.token))).await;
    assert_eq!(frame(&mut stream).await.revision, second.revision);
    for start in [Start::Token(foreign), Start::AfterRevision(1_000)] {
        let status = client.watch(from(start)).await.expect_err("not of this log");
        fails(&status, Code::OutOfRange, "FOREIGN_LOG", &[("oldest", "1")]);
    }
    server.stop().await;
    other.stop().await;
}

#[tokio::test]
async fn the_initial_state_comes_first_then_commits_and_bookmarks() {
    let server = open().await;
    let mut client = holdfast(&server).await;
    let writes = (0..600).map(|n| put("a", &format!("k{n:03}"), "1")).collect();
    commit(&mut client, batch(writes)).await;
    commit(&mut client, batch(vec![put("b", "k", "1")])).await;
    let request = WatchRequest {
        filters: vec![Filter { namespace: "a".into(), ..Filter::default() }],
        bookmark_interval: duration(Duration::from_millis(100)).into(),
        ..from(Start::InitialState(true))
    };
    let mut stream = watch(&mut client, request).await;
    let mut keys = Vec::new();
    loop {
        let part = frame(&mut stream).await;
        assert_eq!(part.kind, Kind::KIND_INITIAL);
        assert_eq!((part.revision, part.last), (2, !part.token.is_empty()));
        assert!(part.events.iter().all(|event| event.mod_revision == 1));
        keys.extend(part.events.into_iter().map(|event| (event.index, event.key)));
        if part.last {
            break;
        }
    }
    let expected: Vec<_> = (0..600).map(|n| (n, format!("k{n:03}"))).collect();
    assert_eq!(keys, expected);
    let bookmark = frame(&mut stream).await;
    assert_eq!(bookmark.kind, Kind::KIND_BOOKMARK);
    assert!(bookmark.last && bookmark.events.is_empty() && bookmark.token.ends_with(".2"));
    commit(&mut client, batch(vec![put("b", "k", "2")])).await;
    let third = commit(&mut client, batch(vec![put("b", "k", "3"), put("a", "new", "1")])).await;
    let next = loop {
        let next = frame(&mut stream).await;
        if next.kind == Kind::KIND_COMMIT {
            break next;
        }
    };
    assert_eq!((next.revision, next.events.len(), next.events[0].index), (third.revision, 1, 1));
    server.stop().await;
}

#[tokio::test]
async fn a_large_commit_comes_in_frames_and_only_the_last_can_be_resumed_from() {
    let server = open().await;
    let mut client = holdfast(&server).await;
    let value = format!("\"{}\"", "v".repeat(500 << 10));
    let mut live = watch(&mut client, WatchRequest::default()).await;
    let done =
        commit(&mut client, batch((0..5).map(|n| put("a", &n.to_string(), &value)).collect()))
            .await;
    let mut late = watch(&mut client, from(Start::AfterRevision(0))).await;
    for stream in [&mut live, &mut late] {
        let mut indexes = Vec::new();
        loop {
            let part = frame(stream).await;
            assert_eq!(part.revision, done.revision);
            assert_eq!(part.last, part.token == done.token);
            indexes.extend(part.events.iter().map(|event| event.index));
            if part.last {
                break;
            }
            assert!(part.token.is_empty());
        }
        assert_eq!(indexes, [0, 1, 2, 3, 4]);
    }
    server.stop().await;
    let status = live.message().await.expect_err("never OK");
    assert_eq!(status.code(), Code::Unavailable);
}

#[tokio::test]
async fn a_time_to_live_ends_as_an_event() {
    let server = open().await;
    let mut client = holdfast(&server).await;
    let mut stream = watch(&mut client, WatchRequest::default()).await;
    let ttl = duration(Duration::from_millis(50));
    let short = Put { value: b"1".to_vec().into(), ttl: ttl.into(), ..Put::default() };
    let write = Write { action: short.into(), ..put("a", "k", "1") };
    commit(&mut client, batch(vec![write])).await;
    let set = frame(&mut stream).await;
    assert!(set.events[0].expires_at.is_set());
    let expired = frame(&mut stream).await;
    assert_eq!(expired.cause, Cause::CAUSE_EXPIRY);
    assert_eq!(expired.events[0].kind, EventKind::EVENT_KIND_EXPIRE);
    server.stop().await;
}

/// What every call refuses by the path of the member: fields and enum values that nobody knows, and what is missing.
#[tokio::test]
async fn every_call_is_strict() {
    use holdfast_api::holdfast_v1::compare::Target;
    use holdfast_api::holdfast_v1::{
        Branch, Compare, DiffRequest, EventsRequest, GetRequest, HistoryRequest, ListRequest,
        Moment, Relation, RollbackRequest, SearchRequest, SnapshotRequest, State, TxnRequest,
    };
    let server = open().await;
    let client = holdfast(&server).await;
    let unknown = || UnknownField { number: 99, data: UnknownFieldData::Varint(1) };
    let mut at = Moment::default();
    at.__buffa_unknown_fields.push(unknown());
    let get = GetRequest {
        namespace: "a".into(),
        key: "k".into(),
        at: at.clone().into(),
        ..Default::default()
    };
    let status = client.clone().get(get).await.expect_err("at");
    fails(&status, Code::InvalidArgument, "INVALID_ARGUMENT", &[("field", "at")]);
    let list = ListRequest { namespace: "a".into(), at: at.clone().into(), ..Default::default() };
    let status = client.clone().list(list).await.expect_err("at");
    fails(&status, Code::InvalidArgument, "INVALID_ARGUMENT", &[("field", "at")]);
    let snapshot = SnapshotRequest { at: at.clone().into(), ..Default::default() };
    let status = client.clone().snapshot(snapshot).await.expect_err("no namespace");
    fails(&status, Code::InvalidArgument, "INVALID_ARGUMENT", &[("field", "namespace")]);
    let history = HistoryRequest { namespace: "a".into(), ..Default::default() };
    let status = client.clone().history(history).await.expect_err("no key");
    fails(&status, Code::InvalidArgument, "INVALID_ARGUMENT", &[("field", "key")]);
    let state = State { namespace: "a".into(), at: at.into(), ..Default::default() };
    let diff = DiffRequest { from: state.clone().into(), to: state.into(), ..Default::default() };
    let status = client.clone().diff(diff).await.expect_err("from.at");
    fails(&status, Code::InvalidArgument, "INVALID_ARGUMENT", &[("field", "from.at")]);
    let mut rollback = RollbackRequest { namespace: "a".into(), ..Default::default() };
    rollback.__buffa_unknown_fields.push(unknown());
    let status = client.clone().rollback(rollback).await.expect_err("an unknown field");
    fails(&status, Code::InvalidArgument, "INVALID_ARGUMENT", &[("field", "request")]);
    let events = EventsRequest { kinds: vec![77.into()], ..Default::default() };
    let status = client.clone().events(events).await.expect_err("an unknown kind");
    fails(&status, Code::InvalidArgument, "INVALID_ARGUMENT", &[("field", "kinds[0]")]);
    let search = SearchRequest { pattern: "x".into(), r#where: 9.into(), ..Default::default() };
    let status = client.clone().search(search).await.expect_err("an unknown place");
    fails(&status, Code::InvalidArgument, "INVALID_ARGUMENT", &[("field", "where")]);

    let compare = |relation: i32, target: Option<Target>| Compare {
        namespace: "a".into(),
        key: "k".into(),
        relation: relation.into(),
        target,
        ..Default::default()
    };
    let hash = |relation: Relation, bytes: usize| {
        compare(relation as i32, Some(Target::ValueHash(vec![0; bytes].into())))
    };
    for (compare, field) in [
        (compare(1, None), "compares[0]"),
        (compare(0, Some(Target::Version(1))), "compares[0].relation"),
        (compare(42, Some(Target::Version(1))), "compares[0].relation"),
        (hash(Relation::RELATION_EQUAL, 5), "compares[0].value_hash"),
        (hash(Relation::RELATION_LESS, 32), "compares[0].value_hash"),
        (Compare { key: String::new(), ..hash(Relation::RELATION_EQUAL, 32) }, "compares[0].key"),
    ] {
        let txn = TxnRequest { compares: vec![compare], ..Default::default() };
        let status = client.clone().txn(txn).await.expect_err(field);
        fails(&status, Code::InvalidArgument, "INVALID_ARGUMENT", &[("field", field)]);
    }
    let empty = Write { namespace: "a".into(), key: "k".into(), ..Write::default() };
    let otherwise = Branch { writes: vec![put("a", "x", "1"), empty], ..Default::default() };
    let txn = TxnRequest { otherwise: otherwise.into(), ..Default::default() };
    let status = client.clone().txn(txn).await.expect_err("no action");
    fails(&status, Code::InvalidArgument, "INVALID_ARGUMENT", &[("field", "otherwise.writes[1]")]);
    let mut broken = put("a", "x", "no json");
    broken.namespace = "a".into();
    let then = Branch { writes: vec![broken], ..Default::default() };
    let status = client.clone().txn(TxnRequest { then: then.into(), ..Default::default() }).await;
    let status = status.expect_err("no JSON");
    fails(&status, Code::InvalidArgument, "INVALID_VALUE", &[]);
    assert!(status.message().contains("then.writes[0].put.value"), "{status:?}");
    server.stop().await;
}
