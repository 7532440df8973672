//! How requests come: GET, POST, lists, forms, and what is none of them.

use holdfast_tests::Server;
use holdfast_tests::graphql::{PATH, ask, fault, send};
use holdfast_tests::http::{self, Answer};
use holdfast_tests::server::Launch;
use serde_json::{Value, json};

const JSON: (&str, &str) = ("content-type", "application/json");
const SET: &str =
    r#"mutation { setEntity(input: {domain: "d", type: "t", key: "k", values: {n: 1}}) }"#;

async fn get(server: &Server, query: &str) -> Answer {
    http::get(server.port(), &format!("{PATH}?{query}")).await.expect("an answer")
}

#[tokio::test]
async fn a_get_reads_and_changes_nothing() {
    let server = Server::dev().await;
    ask(&server, &json!({ "query": SET })).await;
    let query = "query=query%20A(%24key%3AString!)%7BgetEntity(input%3A%7Bdomain%3A%22d%22%2Ctype%3A%22t%22%2Ckey%3A%24key%7D)%7Bvalues%7D%7D%20query%20B%7B__typename%7D";
    let named = format!("{query}&operationName=A&variables=%7B%22key%22%3A%22k%22%7D");
    let answer = get(&server, &named).await;
    assert_eq!(answer.json(), json!({ "data": { "getEntity": { "values": { "n": 1 } } } }));
    let answer = get(&server, &format!("{query}&operationName=B")).await;
    assert_eq!(answer.json()["data"], json!({ "__typename": "Query" }));
    for query in [
        "query=mutation%7BdelEntity(input%3A%7Bdomain%3A%22d%22%2Ctype%3A%22t%22%2Ckey%3A%22k%22%7D)%7D",
        "query=query%20A%7B__typename%7D%20mutation%20B%7BdelEntity(input%3A%7Bdomain%3A%22d%22%2Ctype%3A%22t%22%2Ckey%3A%22k%22%7D)%7D&operationName=B",
        "query=subscription%7BstreamEvents(input%3A%7Bdomain%3A%22d%22%2Ctype%3A%22t%22%7D)%7Bid%7D%7D",
    ] {
        let answer = get(&server, query).await;
        assert_eq!(
            (answer.status, &*fault(&answer.json()).0),
            (405, "METHOD_NOT_ALLOWED"),
            "{query}"
        );
    }
    for query in ["", "query=", "query=%7Ba%7D&variables=7", "query=%7Ba%7D&extensions=x"] {
        let answer = get(&server, query).await;
        assert_eq!(answer.status, 400, "{query}: {}", answer.text());
        assert!(!fault(&answer.json()).1.is_empty());
    }
    assert_eq!(get(&server, &format!("{query}&operationName=B&query=x")).await.status, 400);
    let there = r#"{ getEntity(input: {domain: "d", type: "t", key: "k"}) { key } }"#;
    assert_eq!(ask(&server, &json!({ "query": there })).await["data"]["getEntity"]["key"], "k");
}

#[tokio::test]
async fn a_list_is_answered_in_its_order_up_to_a_number() {
    let server = Server::dev().await;
    let read = r#"{ getEntity(input: {domain: "d", type: "t", key: "k"}) { key } }"#;
    let list = json!([{ "query": SET }, { "query": read }, { "query": "{ nothing }" }]);
    let answer = ask(&server, &list).await;
    assert_eq!(answer.as_array().map(Vec::len), Some(3));
    assert_eq!(answer[0]["data"], json!({ "setEntity": null }));
    assert_eq!(answer[1]["data"]["getEntity"]["key"], "k");
    assert!(!fault(&answer[2]).1.is_empty());
    let many = Value::from(vec![json!({ "query": read }); 11]);
    for body in [many.to_string(), "[]".to_owned()] {
        let answer = send(&server, &[JSON], body.as_bytes()).await;
        assert_eq!(answer.status, 400);
        assert!(fault(&answer.json()).1.contains("list"), "{}", answer.text());
    }
}

#[tokio::test]
async fn what_is_no_request_is_refused() {
    let server = Server::dev().await;
    for body in ["", "7", "{", "null", r#"{"query": 7}"#, r#"{"query": ""}"#, "{}", "\u{feff}{}"] {
        let answer = send(&server, &[JSON], body.as_bytes()).await;
        assert_eq!(answer.status, 400, "{body}: {}", answer.text());
        assert!(!fault(&answer.json()).1.is_empty(), "{body}");
    }
    // What a page of any origin may send without having asked changes nothing.
    let body = json!({ "query": SET }).to_string();
    for kind in ["text/plain", "application/x-www-form-urlencoded", "application/graphql"] {
        let answer = send(&server, &[("content-type", kind)], body.as_bytes()).await;
        assert_eq!(answer.status, 415, "{kind}");
    }
    assert_eq!(send(&server, &[], body.as_bytes()).await.status, 415);
    for method in ["PUT", "DELETE", "PATCH"] {
        let answer = http::request(server.port(), method, PATH, &[], b"").await.expect("an answer");
        assert_eq!(answer.status, 405, "{method}");
    }
    let options = http::request(server.port(), "OPTIONS", PATH, &[], b"").await.expect("an answer");
    assert_eq!((options.status, options.header("allow")), (200, Some("OPTIONS, GET, POST")));
}

#[tokio::test]
async fn pages_of_named_origins_may_ask() {
    let settings = "cors.origins = 'https://app.example'";
    let server = Launch::default().settings(settings).start().await;
    let headers = [
        ("origin", "https://app.example"),
        ("access-control-request-method", "POST"),
        ("access-control-request-headers", "content-type,authorization"),
    ];
    let answer = http::request(server.port(), "OPTIONS", PATH, &headers, b"").await;
    let answer = answer.expect("an answer");
    assert_eq!(answer.header("access-control-allow-origin"), Some("https://app.example"));
}

fn form(parts: &[(&str, &str)]) -> Vec<u8> {
    let part = |(head, body): &(&str, &str)| {
        format!("--b\r\ncontent-disposition: form-data; name={head}\r\n\r\n{body}\r\n")
    };
    let parts: String = parts.iter().map(part).collect();
    format!("{parts}--b--\r\n").into_bytes()
}

#[tokio::test]
async fn forms_carry_operations_and_no_files() {
    let server = Server::dev().await;
    let form_type = ("content-type", "multipart/form-data; boundary=b");
    let operations = json!({ "query": SET }).to_string();
    let body = form(&[("\"operations\"", &operations), ("\"map\"", "{}")]);
    let answer = send(&server, &[form_type], &body).await;
    assert_eq!(answer.json(), json!({ "data": { "setEntity": null } }));
    let several = format!("[{operations},{operations}]");
    let body = form(&[("\"operations\"", &several), ("\"map\"", "{}")]);
    let answer = send(&server, &[form_type], &body).await;
    assert_eq!(answer.json().as_array().map(Vec::len), Some(2));
    let with_file = json!({
        "query": "mutation($v: Map!) { setEntity(input: {domain: \"d\", type: \"t\", key: \"file\", values: $v}) }",
        "variables": { "v": { "a": null } },
    });
    let file = ("\"0\"; filename=\"a.txt\"", "content");
    let map = ("\"map\"", r#"{"0": ["variables.v.a"]}"#);
    let body = form(&[("\"operations\"", &with_file.to_string()), map, file]);
    let answer = send(&server, &[form_type], &body).await;
    assert_eq!(answer.status, 400);
    assert_eq!(fault(&answer.json()).1, "no field takes a file");
    for (kind, body) in [
        ("multipart/form-data", form(&[("\"operations\"", &operations)])),
        (form_type.1, form(&[("\"map\"", "{}")])),
        (form_type.1, form(&[("\"operations\"", "{"), ("\"map\"", "{}")])),
        (form_type.1, b"--b\r\n".to_vec()),
        (form_type.1, Vec::new()),
    ] {
        let answer = send(&server, &[("content-type", kind)], &body).await;
        assert_eq!(answer.status, 400, "{}: {}", String::from_utf8_lossy(&body), answer.text());
    }
}

#[tokio::test]
async fn it_can_be_switched_off() {
    let server = Launch::default().settings("graphql.enabled = false").start().await;
    for method in ["GET", "POST", "OPTIONS"] {
        let answer = http::request(server.port(), method, PATH, &[JSON], b"{}").await;
        assert_eq!(answer.expect("an answer").status, 404, "{method}");
    }
}
