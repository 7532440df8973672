//! Subscriptions, and everything else, on a WebSocket.

use std::ops::ControlFlow;
use std::sync::Arc;

use futures::StreamExt;
use futures::channel::mpsc;
use holdfast_graphql::Endpoint;
use holdfast_graphql::talk::{Protocol, Said, talk};
use http::request::Parts;
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::tungstenite::protocol::CloseFrame;

use super::door::Door;
use crate::http::Face;
use crate::http::fault::{Answer, Fault};
use crate::http::websocket::{self, End, Session};
use crate::listen::Peer;

/// Texts that were heard while the other side does not take what is said: who sends more is not listened to any more.
const HEARD: usize = 256;

pub(super) fn open(face: &Face, endpoint: Endpoint, mut parts: Parts) -> Answer {
    let spoken = |protocol: &Protocol| websocket::speaks(&parts.headers, protocol.name());
    let Some(protocol) = Protocol::ALL.into_iter().find(spoken) else {
        let names = Protocol::ALL.map(Protocol::name).join(" or ");
        return Err(Fault::invalid(format!("the WebSocket has to speak {names}")));
    };
    let (upgrade, response) = websocket::accept(&parts, Some(protocol.name()))?;
    // What is left with the connection has no hold of it: neither would ever be let go.
    if let Some(peer) = parts.extensions.get_mut::<Peer>() {
        (peer.upgrade, peer.handover) = (None, None);
    }
    let (most, stop) = (face.request_bytes, face.stop.clone());
    let door = Arc::new(Door::new(face, parts)?);
    upgrade.to(move |socket, read| async move {
        let mut session = Session::on(socket, read, most, stop).await;
        let (mut hears, heard) = mpsc::channel(HEARD);
        let said = talk(endpoint, door, protocol, heard).map(message);
        let end = session
            .run(said, |said| match said {
                Message::Text(text) => match hears.try_send(text.to_string()) {
                    Err(full) if full.is_full() => ControlFlow::Break(End::TooMuch),
                    _ => ControlFlow::Continue(()),
                },
                _ => ControlFlow::Break(End::Nonsense),
            })
            .await;
        session.end(end).await;
    });
    Ok(response)
}

fn message(said: Said) -> Message {
    match said {
        Said::Text(text) => Message::Text(text.into()),
        Said::Close(code, reason) => {
            Message::Close(Some(CloseFrame { code: code.into(), reason: reason.into() }))
        }
    }
}
