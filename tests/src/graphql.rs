//! stategate in GraphQL: requests, and conversations over a WebSocket.

use std::time::Duration;

use futures::{SinkExt, StreamExt};
use serde_json::{Value, json};
use tokio::net::TcpStream;
use tokio_tungstenite::tungstenite::client::IntoClientRequest;
use tokio_tungstenite::tungstenite::{Error, Message};
use tokio_tungstenite::{WebSocketStream, client_async};

use crate::Server;
use crate::http::{self, Answer};

/// Where it is.
pub const PATH: &str = "/api/graphql";
/// How long an answer may take on a loaded machine before the test gives up.
const PATIENCE: Duration = Duration::from_secs(30);
/// For a moment in which nothing is to come.
const MOMENT: Duration = Duration::from_millis(300);

/// What a request with these headers and this body is answered.
pub async fn send(server: &Server, headers: &[(&str, &str)], body: &[u8]) -> Answer {
    http::request(server.port(), "POST", PATH, headers, body).await.expect("an answer")
}

/// What an operation is answered by POST.
pub async fn ask_with(server: &Server, headers: &[(&str, &str)], request: &Value) -> Value {
    let headers = [&[("content-type", "application/json")], headers].concat();
    let answer = send(server, &headers, request.to_string().as_bytes()).await;
    assert_eq!(answer.status, 200, "{request}: {}", answer.text());
    assert_eq!(answer.header("content-type"), Some("application/json"));
    answer.json()
}

/// The same without headers.
pub async fn ask(server: &Server, request: &Value) -> Value {
    ask_with(server, &[], request).await
}

/// The data of an operation with one input.
pub async fn data(server: &Server, query: &str, input: Value) -> Value {
    let answer = ask(server, &json!({ "query": query, "variables": { "input": input } })).await;
    assert_eq!(answer["errors"], Value::Null, "{query}: {answer}");
    answer["data"].clone()
}

/// The first error of an answer: code and message.
pub fn fault(answer: &Value) -> (String, String) {
    let error = &answer["errors"][0];
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    (text(&error["extensions"]["code"]), text(&error["message"]))
}

/// A conversation.
#[derive(Debug)]
pub struct Talk(WebSocketStream<TcpStream>);

/// What was heard.
#[derive(Debug, Clone, PartialEq)]
pub enum Heard {
    /// A message.
    Said(Value),
    /// The goodbye, by its code.
    Goodbye(u16),
    /// The connection broke.
    Nothing,
}

impl Talk {
    /// Connects by a subprotocol.
    ///
    /// # Errors
    /// When there is no handshake.
    pub async fn open(
        server: &Server,
        protocol: &str,
        headers: &[(&'static str, &str)],
    ) -> Result<Self, Error> {
        let url = format!("ws://127.0.0.1:{}{PATH}", server.port());
        let mut request = url.into_client_request()?;
        let protocol = ("sec-websocket-protocol", protocol);
        for (name, value) in [&[protocol], headers].concat() {
            request.headers_mut().insert(name, value.parse().expect("a header"));
        }
        let stream = TcpStream::connect(("127.0.0.1", server.port())).await?;
        let (socket, answer) = client_async(request, stream).await?;
        assert_eq!(answer.headers()["sec-websocket-protocol"], protocol.1);
        Ok(Self(socket))
    }

    /// Connects, and begins with this payload.
    pub async fn begin(server: &Server, protocol: &str, payload: Value) -> Self {
        let mut talk = Self::open(server, protocol, &[]).await.expect("a socket");
        talk.say(json!({ "type": "connection_init", "payload": payload })).await;
        assert_eq!(talk.hear().await, Heard::Said(json!({ "type": "connection_ack" })));
        talk
    }

    /// Says something.
    pub async fn say(&mut self, message: Value) {
        self.text(message.to_string()).await;
    }

    /// Says any text.
    pub async fn text(&mut self, text: String) {
        self.0.send(Message::Text(text.into())).await.expect("sent");
    }

    /// Whatever comes next; signs of life are passed over.
    pub async fn hear(&mut self) -> Heard {
        tokio::time::timeout(PATIENCE, self.next()).await.expect("in time")
    }

    async fn next(&mut self) -> Heard {
        loop {
            match self.0.next().await {
                Some(Ok(Message::Ping(_) | Message::Pong(_))) => {}
                Some(Ok(Message::Text(text))) => {
                    let said: Value = serde_json::from_str(&text).expect("JSON");
                    if said["type"] != "ka" {
                        return Heard::Said(said);
                    }
                }
                Some(Ok(Message::Close(frame))) => {
                    return Heard::Goodbye(frame.map_or(1005, |frame| frame.code.into()));
                }
                Some(Ok(other)) => panic!("{other:?}"),
                Some(Err(_)) | None => return Heard::Nothing,
            }
        }
    }

    /// The next message.
    ///
    /// # Panics
    /// When there is none.
    pub async fn said(&mut self) -> Value {
        match self.hear().await {
            Heard::Said(said) => said,
            other => panic!("{other:?}"),
        }
    }

    /// Whether nothing comes for a moment.
    pub async fn is_quiet(&mut self) -> bool {
        tokio::time::timeout(MOMENT, self.next()).await.is_err()
    }
}
