//! Requests in GraphQL: what is read of them, and what is answered.

use axum::body::Body;
use http::{HeaderValue, Method, Request, StatusCode, header};
use percent_encoding::{NON_ALPHANUMERIC, percent_encode};
use serde_json::{Value, json};

use crate::bed::{Answer, ask};
use crate::targets::grpc::is_no_filter;

const PATH: &str = "/api/graphql";
const FORM: &str = "multipart/form-data; boundary=b";
/// What is wrong is said in a sentence, not by repeating the request.
const SENTENCE: usize = 4 << 10;

/// The first byte chooses the form: a body of JSON, a text of GraphQL by POST or by GET, a form. What is answered is data or what failed,
/// with a code, and none of that is a fault of the server; a GET changes nothing.
pub(crate) fn request(data: &[u8]) {
    let Some((form, rest)) = data.split_first() else { return };
    let request = match form % 4 {
        0 => post("application/json", rest.to_vec()),
        1 => post(
            "application/json",
            json!({ "query": String::from_utf8_lossy(rest) }).to_string().into(),
        ),
        2 => return by_get(rest),
        _ => post(FORM, rest.to_vec()),
    };
    judge(&ask(request));
}

fn post(kind: &'static str, body: Vec<u8>) -> Request<Body> {
    let mut request = Request::new(Body::from(body));
    *request.method_mut() = Method::POST;
    *request.uri_mut() = http::Uri::from_static(PATH);
    request.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static(kind));
    request
}

fn by_get(text: &[u8]) {
    let uri = format!("{PATH}?query={}", percent_encode(text, NON_ALPHANUMERIC));
    // Longer than a path may be.
    let Ok(request) = Request::get(uri).body(Body::empty()) else { return };
    let before = head();
    judge(&ask(request));
    // A new server, which comes after so many requests, has written nothing.
    assert!(head() <= before, "a GET has changed something");
}

/// The newest revision.
fn head() -> u64 {
    let request = Request::get("/v2/groups").body(Body::empty()).expect("a request");
    let answer: Value = serde_json::from_slice(&ask(request).body).expect("JSON");
    let revision = answer["revision"].as_str().and_then(|text| text.parse().ok());
    revision.unwrap_or_default()
}

fn judge(answer: &Answer) {
    let known = [
        StatusCode::OK,
        StatusCode::BAD_REQUEST,
        StatusCode::METHOD_NOT_ALLOWED,
        StatusCode::PAYLOAD_TOO_LARGE,
    ];
    assert!(known.contains(&answer.status), "{}: {:?}", answer.status, answer.body);
    assert!(answer.whole, "it has an end");
    let body: Value = serde_json::from_slice(&answer.body)
        .unwrap_or_else(|error| panic!("no JSON: {error}: {:?}", answer.body));
    match &body {
        Value::Array(answers) => answers.iter().for_each(judge_one),
        one => judge_one(one),
    }
}

fn judge_one(answer: &Value) {
    let errors = answer["errors"].as_array().map(Vec::as_slice).unwrap_or_default();
    assert!(
        answer.get("data").is_some_and(|data| !data.is_null()) || !errors.is_empty(),
        "{answer}"
    );
    for error in errors {
        let message = error["message"].as_str().expect("a sentence");
        assert!(!message.is_empty() && message.len() < SENTENCE, "{error}");
        let code = error["extensions"]["code"].as_str().expect("a code");
        let faults = ["", "INTERNAL", "UNKNOWN", "UNIMPLEMENTED", "DATA_LOSS"];
        // What the contract of stategate calls so although it is the caller's fault.
        assert!(!faults.contains(&code) || is_no_filter(message), "{error}");
    }
}
