//! What nobody sends by mistake: a clear error, in bounded time and memory, and the server goes on.

use std::time::Duration;

use bytes::Bytes;
use holdfast_api::stategate::SearchStateOpts;
use holdfast_tests::client::connect;
use holdfast_tests::stategate::{events_by, states_by};
use holdfast_tests::{Server, Stategate, http, memory, raw};
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tonic::Code;

use super::envelope;

/// How long an answer may take on a loaded machine before it counts as none.
const PATIENCE: Duration = Duration::from_secs(120);
/// More than this must not be needed for anything here.
const MEMORY: u64 = 512 << 20;

async fn is_well(client: &Stategate) {
    client.set("d", "well", "k", json!({"fine": true})).await.expect("set");
    assert_eq!(client.get("d", "well", "k").await.expect("get"), json!({"fine": true}));
}

/// The code and the message of an error over REST.
fn refused(answer: &http::Answer) -> (i64, String) {
    assert_eq!(answer.status, 400, "{}", answer.text());
    let body = answer.json();
    (body["code"].as_i64().expect("a code"), body["message"].as_str().expect("a text").to_owned())
}

#[tokio::test]
async fn malformed_json_sets_nothing() {
    let server = Server::dev().await;
    let nested =
        |depth: usize| format!("{{\"values\":{}1{}}}", "{\"a\":".repeat(depth), "}".repeat(depth));
    let bodies: Vec<Vec<u8>> = vec![
        b"{\"values\":{\"a\":1}".to_vec(),
        b"{\"values\":5}".to_vec(),
        b"{\"values\":[{}]}".to_vec(),
        b"[1]".to_vec(),
        b"\"text\"".to_vec(),
        b"{\"values\":{\"a\":NaN}}".to_vec(),
        b"{\"values\":{\"a\":1e999}}".to_vec(),
        b"{\"values\":{\"a\":01}}".to_vec(),
        b"{\"values\":{\"a\":\"\\ud800\"}}".to_vec(),
        b"{\"values\":{\"a\":\"\xff\xfe\"}}".to_vec(),
        b"{\"values\":{'a':1}}".to_vec(),
        b"{\"values\":{\"a\":1,}}".to_vec(),
        b"{\"values\":{\"a\":1}} trailing".to_vec(),
        nested(10_000).into_bytes(),
        "[".repeat(100_000).into_bytes(),
    ];
    for body in bodies {
        let shown = String::from_utf8_lossy(&body[..body.len().min(60)]).into_owned();
        let path = "/api/state/ref/d/t/k";
        let answer = http::post(server.port(), path, "application/json", &body).await;
        let (code, message) = refused(&answer.unwrap_or_else(|error| panic!("{shown}: {error}")));
        assert_eq!(code, 3, "{shown}: {message}");
        assert!(!message.is_empty() && message.len() < 1_000, "{shown}: {message}");
        let stored = http::get(server.port(), path).await.expect("an answer");
        assert_eq!(stored.status, 404, "{shown} stored {}", stored.text());
    }
    is_well(&server.stategate().await).await;
}

/// A Struct with a Struct in it, and so on, as protobuf has it.
fn deep_set(depth: usize) -> Vec<u8> {
    let field = |number: u8, inner: &[u8]| {
        let mut bytes = vec![number << 3 | 2];
        let mut size = inner.len();
        while size >= 0x80 {
            bytes.push(u8::try_from(size & 0x7F).expect("seven bits") | 0x80);
            size >>= 7;
        }
        bytes.push(u8::try_from(size).expect("seven bits"));
        bytes.extend_from_slice(inner);
        bytes
    };
    let mut structure = Vec::new();
    for _ in 0..depth {
        let value = field(5, &structure);
        structure = field(1, &[field(1, b"a"), field(2, &value)].concat());
    }
    [field(1, b"d"), field(2, b"t"), field(3, b"deep"), field(4, &structure)].concat()
}

#[tokio::test]
async fn deep_nesting_is_refused_and_exhausts_nothing() {
    let server = Server::dev().await;
    let client = server.stategate().await;
    let channel = connect(server.port()).await;
    let set = "/stategate.StateService/Set";
    raw::unary(&channel, set, deep_set(10).into()).await.expect("a few levels are fine");
    for depth in [1_000, 5_000] {
        let answer = raw::unary(&channel, set, Bytes::from(deep_set(depth))).await;
        let failure = answer.expect_err("too deep");
        assert!(
            [Code::InvalidArgument, Code::Internal].contains(&failure.code),
            "{depth}: {failure:?}"
        );
    }
    let deep = format!("{}1{}", "{\"$nor\":[{\"a\":".repeat(50), "}]}".repeat(50));
    let failed = envelope(client.keys("d", "t", &deep).await, Code::InvalidArgument);
    assert_eq!(failed["info"], "failed to search states");
    let arrays = format!("{{\"a\":{}{}}}", "[".repeat(100_000), "]".repeat(100_000));
    envelope(client.keys("d", "t", &arrays).await, Code::InvalidArgument);
    is_well(&client).await;
}

#[tokio::test]
async fn code_in_a_filter_is_never_run() {
    let server = Server::dev().await;
    let client = server.stategate().await;
    client.set("d", "t", "k", json!({"a": 1})).await.expect("set");
    let filters = [
        r#"{"$where":"sleep(100000) || true"}"#,
        r#"{"a":{"$where":"function() { while (true); }"}}"#,
        r#"{"$and":[{"$nor":[{"$where":"1"}]}]}"#,
        r#"{"$expr":{"$function":{"body":"function() { return true }","args":[],"lang":"js"}}}"#,
        r#"{"$expr":{"$eq":[{"$accumulator":{}},1]}}"#,
    ];
    for filter in filters {
        let failed = envelope(client.keys("d", "t", filter).await, Code::InvalidArgument);
        assert_eq!(failed["info"], "failed to search states", "{filter}");
        let events = client.search_events(events_by("d", "t", filter)).await;
        let failed = envelope(events, Code::InvalidArgument);
        assert_eq!(failed["info"], "failed to search events", "{filter}");
    }
    let path =
        "/api/state/search?domain=d&type=t&limit=1&queryString=%7B%22%24where%22%3A%221%22%7D";
    let (code, message) = refused(&http::get(server.port(), path).await.expect("an answer"));
    assert_eq!(code, 3);
    let failed: Value = serde_json::from_str(&message).expect("an envelope");
    assert_eq!(failed["info"], "failed to search states");
}

#[tokio::test]
async fn huge_limits_are_taken_for_what_there_is() {
    let server = Server::dev().await;
    let client = server.stategate().await;
    for number in 0..50 {
        client.set("d", "t", &format!("k{number}"), json!({"n": number})).await.expect("set");
    }
    let most = SearchStateOpts { limit: i64::MAX, ..states_by("d", "t", "") };
    assert_eq!(client.search(most.clone()).await.expect("all").state_values.len(), 50);
    let beyond = SearchStateOpts { offset: i64::MAX, ..most.clone() };
    assert_eq!(client.search(beyond).await.expect("none").state_values.len(), 0);
    let mut events = events_by("d", "t", "");
    (events.limit, events.offset, events.min, events.max) =
        (i64::MAX, i64::MIN, i64::MIN, i64::MAX);
    assert_eq!(client.search_events(events.clone()).await.expect("all").events.len(), 50);
    (events.offset, events.min) = (i64::MAX, i64::MAX);
    assert_eq!(client.search_events(events).await.expect("none").events.len(), 0);
    for limit in ["99999999999999999999", "1e3", "abc", "-99999999999999999999", "0x10"] {
        let path = format!("/api/state/search?domain=d&type=t&limit={limit}");
        let (code, _) = refused(&http::get(server.port(), &path).await.expect("an answer"));
        assert_eq!(code, 3, "{limit}");
    }
    let pid = server.pid();
    assert!(memory::resident_peak(pid) < MEMORY, "{} bytes", memory::resident_peak(pid));
}

#[tokio::test]
async fn regular_expressions_made_to_be_slow_are_not() {
    let server = Server::dev().await;
    let client = server.stategate().await;
    let long = format!("{}!", "a".repeat(200_000));
    client.set("d", "t", "long", json!({"a": long})).await.expect("set");
    // An engine that tries and goes back needs longer for these than the world is old.
    let slow =
        ["^(a+)+$", "^(a|aa)+$", "^(a|a)*b", "(.*)*(.*)*(.*)*!x", "^(([a-z])+.)+[A-Z]([a-z])+$"];
    for pattern in slow {
        let filter = json!({"a": {"$regex": pattern}}).to_string();
        let found = tokio::time::timeout(PATIENCE, client.keys("d", "t", &filter)).await;
        assert_eq!(found.expect(pattern).expect("an answer"), [] as [&str; 0], "{pattern}");
    }
    for pattern in
        ["(((a{100}){100}){100}){100}", "(?=a+)+b", r"(a+)\1+$", "((a{1,1000}){1,1000}){1,1000}"]
    {
        let filter = json!({"a": {"$regex": pattern}}).to_string();
        envelope(client.keys("d", "t", &filter).await, Code::InvalidArgument);
    }
    let pid = server.pid();
    assert!(memory::resident_peak(pid) < MEMORY, "{} bytes", memory::resident_peak(pid));
    is_well(&client).await;
}

#[tokio::test]
async fn filters_made_to_be_large_are_refused() {
    let server = Server::dev().await;
    let client = server.stategate().await;
    let many = |of: &str, count: usize| vec![of; count].join(",");
    let filters = [
        format!("{{\"$or\":[{}]}}", many("{\"a\":1}", 5_000)),
        format!("{{\"a\":{{\"$in\":[{}]}}}}", many("1", 50_000)),
        format!("{{\"{}\":1}}", many("0", 50).replace(',', ".")),
        format!("{{\"a\":\"{}\"}}", "x".repeat(1 << 20)),
        format!("{{\"$or\":[{}]}}", many("{\"a\":{\"$regex\":\"x\"}}", 100)),
    ];
    for filter in filters {
        let failed = envelope(client.keys("d", "t", &filter).await, Code::InvalidArgument);
        assert_eq!(failed["info"], "failed to search states", "{}", &filter[..40]);
    }
    is_well(&client).await;
}

/// A WebSocket on the stream of events, by hand.
async fn socket(server: &Server) -> TcpStream {
    let mut stream = TcpStream::connect(("127.0.0.1", server.port())).await.expect("connects");
    let request = "GET /api/events/stream?domain=d&type=t HTTP/1.1\r\nhost: localhost\r\nconnection: Upgrade\r\n\
                   upgrade: websocket\r\nsec-websocket-version: 13\r\n\
                   sec-websocket-key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n";
    stream.write_all(request.as_bytes()).await.expect("written");
    let (mut head, mut byte) = (Vec::new(), [0]);
    while !head.ends_with(b"\r\n\r\n") {
        stream.read_exact(&mut byte).await.expect("a head");
        head.push(byte[0]);
    }
    assert!(head.starts_with(b"HTTP/1.1 101 "), "{}", String::from_utf8_lossy(&head));
    stream
}

/// The connection ends, however it does.
async fn ends(mut stream: TcpStream) {
    let mut rest = Vec::new();
    let read = tokio::time::timeout(PATIENCE, stream.read_to_end(&mut rest)).await;
    assert!(read.is_ok(), "the server still holds it, having said {rest:?}");
}

#[tokio::test]
async fn half_closed_and_broken_sockets_are_let_go() {
    let server = Server::dev().await;
    let client = server.stategate().await;
    let before = memory::resident(server.pid());
    for _ in 0..100 {
        let mut half = socket(&server).await;
        half.shutdown().await.expect("no more is sent");
        ends(half).await;
    }
    let broken: [&[u8]; 6] = [
        // Without a mask, of a kind that does not exist, with reserved bits, a control frame that is too long.
        &[0x81, 0x01, b'x'],
        &[0x8B, 0x80, 0, 0, 0, 0],
        &[0xF1, 0x80, 0, 0, 0, 0],
        &[0x89, 0xFE, 0xFF, 0xFF, 0, 0, 0, 0],
        // A message of nearly all the memory there is, and a continuation of nothing.
        &[0x82, 0xFF, 0x7F, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0, 0, 0, 0],
        &[0x80, 0x80, 0, 0, 0, 0],
    ];
    for bytes in broken {
        let mut stream = socket(&server).await;
        stream.write_all(bytes).await.expect("written");
        ends(stream).await;
    }
    // Part of a frame, and then nothing more.
    let mut part = socket(&server).await;
    part.write_all(&[0x82]).await.expect("written");
    part.shutdown().await.expect("no more is sent");
    ends(part).await;
    let more = memory::resident(server.pid()).saturating_sub(before);
    assert!(more < MEMORY / 4, "{more} bytes more");
    // A socket that behaves still hears what happens.
    let mut live = socket(&server).await;
    client.set("d", "t", "k", json!({})).await.expect("set");
    let mut first = [0];
    let heard = tokio::time::timeout(PATIENCE, live.read_exact(&mut first)).await;
    heard.expect("in time").expect("a frame");
    assert_eq!(first[0], 0x81, "a whole text");
    is_well(&client).await;
}

#[tokio::test]
async fn a_socket_that_answers_no_ping_is_let_go_and_one_that_does_stays() {
    let server = Server::dev().await;
    let client = server.stategate().await;
    let (mut mute, mut answers) = (socket(&server).await, socket(&server).await);
    let let_go = async {
        let mut said = Vec::new();
        // A reset ends it as well as a goodbye.
        let _ = mute.read_to_end(&mut said).await;
        assert_eq!(said.get(..2), Some(&[0x89, 0][..]), "asked first: {said:?}");
        client.set("d", "t", "k", json!({})).await.expect("set");
    };
    let stays = async {
        let (mut head, mut pings) = ([0; 2], 0);
        loop {
            answers.read_exact(&mut head).await.expect("a frame");
            if head != [0x89, 0] {
                return (head[0], pings);
            }
            pings += 1;
            answers.write_all(&[0x8A, 0x80, 0, 0, 0, 0]).await.expect("an answer");
        }
    };
    let both = futures::future::join(let_go, stays);
    let ((), (first, pings)) = tokio::time::timeout(PATIENCE, both).await.expect("in time");
    assert_eq!(first, 0x81, "a whole text");
    assert!(pings > 0, "it was asked, too");
}

/// 140 states of a MiB are more than one search looks through; by its key one of them is found nevertheless.
#[tokio::test]
async fn a_search_through_too_much_ends_with_a_sentence() {
    let server = Server::dev().await;
    let client = server.stategate().await;
    let long = "x".repeat((1 << 20) - 100);
    for n in 0..140 {
        let values = json!({"n": n, "long": long});
        client.set("d", "large", &format!("k{n}"), values).await.expect("set");
    }
    let refused = client.search(states_by("d", "large", r#"{"n":-1}"#)).await;
    let why = envelope(refused, Code::ResourceExhausted)["metadata"]["error"].to_string();
    assert!(why.contains("narrow it"), "{why}");
    let one = client.search(states_by("d", "large", r#"{"_id":"k139"}"#)).await.expect("found");
    assert_eq!(one.state_values.len(), 1);
    is_well(&client).await;
}
