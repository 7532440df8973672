//! Requests as text, through the router: paths, query strings, headers, bodies.

use axum::body::Body;
use holdfast_model::ResumeToken;
use http::{HeaderName, HeaderValue, Method, Request, StatusCode};
use serde_json::Value;

use crate::bed::{Answer, ask};
use crate::targets::grpc::is_no_filter;

/// `METHOD PATH`, lines of headers, an empty line, the body: whatever of it makes a request.
pub(crate) fn request(data: &[u8]) {
    let Some(request) = parsed(data) else { return };
    let what = format!("{} {}", request.method(), request.uri());
    let answer = ask(request);
    let failed = answer.status == StatusCode::INTERNAL_SERVER_ERROR;
    assert!(!failed || is_about_a_filter(&answer), "{what}: {:?}", answer.body);
    let kind = answer.headers.get("content-type").map_or(&b""[..], |kind| kind.as_bytes());
    match kind {
        b"application/json" if answer.whole && !answer.body.is_empty() => json(&what, &answer),
        b"text/event-stream" => events(&what, &answer),
        _ => {}
    }
}

/// What the contract of stategate answers with 500 although it is the caller's fault.
fn is_about_a_filter(answer: &Answer) -> bool {
    let body: Value = serde_json::from_slice(&answer.body).unwrap_or_default();
    body["message"].as_str().is_some_and(is_no_filter)
}

fn parsed(data: &[u8]) -> Option<Request<Body>> {
    let (head, body) = match data.windows(2).position(|pair| pair == b"\n\n") {
        Some(at) => (&data[..at], &data[at + 2..]),
        None => (data, &[][..]),
    };
    let mut lines = head.split(|byte| *byte == b'\n');
    let line = lines.next()?;
    let space = line.iter().position(|byte| *byte == b' ')?;
    let method = Method::from_bytes(&line[..space]).ok()?;
    let uri = std::str::from_utf8(&line[space + 1..]).ok().filter(|uri| uri.starts_with('/'))?;
    let mut request = Request::builder().method(method).uri(uri);
    for line in lines {
        let Some(colon) = line.iter().position(|byte| *byte == b':') else { continue };
        let name = HeaderName::from_bytes(&line[..colon]);
        let value = HeaderValue::from_bytes(line[colon + 1..].trim_ascii());
        if let (Ok(name), Ok(value)) = (name, value) {
            request = request.header(name, value);
        }
    }
    request.body(Body::from(body.to_vec())).ok()
}

fn json(what: &str, answer: &Answer) {
    // One value, but lines of them where stategate streams.
    let values = serde_json::Deserializer::from_slice(&answer.body).into_iter::<Value>();
    let values: Result<Vec<_>, _> = values.collect();
    let values =
        values.unwrap_or_else(|error| panic!("{what}: no JSON: {error}: {:?}", answer.body));
    assert!(values.len() == 1 || what.contains("/stream"), "{what}: {:?}", answer.body);
    let body = values.last().cloned().unwrap_or_default();
    // A stream that does not begin says so as a line of it.
    let body = body.get("error").unwrap_or(&body);
    if answer.status.is_client_error() || answer.status.is_server_error() {
        let members = (&body["code"], &body["message"], &body["details"]);
        let right = members.0.is_number() && members.1.is_string() && members.2.is_array();
        assert!(right, "{what}: {} without the members of an error: {body}", answer.status);
    }
}

/// Whole blocks, each with lines of known fields, and data that is JSON.
fn events(what: &str, answer: &Answer) {
    let text = std::str::from_utf8(&answer.body).unwrap_or_else(|_| panic!("{what}: no UTF-8"));
    assert!(text.is_empty() || text.ends_with("\n\n"), "{what}: half a block: {text:?}");
    for line in text.split('\n').filter(|line| !line.is_empty()) {
        let (field, value) = line.split_once(':').unwrap_or((line, ""));
        match field {
            "" | "event" => {}
            "retry" => assert!(is_number(value), "{what}: {line}"),
            "id" => assert!(is_number(value) || is_token(value), "{what}: {line}"),
            "data" => {
                let data = serde_json::from_str::<Value>(value.trim_start());
                assert!(data.is_ok(), "{what}: {line}");
            }
            _ => panic!("{what}: an unknown field: {line:?}"),
        }
    }
}

fn is_number(value: &str) -> bool {
    value.trim().bytes().all(|byte| byte.is_ascii_digit())
}

fn is_token(value: &str) -> bool {
    value.trim().parse::<ResumeToken>().is_ok()
}
