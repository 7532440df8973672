//! Cases 77-80: two versions side by side.

use holdfast_tests::Server;
use serde_json::json;

use super::{KEYS, ask, get, set};

#[tokio::test]
async fn case_77_snake_case_and_numbers() {
    let server = Server::dev().await;
    set(&server, "app/timeout", "30").await;
    set(&server, "app/timeout", "31").await;
    for path in ["app%2Ftimeout", "app/timeout"] {
        let answer = get(&server, &format!("{KEYS}/{path}/diff?v1=1&v2=2")).await;
        assert_eq!((answer.status, answer.header("content-type")), (200, Some("application/json")));
        assert_eq!(
            answer.text(),
            concat!(
                r#"{"namespace":"a","key":"app/timeout","v1":1,"v2":2,"v1_value":"MzA=","v2_value":"MzE=","#,
                r#""v1_codec":"json","v2_codec":"json","changed":true}"#,
                "\n"
            )
        );
    }
    let latest = get(&server, &format!("{KEYS}/app/timeout/diff?v1=1&v2=0")).await.json();
    assert_eq!((&latest["v2"], &latest["v2_value"]), (&json!(0), &json!("MzE=")));
    let latest = get(&server, &format!("{KEYS}/app/timeout/diff?v1=-5&v2=2")).await.json();
    assert_eq!((&latest["v1"], &latest["changed"]), (&json!(-5), &json!(false)));
}

#[tokio::test]
async fn case_78_a_version_is_missing_or_none() {
    let server = Server::dev().await;
    set(&server, "k", "1").await;
    for query in ["?v1=1", "?v2=1", "", "?v1=1&v2=x", "?v1=1.0&v2=1"] {
        let answer = get(&server, &format!("{KEYS}/k/diff{query}")).await;
        assert_eq!(answer.status, 400, "{query}");
        assert_eq!(answer.header("content-type"), Some("text/plain; charset=utf-8"));
        assert!(answer.text().starts_with("invalid parameters: "), "{query}: {}", answer.text());
    }
    let empty = get(&server, &format!("{KEYS}/k/diff?v1=1&v2=")).await.text();
    assert_eq!(empty, "invalid parameters: strconv.ParseInt: parsing \"\": invalid syntax\n");
}

#[tokio::test]
async fn case_79_a_version_that_is_not_there() {
    let server = Server::dev().await;
    set(&server, "k", "1").await;
    let answer = get(&server, &format!("{KEYS}/k/diff?v1=1&v2=9")).await;
    assert_eq!((answer.status, answer.text().as_str()), (404, "version not found: a/k\n"));
    let answer = get(&server, &format!("{KEYS}/missing/diff?v1=1&v2=2")).await;
    assert_eq!((answer.status, answer.text().as_str()), (404, "key not found: a/missing\n"));
    let answer = ask(&server, "PUT", &format!("{KEYS}/k/diff"), "").await;
    assert_eq!(answer.status, 405);
}

#[tokio::test]
async fn case_80_versions_that_are_alike() {
    let server = Server::dev().await;
    set(&server, "k", "1").await;
    set(&server, "k", "1").await;
    let answer = get(&server, &format!("{KEYS}/k/diff?v1=1&v2=2")).await.json();
    assert_eq!(answer["changed"], false);
    let raw = r#"{"value":"MQ==","codec":"raw"}"#;
    assert_eq!(ask(&server, "POST", &format!("{KEYS}/k"), raw).await.status, 200);
    let answer = get(&server, &format!("{KEYS}/k/diff?v1=2&v2=3")).await.json();
    assert_eq!((&answer["changed"], &answer["v2_codec"]), (&json!(true), &json!("raw")));
}

/// Beyond the contract: what changed inside a JSON value.
#[tokio::test]
async fn members_on_request() {
    let server = Server::dev().await;
    set(&server, "k", r#"{ "a": 1, "b": [1, 2] }"#).await;
    set(&server, "k", r#"{"b":[1,2,3],"a":1.0}"#).await;
    set(&server, "k", r#"{"b":[1,2],"c":null}"#).await;
    let changes = |v1: u32, v2: u32| {
        let path = format!("{KEYS}/k/diff?v1={v1}&v2={v2}&semantic=true");
        let server = &server;
        async move { get(server, &path).await.json()["changes"].clone() }
    };
    assert_eq!(changes(1, 2).await, json!([{"pointer": "/b/2", "new": 3}]));
    assert_eq!(
        changes(2, 3).await,
        json!([
            {"pointer": "/a", "old": 1.0},
            {"pointer": "/b/2", "old": 3},
            {"pointer": "/c", "new": null},
        ])
    );
    assert_eq!(changes(1, 1).await, json!([]));
    let raw = r#"{"value":"MQ==","codec":"raw"}"#;
    assert_eq!(ask(&server, "POST", &format!("{KEYS}/k"), raw).await.status, 200);
    let answer = get(&server, &format!("{KEYS}/k/diff?v1=1&v2=4&semantic=true")).await.json();
    assert!(
        answer["changes"].is_null()
            && answer.as_object().expect("an object").contains_key("changes")
    );
}
