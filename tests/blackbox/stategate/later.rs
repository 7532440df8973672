//! Deployments of later versions: their variables, and entities in policies, metrics and log lines.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use holdfast_tests::server::Launch;
use holdfast_tests::stategate::values;
use holdfast_tests::{Server, binary, http};
use serde_json::{Value, json};
use tonic::Code;

const INMEM: (&str, &str) = ("STATEGATE_CHANNEL_PROVIDER", r#"{"name":"inmem"}"#);
const EMBEDDED: (&str, &str) = ("STATEGATE_STORAGE_PROVIDER", r#"{"name":"embedded"}"#);

fn deployment() -> Launch {
    Launch::default().closed().variable(INMEM.0, INMEM.1).variable(EMBEDDED.0, EMBEDDED.1)
}

fn open() -> Launch {
    deployment().variable("STATEGATE_AUTH_DISABLED", "true")
}

fn policy(rules: &str) -> String {
    STANDARD.encode(format!("package stategate.authz\n{rules}\n"))
}

#[test]
fn a_cache_elsewhere_is_refused_with_a_sentence() {
    for name in ["redis", "memcached"] {
        let home = tempfile::tempdir().expect("a directory");
        let cache = format!(r#"{{"name":"{name}","addr":"h:1","password":"hidden"}}"#);
        let mut command = binary::command();
        command.arg("serve").current_dir(home.path()).envs([INMEM, EMBEDDED]);
        let output = command.env("STATEGATE_CACHE_PROVIDER", cache).output().expect("it runs");
        assert_eq!(output.status.code(), Some(2));
        let told = String::from_utf8_lossy(&output.stdout);
        assert!(told.contains(&format!("cache provider \"{name}\" is not built in")), "{told}");
        assert!(
            !told.contains("hidden") && !String::from_utf8_lossy(&output.stderr).contains("hidden")
        );
    }
}

#[tokio::test]
async fn pages_of_origins_that_are_given() {
    let preflight = [
        ("origin", "https://app.example"),
        ("access-control-request-method", "PATCH"),
        ("access-control-request-headers", "authorization,x-other"),
    ];
    let path = "/api/entity/ref/acme/user/1";
    let ask = async |server: &Server| {
        let answer = http::request(server.port(), "OPTIONS", path, &preflight, b"").await;
        answer.expect("an answer")
    };
    // Without origins the others say nothing.
    let server = open().variable("STATEGATE_CORS_ALLOW_METHODS", "PATCH").start().await;
    let answer = ask(&server).await;
    assert_eq!((answer.status, answer.header("access-control-allow-origin")), (501, None));
    let server = open()
        .variable("STATEGATE_CORS_ALLOW_ORIGINS", "https://app.example,https://b.example")
        .variable("STATEGATE_CORS_ALLOW_METHODS", "GET,PATCH")
        .variable("STATEGATE_CORS_ALLOW_HEADERS", "authorization")
        .start()
        .await;
    let answer = ask(&server).await;
    assert_eq!(answer.status, 200);
    for (header, value) in [
        ("access-control-allow-origin", "https://app.example"),
        ("access-control-allow-methods", "GET,PATCH"),
        ("access-control-allow-headers", "authorization"),
        ("access-control-allow-credentials", "true"),
    ] {
        assert_eq!(answer.header(header), Some(value), "{header}");
    }
    let server =
        open().variable("STATEGATE_CORS_ALLOW_ORIGINS", "https://app.example").start().await;
    let answer = ask(&server).await;
    let methods = answer.header("access-control-allow-methods").expect("those of the API");
    assert!(methods.contains("PATCH") && methods.contains("PUT"), "{methods}");
    let headers = answer.header("access-control-allow-headers");
    assert_eq!(headers, Some("authorization,x-other"));
    let server = open().variable("STATEGATE_CORS_ALLOW_ORIGINS", "*").start().await;
    let answer = ask(&server).await;
    assert_eq!(answer.header("access-control-allow-origin"), Some("*"));
    assert_eq!(answer.header("access-control-allow-credentials"), None);
}

#[tokio::test]
async fn entities_are_counted_and_logged_under_their_names() {
    let server = open().start().await;
    let client = server.stategate().await;
    client.put("acme", "user", "1", json!({"a": 1})).await.expect("set");
    client.edit("acme", "user", "1", json!({"b": 1})).await.expect("edited");
    client.entity("acme", "user", "none").await.expect_err("missing");
    let of = |method: &str| {
        format!(
            r#"grpc_type="unary",grpc_service="stategate.EntityService",grpc_method="{method}""#
        )
    };
    let metrics = http::get(server.admin_port(), "/metrics").await.expect("sent").text();
    for line in [
        format!("grpc_server_started_total{{{}}} 1", of("Set")),
        format!("grpc_server_handled_total{{{},grpc_code=\"OK\"}} 1", of("Edit")),
        format!("grpc_server_handled_total{{{},grpc_code=\"NotFound\"}} 1", of("Get")),
        format!("grpc_server_started_total{{{}}} 0", of("Revert")),
        r#"grpc_server_started_total{grpc_type="unary",grpc_service="stategate.EventService",grpc_method="Get"} 0"#
            .to_owned(),
    ] {
        assert!(metrics.contains(&line), "{line} is missing in\n{metrics}");
    }
    let began = std::time::Instant::now();
    while !server.log().contains(r#""grpc.method":"Edit""#) {
        assert!(began.elapsed().as_secs() < 30, "{}", server.log());
        tokio::time::sleep(std::time::Duration::from_millis(20)).await;
    }
    let log = server.log();
    let mut lines = log.lines().filter_map(|line| serde_json::from_str::<Value>(line).ok());
    let edit = lines.find(|line| line["grpc.method"] == "Edit").expect("it is logged");
    assert_eq!(edit["grpc.service"], "stategate.EntityService");
    assert_eq!(edit["msg"], "finished unary call with code OK");
}

/// With nobody to ask who they are, callers see all domains, and nothing of the server's own.
#[tokio::test]
async fn a_star_where_nobody_decides() {
    let server = open().start().await;
    let client = server.stategate().await;
    let mut stream = client.stream("*", "*", "0").await.expect("live");
    client.put("acme", "user", "1", json!({})).await.expect("set");
    assert_eq!(stream.next().await.state.domain, "acme");
}

#[tokio::test]
async fn policies_decide_about_entities_too() {
    let requests = "default allow = false\n\
        allow { input.method == \"/stategate.EntityService/Set\" }\n\
        allow { input.method == \"/stategate.EntityService/Get\" }\n\
        allow { input.method == \"/stategate.EntityService/Edit\"; input.body.values.small; input.body.key == \"1\" }\n\
        allow { input.method == \"/stategate.EntityService/Search\"; input.body.limit == 3 }\n\
        allow { input.method == \"/stategate.EventService/Search\" }\n\
        allow { input.method == \"/stategate.EventService/Get\"; input.body.id }\n\
        allow { input.method == \"/stategate.EntityService/Revert\"; input.body.id }\n\
        allow { input.method == \"/stategate.EventService/Stream\" }";
    let responses = "default allow = false\n\
        allow { input.method != \"/stategate.EventService/Stream\"; not input.body.values.veiled }\n\
        allow { input.method == \"/stategate.EventService/Stream\"; input.body.entity.key == \"1\"; input.body.method }";
    let server = deployment()
        .variable("STATEGATE_REQUEST_POLICY", policy(requests))
        .variable("STATEGATE_RESPONSE_POLICY", policy(responses))
        .variable("HOLDFAST_JWT__UNVERIFIED", "true")
        .start()
        .await;
    // HS256 over {"sub":"ann"}; nobody checks it.
    let token = "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJhbm4ifQ.c2lnbmF0dXJl";
    let client = server.stategate().await.showing(token);
    let mut stream = client.stream("acme", "user", "").await.expect("live");
    for key in ["1", "2"] {
        client.put("acme", "user", key, json!({"a": 1})).await.expect("set");
    }
    let edited = client.edit("acme", "user", "1", json!({"small": true})).await.expect("allowed");
    assert_eq!(edited, json!({"a": 1, "small": true}));
    for (key, edit) in [("1", json!({"large": true})), ("2", json!({"small": true}))] {
        let denied = client.edit("acme", "user", key, edit).await.expect_err("denied");
        assert_eq!(denied.code, Code::PermissionDenied);
        assert_eq!(denied.message, "request authorization = denied");
    }
    let denied = client.remove("acme", "user", "1").await.expect_err("denied");
    assert_eq!(denied.message, "request authorization = denied");
    // What the second policy denies has been done all the same.
    let veiled = client.edit("acme", "user", "1", json!({"small": true, "veiled": true})).await;
    assert_eq!(veiled.expect_err("denied").message, "response authorization = denied");
    let now = client.entity("acme", "user", "1").await.expect("allowed");
    assert_eq!(now["veiled"], true);
    let events = holdfast_tests::stategate::events_by("acme", "user", "");
    let events = client.search_events(events).await.expect("allowed").events;
    assert_eq!(events.len(), 4);
    let first = holdfast_tests::entities::event_ref("acme", "user", "1", &events[0].id);
    assert_eq!(client.event(first.clone()).await.expect("allowed"), events[0]);
    assert_eq!(client.revert(first).await.expect("allowed"), json!({"a": 1}));
    let find = holdfast_tests::entities::entities_by("acme", "user", "");
    client.find(find.clone()).await.expect_err("another limit");
    let find = holdfast_api::stategate::SearchEntityOpts { limit: 3, ..find };
    assert_eq!(client.find(find).await.expect("allowed").entities.len(), 2);
    for wanted in [
        json!({"a": 1}),
        json!({"a": 1, "small": true}),
        json!({"a": 1, "small": true, "veiled": true}),
        json!({"a": 1}),
    ] {
        let event = stream.next().await;
        assert_eq!((&*event.state.key, values(&event.state)), ("1", wanted));
    }
}
