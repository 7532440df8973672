//! config.v1 over HTTP/JSON and server-sent events, against the real binary. The numbers are those of the contract's list of
//! black-box cases; where Holdfast answers better than the original the case says so.

mod aliases;
mod bodies;
mod connections;
mod cors;
mod diff;
mod keys;
mod lists;
mod paths;
mod resume;
mod stream;
mod tags;

use holdfast_tests::Server;
use holdfast_tests::http::{self, Answer};
use serde_json::{Value, json};

const KEYS: &str = "/v1/namespaces/a/keys";

async fn ask(server: &Server, method: &str, path: &str, body: &str) -> Answer {
    ask_with(server, method, path, &[], body).await
}

async fn ask_with(
    server: &Server,
    method: &str,
    path: &str,
    headers: &[(&str, &str)],
    body: &str,
) -> Answer {
    let answer = http::request(server.port(), method, path, headers, body.as_bytes()).await;
    answer.expect("an HTTP answer")
}

async fn get(server: &Server, path: &str) -> Answer {
    ask(server, "GET", path, "").await
}

/// Writes a value of codec json.
async fn set(server: &Server, key: &str, value: &str) -> Value {
    let body = json!({"value": base64(value.as_bytes()), "codec": "json"}).to_string();
    let answer = ask(server, "POST", &format!("{KEYS}/{key}"), &body).await;
    assert_eq!(answer.status, 200, "{}", answer.text());
    answer.json()["entry"].clone()
}

/// Fails unless the answer is this failure with a detail of this reason (empty: without details).
#[track_caller]
fn assert_fails(answer: &Answer, status: u16, code: i32, reason: &str) -> String {
    assert_eq!(answer.status, status, "{}", answer.text());
    assert_eq!(answer.header("content-type"), Some("application/json"));
    let body = answer.json();
    let details = match reason {
        "" => json!([]),
        reason => json!([{
            "@type": "type.googleapis.com/google.rpc.ErrorInfo",
            "reason": reason,
            "domain": "config.rbaliyan.com",
            "metadata": {},
        }]),
    };
    assert_eq!((&body["code"], &body["details"]), (&json!(code), &details), "{body}");
    assert_eq!(body.as_object().expect("an object").len(), 3, "{body}");
    body["message"].as_str().expect("a message").to_owned()
}

/// Standard base64 with padding, by hand: what the server sends is checked against another implementation.
fn base64(bytes: &[u8]) -> String {
    const LETTERS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut text = String::new();
    for three in bytes.chunks(3) {
        let mut bits = [0; 3];
        bits[..three.len()].copy_from_slice(three);
        let bits = u32::from_be_bytes([0, bits[0], bits[1], bits[2]]);
        for place in 0..4 {
            let letter = LETTERS[(bits >> (18 - 6 * place)) as usize & 63];
            text.push(if place <= three.len() { char::from(letter) } else { '=' });
        }
    }
    text
}
