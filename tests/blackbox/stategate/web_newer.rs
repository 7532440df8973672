//! The newer services over gRPC-Web, binary and text, and over WebSockets: entities, locks, cached values, messages of peers.

use std::time::Duration;

use buffa::Message as _;
use holdfast_api::convert::state as convert;
use holdfast_api::stategate::{
    Cache, Entity, Locked, Mutex, MutexRef, PeerMessage, StreamMessageOpts,
};
use holdfast_tests::Server;
use holdfast_tests::coordination::{cached, message};
use holdfast_tests::entities::{entity, entity_ref, values_of};
use serde_json::{Value, json};
use tokio_tungstenite::tungstenite::Message;

use super::sockets::{HELLO, data, grpc, next, open, say, told};
use super::web::{first, unary};

/// How clients write the two forms.
const KINDS: [&str; 4] = [
    "application/grpc-web",
    "application/grpc-web+proto",
    "application/grpc-web-text",
    "application/grpc-web-text+proto",
];

/// A way in: gRPC-Web of a content type, or its framing on a WebSocket.
#[derive(Debug, Clone, Copy)]
enum Way {
    Post(&'static str),
    Socket,
}

fn ways() -> impl Iterator<Item = Way> {
    KINDS.into_iter().map(Way::Post).chain([Way::Socket])
}

/// The answer of a call, and the code behind it.
async fn call(
    server: &Server,
    way: Way,
    method: &str,
    request: &impl buffa::Message,
) -> (Vec<u8>, String) {
    let path = format!("/stategate.{method}");
    let frames = match way {
        Way::Post(kind) => unary(server, &path, kind, request).await,
        Way::Socket => over_a_socket(server, &path, request).await,
    };
    let answer = frames.iter().find(|(flags, _)| *flags == 0).map(|(_, bytes)| bytes.clone());
    let trailers = frames.iter().rfind(|(flags, _)| *flags == 0x80).map(|(_, bytes)| bytes.clone());
    let trailers = String::from_utf8(trailers.unwrap_or_default()).expect("text");
    let code = trailers.lines().find_map(|line| line.strip_prefix("grpc-status:"));
    (answer.unwrap_or_default(), code.unwrap_or_default().trim().to_owned())
}

async fn over_a_socket(
    server: &Server,
    path: &str,
    request: &impl buffa::Message,
) -> Vec<(u8, Vec<u8>)> {
    let mut socket = grpc(server, path).await;
    say(&mut socket, HELLO).await;
    say(&mut socket, data(request)).await;
    say(&mut socket, [1].to_vec()).await;
    let mut frames = Vec::new();
    while let Some(Message::Binary(bytes)) = next(&mut socket).await {
        frames.extend(super::web::frames(&bytes));
    }
    frames
}

/// The answer of a call that goes well.
async fn done(server: &Server, way: Way, method: &str, request: &impl buffa::Message) -> Vec<u8> {
    let (answer, code) = call(server, way, method, request).await;
    assert_eq!(code, "0", "{method} by {way:?}");
    answer
}

#[tokio::test]
async fn entities_and_cached_values() {
    let server = Server::dev().await;
    for way in ways() {
        let values = json!({"way": format!("{way:?}"), "list": [1, {"a": null}]});
        let set = entity("d", "t", "k", values.clone());
        assert!(done(&server, way, "EntityService/Set", &set).await.is_empty());
        let edit = entity("d", "t", "k", json!({"more": true}));
        let edited = done(&server, way, "EntityService/Edit", &edit).await;
        let edited = values_of(&Entity::decode_from_slice(&edited).expect("an entity"));
        assert_eq!((&edited["way"], &edited["more"]), (&values["way"], &json!(true)));
        let got = done(&server, way, "EntityService/Get", &entity_ref("d", "t", "k")).await;
        assert_eq!(values_of(&Entity::decode_from_slice(&got).expect("an entity")), edited);
        done(&server, way, "EntityService/Del", &entity_ref("d", "t", "k")).await;
        let gone = call(&server, way, "EntityService/Get", &entity_ref("d", "t", "k")).await;
        // Over HTTP an answer without a message may say it all in its head.
        assert!(gone.0.is_empty() && ["5", ""].contains(&&*gone.1), "{way:?}: {gone:?}");

        let value = Cache {
            domain: "d".into(),
            key: "k".into(),
            value: convert::of_json(&values).into(),
            ..Cache::default()
        };
        done(&server, way, "CacheService/Set", &value).await;
        let kept = done(&server, way, "CacheService/Get", &cached("d", "k")).await;
        let kept = Cache::decode_from_slice(&kept).expect("a value");
        assert_eq!(convert::json(&kept.value).expect("JSON"), values, "{way:?}");
        done(&server, way, "CacheService/Del", &cached("d", "k")).await;
    }
}

#[tokio::test]
async fn locks() {
    let server = Server::dev().await;
    let mut before = 0;
    for way in ways() {
        let mutex =
            Mutex { domain: "d".into(), key: "k".into(), owner: "me".into(), ..Mutex::default() };
        let locked = done(&server, way, "MutexService/Lock", &mutex).await;
        let locked = Locked::decode_from_slice(&locked).expect("a lock");
        assert!(locked.owner == "me" && locked.revision > before, "{way:?}: {locked:?}");
        before = locked.revision;
        let other = Mutex { owner: "you".into(), ..mutex.clone() };
        let refused = call(&server, way, "MutexService/Lock", &other).await;
        assert!(refused.0.is_empty() && ["6", ""].contains(&&*refused.1), "{way:?}: {refused:?}");
        let mine = MutexRef {
            domain: "d".into(),
            key: "k".into(),
            owner: "me".into(),
            ..MutexRef::default()
        };
        done(&server, way, "MutexService/Unlock", &mine).await;
    }
}

const NAME: [&str; 3] = ["d", "c", "t"];

fn body(heard: &[u8]) -> Value {
    let heard = PeerMessage::decode_from_slice(heard).expect("a message");
    Value::Object(convert::members(&heard.body).expect("an object"))
}

#[tokio::test]
async fn messages_of_peers() {
    let server = Server::dev().await;
    let opts = StreamMessageOpts {
        domain: "d".into(),
        channel: "c".into(),
        r#type: "t".into(),
        ..StreamMessageOpts::default()
    };
    for kind in KINDS {
        let said = json!({ "by": kind });
        let broadcast = message(NAME, said.clone());
        let cause = async {
            done(&server, Way::Post(kind), "PeerService/Broadcast", &broadcast).await;
        };
        let heard = first(&server, "/stategate.PeerService/Stream", kind, &opts, cause).await;
        assert_eq!(body(&heard), said);
    }
    let mut framed = grpc(&server, "/stategate.PeerService/Stream").await;
    say(&mut framed, HELLO).await;
    say(&mut framed, data(&opts)).await;
    say(&mut framed, [1].to_vec()).await;
    assert_eq!(told(&mut framed).await[0].0, 0x80, "it is live");
    // Without framing, on both spellings of the path.
    let query = "domain=d&channel=c&type=t";
    let mut plain = Vec::new();
    for path in ["/api/peer/stream", "/api/peers/stream"] {
        let socket = open(&server, &format!("{path}?{query}"), &[]).await.expect("a socket");
        plain.push((path, socket));
    }
    let said = json!({ "by": "a socket" });
    done(&server, Way::Socket, "PeerService/Broadcast", &message(NAME, said.clone())).await;
    assert_eq!(body(&told(&mut framed).await[0].1), said);
    for (path, socket) in &mut plain {
        let Some(Message::Text(text)) = next(socket).await else { panic!("{path}: no text") };
        let line: Value = serde_json::from_str(&text).expect("JSON");
        assert_eq!(line["result"]["body"], said, "{path}: {line}");
    }
}

/// The newer spelling of the path is that of the newer form of events.
#[tokio::test]
async fn events_on_both_spellings_of_their_path() {
    let server = Server::dev().await;
    let mut sockets = Vec::new();
    for (path, of) in [("/api/event/stream", "entity"), ("/api/events/stream", "state")] {
        let path = format!("{path}?domain=d&type=t");
        sockets.push((of, open(&server, &path, &[]).await.expect("a socket")));
    }
    let set = entity("d", "t", "k", json!({"n": 1}));
    done(&server, Way::Socket, "EntityService/Set", &set).await;
    for (of, socket) in &mut sockets {
        let Some(Message::Text(text)) = next(socket).await else { panic!("{of}: no text") };
        let line: Value = serde_json::from_str(&text).expect("JSON");
        assert_eq!(line["result"][*of]["key"], "k", "{line}");
        assert!(tokio::time::timeout(Duration::from_millis(200), next(socket)).await.is_err());
    }
}
