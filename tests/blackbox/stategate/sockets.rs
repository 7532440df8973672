//! Section 2.8: WebSockets, as gRPC-Web frames them, and one text for each event.

use std::time::Duration;

use buffa::Message as _;
use bytes::Bytes;
use futures::{SinkExt, StreamExt};
use holdfast_api::stategate::{Event, State, StreamOpts};
use holdfast_tests::Server;
use holdfast_tests::server::Launch;
use holdfast_tests::stategate::{of, values};
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio_tungstenite::tungstenite::client::IntoClientRequest;
use tokio_tungstenite::tungstenite::protocol::frame::coding::CloseCode;
use tokio_tungstenite::tungstenite::{Error, Message};
use tokio_tungstenite::{WebSocketStream, client_async};

use super::web::{framed, frames};

pub(super) type Socket = WebSocketStream<TcpStream>;

pub(super) async fn open(
    server: &Server,
    path: &str,
    headers: &[(&'static str, &str)],
) -> Result<Socket, Error> {
    let url = format!("ws://127.0.0.1:{}{path}", server.port());
    let mut request = url.into_client_request().expect("a request");
    for (name, value) in headers {
        request.headers_mut().insert(*name, value.parse().expect("a header"));
    }
    let stream = TcpStream::connect(("127.0.0.1", server.port())).await.expect("connects");
    Ok(client_async(request, stream).await?.0)
}

const GRPC: (&str, &str) = ("sec-websocket-protocol", "grpc-websockets");

pub(super) async fn grpc(server: &Server, path: &str) -> Socket {
    open(server, path, &[GRPC]).await.expect("a socket")
}

pub(super) async fn next(socket: &mut Socket) -> Option<Message> {
    let next = async {
        loop {
            match socket.next().await? {
                Ok(Message::Ping(_) | Message::Pong(_)) => {}
                Ok(message) => return Some(message),
                Err(_) => return None,
            }
        }
    };
    tokio::time::timeout(Duration::from_secs(30), next).await.expect("in time")
}

/// The frames of the next message.
pub(super) async fn told(socket: &mut Socket) -> Vec<(u8, Vec<u8>)> {
    match next(socket).await.expect("the socket is open") {
        Message::Binary(bytes) => frames(&bytes),
        other => panic!("{other:?}"),
    }
}

pub(super) async fn say(socket: &mut Socket, bytes: impl Into<Bytes>) {
    socket.send(Message::Binary(bytes.into())).await.expect("sent");
}

pub(super) fn data(message: &impl buffa::Message) -> Vec<u8> {
    [&[0][..], &framed(message)].concat()
}

pub(super) const HELLO: &str =
    "content-type: application/grpc-web+proto\r\nx-user-agent: grpc-web\r\n\r\n";

#[tokio::test]
async fn a_unary_call_over_a_socket() {
    let server = Server::dev().await;
    server.stategate().await.set("d", "t", "k", json!({"a": [1]})).await.expect("set");
    let mut socket = grpc(&server, "/stategate.StateService/Get").await;
    say(&mut socket, HELLO).await;
    say(&mut socket, data(&of("d", "t", "k"))).await;
    say(&mut socket, [1].to_vec()).await;
    let head = told(&mut socket).await;
    assert_eq!(head[0].0, 0x80);
    let head = String::from_utf8_lossy(&head[0].1).into_owned();
    assert!(head.contains("content-type: application/grpc-web"), "{head}");
    let mut rest = Vec::new();
    while rest.last().is_none_or(|(flags, _): &(u8, Vec<u8>)| *flags != 0x80) {
        rest.extend(told(&mut socket).await);
    }
    let state = State::decode_from_slice(&rest[0].1).expect("a state");
    assert_eq!(values(&state), json!({"a": [1]}));
    assert!(String::from_utf8_lossy(&rest[1].1).contains("grpc-status:0"));
    let Some(Message::Close(Some(close))) = next(&mut socket).await else { panic!("no goodbye") };
    assert_eq!(close.code, CloseCode::Normal);
}

#[tokio::test]
async fn a_stream_over_a_socket_and_over_a_plain_one() {
    let mut server = Server::dev().await;
    let client = server.stategate().await;
    let mut framed_socket = grpc(&server, "/stategate.EventService/Stream").await;
    say(&mut framed_socket, HELLO).await;
    let opts = StreamOpts { domain: "d".into(), r#type: "t".into(), ..StreamOpts::default() };
    say(&mut framed_socket, data(&opts)).await;
    say(&mut framed_socket, [1].to_vec()).await;
    assert_eq!(told(&mut framed_socket).await[0].0, 0x80, "it is live");
    let path = "/api/events/stream?domain=d&type=t";
    let mut plain = open(&server, path, &[]).await.expect("a socket");
    for n in 0..3 {
        client.set("d", "t", "k", json!({"n": n})).await.expect("set");
        let event = told(&mut framed_socket).await;
        let event = Event::decode_from_slice(&event[0].1).expect("an event");
        assert_eq!(values(&event.state), json!({"n": n}));
        let Some(Message::Text(text)) = next(&mut plain).await else { panic!("no text") };
        let line: Value = serde_json::from_str(&text).expect("JSON");
        assert_eq!(line["result"]["id"], event.id);
        assert_eq!(line["result"]["state"]["values"], json!({"n": n}));
    }
    server.stop().await;
    while let Some(message) = next(&mut plain).await {
        if let Message::Close(close) = message {
            assert!(
                close
                    .is_none_or(|close| close.code != CloseCode::Normal || close.reason.is_empty())
            );
        }
    }
}

/// Whoever goes away without a word, or speaks nonsense, holds nothing.
#[tokio::test]
async fn a_socket_that_is_left_ends() {
    let server = Server::dev().await;
    let path = "/api/events/stream?domain=d&type=t";
    let mut half = open(&server, path, &[]).await.expect("a socket");
    half.get_mut().shutdown().await.expect("half closed");
    let mut rest = Vec::new();
    let end = tokio::time::timeout(Duration::from_secs(30), half.get_mut().read_to_end(&mut rest));
    end.await.expect("the other half is closed too").expect("read");
    for nonsense in [&[][..], &[7], &[2, 0, 0]] {
        let mut socket = grpc(&server, "/stategate.EventService/Stream").await;
        say(&mut socket, HELLO).await;
        say(&mut socket, nonsense.to_vec()).await;
        assert_eq!(goodbye(&mut socket).await, Some(CloseCode::Policy), "{nonsense:?}");
    }
    let mut socket = grpc(&server, "/stategate.StateService/Set").await;
    say(&mut socket, "no header at all").await;
    assert_eq!(goodbye(&mut socket).await, Some(CloseCode::Policy));
    // More than one message may be is not read to its end.
    let mut socket = grpc(&server, "/stategate.StateService/Set").await;
    say(&mut socket, HELLO).await;
    let sent = socket.send(Message::Binary(vec![0; 128 << 20].into())).await;
    assert!(sent.is_err() || goodbye(&mut socket).await != Some(CloseCode::Normal));
    let mut socket = open(&server, path, &[]).await.expect("a socket");
    let sent = socket.send(Message::Text("x".repeat(1 << 20).into())).await;
    assert!(sent.is_err() || goodbye(&mut socket).await != Some(CloseCode::Normal));
    watchers_end(&server).await;
}

async fn goodbye(socket: &mut Socket) -> Option<CloseCode> {
    loop {
        match next(socket).await? {
            Message::Close(close) => return close.map(|close| close.code),
            _ => continue,
        }
    }
}

async fn watchers_end(server: &Server) {
    for _ in 0..300 {
        let metrics = holdfast_tests::http::get(server.admin_port(), "/metrics").await;
        let metrics = metrics.expect("metrics").text();
        let watchers = metrics.lines().find(|line| line.starts_with("holdfast_watchers "));
        if watchers.expect("it is counted").ends_with(" 0") {
            return;
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    panic!("watchers are left");
}

/// A socket is no way around the guard.
#[tokio::test]
async fn a_socket_needs_a_caller_who_is_known() {
    let server = Launch::default().closed().start().await;
    let path = "/api/events/stream?domain=d&type=t";
    let Err(Error::Http(refused)) = open(&server, path, &[]).await else { panic!("let in") };
    assert_eq!(refused.status(), 401);
    let token = format!("Bearer {}", server.root_token());
    open(&server, path, &[("authorization", &token)]).await.expect("let in");
    for (hello, status) in
        [(HELLO.to_owned(), "16"), (format!("authorization: {token}\r\n{HELLO}"), "5")]
    {
        let mut socket = grpc(&server, "/stategate.StateService/Get").await;
        say(&mut socket, hello).await;
        say(&mut socket, data(&of("d", "t", "none"))).await;
        say(&mut socket, [1].to_vec()).await;
        let mut all = String::new();
        while let Some(Message::Binary(bytes)) = next(&mut socket).await {
            all.push_str(&String::from_utf8_lossy(&bytes));
        }
        let told = [format!("grpc-status: {status}"), format!("grpc-status:{status}")];
        assert!(told.iter().any(|told| all.contains(told)), "{status}: {all}");
    }
}
