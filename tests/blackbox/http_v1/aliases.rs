//! Cases 72 and 73: aliases.

use holdfast_tests::Server;
use serde_json::json;

use super::{ask, assert_fails, get, set};

#[tokio::test]
async fn case_72_put_get_delete() {
    let server = Server::dev().await;
    for path in ["/v1/aliases/a", "/v1/aliases/db/url", "/v1/aliases/db%2Fport"] {
        let put = ask(&server, "PUT", path, r#"{"target":"b","alias":"ignored"}"#).await;
        assert_eq!(put.status, 200, "{}", put.text());
        let alias = put.json()["alias"].clone();
        assert_eq!((&alias["target"], &alias["version"]), (&json!("b"), &json!("1")));
        let read = get(&server, path).await;
        assert_eq!((read.status, &read.json()["alias"]), (200, &alias));
        let again = ask(&server, "PUT", path, r#"{"target":"b"}"#).await;
        assert!(assert_fails(&again, 409, 6, "ALIAS_EXISTS").contains("already registered"));
    }
    let all = get(&server, "/v1/aliases").await.json();
    let names: Vec<_> =
        all["aliases"].as_array().expect("a list").iter().map(|a| &a["alias"]).collect();
    assert_eq!(names, ["a", "db/port", "db/url"]);
    for path in ["/v1/aliases/a", "/v1/aliases/db%2Furl", "/v1/aliases/db/port"] {
        let deleted = ask(&server, "DELETE", path, "").await;
        assert_eq!((deleted.status, deleted.json()), (200, json!({})));
    }
    assert_eq!(get(&server, "/v1/aliases").await.json(), json!({"aliases": []}));
}

#[tokio::test]
async fn case_73_an_alias_of_nothing() {
    let server = Server::dev().await;
    let answer = ask(&server, "PUT", "/v1/aliases/a", "{}").await;
    assert_eq!(assert_fails(&answer, 400, 3, ""), "target is required");
    for method in ["GET", "DELETE", "PUT"] {
        let answer = ask(&server, method, "/v1/aliases/", r#"{"target":"b"}"#).await;
        assert_eq!(assert_fails(&answer, 400, 3, ""), "alias is required", "{method}");
    }
    assert_fails(&get(&server, "/v1/aliases/missing").await, 404, 5, "NOT_FOUND");
    set(&server, "k", "1").await;
    let taken = ask(&server, "PUT", "/v1/aliases/k", r#"{"target":"b"}"#).await;
    assert!(assert_fails(&taken, 409, 6, "ALIAS_EXISTS").contains("key exists in namespace"));
}
