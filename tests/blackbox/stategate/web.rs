//! Case 37: gRPC-Web, binary and text, on the port of everything else.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use buffa::Message;
use holdfast_api::stategate::{Event, State, StreamOpts};
use holdfast_tests::stategate::{of, state, values};
use holdfast_tests::{Server, http};
use serde_json::json;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

pub(super) fn framed(message: &impl Message) -> Vec<u8> {
    let message = message.encode_to_vec();
    let length = u32::try_from(message.len()).expect("small");
    [&[0][..], &length.to_be_bytes(), &message].concat()
}

/// The frames of a body: flags and payload.
pub(super) fn frames(mut body: &[u8]) -> Vec<(u8, Vec<u8>)> {
    let mut frames = Vec::new();
    while let [flags, a, b, c, d, rest @ ..] = body {
        let length = u32::from_be_bytes([*a, *b, *c, *d]) as usize;
        let Some(payload) = rest.get(..length) else { break };
        frames.push((*flags, payload.to_vec()));
        body = &rest[length..];
    }
    frames
}

/// Base64 in pieces, each with its own padding.
fn decoded(text: &[u8]) -> Vec<u8> {
    let text = std::str::from_utf8(text).expect("text");
    let mut bytes = Vec::new();
    let mut piece = String::new();
    for four in text.as_bytes().chunks(4) {
        piece.push_str(std::str::from_utf8(four).expect("text"));
        if four.contains(&b'=') {
            bytes.extend(STANDARD.decode(&piece).expect("base64"));
            piece.clear();
        }
    }
    bytes.extend(STANDARD.decode(&piece).expect("base64"));
    bytes
}

async fn call(
    server: &Server,
    method: &str,
    message: &impl Message,
    text: bool,
) -> Vec<(u8, Vec<u8>)> {
    let kind = if text { "application/grpc-web-text" } else { "application/grpc-web+proto" };
    unary(server, &format!("/stategate.StateService/{method}"), kind, message).await
}

/// What a call is answered: its frames.
pub(super) async fn unary(
    server: &Server,
    path: &str,
    kind: &str,
    message: &impl Message,
) -> Vec<(u8, Vec<u8>)> {
    let answer = http::post(server.port(), path, kind, &body(kind, message)).await;
    let answer = answer.expect("an answer");
    assert_eq!(answer.status, 200);
    frames(&if is_text(kind) { decoded(&answer.body) } else { answer.body.to_vec() })
}

fn is_text(kind: &str) -> bool {
    kind.contains("web-text")
}

fn body(kind: &str, message: &impl Message) -> Vec<u8> {
    let framed = framed(message);
    if is_text(kind) { STANDARD.encode(framed).into_bytes() } else { framed }
}

#[tokio::test]
async fn case_37_sets_and_gets() {
    let server = Server::dev().await;
    for text in [false, true] {
        let all = json!({"text": text, "list": [1, {"a": null}]});
        let answer = call(&server, "Set", &state("d", "t", "k", all.clone()), text).await;
        assert_eq!(answer[0], (0, Vec::new()), "an empty message");
        let trailers = String::from_utf8_lossy(&answer[1].1).into_owned();
        assert!(answer[1].0 == 0x80 && trailers.contains("grpc-status:0"), "{trailers}");
        let answer = call(&server, "Get", &of("d", "t", "k"), text).await;
        let got = State::decode_from_slice(&answer[0].1).expect("a state");
        assert_eq!(values(&got), all);
        let missing = call(&server, "Get", &of("d", "t", "none"), text).await;
        let trailers = missing.last().map(|(_, trailers)| String::from_utf8_lossy(trailers));
        // An answer without a message may say it all in its head.
        assert!(trailers.is_none_or(|text| text.contains("grpc-status:5")));
    }
}

#[tokio::test]
async fn case_37_streams() {
    let server = Server::dev().await;
    let client = server.stategate().await;
    for text in [false, true] {
        let opts = StreamOpts { domain: "d".into(), r#type: "t".into(), ..StreamOpts::default() };
        let kind = if text { "application/grpc-web-text" } else { "application/grpc-web+proto" };
        let cause = async { client.set("d", "t", "k", json!({"text": text})).await.expect("set") };
        let first = first(&server, "/stategate.EventService/Stream", kind, &opts, cause).await;
        let event = Event::decode_from_slice(&first).expect("an event");
        assert_eq!(values(&event.state), json!({"text": text}));
    }
}

/// The first message of a stream; what causes it happens once the stream is live.
pub(super) async fn first(
    server: &Server,
    path: &str,
    kind: &str,
    message: &impl Message,
    cause: impl Future<Output = ()>,
) -> Vec<u8> {
    let text = is_text(kind);
    let body = body(kind, message);
    let mut socket = TcpStream::connect(("127.0.0.1", server.port())).await.expect("connects");
    let head = format!(
        "POST {path} HTTP/1.1\r\nhost: localhost\r\ncontent-type: {kind}\r\naccept: {kind}\r\n\
         content-length: {}\r\n\r\n",
        body.len()
    );
    socket.write_all(&[head.as_bytes(), &body].concat()).await.expect("sent");
    let mut got = Vec::new();
    read_until(&mut socket, &mut got, |got| got.windows(4).any(|w| w == b"\r\n\r\n")).await;
    cause.await;
    let first = move |got: &[u8]| {
        let at = got.windows(4).position(|w| w == b"\r\n\r\n")?;
        // One chunk: its length, a line's end, the frame.
        let chunk = &got[at + 4..];
        let begin = chunk.windows(2).position(|w| w == b"\r\n")? + 2;
        let end = begin + chunk[begin..].windows(2).position(|w| w == b"\r\n")?;
        let chunk = chunk[begin..end].to_vec();
        let bytes = if text { decoded(&chunk) } else { chunk };
        frames(&bytes).into_iter().next().map(|(_, payload)| payload)
    };
    read_until(&mut socket, &mut got, |got| first(got).is_some()).await;
    first(&got).expect("a message")
}

async fn read_until(socket: &mut TcpStream, got: &mut Vec<u8>, enough: impl Fn(&[u8]) -> bool) {
    let mut buffer = [0; 4_096];
    while !enough(got) {
        let read =
            tokio::time::timeout(std::time::Duration::from_secs(30), socket.read(&mut buffer));
        let length = read.await.expect("in time").expect("it reads");
        assert!(length > 0, "{}", String::from_utf8_lossy(got));
        got.extend_from_slice(&buffer[..length]);
    }
}
