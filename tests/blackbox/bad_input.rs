//! Wrong requests: each gets a clear error and changes nothing, and the server goes on.

use buffa::Message;
use bytes::Bytes;
use holdfast_api::config_v1::SetRequest;
use holdfast_api::holdfast_v1::watch_request::Start;
use holdfast_api::holdfast_v1::{CommitRequest, Precondition, Put, Write};
use holdfast_tests::client::{delete, put};
use holdfast_tests::log::{self, Commit};
use holdfast_tests::{Failure, Holdfast, Server, http, raw};
use tonic::Code;

/// A server with a few entries, and what its log holds.
async fn with_entries() -> (Server, Holdfast, Vec<Commit>) {
    let server = Server::dev().await;
    let holdfast = server.holdfast().await;
    let writes = (0..5).map(|n| put("a", &format!("k{n}"), n.to_string())).collect();
    holdfast.commit(writes).await.expect("it is committed");
    let before = log::check(&holdfast).await;
    (server, holdfast, before)
}

async fn assert_nothing_changed(holdfast: &Holdfast, before: &[Commit]) {
    assert_eq!(log::check(holdfast).await, before, "nothing changed");
}

fn assert_clear(failure: &Failure, code: Code, says: &str) {
    assert_eq!(failure.code, code, "{failure:?}");
    assert!(failure.message.contains(says), "{says:?} in {:?}", failure.message);
}

#[tokio::test]
async fn batches_with_a_bad_member_are_refused_whole() {
    let (server, holdfast, before) = with_entries().await;
    let good = || put("a", "new", "1");
    let with_mode = |mode: i32| {
        let mut write = good();
        write.action = Put { value: "1".into(), mode: mode.into(), ..Default::default() }.into();
        write
    };
    let with_ttl = |seconds: i64| {
        let ttl = buffa_types::google::protobuf::Duration { seconds, ..Default::default() };
        let mut write = good();
        write.action = Put { value: "1".into(), ttl: ttl.into(), ..Default::default() }.into();
        write
    };
    let with_hash = || {
        let short =
            Precondition { value_hash: Some(Bytes::from_static(b"short")), ..Default::default() };
        Write { r#if: short.into(), ..good() }
    };
    let without_action =
        || Write { namespace: "a".into(), key: "new".into(), ..Default::default() };
    for (bad, says) in [
        (put("", "k", "1"), "writes[1].namespace"),
        (put("a/b", "k", "1"), "namespace"),
        (put("a", "", "1"), "writes[1].key"),
        (put("a", "line\nbreak", "1"), "key"),
        (put("a", &"k".repeat(1_025), "1"), "1025"),
        (put("a", "bad", "nope"), "value"),
        (without_action(), "writes[1]: needs one of"),
        (with_mode(99), "writes[1].put.mode"),
        (with_ttl(0), "writes[1].put.ttl"),
        (with_ttl(-5), "writes[1].put.ttl"),
        (with_hash(), "writes[1].if.value_hash"),
        (good(), "new"),
    ] {
        let failure = holdfast.commit(vec![good(), bad]).await.expect_err(says);
        assert_clear(&failure, Code::InvalidArgument, says);
    }
    let empty = holdfast.commit(Vec::new()).await.expect_err("nothing to do");
    assert_clear(&empty, Code::InvalidArgument, "writes");
    let missing =
        holdfast.commit(vec![good(), delete("a", "missing")]).await.expect_err("not there");
    assert_clear(&missing, Code::NotFound, "a/missing");
    assert_nothing_changed(&holdfast, &before).await;
    drop(server);
}

#[tokio::test]
async fn batches_beyond_a_commit_are_refused_with_their_size() {
    let (server, holdfast, before) = with_entries().await;
    let many = (0..10_001).map(|n| put("a", &format!("n{n}"), "1")).collect();
    let failure = holdfast.commit(many).await.expect_err("too many events");
    assert!(failure.message.contains("10001") && failure.message.contains("10000"), "{failure:?}");
    let text = format!("\"{}\"", "x".repeat((1 << 20) - 2));
    let large = (0..9).map(|n| put("a", &format!("n{n}"), text.clone())).collect();
    let failure = holdfast.commit(large).await.expect_err("too many bytes");
    assert!(failure.message.contains("8388608"), "{failure:?}");
    let one = put("a", "n", format!("{text} "));
    let failure = holdfast.commit(vec![one]).await.expect_err("too large a value");
    assert_clear(&failure, Code::InvalidArgument, "1048577");
    let reason = "r".repeat(1_025);
    let request = CommitRequest { writes: vec![put("a", "n", "1")], reason, ..Default::default() };
    let failure = holdfast.commit_as(request).await.expect_err("too long a reason");
    assert_clear(&failure, Code::InvalidArgument, "reason");
    let key = "i".repeat(129);
    let writes = vec![put("a", "n", "1")];
    let request = CommitRequest { writes, idempotency_key: key, ..Default::default() };
    let failure = holdfast.commit_as(request).await.expect_err("too long a key");
    assert_clear(&failure, Code::InvalidArgument, "idempotency_key");
    assert_nothing_changed(&holdfast, &before).await;
    drop(server);
}

/// The error of a watch, whether it comes with the headers or after them.
async fn watch_fails(holdfast: &Holdfast, filters: &[(&str, &str)], start: Start) -> Failure {
    match holdfast.watch(filters, Some(start)).await {
        Err(failure) => failure,
        Ok(mut stream) => {
            let first = stream.message().await;
            Failure::from(first.expect_err("the watch has to fail"))
        }
    }
}

#[tokio::test]
async fn watches_with_a_bad_start_are_refused() {
    let (server, holdfast, before) = with_entries().await;
    let filters: Vec<(String, String)> =
        (0..101).map(|n| (format!("n{n}"), String::new())).collect();
    let filters: Vec<(&str, &str)> =
        filters.iter().map(|(n, p)| (n.as_str(), p.as_str())).collect();
    let failure = watch_fails(&holdfast, &filters, Start::AfterRevision(0)).await;
    assert_clear(&failure, Code::InvalidArgument, "101");
    for token in ["", "7", "hf1", "hf1.zz.1.1", "hf1.00000000000000000000000000000000.1.-1", "ä"] {
        let failure = watch_fails(&holdfast, &[], Start::Token(token.into())).await;
        assert_clear(&failure, Code::InvalidArgument, "token");
    }
    for ahead in [999, u64::MAX - 1, u64::MAX] {
        let failure = watch_fails(&holdfast, &[], Start::AfterRevision(ahead)).await;
        assert_eq!(failure.code, Code::OutOfRange, "{failure:?}");
    }
    assert_nothing_changed(&holdfast, &before).await;
    drop(server);
}

#[tokio::test]
async fn a_token_of_another_log_is_told_apart() {
    let (server, holdfast, before) = with_entries().await;
    let (other, _, theirs) = with_entries().await;
    let token = theirs.last().expect("a commit").token.clone();
    let failure = watch_fails(&holdfast, &[], Start::Token(token)).await;
    assert_eq!(
        (failure.code, failure.reason.as_str()),
        (Code::OutOfRange, "FOREIGN_LOG"),
        "{failure:?}"
    );
    assert_eq!(failure.metadata.get("oldest").map(String::as_str), Some("1"), "{failure:?}");
    // A place that this log has not reached yet, under its own name.
    let own = before.last().expect("a commit").token.clone();
    let ahead = format!("{}.999", own.rsplit_once('.').expect("parts").0);
    let failure = watch_fails(&holdfast, &[], Start::Token(ahead)).await;
    assert_eq!(failure.code, Code::OutOfRange, "{failure:?}");
    assert_nothing_changed(&holdfast, &before).await;
    drop((server, other));
}

/// Each beginning of a message that is no message.
fn truncations<M: Message>(message: &M) -> Vec<Bytes> {
    let whole = Bytes::from(message.encode_to_vec());
    let cuts = (1..whole.len()).map(|end| whole.slice(..end));
    cuts.filter(|cut| M::decode_from_slice(cut).is_err()).collect()
}

#[tokio::test]
async fn truncated_messages_are_refused() {
    let (server, holdfast, before) = with_entries().await;
    let set = SetRequest {
        namespace: "a".into(),
        key: "truncated".into(),
        value: "\"a value\"".into(),
        codec: "json".into(),
        ..Default::default()
    };
    let commit = CommitRequest {
        writes: vec![put("a", "truncated", "1"), delete("a", "k1")],
        reason: "a reason".into(),
        ..Default::default()
    };
    let set = ("/config.v1.ConfigService/Set", truncations(&set));
    let commit = ("/holdfast.v1.HoldfastService/Commit", truncations(&commit));
    for (path, cuts) in [set, commit] {
        assert!(cuts.len() > 20, "{} cuts of {path}", cuts.len());
        for cut in cuts {
            let failure = raw::unary(&holdfast.channel, path, cut.clone()).await;
            let failure = failure.expect_err("half a message");
            assert!(
                matches!(failure.code, Code::InvalidArgument | Code::Internal),
                "{cut:?}: {failure:?}"
            );
        }
    }
    assert_nothing_changed(&holdfast, &before).await;
    drop(server);
}

/// Bytes that are no gRPC, on a port that speaks it.
#[tokio::test]
async fn noise_on_the_wire_hurts_nobody() {
    let (mut server, holdfast, before) = with_entries().await;
    let preface = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".to_vec();
    let huge_frame = [&preface[..], &[0xff, 0xff, 0xff, 0, 0, 0, 0, 0, 1]].concat();
    let bad_settings = [&preface[..], &[0, 0, 5, 4, 0, 0, 0, 0, 0, 1, 2, 3, 4, 5]].concat();
    let long_header = format!("GET /livez HTTP/1.1\r\nx: {}\r\n\r\n", "y".repeat(1 << 20));
    let bad_length = b"POST /config.v1.ConfigService/Set HTTP/1.1\r\nhost: x\r\ncontent-type: application/grpc-web\r\n\
        content-length: 7\r\nconnection: close\r\n\r\n\0\xff\xff\xff\xff12";
    for noise in [
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03".to_vec(),
        b"\0\0\0\0\r\n\r\n".to_vec(),
        b"GET / HTTP/9.9\r\n\r\n".to_vec(),
        huge_frame,
        bad_settings,
        long_header.into_bytes(),
        bad_length.to_vec(),
    ] {
        for port in [server.port(), server.admin_port()] {
            // What it answers is its own affair, if only it neither hangs nor falls.
            let answer =
                tokio::time::timeout(std::time::Duration::from_secs(60), http::raw(port, &noise));
            drop(answer.await.expect("it does not hang"));
        }
    }
    assert!(server.is_running(), "{}", server.log());
    assert_nothing_changed(&holdfast, &before).await;
}
