//! Entities over HTTP: every spelling of their paths, and events in both dialects.

use holdfast_tests::Server;
use holdfast_tests::http::{self, Answer};
use holdfast_tests::lines::Lines;
use serde_json::{Value, json};

const REF: &str = "/api/entity/ref/acme/message/quote";
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

async fn get(server: &Server, path: &str) -> Value {
    let answer = ask(server, "GET", path, &[], "").await;
    assert_eq!(answer.status, 200, "{path}: {}", answer.text());
    answer.json()
}

fn fails(answer: &Answer, status: u16, code: i32) -> String {
    let body = answer.json();
    assert_eq!((answer.status, &body["code"]), (status, &json!(code)), "{body}");
    body["message"].as_str().expect("a text").to_owned()
}

fn names(value: &Value) -> Vec<&str> {
    value.as_object().expect("an object").keys().map(String::as_str).collect()
}

#[tokio::test]
async fn an_entity_is_written_read_changed_and_removed() {
    let server = Server::dev().await;
    for (method, n) in [("PUT", 1), ("POST", 2)] {
        let body = json!({"values": {"n": n, "deep": {"a": 1}}}).to_string();
        let set = ask(&server, method, REF, &[], &body).await;
        assert_eq!((set.status, set.text().as_str()), (200, "{}"), "{method}");
        assert_eq!(set.header("grpc-metadata-content-type"), Some("application/grpc"));
        let got = ask(&server, "GET", REF, &[], "").await.text();
        let wanted = format!(
            r#"{{"domain":"acme","type":"message","key":"quote","values":{{"deep":{{"a":1}},"n":{n}}}}}"#
        );
        assert_eq!(got, wanted);
    }
    let edited = ask(&server, "PATCH", REF, &[], r#"{"deep.b": 2}"#).await;
    assert_eq!(edited.status, 200);
    assert_eq!(edited.json()["values"], json!({"n": 2, "deep": {"a": 1, "b": 2}}));
    // By a parameter, by a form, and by a form that stands for another method.
    for (method, path, headers, body) in [
        ("PUT", "?values=%7B%22n%22%3A3%7D", &[][..], ""),
        ("POST", "", &[FORM], "values=%7B%22n%22%3A3%7D"),
        ("POST", "", &[FORM, ("x-http-method-override", "PUT")], "values=%7B%22n%22%3A3%7D"),
    ] {
        ask(&server, "PUT", REF, &[], r#"{"other": 1}"#).await;
        let set = ask(&server, method, &format!("{REF}{path}"), headers, body).await;
        assert_eq!((set.status, set.text().as_str()), (200, "{}"), "{method} {path} {body}");
        assert_eq!(get(&server, REF).await["values"], json!({"n": 3}));
    }
    let patch = [FORM, ("x-http-method-override", "PATCH")];
    let edited = ask(&server, "POST", REF, &patch, "values=%7B%22m%22%3A4%7D").await;
    assert_eq!(edited.json()["values"], json!({"n": 3, "m": 4}));
    // The same as under the older name.
    assert_eq!(get(&server, "/api/state/ref/acme/message/quote").await, get(&server, REF).await);

    for (method, body) in [("PUT", ""), ("PATCH", "")] {
        let refused = fails(&ask(&server, method, REF, &[], body).await, 400, 3);
        assert_eq!(refused, "invalid field Values: message must exist");
    }
    fails(&ask(&server, "OPTIONS", REF, &[], "").await, 501, 12);
    fails(&ask(&server, "GET", "/api/entity/ref/acme/message/:x", &[], "").await, 404, 5);
    fails(&ask(&server, "GET", &format!("{REF}/"), &[], "").await, 404, 5);
    let removed = ask(&server, "DELETE", REF, &[], "").await;
    assert_eq!((removed.status, removed.text().as_str()), (200, "{}"));
    let told = fails(&ask(&server, "GET", REF, &[], "").await, 404, 5);
    let told: Value = serde_json::from_str(&told).expect("an envelope");
    assert_eq!(
        told,
        json!({
            "info": "failed to find entity", "type": 5,
            "metadata": {"entity_domain": "acme", "entity_key": "quote", "entity_type": "message"},
        })
    );
    fails(&ask(&server, "PATCH", REF, &[], r#"{"a": 1}"#).await, 404, 5);
    fails(&ask(&server, "DELETE", REF, &[], "").await, 404, 5);
}

#[tokio::test]
async fn events_have_two_dialects() {
    let server = Server::dev().await;
    let of = "domain=acme&type=message";
    let mut old = Lines::open(server.port(), &format!("/api/events/stream?{of}"), "").await;
    let mut new = Lines::open(server.port(), &format!("/api/event/stream?{of}"), "").await;
    let mut extended =
        Lines::open(server.port(), "/api/event/stream?domain=*&type=mess*&extended=true", "").await;
    ask(&server, "PUT", REF, &[], r#"{"n": 1}"#).await;
    ask(&server, "PATCH", REF, &[], r#"{"m": 2}"#).await;
    ask(&server, "DELETE", REF, &[], "").await;
    let search = format!("search?{of}&limit=10");
    let old_found = get(&server, &format!("/api/events/{search}")).await;
    let new_found = get(&server, &format!("/api/event/{search}")).await;
    let methods = ["Set", "Edit", "Del"].map(|name| format!("/stategate.EntityService/{name}"));
    for (n, method) in methods.iter().enumerate() {
        let (was, is) = (old.next().await["result"].clone(), new.next().await["result"].clone());
        assert_eq!(names(&was), ["claims", "id", "state", "time"]);
        assert_eq!(names(&is), ["claims", "entity", "id", "method", "time"]);
        assert_eq!((&was["id"], &was["time"]), (&is["id"], &is["time"]));
        assert_eq!((&was["state"], &is["method"]), (&is["entity"], &json!(method)));
        assert_eq!((&old_found["events"][n], &new_found["events"][n]), (&was, &is));
        let more = extended.next().await["result"].clone();
        assert!(more["revision"].is_string() && more["entity"] == is["entity"], "{more}");
        let id = is["id"].as_str().expect("a text");
        let path = |dialect: &str| format!("/api/{dialect}/ref/acme/message/quote/{id}");
        assert_eq!(get(&server, &path("events")).await, was);
        assert_eq!(get(&server, &path("event")).await, is);
        let more = get(&server, &format!("{}?extended=true", path("events"))).await;
        assert_eq!(more["method"], json!(method));
    }
    let all = new_found["events"].as_array().expect("a list");
    let page = get(&server, &format!("/api/event/search?{of}&limit=1&extended=true")).await;
    let cursor = page["nextCursor"].as_str().expect("there is more");
    let next = get(&server, &format!("/api/event/search?{of}&limit=1&cursor={cursor}")).await;
    assert_eq!(next["events"], json!([all[1]]));
    let unknown = "6f5902ac-2370-4b32-8cb4-94d7a4b5d1b1";
    let path = |key: &str, id: &str| format!("/api/event/ref/acme/message/{key}/{id}");
    fails(&ask(&server, "GET", &path("quote", unknown), &[], "").await, 404, 5);
    let first = all[0]["id"].as_str().expect("a text");
    fails(&ask(&server, "GET", &path("other", first), &[], "").await, 404, 5);
    let told = fails(&ask(&server, "GET", &path("quote", "x"), &[], "").await, 400, 3);
    assert!(told.starts_with("invalid field Id"), "{told}");
    fails(&ask(&server, "PUT", &path("quote", first), &[], "{}").await, 501, 12);
}

#[tokio::test]
async fn a_revert_has_two_methods() {
    let server = Server::dev().await;
    for n in 1..=3 {
        ask(&server, "PUT", REF, &[], &json!({"n": n}).to_string()).await;
    }
    let found = get(&server, "/api/event/search?domain=acme&type=message&limit=10").await;
    let id = |n: usize| found["events"][n]["id"].as_str().expect("a text").to_owned();
    for (method, n) in [("PUT", 0), ("POST", 1)] {
        let path = format!("{REF}/revert?id={}", id(n));
        let reverted = ask(&server, method, &path, &[], "").await;
        assert_eq!(reverted.status, 200, "{}", reverted.text());
        assert_eq!(reverted.json()["values"], json!({"n": n + 1}));
        assert_eq!(get(&server, REF).await["values"], json!({"n": n + 1}));
    }
    let by_form =
        ask(&server, "POST", &format!("{REF}/revert"), &[FORM], &format!("id={}", id(2))).await;
    assert_eq!(by_form.json()["values"], json!({"n": 3}));
    fails(&ask(&server, "PUT", &format!("{REF}/revert?id=x"), &[], "").await, 400, 3);
    fails(&ask(&server, "PUT", &format!("{REF}/revert"), &[], "").await, 404, 5);
    fails(&ask(&server, "GET", &format!("{REF}/revert?id={}", id(0)), &[], "").await, 501, 12);
    // What is called so is an entity like any other.
    let called = "/api/entity/ref/acme/message/revert";
    assert_eq!(ask(&server, "PUT", called, &[], r#"{"a": 1}"#).await.status, 200);
    assert_eq!(get(&server, called).await["values"], json!({"a": 1}));
}

#[tokio::test]
async fn searches_take_whole_numbers_of_32_bits() {
    let server = Server::dev().await;
    for n in 0..3 {
        let path = format!("/api/entity/ref/acme/message/{n}");
        ask(&server, "PUT", &path, &[], &json!({"n": n}).to_string()).await;
    }
    let search = "/api/entity/search?domain=acme&type=message";
    let found =
        get(&server, &format!("{search}&limit=2&offset=1&sort.field=n&sort.reverse=true")).await;
    let keys: Vec<_> =
        found["entities"].as_array().expect("a list").iter().map(|e| &e["key"]).collect();
    assert_eq!(keys, ["1", "0"]);
    assert_eq!(names(&found), ["entities"]);
    let filtered = get(&server, &format!("{search}&limit=5&query_string=%7B%22n%22%3A2%7D")).await;
    assert_eq!(filtered["entities"][0]["values"], json!({"n": 2}));
    for bad in ["limit=2147483648", "limit=x", "limit=1&offset=-2147483649", "limit=0", ""] {
        fails(&ask(&server, "GET", &format!("{search}&{bad}"), &[], "").await, 400, 3);
    }
    let by_form =
        ask(&server, "POST", "/api/entity/search?limit=1", &[FORM], "domain=acme&type=message")
            .await;
    assert_eq!(by_form.json()["entities"][0]["key"], "0");
}
