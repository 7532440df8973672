//! What lies around the dialects: who is let in, health, reflection, gRPC-Web, limits, the end.

use std::sync::Arc;
use std::time::Duration;

use crate::support::{
    assert_fails, channel, config, get, guarded, holdfast, http, http_get, open, parts, set,
    set_request, settings, watch,
};
use async_trait::async_trait;
use holdfast_api::config_v1::{CheckAccessRequest, ListCodecsRequest, ListRequest, WatchRequest};
use holdfast_api::holdfast_v1::{CommitRequest, WatchRequest as HoldfastWatch};
use holdfast_auth::{Action, AuthError, Credentials, Decision, DenyAll, Guard, Identity, Resource};
use holdfast_server::start_with;
use tonic::{Code, Request};
use tonic_health::pb::HealthCheckRequest;
use tonic_health::pb::health_client::HealthClient;

#[tokio::test]
async fn without_a_guard_every_call_is_refused_and_health_is_not() {
    let server = guarded(DenyAll).await;
    let mut client = config(&server).await;
    let message = "no security guard configured";
    let refused = (Code::Unauthenticated, "", message);
    assert_fails(get(&mut client, "", "").await, refused.0, refused.1, refused.2);
    let answer = client.set(set_request("a", "k", "1")).await;
    assert_fails(answer, refused.0, refused.1, refused.2);
    let answer = client.check_access(CheckAccessRequest::default()).await;
    assert_fails(answer, refused.0, refused.1, refused.2);
    let answer = client.list_codecs(ListCodecsRequest::default()).await;
    assert_fails(answer, refused.0, refused.1, refused.2);
    let status = client.watch(WatchRequest::default()).await.expect_err("refused");
    assert_eq!(parts(&status), (refused.0, String::new(), message.into()));
    let mut own = holdfast(&server).await;
    let status = own.commit(CommitRequest::default()).await.expect_err("refused");
    assert_eq!(parts(&status), (refused.0, "UNAUTHENTICATED".into(), message.into()));
    let status = own.watch(HoldfastWatch::default()).await.expect_err("refused");
    assert_eq!(status.code(), refused.0);

    let mut health = HealthClient::new(channel(&server).await);
    let answer = health.check(HealthCheckRequest::default()).await.expect("open to all");
    assert_eq!(answer.into_inner().status, 1);
    server.stop().await;
}

/// Knows its callers by a header, and lets them only read.
struct Readers;

#[async_trait]
impl Guard for Readers {
    async fn authenticate(&self, shown: &Credentials<'_>) -> Result<Identity, AuthError> {
        assert!(shown.peer.is_some_and(|peer| peer.is_loopback()));
        match shown.get("x-user") {
            Some("broken") => Err(AuthError::Failed("the directory is away".into())),
            Some(user) => Ok(Identity::named(user)),
            None => Err(AuthError::Unauthenticated("say who you are".into())),
        }
    }

    async fn decide(
        &self,
        who: &Identity,
        action: Action,
        _: &Resource,
    ) -> Result<Decision, AuthError> {
        Ok(match action {
            Action::Read => Decision::Allow,
            _ => Decision::Deny(format!("{} may only read", who.user())),
        })
    }
}

#[tokio::test]
async fn a_guard_decides_before_names_values_and_cursors_are_looked_at() {
    let server = guarded(Readers).await;
    let mut client = config(&server).await;
    let as_user = |user: &str, request| {
        let mut request = Request::new(request);
        request.metadata_mut().insert("x-user", user.parse().expect("ASCII"));
        request
    };
    let nobody = client.set(set_request("a", "k", "1")).await;
    assert_fails(nobody, Code::Unauthenticated, "", "say who you are");
    let broken = client.set(as_user("broken", set_request("a", "k", "1"))).await;
    assert_fails(broken, Code::Internal, "", "authorization error: the directory is away");
    let denied = client.set(as_user("ann", set_request("bad/ns", "a b", "nope"))).await;
    assert_fails(denied, Code::PermissionDenied, "", "ann may only read");
    let required = client.set(as_user("ann", set_request("", "a b", "nope"))).await;
    assert_fails(required, Code::InvalidArgument, "", "namespace is required");
    let mut list = Request::new(ListRequest {
        namespace: "a".into(),
        cursor: "zzz".into(),
        ..ListRequest::default()
    });
    list.metadata_mut().insert("x-user", "ann".parse().expect("ASCII"));
    assert_fails(client.list(list).await, Code::PermissionDenied, "", "ann may only read");
    let mut access =
        Request::new(CheckAccessRequest { namespace: "a".into(), ..CheckAccessRequest::default() });
    access.metadata_mut().insert("x-user", "ann".parse().expect("ASCII"));
    let access = client.check_access(access).await.expect("never fails").into_inner();
    assert!(access.can_read && !access.can_write);
    server.stop().await;
}

#[tokio::test]
async fn livez_readyz_and_metrics_answer_plain_http() {
    let server = open().await;
    let mut client = config(&server).await;
    set(&mut client, "a", "k", "1").await;
    let _missing = get(&mut client, "a", "none").await;
    for address in [server.api, server.admin] {
        assert!(http_get(address, "/livez").await.starts_with("HTTP/1.1 200 OK"));
        let ready = http_get(address, "/readyz").await;
        assert!(ready.starts_with("HTTP/1.1 200 OK") && ready.ends_with("\r\n\r\nok\n"), "{ready}");
        let verbose = http_get(address, "/readyz?verbose").await;
        for line in ["[+] serving: ", "[+] store: writable", "[+] clock: ", "[+] log: "] {
            assert!(verbose.contains(line), "{line} is missing in {verbose}");
        }
    }
    let scrape = http_get(server.admin, "/metrics").await;
    for line in [
        "holdfast_requests_total{method=\"config.v1/Set\",code=\"OK\"} 1\n",
        "holdfast_requests_total{method=\"config.v1/Get\",code=\"NOT_FOUND\"} 1\n",
        "holdfast_request_seconds_count{method=\"config.v1/Set\"} 1\n",
        "holdfast_head_revision 1\n",
        "holdfast_oldest_event_revision 1\n",
        "holdfast_watchers 0\n",
        "holdfast_commits_total 1\n",
        "# TYPE holdfast_flush_seconds histogram",
        "# TYPE holdfast_cache_hits counter",
        "# EOF\n",
    ] {
        assert!(scrape.contains(line), "{line} is missing in {scrape}");
    }
    assert!(http_get(server.api, "/metrics").await.starts_with("HTTP/1.1 404"));
    assert!(http_get(server.api, "/nothing").await.starts_with("HTTP/1.1 404"));
    server.stop().await;
}

fn web_call(path: &str, message: &[u8]) -> Vec<u8> {
    let mut body = vec![0];
    body.extend(u32::try_from(message.len()).expect("small").to_be_bytes());
    body.extend(message);
    let head = format!(
        "POST {path} HTTP/1.1\r\nhost: test\r\ncontent-type: application/grpc-web+proto\r\n\
         content-length: {}\r\nconnection: close\r\n\r\n",
        body.len()
    );
    [head.as_bytes(), &body].concat()
}

#[tokio::test]
async fn grpc_web_works_over_http_1() {
    let server = open().await;
    let call = web_call("/config.v1.ConfigService/ListCodecs", b"");
    let answer = http(server.api, &call).await;
    let text = String::from_utf8_lossy(&answer);
    assert!(text.starts_with("HTTP/1.1 200 OK"), "{text}");
    assert!(text.contains("application/grpc-web+proto") && text.contains("secret"), "{text}");
    assert!(text.contains("grpc-status:0"), "{text}");
    server.stop().await;

    let server = guarded(DenyAll).await;
    let call = web_call("/config.v1.ConfigService/ListCodecs", b"");
    let text = String::from_utf8_lossy(&http(server.api, &call).await).into_owned();
    assert!(text.contains("grpc-status: 16") || text.contains("grpc-status:16"), "{text}");
    server.stop().await;
}

#[tokio::test]
async fn broken_and_oversized_messages_are_refused() {
    let server = open().await;
    // A length-delimited member of 5 bytes of which only one is there.
    let call = web_call("/config.v1.ConfigService/Get", &[0x0a, 0x05, b'a']);
    let text = String::from_utf8_lossy(&http(server.api, &call).await).into_owned();
    assert!(text.contains("grpc-status: 3") || text.contains("grpc-status:3"), "{text}");
    let mut client = config(&server).await;
    let huge = set_request("a", "k", &"x".repeat(17 << 20));
    let status = client.set(huge).await.expect_err("beyond limits.request_bytes");
    assert_eq!(status.code(), Code::OutOfRange, "{status:?}");
    assert!(get(&mut client, "a", "k").await.is_err());
    server.stop().await;
}

#[tokio::test]
async fn reflection_lists_the_services() {
    use tonic_reflection::pb::v1::ServerReflectionRequest;
    use tonic_reflection::pb::v1::server_reflection_client::ServerReflectionClient;
    use tonic_reflection::pb::v1::server_reflection_request::MessageRequest;
    use tonic_reflection::pb::v1::server_reflection_response::MessageResponse;
    let server = open().await;
    let mut client = ServerReflectionClient::new(channel(&server).await);
    let ask = async |client: &mut ServerReflectionClient<_>, what| {
        let request = ServerReflectionRequest { host: String::new(), message_request: Some(what) };
        let requests = futures::stream::iter([request]);
        let mut answers =
            client.server_reflection_info(requests).await.expect("answered").into_inner();
        let answer = answers.message().await.expect("an answer").expect("not over");
        answer.message_response.expect("a response")
    };
    let listed = ask(&mut client, MessageRequest::ListServices(String::new())).await;
    let MessageResponse::ListServicesResponse(listed) = listed else { panic!("{listed:?}") };
    let names: Vec<_> = listed.service.iter().map(|service| &*service.name).collect();
    for name in ["config.v1.ConfigService", "holdfast.v1.HoldfastService", "grpc.health.v1.Health"]
    {
        assert!(names.contains(&name), "{name} is not in {names:?}");
    }
    let symbol = MessageRequest::FileContainingSymbol("config.v1.Entry".into());
    let file = ask(&mut client, symbol).await;
    assert!(matches!(file, MessageResponse::FileDescriptorResponse(_)), "{file:?}");
    server.stop().await;
}

#[tokio::test]
async fn a_deadline_ends_a_watch_with_deadline_exceeded() {
    let server = open().await;
    let mut client = config(&server).await;
    let mut request = Request::new(WatchRequest::default());
    // The header alone: with `set_timeout` the client would end the call by itself.
    request.metadata_mut().insert("grpc-timeout", "100m".parse().expect("ASCII"));
    let mut stream = client.watch(request).await.expect("begins").into_inner();
    let status = stream.message().await.expect_err("over");
    assert_eq!(status.code(), Code::DeadlineExceeded);
    server.stop().await;
}

#[tokio::test]
async fn the_end_lets_no_write_fall_between() {
    let server = open().await;
    let engine = server.engine().clone();
    let mut client = config(&server).await;
    let mut idle = watch(&mut client, &[], &[]).await;
    let writers: Vec<_> = (0..16)
        .map(|writer| {
            let mut client = client.clone();
            tokio::spawn(async move {
                let mut acknowledged = 0u64;
                for n in 0..10_000 {
                    let request = set_request("a", &format!("w{writer}"), &n.to_string());
                    if client.set(request).await.is_err() {
                        break;
                    }
                    acknowledged += 1;
                }
                acknowledged
            })
        })
        .collect();
    idle.message().await.expect("live").expect("the first write arrives");
    server.stop().await;
    let mut acknowledged = 0;
    for writer in writers {
        acknowledged += writer.await.expect("no panic");
    }
    let head = engine.status().head.revision.0;
    assert!(acknowledged > 0 && acknowledged <= head, "{acknowledged} of {head}");
    let last = loop {
        match idle.message().await {
            Ok(Some(_)) => {}
            other => break other,
        }
    };
    assert_eq!(last.expect_err("never OK").code(), Code::Unavailable);
}

#[tokio::test]
async fn a_connection_that_stays_open_is_cut_after_the_grace() {
    let mut settings = settings();
    settings.shutdown_grace = Duration::from_millis(200);
    let server = start_with(&settings, Arc::new(DenyAll)).await.expect("starts");
    // A health watch never ends by itself.
    let mut health = HealthClient::new(channel(&server).await);
    let mut watch = health.watch(HealthCheckRequest::default()).await.expect("open").into_inner();
    watch.message().await.expect("live").expect("the status of now");
    server.stop().await;
    while let Ok(Some(_)) = watch.message().await {}
}

#[tokio::test]
async fn a_thousand_watches_of_one_connection_end_with_their_callers() {
    let server = open().await;
    let mut client = config(&server).await;
    let mut watches = Vec::new();
    for _ in 0..1_000 {
        watches.push(watch(&mut client, &["a"], &[]).await);
    }
    assert_eq!(server.engine().status().watchers, 1_000);
    set(&mut client, "a", "k", "1").await;
    for watch in &mut watches {
        let change = watch.message().await.expect("live").expect("not over");
        assert_eq!(&*change.entry.key, "k");
    }
    drop(watches);
    while server.engine().status().watchers > 0 {
        // The connection still carries calls while the watches go.
        assert_eq!(get(&mut client, "a", "k").await.expect("there").version, 1);
    }
    server.stop().await;
}

#[tokio::test]
async fn a_taken_port_is_a_sentence() {
    let server = open().await;
    let mut settings = settings();
    settings.listen = server.api;
    let error = start_with(&settings, Arc::new(DenyAll)).await.err().expect("taken").to_string();
    assert!(error.contains(&format!("cannot listen on {}", server.api)), "{error}");
    server.stop().await;
}
