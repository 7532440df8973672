//! Subscriptions over a WebSocket: the protocol of `graphql-ws` (subprotocol `graphql-transport-ws`) and the one before it
//! (subscriptions-transport-ws, subprotocol `graphql-ws`). The texts of both come from the library; here are their bounds.

use std::any::TypeId;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use async_graphql::http::{ClientMessage, WebSocket, WebSocketProtocols, WsMessage};
use async_graphql::{Data, Error, Executor, Request, Response};
use futures::stream::BoxStream;
use futures::{Stream, StreamExt};
use serde_json::Value;
use tokio::sync::Semaphore;
use tokio::time::{Instant, Interval, MissedTickBehavior, interval_at, sleep_until};
use tonic::Status;

use crate::bounds::OPERATIONS;
use crate::caller::Reception;
use crate::endpoint::{Endpoint, Reads};
use crate::failure::refusal;

/// Who opens a connection has to begin by then.
const PATIENCE: Duration = Duration::from_secs(10);
/// Between two signs of life, in the older protocol.
const BEAT: Duration = Duration::from_secs(15);
const SIGN_OF_LIFE: &str = r#"{"type":"ka"}"#;
const ACKNOWLEDGED: &str = r#"{"type":"connection_ack"}"#;
/// A goodbye has room for this many bytes (RFC 6455, section 5.5).
const REASON_BYTES: usize = 123;

/// What is spoken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Protocol {
    /// `graphql-transport-ws`.
    Transport,
    /// `graphql-ws`, which the clients before spoke.
    Legacy,
}

impl Protocol {
    /// The one that is taken first, when a client speaks both, first.
    pub const ALL: [Self; 2] = [Self::Transport, Self::Legacy];

    /// Its name in the handshake.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Transport => "graphql-transport-ws",
            Self::Legacy => "graphql-ws",
        }
    }
}

/// What goes out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Said {
    /// A message.
    Text(String),
    /// The last one: a code and a reason.
    Close(u16, String),
}

/// What is said on a connection, while its other side is heard. Ends with the connection.
pub fn talk(
    endpoint: Endpoint,
    reception: Arc<dyn Reception>,
    protocol: Protocol,
    heard: impl Stream<Item = String> + Send + 'static,
) -> impl Stream<Item = Said> + Send {
    let permits = Arc::new(Semaphore::new(OPERATIONS));
    let operations = Operations { endpoint, reception, permits };
    let refused = Arc::new(AtomicBool::new(false));
    let begin = begin(operations.clone(), Arc::clone(&refused));
    let spoken = match protocol {
        Protocol::Transport => WebSocketProtocols::GraphQLWS,
        Protocol::Legacy => WebSocketProtocols::SubscriptionsTransportWS,
    };
    let heard = Box::pin(heard.map(ClientMessage::from_bytes));
    let socket = WebSocket::from_message_stream(operations, heard, spoken);
    let socket = Box::pin(socket.on_connection_init(begin));
    let open_by = Some(Instant::now() + PATIENCE);
    let talk = Talk { socket, protocol, refused, open_by, beat: None, over: false };
    futures::stream::unfold(talk, |mut talk| async move {
        let said = talk.next().await?;
        Some((said, talk))
    })
}

/// The credentials of the first message, which stand for the header that browsers cannot send.
struct Authorization(String);

type Begun = Pin<Box<dyn Future<Output = Result<Data, Error>> + Send>>;

fn begin(operations: Operations, refused: Arc<AtomicBool>) -> impl FnOnce(Value) -> Begun + Send {
    move |payload| {
        Box::pin(async move {
            let mut data = Data::default();
            let Some(authorization) = authorization(&payload) else { return Ok(data) };
            let caller = operations.reception.caller(Some(&authorization)).await;
            if let Some(status) = caller.refusal() {
                refused.store(true, Ordering::Relaxed);
                return Err(Error::new(status.message()));
            }
            data.insert(Authorization(authorization));
            Ok(data)
        })
    }
}

/// Clients write it as they write the header.
fn authorization(payload: &Value) -> Option<String> {
    let mut members = payload.as_object()?.iter();
    let (_, value) = members.find(|(name, _)| name.eq_ignore_ascii_case("authorization"))?;
    value.as_str().map(str::to_owned)
}

struct Talk<S> {
    socket: Pin<Box<S>>,
    protocol: Protocol,
    /// The first message had credentials that nobody knows.
    refused: Arc<AtomicBool>,
    /// `None`: it has begun.
    open_by: Option<Instant>,
    beat: Option<Interval>,
    over: bool,
}

impl<S: Stream<Item = WsMessage>> Talk<S> {
    async fn next(&mut self) -> Option<Said> {
        if self.over {
            return None;
        }
        let late = self.open_by;
        let said = tokio::select! {
            said = self.socket.next() => said?,
            () = sleep_until(late.unwrap_or_else(Instant::now)), if late.is_some() => {
                WsMessage::Close(4408, "Connection initialisation timeout".to_owned())
            }
            () = tick(&mut self.beat), if self.beat.is_some() => {
                return Some(Said::Text(SIGN_OF_LIFE.to_owned()));
            }
        };
        match said {
            WsMessage::Text(text) => {
                if self.open_by.is_some() && text == ACKNOWLEDGED {
                    self.begun();
                }
                Some(Said::Text(text))
            }
            WsMessage::Close(code, reason) => {
                self.over = true;
                Some(Said::Close(self.code(code), shortened(reason)))
            }
        }
    }

    fn begun(&mut self) {
        self.open_by = None;
        if self.protocol == Protocol::Legacy {
            let mut beat = interval_at(Instant::now(), BEAT);
            beat.set_missed_tick_behavior(MissedTickBehavior::Delay);
            self.beat = Some(beat);
        }
    }

    /// The library has codes of its own for what the protocol has codes for.
    fn code(&self, code: u16) -> u16 {
        match code {
            1002 if self.refused.load(Ordering::Relaxed) => 4403,
            1002 => 4400,
            1011 => 4401,
            other => other,
        }
    }
}

async fn tick(beat: &mut Option<Interval>) {
    match beat {
        Some(beat) => drop(beat.tick().await),
        None => std::future::pending().await,
    }
}

fn shortened(mut reason: String) -> String {
    reason.truncate(reason.floor_char_boundary(REASON_BYTES));
    reason
}

/// What is under way on a connection.
#[derive(Clone)]
struct Operations {
    endpoint: Endpoint,
    reception: Arc<dyn Reception>,
    permits: Arc<Semaphore>,
}

impl Executor for Operations {
    async fn execute(&self, request: Request) -> Response {
        let caller = self.reception.caller(None).await;
        self.endpoint.answer(request, caller, Reads::AndWrites).await
    }

    fn execute_stream(
        &self,
        request: Request,
        session: Option<Arc<Data>>,
    ) -> BoxStream<'static, Response> {
        let Ok(permit) = Arc::clone(&self.permits).try_acquire_owned() else {
            let why = format!("there are {OPERATIONS} operations under way on this connection");
            let refused = refusal(&Status::resource_exhausted(why));
            return Box::pin(futures::stream::once(std::future::ready(refused)));
        };
        let Self { endpoint, reception, .. } = self.clone();
        let answers = async move {
            let said = session.as_deref().and_then(|data| data.get(&TypeId::of::<Authorization>()));
            let said = said.and_then(|said| said.downcast_ref::<Authorization>());
            let caller = reception.caller(said.map(|Authorization(text)| text.as_str())).await;
            endpoint.follow(request, caller)
        };
        let answers = futures::stream::once(answers).flatten();
        // The permit is held as long as there may be an answer.
        Box::pin(answers.map(move |answer| {
            let _held = &permit;
            answer
        }))
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn credentials_are_found_however_they_are_spelled() {
        for name in ["Authorization", "authorization", "AUTHORIZATION"] {
            assert_eq!(authorization(&json!({ name: "Bearer x" })).as_deref(), Some("Bearer x"));
        }
        for payload in [json!(null), json!({}), json!([]), json!({ "Authorization": 1 })] {
            assert_eq!(authorization(&payload), None, "{payload}");
        }
    }

    #[test]
    fn a_reason_fits_into_its_frame() {
        assert_eq!(shortened("é".repeat(100)).len(), 122);
        assert_eq!(shortened("short".into()), "short");
    }
}
