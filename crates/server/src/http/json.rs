//! JSON bodies: requests read leniently or strictly, answers written.

use axum::body::Body;
use axum::extract::{FromRef, FromRequest};
use axum::response::{IntoResponse, Response};
use buffa::json::{JsonParseOptions, with_json_parse_options};
use bytes::{Bytes, BytesMut};
use http::{HeaderValue, Request, StatusCode, header};
use http_body::Body as _;
use http_body_util::BodyExt;
use serde::Serialize;
use serde::de::DeserializeOwned;
use tokio::sync::SemaphorePermit;
use tokio::time::timeout;
use tonic::Status;

use super::Face;
use super::fault::{Answer, Fault};

/// What one request may hold before it counts against the memory for large bodies.
const SMALL: usize = 64 << 10;

/// A body as config.v1 takes it: any content type, nothing at all for the defaults, members that nobody knows, enum names that
/// nobody knows, and anything behind the first JSON value.
#[derive(Debug)]
pub struct Lenient<M>(pub M);

/// A body whose every byte has to make sense: one JSON value, its content type, only known members.
#[derive(Debug)]
pub struct Strict<M>(pub M);

impl<S, M> FromRequest<S> for Lenient<M>
where
    S: Send + Sync,
    Face: FromRef<S>,
    M: DeserializeOwned + Default,
{
    type Rejection = Fault;

    async fn from_request(request: Request<Body>, state: &S) -> Result<Self, Fault> {
        let face = Face::from_ref(state);
        let body = Arrived::of(&face, request.into_body()).await?;
        lenient(&body.bytes).map(Self)
    }
}

impl<S, M> FromRequest<S> for Strict<M>
where
    S: Send + Sync,
    Face: FromRef<S>,
    M: DeserializeOwned,
{
    type Rejection = Fault;

    async fn from_request(request: Request<Body>, state: &S) -> Result<Self, Fault> {
        let kind = request.headers().get(header::CONTENT_TYPE);
        if !kind.is_some_and(is_json) {
            let fault = Fault::invalid("the content type of the body has to be application/json");
            return Err(fault.with_http(StatusCode::UNSUPPORTED_MEDIA_TYPE));
        }
        let face = Face::from_ref(state);
        let body = Arrived::of(&face, request.into_body()).await?;
        strict(&body.bytes).map(Self)
    }
}

fn is_json(kind: &HeaderValue) -> bool {
    let essence = kind.to_str().unwrap_or_default().split(';').next().unwrap_or_default().trim();
    essence.eq_ignore_ascii_case("application/json")
}

fn lenient<M: DeserializeOwned + Default>(bytes: &[u8]) -> Result<M, Fault> {
    if bytes.trim_ascii().is_empty() {
        return Ok(M::default());
    }
    object(bytes)?;
    let options = JsonParseOptions::new().ignore_unknown_enum_values(true);
    let mut first = serde_json::Deserializer::from_slice(bytes);
    with_json_parse_options(&options, || M::deserialize(&mut first)).map_err(malformed)
}

fn strict<M: DeserializeOwned>(bytes: &[u8]) -> Result<M, Fault> {
    object(bytes)?;
    let mut whole = serde_json::Deserializer::from_slice(bytes);
    let mut unknown = None;
    let message = serde_ignored::deserialize(&mut whole, |path| {
        unknown.get_or_insert_with(|| path.to_string());
    });
    let message = message.map_err(malformed)?;
    whole.end().map_err(malformed)?;
    match unknown {
        Some(path) => Err(Fault::invalid(format!("{path}: there is no such member"))),
        None => Ok(message),
    }
}

/// The generated readers would take a list for a message too, member by member.
fn object(bytes: &[u8]) -> Result<(), Fault> {
    let first = bytes.iter().find(|byte| !matches!(byte, b' ' | b'\t' | b'\r' | b'\n'));
    match first {
        Some(b'{') => Ok(()),
        _ => Err(Fault::invalid("the body does not decode: expected a JSON object")),
    }
}

fn malformed(error: serde_json::Error) -> Fault {
    Fault::invalid(format!("the body does not decode: {error}"))
}

/// A body that has arrived, with the memory it was granted.
pub(crate) struct Arrived<'a> {
    pub(crate) bytes: Bytes,
    _granted: Option<SemaphorePermit<'a>>,
}

impl<'a> Arrived<'a> {
    /// Reads a body within its bounds of time and size. The first bytes cost nothing; who sends more waits until there is
    /// memory for a body of the largest size, so that many large uploads at once cannot exhaust it.
    pub(crate) async fn of(face: &'a Face, body: Body) -> Result<Self, Fault> {
        let arrived = timeout(face.body_timeout, Self::read(face, body)).await;
        arrived.unwrap_or_else(|_| Err(too_late()))
    }

    async fn read(face: &'a Face, mut body: Body) -> Result<Self, Fault> {
        let max = face.request_bytes;
        if usize::try_from(body.size_hint().lower()).map_or(true, |announced| announced > max) {
            return Err(too_large(max));
        }
        let (mut bytes, mut granted) = (BytesMut::new(), None);
        while let Some(frame) = body.frame().await {
            let frame = frame.map_err(broken)?;
            let Ok(data) = frame.into_data() else { continue };
            let length = bytes.len() + data.len();
            if length > max {
                return Err(too_large(max));
            }
            if length > SMALL && granted.is_none() {
                // The semaphore is never closed.
                granted = face.large_bodies.acquire().await.ok();
            }
            bytes.extend_from_slice(&data);
        }
        Ok(Self { bytes: bytes.freeze(), _granted: granted })
    }
}

fn too_late() -> Fault {
    let late = Status::deadline_exceeded("the body did not arrive in time");
    Fault::from(late).with_http(StatusCode::REQUEST_TIMEOUT)
}

/// The listener says by a status that the time is over; everything else is the caller's.
fn broken(error: axum::Error) -> Fault {
    if error.into_inner().is::<Status>() {
        return too_late();
    }
    Fault::invalid("the body broke off or is not framed right")
}

fn too_large(max: usize) -> Fault {
    let fault = Fault::invalid(format!("the body has more than {max} bytes"));
    fault.with_http(StatusCode::PAYLOAD_TOO_LARGE)
}

/// An answer of 200.
///
/// # Errors
/// When it does not encode, which is a fault of this server.
pub fn answer(body: &impl Serialize) -> Answer {
    let text = serde_json::to_vec(body)
        .map_err(|error| Status::internal(format!("the answer does not encode: {error}")))?;
    Ok(of_bytes(text))
}

/// The same from text that is encoded already.
pub(crate) fn of_bytes(text: Vec<u8>) -> Response {
    let kind = HeaderValue::from_static("application/json");
    ([(header::CONTENT_TYPE, kind)], text).into_response()
}

#[cfg(test)]
mod tests {
    use holdfast_api::config_v1::{SetRequest, WriteMode};

    use super::*;

    fn read(text: &str) -> SetRequest {
        lenient(text.as_bytes()).unwrap_or_else(|fault| panic!("{text}: {fault:?}"))
    }

    #[test]
    fn leniency_is_that_of_the_contract() {
        assert_eq!(read(""), SetRequest::default());
        assert_eq!(read("{} trailing"), SetRequest::default());
        assert_eq!(read(r#"{"junk":{"a":[1]},"codec":null}"#), SetRequest::default());
        for value in ["_-8", "/+8=", "/+8", "_-8="] {
            assert_eq!(read(&format!(r#"{{"value":"{value}"}}"#)).value, &[0xff, 0xef][..]);
        }
        let create = WriteMode::WRITE_MODE_CREATE;
        for mode in [r#""write_mode":"WRITE_MODE_CREATE""#, r#""writeMode":2"#] {
            assert_eq!(read(&format!("{{{mode}}}")).write_mode, create);
        }
        assert_eq!(read(r#"{"writeMode":"CREATE"}"#).write_mode.to_i32(), 0);
        assert_eq!(read(r#"{"writeMode":99}"#).write_mode.to_i32(), 99);
    }

    #[test]
    fn what_cannot_be_read_is_refused() {
        for text in [
            "{",
            "[]",
            "null",
            "7",
            r#"{"value":"***"}"#,
            r#"{"value":7}"#,
            r#"{"codec":7}"#,
            r#"{"codec":"a","codec":"b"}"#,
            r#"{"writeMode":1,"write_mode":1}"#,
            "\u{feff}{}",
        ] {
            let fault = lenient::<SetRequest>(text.as_bytes()).expect_err(text);
            assert_eq!(fault.http, StatusCode::BAD_REQUEST, "{text}");
        }
    }

    #[test]
    fn strictness_names_the_member() {
        assert!(strict::<SetRequest>(br#"{"value":"MzA="}"#).is_ok());
        let fault = strict::<SetRequest>(br#"{"junk":1}"#).expect_err("unknown");
        assert!(fault.status.message().starts_with("junk: "), "{fault:?}");
        for text in ["", "{} x", r#"{"writeMode":"CREATE"}"#] {
            assert!(strict::<SetRequest>(text.as_bytes()).is_err(), "{text}");
        }
    }
}
