//! Case 49: cached values.

use std::time::Duration;

use holdfast_api::stategate::Cache;
use holdfast_tests::coordination::{cached, in_time};
use holdfast_tests::{Server, http};
use serde_json::{Value, json};
use tonic::Code;

use super::{envelope, invalid};

const SOON: Duration = Duration::from_secs(3);

#[tokio::test]
async fn case_49_a_value_is_there_until_its_time() {
    let server = Server::dev().await;
    let client = server.stategate().await;
    let exp = in_time(2 * SOON);
    client.keep("acme", "k", &json!({"a": 1}), Some(exp.clone())).await.expect("kept");
    let got = client.cache().get(cached("acme", "k")).await.expect("there").into_inner();
    assert_eq!((&*got.domain, &*got.key, &*got.exp), ("acme", "k", &exp));
    assert_eq!(client.kept("acme", "k").await.expect("there"), json!({"a": 1}));
    tokio::time::sleep(2 * SOON).await;
    let gone = envelope(client.kept("acme", "k").await, Code::NotFound);
    let metadata = json!({"cache_domain": "acme", "cache_key": "k"});
    let expected = json!({"info": "failed to get cached value", "metadata": metadata, "type": 5});
    assert_eq!(gone, expected);
    for _ in 0..2 {
        client.forget("acme", "k").await.expect("it need not be there");
    }
    client.keep("acme", "k", &json!(1), None).await.expect("kept");
    client.forget("acme", "k").await.expect("it was there");
    envelope(client.kept("acme", "k").await, Code::NotFound);
    // What has expired already is not kept, and what was there is gone.
    client.keep("acme", "k", &json!(1), None).await.expect("kept");
    client.keep("acme", "k", &json!(2), Some(exp)).await.expect("done");
    envelope(client.kept("acme", "k").await, Code::NotFound);
}

#[tokio::test]
async fn any_value_is_kept_as_it_is() {
    let server = Server::dev().await;
    let client = server.stategate().await;
    for value in [
        json!(null),
        json!(true),
        json!(""),
        json!("ключ"),
        json!([]),
        json!({}),
        json!(-0.5),
        json!(1e300),
        json!(0.1),
        json!(51.248_178_375_505_404),
        json!(31.245_270_191_439_438),
        json!([1, {"a": null, "": [[]]}]),
        json!({"value": 1, "_id": 2}),
    ] {
        client.keep("d", "k", &value, None).await.expect("kept");
        assert_eq!(client.kept("d", "k").await.expect("there"), value);
    }
    assert_eq!(client.keys("d", "cache", "").await.expect("found"), Vec::<String>::new());
    let nan = buffa_types::google::protobuf::Value::from(f64::NAN).into();
    let nan = Cache { value: nan, ..of("d", "k") };
    let failure = client.cache().set(nan).await.expect_err("no number of JSON");
    assert_eq!(failure.code(), Code::InvalidArgument);
    let none = client.cache().set(of("d", "k")).await.expect_err("no value");
    assert_eq!(none.message(), "invalid field Value: message must exist");
    let why = r#"value '' must be a string conforming to regex "^\\S+$""#;
    assert_eq!(invalid(client.kept("", "").await), format!("invalid field Domain: {why}"));
    assert_eq!(
        invalid(client.keep("d", "", &json!(1), None).await),
        format!("invalid field Key: {why}")
    );
    envelope(client.kept("d", &"x".repeat(2_000)).await, Code::NotFound);
}

fn of(domain: &str, key: &str) -> Cache {
    Cache { domain: domain.into(), key: key.into(), ..Cache::default() }
}

#[tokio::test]
async fn over_http() {
    let server = Server::dev().await;
    let ask = async |method: &str, query: &str, body: &str| -> (u16, Value) {
        let path = format!("/api/cache/ref/acme/a%2Fb{query}");
        let answer = http::request(server.port(), method, &path, &[], body.as_bytes()).await;
        let answer = answer.expect("an answer");
        (answer.status, answer.json())
    };
    let shown = |value: Value| json!({"domain": "acme", "key": "a/b", "value": value, "exp": null});
    for (query, body, value) in [
        ("", r#"{"value": [1]}"#, json!([1])),
        ("", r#"{"value": null}"#, json!(null)),
        ("", r#"{"a": 1}"#, json!({"a": 1})),
        ("", "\"text\"", json!("text")),
        ("?value=7", "", json!(7)),
    ] {
        for method in ["PUT", "POST"] {
            assert_eq!(ask(method, query, body).await, (200, json!({})), "{query} {body}");
            assert_eq!(ask("GET", "", "").await, (200, shown(value.clone())));
        }
    }
    let exp = "2200-01-01T00:00:00.500Z";
    let body = json!({"value": 1, "exp": exp}).to_string();
    assert_eq!(ask("PUT", "", &body).await.0, 200);
    assert_eq!(ask("GET", "", "").await.1["exp"], exp);
    assert_eq!(ask("PUT", "?value=1&exp=2001-01-01T00:00:00Z", "").await.0, 200);
    let (status, gone) = ask("GET", "", "").await;
    assert_eq!((status, &gone["code"]), (404, &json!(5)));
    assert!(
        gone["message"].as_str().is_some_and(|text| text.contains("failed to get cached value"))
    );
    assert_eq!(ask("DELETE", "", "").await, (200, json!({})));
    let (status, none) = ask("PUT", "", "").await;
    assert_eq!(
        (status, &none["message"]),
        (400, &json!("invalid field Value: message must exist"))
    );
    assert_eq!(ask("PUT", "", "no JSON").await.0, 400);
    assert_eq!(ask("PATCH", "", "1").await.0, 501);
}
