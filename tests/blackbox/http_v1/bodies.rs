//! Bodies that make no sense: each gets a clear error, and nothing changes.

use holdfast_tests::{Server, http, log};

use super::{KEYS, ask, ask_with, assert_fails};

#[tokio::test]
async fn bodies_that_do_not_decode() {
    let server = Server::dev().await;
    let path = format!("{KEYS}/k");
    let deep = format!("{}{}", "{\"a\":".repeat(100_000), "}".repeat(100_000));
    for body in [
        "{",
        "[]",
        "null",
        "\"text\"",
        "{\"value\":\"***\"}",
        "{\"value\":7}",
        "{\"value\":\"MQ==\",\"value\":\"Mg==\"}",
        "{\"value\":\"MQ==\",\"writeMode\":1,\"write_mode\":1}",
        "{\"value\":\"MQ==\",\"codec\":{}}",
        "{\"value\":\"MQ==\",\"writeMode\":1.5}",
        "{\"codec\":\"\\ud800\"}",
        &deep,
    ] {
        let answer = ask(&server, "POST", &path, body).await;
        let message = assert_fails(&answer, 400, 3, "");
        assert!(message.starts_with("the body does not decode: "), "{message}");
    }
    let bytes = http::request(server.port(), "POST", &path, &[], b"{\"codec\":\"\xff\"}").await;
    assert_fails(&bytes.expect("an answer"), 400, 3, "");
    assert!(log::check(&server.holdfast().await).await.is_empty(), "nothing was written");
}

#[tokio::test]
async fn values_that_are_none() {
    let server = Server::dev().await;
    let path = format!("{KEYS}/k");
    for (value, codec) in
        [("bm9wZQ==", "json"), ("bnVsbA==", "json"), ("MWU5OTk=", "json"), ("", "raw")]
    {
        let body = format!(r#"{{"value":"{value}","codec":"{codec}"}}"#);
        assert_fails(&ask(&server, "POST", &path, &body).await, 400, 3, "INVALID_VALUE");
    }
    let large = format!(r#"{{"value":"{}","codec":"raw"}}"#, "AAAA".repeat((1 << 20) / 3 + 1));
    let message = assert_fails(&ask(&server, "POST", &path, &large).await, 400, 3, "");
    assert!(message.contains("1048578") && message.contains("1048576"), "{message}");
    assert!(log::check(&server.holdfast().await).await.is_empty(), "nothing was written");
}

#[tokio::test]
async fn leniency_of_the_contract() {
    let server = Server::dev().await;
    let path = format!("{KEYS}/k");
    for (body, kind) in [
        (r#"{"value":"MQ=="} trailing"#, "application/x-www-form-urlencoded"),
        (r#"{"value":"MQ","junk":[{}],"codec":null}"#, "text/plain"),
        (r#"{"value":"MQ==","writeMode":"CREATE"}"#, "application/json"),
        (r#"{"value":"MQ==","writeMode":99}"#, ""),
    ] {
        let answer = ask_with(&server, "POST", &path, &[("content-type", kind)], body).await;
        assert_eq!(answer.status, 200, "{body}: {}", answer.text());
        assert_eq!(answer.json()["entry"]["value"], "MQ==", "{body}");
    }
    // Both alphabets of base64, with padding and without.
    for value in ["_-8=", "/+8=", "_-8", "/+8"] {
        let body = format!(r#"{{"value":"{value}","codec":"raw"}}"#);
        assert_eq!(ask(&server, "POST", &path, &body).await.json()["entry"]["value"], "/+8=");
    }
}

#[tokio::test]
async fn bodies_that_are_too_large() {
    let settings = "limits.request_bytes = \"1MiB\"\nlimits.commit_bytes = \"1MiB\"";
    let server = holdfast_tests::server::Launch::default().settings(settings).start().await;
    let path = format!("{KEYS}/k");
    let body = format!(r#"{{"junk":"{}"}}"#, "x".repeat(1 << 20));
    // Announced in the head, it is refused before it is read; so the whole may not get through.
    let head = format!(
        "POST {path} HTTP/1.1\r\nhost: x\r\nconnection: close\r\ncontent-length: {}\r\n\r\n",
        body.len()
    );
    let answer = http::raw(server.port(), head.as_bytes()).await.expect("an answer");
    let answer = String::from_utf8(answer).expect("text");
    assert!(answer.starts_with("HTTP/1.1 413 "), "{answer}");
    assert!(answer.contains("more than 1048576 bytes"), "{answer}");
    // Not announced, it is refused once it is too much.
    let mut chunked = format!(
        "POST {path} HTTP/1.1\r\nhost: x\r\nconnection: close\r\ntransfer-encoding: chunked\r\n\r\n"
    )
    .into_bytes();
    for _ in 0..17 {
        chunked.extend_from_slice(
            format!("{:x}\r\n{}\r\n", 64 << 10, " ".repeat(64 << 10)).as_bytes(),
        );
    }
    let answer = http::raw(server.port(), &chunked).await.expect("an answer");
    assert!(answer.starts_with(b"HTTP/1.1 413 "), "{}", String::from_utf8_lossy(&answer));
}
