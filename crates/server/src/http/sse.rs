//! Server-sent events, byte by byte (WHATWG HTML, section 9.2; the contract's section 3.2).
//!
//! A block is some lines and an empty one. A bookmark is a block with an id and no data: it moves the place from which a
//! client resumes and fires nothing.

use std::convert::Infallible;
use std::fmt::{Display, Write as _};
use std::future::Future;
use std::io;
use std::task::Poll;

use axum::body::Body;
use axum::extract::FromRequestParts;
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use futures::{Stream, StreamExt, stream};
use http::request::Parts;
use http::{HeaderValue, Version, header};
use serde::Serialize;
use serde_json::ser::{CharEscape, Formatter};
use tonic::Status;

use crate::intercept::{RequestId, unbroken_blocks};
use crate::listen::Peer;
use crate::listen::handover::Handover;

/// What every stream begins with: how long a client waits before it comes back, and a comment that opens buffering proxies.
pub const PREAMBLE: Bytes = Bytes::from_static(b"retry: 5000\n\n: connected\n\n");
/// What the blocks are.
const EVENTS: &str = "text/event-stream";
/// What a quiet stream says.
pub const HEARTBEAT: Bytes = Bytes::from_static(b": heartbeat\n\n");

/// How an answer goes out that is a stream.
pub struct Wire {
    version: Version,
    handover: Option<Handover>,
    id: Option<RequestId>,
}

impl<S: Sync> FromRequestParts<S> for Wire {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _state: &S) -> Result<Self, Infallible> {
        let handover = parts.extensions.get::<Peer>().and_then(|peer| peer.handover.clone());
        let id = parts.extensions.get::<RequestId>().cloned();
        Ok(Self { version: parts.version, handover, id })
    }
}

impl Wire {
    /// The answer that carries a stream; `told` is the last block of one that breaks.
    pub(crate) fn stream(
        self,
        blocks: impl Stream<Item = Bytes> + Send + 'static,
        told: fn(&Status) -> Bytes,
    ) -> Response {
        self.stream_of(EVENTS, blocks, told)
    }

    /// The same for blocks of another content type.
    pub(crate) fn stream_of(
        self,
        kind: &'static str,
        blocks: impl Stream<Item = Bytes> + Send + 'static,
        told: fn(&Status) -> Bytes,
    ) -> Response {
        match self.id.clone() {
            Some(id) => self.begin(kind, unbroken_blocks(id, blocks, told)),
            None => self.begin(kind, blocks),
        }
    }

    fn begin(
        self,
        kind: &'static str,
        blocks: impl Stream<Item = Bytes> + Send + 'static,
    ) -> Response {
        let body = match &self.handover {
            // Before that there are no chunks.
            Some(handover) if self.version == Version::HTTP_11 => {
                Body::new(handover.to(blocks.boxed()))
            }
            _ => Body::from_stream(blocks.map(Ok::<_, Infallible>)),
        };
        self.head(kind, body)
    }

    /// The answer to somebody who gets no stream.
    pub(crate) fn refused<const N: usize>(self, status: &Status, blocks: [Bytes; N]) -> Response {
        if let Some(observation) = self.id.as_ref().and_then(|id| id.observation.as_ref()) {
            observation.code(status.code());
        }
        self.whole(blocks)
    }

    /// The answer of which all blocks are known.
    #[must_use]
    pub fn whole<const N: usize>(self, blocks: [Bytes; N]) -> Response {
        self.head(EVENTS, Body::from_stream(stream::iter(blocks.map(Ok::<_, Infallible>))))
    }

    fn head(self, kind: &'static str, body: Body) -> Response {
        let mut response = ([(header::CONTENT_TYPE, kind)], body).into_response();
        let headers = response.headers_mut();
        headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-cache"));
        headers.insert("x-accel-buffering", HeaderValue::from_static("no"));
        // HTTP/2 knows no such header.
        if self.version <= Version::HTTP_11 {
            headers.insert(header::CONNECTION, HeaderValue::from_static("keep-alive"));
        }
        response
    }
}

/// The blocks until `stop` is ready. That is looked at while there is nothing to send, and now and then where there always is
/// something: to look costs as much as to send a block.
pub(crate) fn until_stopped(
    blocks: impl Stream<Item = Bytes> + Send + 'static,
    stop: impl Future<Output = ()> + Send + 'static,
) -> impl Stream<Item = Bytes> + Send + 'static {
    const EVERY: usize = 64;
    let (mut blocks, mut stop) = (Box::pin(blocks), Box::pin(stop));
    let (mut unseen, mut stopped) = (0, false);
    stream::poll_fn(move |cx| {
        if stopped {
            return Poll::Ready(None);
        }
        let due = unseen == EVERY;
        if !due && let next @ Poll::Ready(_) = blocks.as_mut().poll_next(cx) {
            unseen += 1;
            return next;
        }
        unseen = 0;
        if stop.as_mut().poll(cx).is_ready() {
            stopped = true;
            return Poll::Ready(None);
        }
        if due { blocks.as_mut().poll_next(cx) } else { Poll::Pending }
    })
}

/// A block with data. Neither the id nor the event's name has a line break; the data is JSON, which has none.
#[must_use]
pub fn block(id: Option<&dyn Display>, event: &str, data: &str) -> Bytes {
    let mut text = String::with_capacity(data.len() + event.len() + 48);
    if let Some(id) = id {
        text.push_str(&id_line(id));
    }
    for part in ["event: ", event, "\ndata: ", data, "\n\n"] {
        text.push_str(part);
    }
    text.into()
}

/// A block that only moves the place of a client.
#[must_use]
pub fn bookmark(id: &dyn Display) -> Bytes {
    let mut text = id_line(id);
    text.push('\n');
    text.into()
}

/// The line that a block with an id begins with.
#[must_use]
pub fn id_line(id: &dyn Display) -> String {
    let mut line = String::new();
    writeln!(line, "id: {id}").unwrap_or_else(|error| unreachable!("a text grows: {error}"));
    line
}

/// JSON on one line that may stand in a page of HTML: what means something there is escaped, as config.v1 servers do.
///
/// # Errors
/// When the value does not encode.
pub fn html_safe_json(value: &impl Serialize) -> Result<String, serde_json::Error> {
    let mut text = Vec::new();
    value.serialize(&mut serde_json::Serializer::with_formatter(&mut text, HtmlSafe))?;
    Ok(String::from_utf8(text).unwrap_or_else(|error| unreachable!("JSON is UTF-8: {error}")))
}

struct HtmlSafe;

impl HtmlSafe {
    const MARKED: [char; 5] = ['<', '>', '&', '\u{2028}', '\u{2029}'];
}

impl Formatter for HtmlSafe {
    fn write_string_fragment<W: ?Sized + io::Write>(
        &mut self,
        writer: &mut W,
        fragment: &str,
    ) -> io::Result<()> {
        for part in fragment.split_inclusive(Self::MARKED) {
            let Some(last) = part.chars().next_back().filter(|c| Self::MARKED.contains(c)) else {
                writer.write_all(part.as_bytes())?;
                continue;
            };
            writer.write_all(&part.as_bytes()[..part.len() - last.len_utf8()])?;
            write!(writer, "\\u{:04x}", u32::from(last))?;
        }
        Ok(())
    }

    fn write_char_escape<W: ?Sized + io::Write>(
        &mut self,
        writer: &mut W,
        escape: CharEscape,
    ) -> io::Result<()> {
        serde_json::ser::CompactFormatter.write_char_escape(writer, escape)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn blocks_are_lines_and_an_empty_one() {
        assert_eq!(block(Some(&7), "set", "{}"), "id: 7\nevent: set\ndata: {}\n\n");
        assert_eq!(block(None, "error", "{}"), "event: error\ndata: {}\n\n");
        assert_eq!(bookmark(&7), "id: 7\n\n");
    }

    #[tokio::test]
    async fn a_stream_ends_when_the_server_stops_whether_it_waits_or_never_does() {
        let waits = stream::iter([PREAMBLE]).chain(stream::pending());
        let (stop, stopped) = tokio::sync::oneshot::channel::<()>();
        let mut blocks = Box::pin(until_stopped(waits, async { drop(stopped.await) }));
        assert_eq!(blocks.next().await, Some(PREAMBLE));
        assert!(futures::FutureExt::now_or_never(blocks.next()).is_none());
        drop(stop);
        assert_eq!(blocks.next().await, None);
        assert_eq!(blocks.next().await, None);

        let endless = until_stopped(stream::repeat(HEARTBEAT), std::future::ready(()));
        assert!(endless.count().await < 100);
        let all = until_stopped(stream::iter(vec![HEARTBEAT; 1_000]), std::future::pending());
        assert_eq!(all.count().await, 1_000);
    }

    #[test]
    fn what_html_knows_is_escaped() {
        let text = html_safe_json(&"<a>&\"\\\n\u{1}\u{2028}ä\u{2029}").expect("it encodes");
        assert_eq!(text, r#""\u003ca\u003e\u0026\"\\\n\u0001\u2028ä\u2029""#);
        assert_eq!(html_safe_json(&"plain").expect("it encodes"), "\"plain\"");
    }
}
