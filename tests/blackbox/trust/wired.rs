//! What settings put around the calls: JWTs, policies, limits, the account of what was done.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use holdfast_api::holdfast_v1::PutRoleRequest;
use holdfast_tests::server::Launch;
use holdfast_tests::{cli, http};
use jsonwebtoken::{Algorithm, EncodingKey, Header, encode};
use serde_json::json;
use tonic::Code;

use super::{Closed, SOON, owned};

pub(super) const SECRET: &str = "jX3v0Qm9Lr7Zt2Ks8Wb5Yf1Hc6Nd4PgTqEuRaSoVi";

fn now() -> i64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).expect("after 1970");
    i64::try_from(since.as_secs()).expect("small")
}

pub(super) fn jwt(change: &[(&str, serde_json::Value)]) -> String {
    let mut claims = json!({"sub": "ann", "aud": "holdfast", "iss": "here", "exp": now() + 600});
    for (name, value) in change {
        claims[*name] = value.clone();
    }
    let key = EncodingKey::from_secret(SECRET.as_bytes());
    encode(&Header::new(Algorithm::HS256), &claims, &key).expect("a token")
}

#[tokio::test]
async fn a_jwt_is_somebody_only_when_everything_about_it_is_right() {
    let settings = format!(
        "[jwt]\nalgorithms = 'HS256'\nsecret = '{SECRET}'\naudiences = 'holdfast'\nissuers = 'here'\n\
         groups_claim = 'groups'"
    );
    let closed = Closed::of(Launch::default().closed().settings(&settings).start().await).await;
    let role = PutRoleRequest {
        name: "readers".into(),
        rules: owned(&["read a"]),
        users: owned(&["ann"]),
        groups: owned(&["team"]),
        ..PutRoleRequest::default()
    };
    closed.root.trust().put_role(role).await.expect("written");
    let config = closed.server.config().await;
    config.showing(&closed.server.root_token()).set("a", "k", "1").await.expect("set");
    let reads = async |token: &str| {
        let got = config.showing(token).get("a", "k").await;
        got.map(drop).map_err(|failure| failure.code)
    };
    assert_eq!(reads(&jwt(&[])).await, Ok(()));
    assert_eq!(reads(&jwt(&[("sub", json!("bob")), ("groups", json!(["team"]))])).await, Ok(()));
    // A group is no role of this server, whatever it is called.
    let stranger = jwt(&[("sub", json!("eve")), ("groups", json!(["admin"]))]);
    assert_eq!(reads(&stranger).await, Err(Code::PermissionDenied));
    let unsigned = format!("eyJhbGciOiJub25lIn0.{}.", jwt(&[]).split('.').nth(1).expect("claims"));
    let wrong = [
        jwt(&[("exp", json!(now() - 3_600))]),
        jwt(&[("nbf", json!(now() + 3_600))]),
        jwt(&[("aud", json!("other"))]),
        jwt(&[("iss", json!("elsewhere"))]),
        jwt(&[("sub", json!(""))]),
        format!("{}x", jwt(&[])),
        unsigned,
        "garbage".into(),
        "x".repeat(15_000),
    ];
    for token in wrong {
        let shown: String = token.chars().take(40).collect();
        assert_eq!(reads(&token).await, Err(Code::Unauthenticated), "{shown}");
    }
    // Beyond what a head may have, nobody reads it at all.
    let header = format!("Bearer {}", "x".repeat(1 << 20));
    let headers = [("authorization", header.as_str())];
    let path = "/v1/namespaces/a/keys/k";
    match http::request(closed.server.port(), "GET", path, &headers, b"").await {
        Ok(answer) => assert_eq!(answer.status, 431),
        // The connection may be closed before all of it was sent.
        Err(error) => assert_ne!(error.kind(), std::io::ErrorKind::InvalidData, "{error}"),
    }
    let log = closed.server.log();
    assert!(!log.contains(SECRET) && !log.contains(&jwt(&[])[..60]), "{log}");
}

#[tokio::test]
async fn a_policy_is_replaced_while_it_is_in_use_and_a_broken_one_never() {
    let rules = |user: &str| {
        format!("package config.authz\nallow if input.identity.user_id == \"{user}\"\n")
    };
    let home = tempfile::tempdir().expect("a directory");
    let path = home.path().join("authz.rego");
    std::fs::write(&path, rules("ann")).expect("written");
    let settings =
        format!("[policy]\npath = '{}'\ninterval = '50ms'\nrecorded = 100", path.display());
    let closed = Closed::of(Launch::default().closed().settings(&settings).start().await).await;
    let token = closed.token("ann", &[]).await.token;
    let ann = closed.server.config().await.showing(&token);
    ann.set("a", "k", "1").await.expect("the policy allows it");
    let recorded = http::get(closed.server.admin_port(), "/decisions").await.expect("an answer");
    let recorded = recorded.text();
    let set = recorded.lines().find(|line| line.contains("\"write\"")).expect("a decision");
    let set: serde_json::Value = serde_json::from_str(set).expect("JSON");
    assert_eq!(
        (&set["input"]["identity"]["user_id"], &set["allowed"]),
        (&json!("ann"), &json!(true))
    );
    std::fs::write(&path, "package config.authz\nallow if {").expect("written");
    let ready = async || {
        let answer =
            http::get(closed.server.admin_port(), "/readyz?verbose").await.expect("an answer");
        (answer.status, answer.text())
    };
    until(async || ready().await.1.contains("not in force")).await;
    assert_eq!(ready().await.0, 200, "callers can still be judged");
    ann.get("a", "k").await.expect("the one before is in force");
    std::fs::write(&path, rules("bob")).expect("written");
    until(async || {
        let code = ann.get("a", "k").await.err().map(|failure| failure.code);
        code == Some(Code::PermissionDenied)
    })
    .await;
    until(async || !ready().await.1.contains("not in force")).await;
}

pub(super) async fn until(is_so: impl AsyncFn() -> bool) {
    let wait = async {
        while !is_so().await {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    };
    tokio::time::timeout(SOON, wait).await.expect("it comes to be so");
}

#[tokio::test]
async fn case_95_who_calls_too_often_is_told_when_to_come_back() {
    let rate = "[rate]\nreads = 1\nburst = 2\nsign_ins = 1";
    let server = Launch::default().settings(rate).start().await;
    let config = server.config().await;
    // Writes are counted apart, and not at all here.
    for _ in 0..4 {
        config.set("a", "k", "1").await.expect("set");
    }
    let mut stub = config.stub();
    let mut refused = None;
    for _ in 0..4 {
        let request = holdfast_api::config_v1::GetRequest {
            namespace: "a".into(),
            key: "k".into(),
            ..Default::default()
        };
        if let Err(status) = stub.get(request).await {
            refused = Some(status);
        }
    }
    let status = refused.expect("more than two at once");
    assert_eq!((status.code(), status.message()), (Code::ResourceExhausted, "rate limit exceeded"));
    let wait = holdfast_api::status::retry_delay(&status).expect("a RetryInfo");
    assert!(wait > Duration::ZERO && wait <= Duration::from_secs(1), "{wait:?}");
    let mut answers = Vec::new();
    for _ in 0..4 {
        let answer = http::get(server.port(), "/v1/namespaces/a/keys/k").await;
        answers.push(answer.expect("an answer"));
    }
    let refused = answers.iter().find(|answer| answer.status == 429).expect("too many");
    assert_eq!(refused.header("retry-after"), Some("1"));
    assert!(refused.header("x-request-id").is_some());
    let detail = &refused.json()["details"][0];
    assert_eq!(detail["@type"], "type.googleapis.com/google.rpc.RetryInfo");
    assert!(detail["retryDelay"].as_str().is_some_and(|delay| delay.ends_with('s')), "{detail}");
}

#[tokio::test]
async fn case_96_what_was_done_is_recorded() {
    let home = tempfile::tempdir().expect("a directory");
    let dir = home.path().join("audit");
    let settings = format!("[audit]\ndir = '{}'\nsecrets = 'a/hidden/**'", dir.display());
    let closed = Closed::of(Launch::default().closed().settings(&settings).start().await).await;
    let config = closed.server.config().await;
    config.get("a", "k").await.expect_err("nothing shown");
    let root = config.showing(&closed.server.root_token());
    root.set("a", "k", "\"visible\"").await.expect("set");
    root.set("a", "hidden/k", "\"topsecret\"").await.expect("set");
    root.get("a", "hidden/k").await.expect("read");
    root.delete("a", "k").await.expect("deleted");
    root.set_alias("short", "long").await.expect("set");
    let token = closed.token("ann", &[]).await.token;
    config.showing(&token).get("a", "k").await.expect_err("no role");
    let dir = dir.to_str().expect("UTF-8");
    let found = cli::run(&closed.server, &["audit", "query", dir, "-o", "json"]).ok();
    let operations: Vec<String> = found
        .lines()
        .filter_map(|line| serde_json::from_str::<serde_json::Value>(line).ok())
        .filter_map(|record| {
            let text = |name: &str| record[name].as_str().unwrap_or_default().to_owned();
            let operation = text("operation");
            (!operation.is_empty()).then(|| format!("{operation} {}", text("key")))
        })
        .collect();
    let expected = [
        "sign_in ",
        "set k",
        "set hidden/k",
        "secret_read hidden/k",
        "delete k",
        "alias_set short",
        "admin ",
        "decision k",
    ];
    assert_eq!(operations.len(), expected.len(), "{operations:?}\n{found}");
    for (found, expected) in operations.iter().zip(expected) {
        assert!(found.starts_with(expected), "{found} is not {expected}");
    }
    assert!(!found.contains("topsecret") && !found.contains(&token), "{found}");
    cli::run(&closed.server, &["audit", "verify", dir]).ok();
}

#[tokio::test]
async fn secrets_of_examples_and_short_ones_are_refused() {
    for secret in ["changeme", "secret", "short"] {
        let settings = format!("[jwt]\nalgorithms = 'HS256'\nsecret = '{secret}'");
        let mut server = Launch::default().closed().settings(&settings).prepare();
        assert!(server.try_start().await.is_some(), "{secret}");
        assert!(server.log().contains("jwt.secret"), "{}", server.log());
    }
}
