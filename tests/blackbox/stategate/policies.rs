//! Cases 19 and 23 to 31: who gets in, what the two policies see, and what they decide.

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use holdfast_api::stategate::{Fence, StateRef};
use holdfast_tests::server::Launch;
use holdfast_tests::stategate::{claims, events_by, of, states_by};
use holdfast_tests::{Failure, Server, Stategate, http};
use jsonwebtoken::{Algorithm, EncodingKey, Header, encode};
use serde_json::{Value, json};
use tonic::{Code, Request};

pub(super) const ALL: &str = "default allow = true";
const SECRET: &str = "jX3v0Qm9Lr7Zt2Ks8Wb5Yf1Hc6Nd4PgTqEuRaSoVi";

fn policy(rules: &str) -> String {
    STANDARD.encode(format!("package stategate.authz\n{rules}\n"))
}

/// A deployment whose tokens somebody else has checked.
async fn believing(request: &str, response: &str) -> Server {
    deployment(Some(request), Some(response))
        .variable("HOLDFAST_JWT__UNVERIFIED", "true")
        .start()
        .await
}

pub(super) fn deployment(request: Option<&str>, response: Option<&str>) -> Launch {
    let mut launch = Launch::default()
        .closed()
        .variable("STATEGATE_CHANNEL_PROVIDER", r#"{"name":"inmem"}"#)
        .variable("STATEGATE_STORAGE_PROVIDER", r#"{"name":"embedded"}"#);
    let policies = [("STATEGATE_REQUEST_POLICY", request), ("STATEGATE_RESPONSE_POLICY", response)];
    for (name, rules) in policies {
        if let Some(rules) = rules {
            launch = launch.variable(name, policy(rules));
        }
    }
    launch
}

/// The token of the original's suite: no key is named, and nobody knows the one that signed it.
pub(super) fn john() -> String {
    token(&json!({"sub": "1234567890", "name": "John Doe", "iat": 1_516_239_022}))
}

fn token(claims: &Value) -> String {
    signed(claims, None, SECRET)
}

fn signed(claims: &Value, kid: Option<&str>, secret: &str) -> String {
    let header = Header { kid: kid.map(str::to_owned), ..Header::new(Algorithm::HS256) };
    encode(&header, claims, &EncodingKey::from_secret(secret.as_bytes())).expect("a token")
}

/// Get with this header, or none.
async fn get_with(client: &Stategate, header: Option<&str>, of: StateRef) -> (Code, String) {
    let mut request = Request::new(of);
    if let Some(header) = header {
        request.metadata_mut().insert("authorization", header.parse().expect("a text"));
    }
    match client.states().get(request).await {
        Ok(_) => (Code::Ok, String::new()),
        Err(status) => (status.code(), status.message().to_owned()),
    }
}

fn denied<T: std::fmt::Debug>(answer: Result<T, Failure>) -> String {
    let failure = answer.expect_err("the policy denies it");
    assert_eq!(failure.code, Code::PermissionDenied, "{failure:?}");
    failure.message
}

#[tokio::test]
async fn case_19_claims_of_an_event_are_those_of_the_token() {
    let server = believing(ALL, ALL).await;
    let payload = json!({
        "sub": "ann", "aud": ["a", "b"], "deep": {"x": [1, {"y": null}]}, "admin": true, "n": 1.5,
    });
    let client = server.stategate().await.showing(&token(&payload));
    let mut stream = client.stream("acme", "user", "").await.expect("live");
    client.set("acme", "user", "1", json!({"a": 1})).await.expect("set");
    let found = client.search_events(events_by("acme", "user", "")).await.expect("found").events;
    for event in [&stream.next().await, &found[0]] {
        assert_eq!(Value::Object(claims(event)), payload);
    }
    // A token that names nobody is one, too.
    let nameless = server.stategate().await.showing(&token(&json!({"scope": "x"})));
    nameless.set("acme", "user", "2", json!({})).await.expect("set");
    assert_eq!(Value::Object(claims(&stream.next().await)), json!({"scope": "x"}));

    let open = Launch::default()
        .closed()
        .variable("STATEGATE_CHANNEL_PROVIDER", r#"{"name":"inmem"}"#)
        .variable("STATEGATE_STORAGE_PROVIDER", r#"{"name":"embedded"}"#)
        .variable("STATEGATE_AUTH_DISABLED", "true")
        .start()
        .await;
    let nobody = open.stategate().await;
    let mut stream = nobody.stream("acme", "user", "").await.expect("live");
    nobody.showing("nonsense").set("acme", "user", "1", json!({"a": 1})).await.expect("set");
    let event = stream.next().await;
    assert!(event.claims.is_set() && claims(&event).is_empty(), "{event:?}");
    // The other dialects are not opened by that, and the server's own is nobody's.
    let config = open.config().await.get("acme", "user/1").await;
    assert_eq!(config.expect_err("closed").code, Code::Unauthenticated);
    let own = nobody.set("internal:holdfast", "roles", "admin", json!({})).await;
    assert_eq!(own.expect_err("reserved").code, Code::PermissionDenied);
}

#[tokio::test]
async fn cases_23_24_31_who_does_not_get_in_is_told_why() {
    let server = believing(ALL, ALL).await;
    let client = server.stategate().await;
    let part = |text: &str| URL_SAFE_NO_PAD.encode(text);
    let no_json = format!("Bearer {}.{}.x", part(r#"{"alg":"HS256"}"#), part("no JSON"));
    let unauthenticated = Code::Unauthenticated;
    for (header, code, words) in [
        (None, unauthenticated, "Request unauthenticated with Bearer"),
        (Some("Basic x"), unauthenticated, "Request unauthenticated with Bearer"),
        (Some("abc"), unauthenticated, "Bad authorization string"),
        (Some("Bearer garbage"), unauthenticated, "unverified"),
        (Some("bearer a.b.c"), unauthenticated, "unverified"),
        (Some(&*no_json), Code::Internal, "failed to parse claims"),
    ] {
        // What is wrong with the request is not looked at.
        for of in [of("acme", "user", "1"), StateRef::default()] {
            let told = get_with(&client, header, of).await;
            assert_eq!(told, (code, words.to_owned()), "{header:?}");
        }
        let headers: Vec<_> = header.map(|value| ("authorization", value)).into_iter().collect();
        let path = "/api/state/ref/acme/user/1";
        let answer = http::request(server.port(), "GET", path, &headers, b"").await.expect("sent");
        let number = if code == unauthenticated { 16 } else { 13 };
        assert_eq!(answer.json(), json!({"code": number, "message": words, "details": []}));
        if code == unauthenticated {
            assert_eq!((answer.status, answer.header("www-authenticate")), (401, Some(words)));
        } else {
            assert_eq!(answer.status, 500);
        }
    }
    // Any well-formed one is believed here, and the scheme may be written in any way.
    let good = format!("bEARER {}", john());
    assert_eq!(get_with(&client, Some(&good), of("acme", "user", "1")).await.0, Code::NotFound);
}

#[tokio::test]
async fn case_25_signatures_are_those_of_the_key_set() {
    let keys = tempfile::tempdir().expect("a directory");
    let file = keys.path().join("jwks.json");
    let key = |kid: &str, secret: &str| json!({"kty": "oct", "kid": kid, "k": URL_SAFE_NO_PAD.encode(secret)});
    let other = "another secret of enough bytes for HS256";
    let set = json!({"keys": [key("one", SECRET), key("two", other)]});
    std::fs::write(&file, set.to_string()).expect("written");
    let server = deployment(Some(ALL), Some(ALL))
        .variable("HOLDFAST_JWT__JWKS_FILE", file.display().to_string())
        .variable("HOLDFAST_JWT__ALGORITHMS", "HS256")
        .variable("HOLDFAST_JWT__REQUIRE_KID", "true")
        .start()
        .await;
    let client = server.stategate().await;
    let claims = json!({"sub": "ann"});
    let none = format!(
        "{}.{}.",
        URL_SAFE_NO_PAD.encode(r#"{"alg":"none","kid":"one"}"#),
        URL_SAFE_NO_PAD.encode(claims.to_string())
    );
    let expired = json!({"sub": "ann", "exp": 1_516_239_022});
    for (token, passes) in [
        (signed(&claims, Some("one"), SECRET), true),
        (signed(&claims, Some("two"), other), true),
        (signed(&claims, Some("one"), other), false),
        (signed(&claims, None, SECRET), false),
        (signed(&claims, Some("three"), SECRET), false),
        (signed(&expired, Some("one"), SECRET), false),
        (none, false),
    ] {
        let header = format!("Bearer {token}");
        let told = get_with(&client, Some(&header), of("acme", "user", "1")).await;
        match passes {
            true => assert_eq!(told.0, Code::NotFound, "{told:?}"),
            false => assert_eq!(told, (Code::Unauthenticated, "unverified".to_owned()), "{token}"),
        }
    }
}

#[tokio::test]
async fn case_26_without_policies_nobody_may_do_anything() {
    let server = deployment(None, None).variable("HOLDFAST_JWT__UNVERIFIED", "true").start().await;
    let client = server.stategate().await.showing(&john());
    let words = "request authorization = denied";
    assert_eq!(denied(client.get("acme", "user", "1").await), words);
    assert_eq!(denied(client.set("acme", "user", "1", json!({})).await), words);
    assert_eq!(denied(client.del("acme", "user", "1").await), words);
    assert_eq!(denied(client.search(states_by("acme", "user", "")).await), words);
    assert_eq!(denied(client.search_events(events_by("acme", "user", "")).await), words);
    assert_eq!(denied(client.stream("acme", "user", "").await.map(drop)), words);
    // Not even the holder of the root token, over this dialect: the policies decide.
    let root = server.stategate().await.showing(&server.root_token());
    assert_eq!(denied(root.get("acme", "user", "1").await), words);
    let log = server.log();
    for caution in ["STATEGATE_REQUEST_POLICY is not set", "without a look at their signature"] {
        assert!(log.contains(caution), "{caution} is missing in {log}");
    }
}

#[tokio::test]
async fn case_27_the_request_policy_sees_the_call() {
    let rules = r#"
        allow { input.method == "/stategate.StateService/Set"; input.claims.sub == "writer"; input.body.domain == "acme"; input.body.values.n == 1 }
        allow { input.method == "/stategate.StateService/Search"; input.body.limit == "3"; input.body.queryString == "{}"; not input.body.offset }
        allow { input.method == "/stategate.StateService/Get"; input.metadata["x-team"] == "first"; startswith(input.metadata[":authority"], "127.0.0.1:"); input.client_stream == false; input.server_stream == false }
    "#;
    let server = believing(rules, ALL).await;
    let writer = server.stategate().await.showing(&token(&json!({"sub": "writer"})));
    writer.set("acme", "user", "1", json!({"n": 1})).await.expect("as the policy has it");
    denied(writer.set("other", "user", "1", json!({"n": 1})).await);
    denied(writer.set("acme", "user", "1", json!({"n": 2})).await);
    let reader = server.stategate().await.showing(&token(&json!({"sub": "reader"})));
    denied(reader.set("acme", "user", "1", json!({"n": 1})).await);

    let mut search = states_by("acme", "user", "{}");
    search.limit = 3;
    assert_eq!(reader.search(search.clone()).await.expect("allowed").state_values.len(), 1);
    search.offset = 1;
    denied(reader.search(search).await);
    denied(reader.search(states_by("acme", "user", "{}")).await);

    let mut request = Request::new(of("acme", "user", "1"));
    request.metadata_mut().append("x-team", "first".parse().expect("a text"));
    request.metadata_mut().append("x-team", "second".parse().expect("a text"));
    reader.states().get(request).await.expect("the first value of a name counts");
    denied(reader.get("acme", "user", "1").await);
    // Over HTTP the headers of a request come under the names of its gateway.
    let bearer = format!("Bearer {}", john());
    let headers = [("authorization", &*bearer), ("grpc-metadata-x-team", "first")];
    let path = "/api/state/ref/acme/user/1";
    let over_http = r#"allow { input.metadata["grpcgateway-authorization"]; input.metadata.authorization; input.metadata["x-forwarded-host"]; input.metadata["x-team"] == "first" }"#;
    let server = believing(over_http, ALL).await;
    let answer = http::request(server.port(), "GET", path, &headers, b"").await.expect("sent");
    assert_eq!(answer.status, 404, "{}", answer.text());
    denied(server.stategate().await.showing(&john()).get("acme", "user", "1").await);
}

#[tokio::test]
async fn case_28_what_is_no_clear_yes_is_a_no() {
    for rules in ["allow { input.claims.nobody }", "allow = \"yes\" { true }", "deny = true"] {
        let server = believing(rules, ALL).await;
        let client = server.stategate().await.showing(&john());
        denied(client.get("acme", "user", "1").await);
    }
    // Two values of one complete rule.
    let failing = "allow = true { input.method } allow = false { input.claims }";
    let server = believing(failing, ALL).await;
    let client = server.stategate().await.showing(&john());
    let failure = client.get("acme", "user", "1").await.expect_err("the policy fails");
    assert_eq!(
        (failure.code, &*failure.message),
        (Code::Internal, "failed to evaluate authz policy")
    );
    assert!(server.log().contains("failed to evaluate authz policy"), "{}", server.log());
    for broken in ["not base64!".to_owned(), STANDARD.encode("package stategate.authz\nallow {")] {
        let launch = deployment(None, Some(ALL)).variable("STATEGATE_REQUEST_POLICY", broken);
        let mut server = launch.prepare();
        let status = server.try_start().await.expect("it does not start");
        assert!(!status.success(), "{}", server.log());
    }
}

#[tokio::test]
async fn case_29_an_answer_that_is_denied_undoes_nothing() {
    let rules = r#"allow { input.method != "/stategate.StateService/Set" } allow { input.body.key == "seen"; input.metadata == {} }"#;
    let server = believing(ALL, rules).await;
    let client = server.stategate().await.showing(&john());
    let words = denied(client.set("acme", "user", "hidden", json!({"a": 1})).await);
    assert_eq!(words, "response authorization = denied");
    assert_eq!(client.get("acme", "user", "hidden").await.expect("stored"), json!({"a": 1}));
    client.set("acme", "user", "seen", json!({})).await.expect("both allow it");
}

#[tokio::test]
async fn case_30_events_that_are_denied_are_left_out_and_the_stream_goes_on() {
    let rules = r#"allow { not input.body.state } allow { input.body.state.key == "seen"; input.body.state.values.a == 1; input.body.claims.name == "John Doe" }"#;
    let server = believing(ALL, rules).await;
    let client = server.stategate().await.showing(&john());
    let mut stream = client.stream("acme", "user", "").await.expect("live");
    let bearer = format!("Bearer {}", john());
    let port = server.port();
    for (key, a) in [("hidden", 1), ("seen", 2), ("seen", 1), ("hidden", 2), ("seen", 1)] {
        client.set("acme", "user", key, json!({"a": a})).await.expect("set");
    }
    let mut first = None;
    for _ in 0..2 {
        let event = stream.next().await;
        assert_eq!(
            (&*event.state.key, event.method.as_str()),
            ("seen", "/stategate.StateService/Set")
        );
        first.get_or_insert(event.revision);
    }
    assert!(stream.is_quiet().await);
    // Who goes on from the past gets no more of it.
    let mut again = client.stream("acme", "user", "0").await.expect("live");
    assert_eq!(Some(again.next().await.revision), first);
    // Nor does it over HTTP.
    let path = "/api/events/search?domain=acme&type=user&limit=1";
    let answer = http::request(port, "GET", path, &[("authorization", &bearer)], b"").await;
    assert_eq!(answer.expect("sent").status, 200);

    // The request policy sees what a stream asks for.
    let rules = r#"allow { not input.body.domain } allow { input.body.domain == "acme" }"#;
    let server = believing(rules, ALL).await;
    let client = server.stategate().await.showing(&john());
    client.stream("acme", "user", "").await.expect("allowed");
    denied(client.stream("other", "user", "").await.map(drop));
}

/// What Holdfast's own rules forbid, no policy of this dialect allows.
#[tokio::test]
async fn the_policies_decide_within_what_the_guard_forbids() {
    let server = believing(ALL, ALL).await;
    let cli = |arguments: &[&str]| {
        holdfast_tests::cli::run_as(&server, &server.root_token(), arguments).ok()
    };
    cli(&["role", "set", "kept-out", "--rule", "deny * acme/secret/**", "--user", "1234567890"]);
    let client = server.stategate().await.showing(&john());
    client.set("acme", "open", "1", json!({})).await.expect("the policy allows it");
    assert_eq!(
        client.set("acme", "secret", "1", json!({})).await.expect_err("forbidden").code,
        Code::PermissionDenied
    );
    assert_eq!(
        client.get("acme", "secret", "1").await.expect_err("forbidden").code,
        Code::PermissionDenied
    );
}

#[tokio::test]
async fn locks_cached_values_and_messages_pass_the_policies() {
    let requests = r#"
        allow { input.method == "/stategate.MutexService/Lock"; input.body.key == "job" }
        allow { input.method == "/stategate.StateService/Set"; input.body.fence.key == "job" }
        allow { input.method == "/stategate.CacheService/Set"; input.body.value.n == 1 }
        allow { input.method == "/stategate.PeerService/Broadcast" }
        allow { input.method == "/stategate.PeerService/Stream"; not input.body.domain == "closed" }
    "#;
    let responses = r#"
        allow { input.method != "/stategate.PeerService/Stream" }
        allow { input.body.body.n == 1; input.server_stream == true; input.body.claims.name == "John Doe" }
    "#;
    let server = believing(requests, responses).await;
    let client = server.stategate().await.showing(&john());
    let held = client.lock("acme", "job", "", None).await.expect("allowed");
    denied(client.lock("acme", "other", "", None).await);
    denied(client.unlock("acme", "job", "").await);
    let fence = Fence {
        domain: "acme".into(),
        key: "job".into(),
        revision: held.revision,
        ..Fence::default()
    };
    client.set_under(&fence, "k", json!({})).await.expect("allowed");
    denied(client.set("d", "t", "k", json!({})).await);
    client.keep("acme", "k", &json!({"n": 1}), None).await.expect("allowed");
    denied(client.keep("acme", "k", &json!({"n": 2}), None).await);
    denied(client.kept("acme", "k").await);

    denied(client.hear(["closed", "c", "t"], "").await.map(drop));
    let mut some = client.hear(["acme", "c", "t"], "").await.expect("allowed");
    let mut everywhere = client.hear(["*", "*", "*"], "").await.expect("allowed");
    for n in [1, 2, 1] {
        client.say(["acme", "c", "t"], json!({"n": n, "of": n})).await.expect("allowed");
    }
    for heard in [&mut some, &mut everywhere] {
        let (first, second) = (heard.next().await, heard.next().await);
        assert!(first.time < second.time && first.body == second.body, "{first:?} {second:?}");
        assert!(heard.is_quiet().await, "what the policy denies is left out");
    }
    // The namespaces of the server are nobody's, whatever the policies say.
    let own = client.lock("internal:holdfast", "job", "", None).await;
    assert_eq!(own.expect_err("reserved").code, Code::PermissionDenied);
}

/// In GraphQL each field is a call: its headers and its input are what policies see, and each event of a subscription is asked about.
#[tokio::test]
async fn policies_see_the_fields_of_graphql_as_calls() {
    use holdfast_tests::graphql::{Heard, Talk, ask_with, fault};

    let rules = r#"allow { input.method == "/stategate.EntityService/Set"; input.claims.sub == "ann" } allow { input.method == "/stategate.EntityService/Get"; input.metadata["x-team"] == "first"; input.body.key == "k" } allow { input.method == "/stategate.EventService/Stream"; input.metadata.authorization }"#;
    let server = believing(
        rules,
        r#"allow { not input.body.entity } allow { input.body.entity.key == "k" }"#,
    )
    .await;
    let bearer = format!("Bearer {}", token(&json!({"sub": "ann"})));
    let shown = ("authorization", &*bearer);
    let ask = async |headers: &[(&str, &str)], query: &str| {
        ask_with(&server, headers, &json!({ "query": query })).await
    };
    for key in ["other", "k"] {
        let set = format!(
            r#"mutation {{ setEntity(input: {{domain: "d", type: "t", key: "{key}", values: {{n: 1}}}}) }}"#
        );
        assert_eq!(ask(&[shown], &set).await["data"], json!({ "setEntity": null }));
        assert_eq!(fault(&ask(&[], &set).await).0, "UNAUTHENTICATED");
    }
    let two = r#"{ a: getEntity(input: {domain: "d", type: "t", key: "k"}) { key } b: getEntity(input: {domain: "d", type: "t", key: "other"}) { key } }"#;
    for team in [("x-team", "first"), ("grpc-metadata-x-team", "first")] {
        let answer = ask(&[shown, team], two).await;
        assert_eq!(answer["data"], json!({ "a": { "key": "k" }, "b": null }), "{answer}");
        let told = ("PERMISSION_DENIED".to_owned(), "request authorization = denied".to_owned());
        assert_eq!(fault(&answer), told);
    }
    assert_eq!(ask(&[shown], two).await["data"], json!({ "a": null, "b": null }));
    let mut talk =
        Talk::begin(&server, "graphql-transport-ws", json!({ "Authorization": bearer })).await;
    let follow = r#"subscription { streamEvents(input: {domain: "d", type: "t", since: "0"}) { entity { key } } }"#;
    talk.say(json!({ "type": "subscribe", "id": "1", "payload": { "query": follow } })).await;
    let Heard::Said(said) = talk.hear().await else { panic!("nothing was said") };
    assert_eq!(said["payload"]["data"]["streamEvents"]["entity"]["key"], "k", "{said}");
}
