//! Cases 7, 15, 32-36: stategate over HTTP.

use holdfast_tests::http::{self, Answer};
use holdfast_tests::lines::Lines;
use holdfast_tests::stategate::values;
use holdfast_tests::{Server, server::Launch};
use serde_json::{Value, json};

use super::is_v4;

const REF: &str = "/api/state/ref/acme/message/quote";
const FORM: (&str, &str) = ("content-type", "application/x-www-form-urlencoded");

async fn ask(
    server: &Server,
    method: &str,
    path: &str,
    headers: &[(&str, &str)],
    body: &str,
) -> Answer {
    let answer = http::request(server.port(), method, path, headers, body.as_bytes()).await;
    answer.expect("an answer")
}

async fn get(server: &Server, path: &str) -> Answer {
    ask(server, "GET", path, &[], "").await
}

/// Fails unless the answer is such an error; its message.
fn fails(answer: &Answer, status: u16, code: i32) -> String {
    let body = answer.json();
    assert_eq!((answer.status, &body["code"]), (status, &json!(code)), "{body}");
    assert_eq!(body["details"], json!([]), "{body}");
    body["message"].as_str().expect("a text").to_owned()
}

#[tokio::test]
async fn case_7_what_is_missing_is_404_with_the_envelope() {
    let server = Server::dev().await;
    let message = fails(&get(&server, REF).await, 404, 5);
    let envelope: Value = serde_json::from_str(&message).expect("JSON");
    assert_eq!(
        envelope,
        json!({
            "info": "failed to find state", "type": 5,
            "metadata": {"state_domain": "acme", "state_key": "quote", "state_type": "message"},
        })
    );
}

#[tokio::test]
async fn case_15_what_is_unknown_is_an_empty_list() {
    let server = Server::dev().await;
    let search = "search?domain=none&type=none&limit=5";
    let states = get(&server, &format!("/api/state/{search}")).await;
    assert_eq!((states.status, states.text().as_str()), (200, r#"{"stateValues":[]}"#));
    let events = get(&server, &format!("/api/events/{search}")).await;
    assert_eq!((events.status, events.text().as_str()), (200, r#"{"events":[]}"#));
}

#[tokio::test]
async fn case_32_a_parameter_below_values_makes_an_empty_object() {
    let server = Server::dev().await;
    let set = ask(&server, "POST", &format!("{REF}?values.x=1"), &[], "").await;
    assert_eq!((set.status, set.text().as_str()), (200, "{}"));
    assert_eq!(set.header("content-type"), Some("application/json"));
    assert_eq!(set.header("grpc-metadata-content-type"), Some("application/grpc"));
    let got = get(&server, REF).await;
    assert_eq!(got.text(), r#"{"domain":"acme","type":"message","key":"quote","values":{}}"#);
    for nothing in [REF.to_owned(), format!("{REF}?other=1")] {
        let message = fails(&ask(&server, "POST", &nothing, &[], "").await, 400, 3);
        assert_eq!(message, "invalid field Values: message must exist");
    }
    for bad in
        ["values.fields[a]=b", "values.fields=1", "values=x", "values=[]", "values={}&values={}"]
    {
        let path = format!("{REF}?{}", bad.replace('[', "%5B").replace(']', "%5D"));
        fails(&ask(&server, "POST", &path, &[], "").await, 400, 3);
    }
}

/// Query, headers, body, and what is got.
type Case<'a> = (&'a str, &'a [(&'a str, &'a str)], &'a str, Value);

#[tokio::test]
async fn case_33_values_come_as_a_body_a_parameter_or_a_form() {
    let server = Server::dev().await;
    let json_kind = ("content-type", "application/json");
    let cases: &[Case] = &[
        ("", &[json_kind], r#"{"values":{"a":1}}"#, json!({"a": 1})),
        ("", &[], r#"{"values":{"a":2}}"#, json!({"a": 2})),
        ("", &[json_kind], r#"{"a":3,"b":[{"c":null}]}"#, json!({"a": 3, "b": [{"c": null}]})),
        ("", &[json_kind], r#"{"domain":"x","key":"y","values":{"a":4}}"#, json!({"a": 4})),
        ("?values=%7B%22a%22%3A5%7D", &[], "", json!({"a": 5})),
        ("?domain=x&key=y&values=%7B%22a%22%3A6%7D", &[], "", json!({"a": 6})),
        ("", &[FORM], "values=%7B%22a%22%3A7%7D", json!({"a": 7})),
        ("", &[FORM], "values.x=8", json!({})),
        // So curl sends a body of which it is told nothing.
        ("", &[FORM], r#"{"values":{"a":8}}"#, json!({"a": 8})),
        ("?values=%7B%7D", &[json_kind], r#"{"a":9}"#, json!({"a": 9})),
    ];
    for (query, headers, body, expected) in cases {
        let set = ask(&server, "POST", &format!("{REF}{query}"), headers, body).await;
        assert_eq!((set.status, set.text().as_str()), (200, "{}"), "{query} {body}");
        assert_eq!(get(&server, REF).await.json()["values"], *expected, "{query} {body}");
    }
    let deep = "[".repeat(500);
    for bad in [
        "{",
        "[]",
        "null",
        "7",
        r#"{"values":null}"#,
        r#"{"values":[1]}"#,
        &format!(r#"{{"a":{deep}"#),
    ] {
        fails(&ask(&server, "POST", REF, &[json_kind], bad).await, 400, 3);
    }
    assert_eq!(get(&server, REF).await.json()["values"], json!({"a": 9}), "nothing was changed");
}

#[tokio::test]
async fn case_34_events_are_lines() {
    let server = Server::dev().await;
    let client = server.stategate().await;
    let path = "/api/events/stream?domain=acme&type=message";
    let mut lines = Lines::open(server.port(), path, "").await;
    assert!(lines.head.starts_with("HTTP/1.1 200 "), "{}", lines.head);
    assert!(lines.head.to_lowercase().contains("content-type: application/json"));
    // The head is there before any event: what is set from now on comes.
    let mut last = 0;
    for n in 0..3 {
        client.set("acme", "message", "quote", json!({"n": n, "deep": [{}]})).await.expect("set");
        let line = lines.next().await;
        let event = &line["result"];
        let names: Vec<_> = event.as_object().expect("an object").keys().collect();
        assert_eq!(names, ["claims", "id", "state", "time"], "{line}");
        assert!(is_v4(event["id"].as_str().expect("a text")));
        assert_eq!(
            event["state"],
            json!({"domain": "acme", "type": "message", "key": "quote", "values": {"n": n, "deep": [{}]}})
        );
        assert_eq!(event["claims"], json!({}));
        let time: i64 = event["time"].as_str().expect("a text").parse().expect("digits");
        assert!(time > last);
        last = time;
    }
    // Behind an event that was seen before, with what v0.5.0 does not have.
    let search = "/api/events/search?domain=acme&type=message&limit=10&extended=true";
    let events = get(&server, search).await.json()["events"].clone();
    let since = events[0]["id"].as_str().expect("a text");
    let mut rest =
        Lines::open(server.port(), &format!("{path}&since={since}&extended=true"), "").await;
    assert_eq!(rest.next().await["result"], events[1]);
    assert_eq!(rest.next().await["result"], events[2]);
    assert_eq!(events[2]["method"], "/stategate.StateService/Set");
    assert!(events[2]["revision"].as_str().is_some_and(|text| text.parse::<u64>().is_ok()));
}

#[tokio::test]
async fn a_stream_that_cannot_begin_or_go_on_says_so() {
    let mut server = Server::dev().await;
    let refused = get(&server, "/api/events/stream?domain=a").await;
    assert_eq!(refused.status, 400);
    let body = refused.json();
    let message = r#"invalid field Type: value '' must be a string conforming to regex "^\\S+$""#;
    assert_eq!(body, json!({"error": {"code": 3, "message": message, "details": []}}));
    let mut lines = Lines::open(server.port(), "/api/events/stream?domain=a&type=b", "").await;
    server.stop().await;
    let last = lines.next().await;
    assert_eq!(last["error"]["code"], 14, "{last}");
    assert_eq!(lines.next_line().await, None);
}

#[tokio::test]
async fn case_35_paths_methods_and_parameters() {
    let server = Server::dev().await;
    for path in
        ["/api/nothing", "/api/state/ref/a/b", "/api/state/ref/a/b/c/", "/api/state/ref/a/b/:c"]
    {
        assert_eq!(fails(&get(&server, path).await, 404, 5), "Not Found", "{path}");
    }
    for (method, path) in [
        ("PUT", REF),
        ("PATCH", REF),
        ("OPTIONS", REF),
        ("POST", "/api/state/search"),
        ("DELETE", "/api/events/search"),
        ("PUT", "/api/events/stream"),
    ] {
        let refused = ask(&server, method, path, &[], "").await;
        assert_eq!(fails(&refused, 501, 12), "Method Not Allowed", "{method} {path}");
    }
    ask(&server, "POST", REF, &[], r#"{"a":1}"#).await;
    let search = "/api/state/search?domain=acme&type=message";
    for name in ["query_string", "queryString"] {
        for (filter, found) in [("%7B%22a%22%3A1%7D", 1), ("%7B%22a%22%3A2%7D", 0)] {
            let page = get(&server, &format!("{search}&limit=3&{name}={filter}&unknown=x")).await;
            let states = page.json()["stateValues"].as_array().expect("a list").len();
            assert_eq!(states, found, "{name}={filter}");
        }
    }
    for bad in [
        "&limit=abc",
        "&limit=1&limit=2",
        "&limit=99999999999999999999",
        "&limit=",
        "&limit=1&offset=x",
    ] {
        fails(&get(&server, &format!("{search}{bad}")).await, 400, 3);
    }
    let why = fails(&get(&server, search).await, 400, 3);
    assert_eq!(why, "invalid field Limit: value '0' must be greater than '0'");
    let broken = get(&server, &format!("{search}&limit=1&queryString=x")).await;
    assert!(fails(&broken, 500, 13).contains("failed to decode query string"));
    let timeout = [("grpc-timeout", "soon")];
    fails(&ask(&server, "GET", REF, &timeout, "").await, 400, 3);
}

/// The original cannot reach a key with a slash.
#[tokio::test]
async fn names_in_paths_are_decoded_after_the_path_is_split() {
    let server = Server::dev().await;
    let client = server.stategate().await;
    for (path, domain, kind, key) in [
        ("/api/state/ref/a%2Fb/t/k%2Fl", "a/b", "t", "k/l"),
        ("/api/state/ref/d/t/%D0%BA", "d", "t", "к"),
        ("/api/state/ref/d/t/a:b", "d", "t", "a:b"),
        ("/api/state/ref/d/t/%3Ab", "d", "t", ":b"),
        ("/api/state/ref/d/t/a+b", "d", "t", "a+b"),
    ] {
        let set = ask(&server, "POST", path, &[], r#"{"a":1}"#).await;
        assert_eq!(set.status, 200, "{path}: {}", set.text());
        assert_eq!(client.get(domain, kind, key).await.expect(path), json!({"a": 1}));
        assert_eq!(get(&server, path).await.json()["key"], key);
    }
    fails(&get(&server, "/api/state/ref/d/t/a%20b").await, 400, 3);
    fails(&get(&server, "/api/state/ref/d/t/%FF").await, 400, 3);
}

#[tokio::test]
async fn case_36_a_form_may_be_posted_anywhere() {
    let server = Server::dev().await;
    ask(&server, "POST", REF, &[], r#"{"a":1}"#).await;
    let found = ask(
        &server,
        "POST",
        "/api/state/search",
        &[FORM],
        "domain=acme&type=message&limit=1&queryString=%7B%22a%22%3A1%7D",
    )
    .await;
    assert_eq!(found.json()["stateValues"][0]["key"], "quote");
    let found =
        ask(&server, "POST", "/api/events/search?limit=5", &[FORM], "domain=acme&type=message")
            .await;
    assert_eq!(found.json()["events"].as_array().expect("a list").len(), 1);
    let get_by_form = [FORM, ("x-http-method-override", "get")];
    assert_eq!(ask(&server, "POST", REF, &get_by_form, "").await.json()["values"], json!({"a": 1}));
    let twice =
        ask(&server, "POST", "/api/state/search?limit=5", &[FORM], "domain=a&type=b&limit=1");
    fails(&twice.await, 400, 3);
    let delete_by_form = [FORM, ("x-http-method-override", "DELETE")];
    assert_eq!(ask(&server, "POST", REF, &delete_by_form, "").await.text(), "{}");
    fails(&get(&server, REF).await, 404, 5);
    let put_by_form = [FORM, ("x-http-method-override", "PUT")];
    fails(&ask(&server, "POST", REF, &put_by_form, "").await, 501, 12);
    let not_by_json = [("x-http-method-override", "DELETE")];
    assert_eq!(ask(&server, "POST", REF, &not_by_json, r#"{"a":2}"#).await.status, 200);
}

/// Cases 23 and 31: who is not known learns nothing of what is wrong with the request.
#[tokio::test]
async fn callers_are_known_before_anything_is_looked_at() {
    let server = Launch::default().closed().start().await;
    for (method, path, body) in [
        ("POST", REF, "{"),
        ("GET", "/api/state/search?limit=x", ""),
        ("GET", "/api/events/stream", ""),
        ("DELETE", "/api/state/ref/a/b/a%20b", ""),
    ] {
        let refused = ask(&server, method, path, &[], body).await;
        fails(&refused, 401, 16);
        assert!(refused.header("www-authenticate").is_some());
    }
    let token = format!("Bearer {}", server.root_token());
    let by_root = [("authorization", token.as_str())];
    assert_eq!(ask(&server, "POST", REF, &by_root, r#"{"a":1}"#).await.text(), "{}");
    let client = server.stategate().await;
    client.get("acme", "message", "quote").await.expect_err("nobody is known");
    let client = client.showing(&server.root_token());
    assert_eq!(client.get("acme", "message", "quote").await.expect("read"), json!({"a": 1}));
    let mut stream = client.stream("acme", "message", "0").await.expect("live");
    assert_eq!(values(&stream.next().await.state), json!({"a": 1}));
}
