//! Calls, retries, breaker, errors.

use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use holdfast_client::client::{BreakerSettings, BreakerState, ConnectionState, credential};
use holdfast_client::sources::suite::{self, Subject, Through};
use holdfast_client::{Batch, Kind, OnlyIf, Write};
use holdfast_tests::dice::Dice;
use holdfast_tests::faults::{Fault, Network};
use holdfast_tests::server::Launch;
use holdfast_tests::{ForeignServer, Server, ports, skip};

use super::{builder, client};

#[tokio::test(flavor = "multi_thread")]
async fn a_server_is_a_source_by_the_whole_contract() {
    let server = Server::dev().await;
    let subject = Subject::new(Arc::new(client(&server)), "suite");
    suite::reads(&subject, &Through(subject.clone())).await;
    suite::writes(&subject).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_with_config_v1_alone_is_a_source_that_can_be_read() {
    if !ForeignServer::is_here() {
        return skip::skipped("client over config.v1", "there is no Python gRPC server");
    }
    let server = ForeignServer::start().await;
    let endpoint = format!("http://127.0.0.1:{}", server.port());
    let client = builder(&endpoint).build().expect("a client");
    let subject = Subject::new(Arc::new(client.clone()), "suite");
    suite::reads(&subject, &Through(subject.clone())).await;
    let two =
        Batch::new().and(Write::put("n", "a", "1", "json")).and(Write::put("n", "b", "1", "json"));
    let refused = client.commit(two).await.expect_err("it has no commits");
    assert_eq!(refused.kind(), Kind::Unsupported, "{refused}");
    assert_eq!(client.get("n", "a").await.expect_err("nothing was written").kind(), Kind::NotFound);
    let create = |value: &'static str| {
        Batch::new().and(Write::put("n", "c", value, "json").only_if(OnlyIf::Absent))
    };
    client.commit(create("1")).await.expect("new");
    assert_eq!(client.commit(create("2")).await.expect_err("there").kind(), Kind::Exists);
}

#[tokio::test]
async fn errors_carry_what_the_server_says() {
    let server = Server::dev().await;
    let client = client(&server);
    let missing = client.get("default", "none").await.expect_err("missing");
    assert_eq!((missing.kind(), missing.reason()), (Kind::NotFound, "NOT_FOUND"));
    let invalid = client.set("default", "a", "no json", "json").await.expect_err("no JSON");
    assert_eq!((invalid.kind(), invalid.reason()), (Kind::Invalid, "INVALID_VALUE"));
    client.set("default", "a", "1", "json").await.expect("written");
    let stale = Write::put("default", "a", "2", "json").only_if(OnlyIf::Version(7));
    let conflict = client.commit(Batch::new().and(stale)).await.expect_err("another version");
    assert_eq!((conflict.kind(), conflict.reason()), (Kind::Conflict, "CONFLICT"));
    assert_eq!(conflict.attempts(), 1, "nothing of this is tried again");
    client.close();
    client.close();
    assert_eq!(client.get("default", "a").await.expect_err("closed").kind(), Kind::Closed);
    assert_eq!(client.state(), ConnectionState::Closed);
}

#[tokio::test]
async fn a_snapshot_is_only_sent_when_it_is_another_one() {
    let server = Server::dev().await;
    let client = client(&server);
    client.set("default", "a", "1", "json").await.expect("written");
    let first = client.snapshot("default", None).await.expect("a snapshot").expect("entries");
    assert_eq!(first.entries.len(), 1);
    let again = client.snapshot("default", Some(&first.etag)).await.expect("an answer");
    assert_eq!(again, None);
    client.set("default", "a", "2", "json").await.expect("written");
    let other = client.snapshot("default", Some(&first.etag)).await.expect("a snapshot");
    assert_ne!(other.expect("entries").etag, first.etag);
    let versions = client.history("default", "a", 0).await.expect("a history");
    let values: Vec<_> =
        versions.iter().filter_map(|v| v.entry.as_ref()).map(|e| &e.value[..]).collect();
    assert_eq!(values, [b"2", b"1"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn writes_whose_answer_was_lost_are_applied_once() {
    let server = Server::dev().await;
    let network = Network::to(server.port()).await;
    let client = builder(&network.endpoint())
        .retries(50)
        .retry_budget(1_000)
        .deadline(Duration::from_secs(60))
        .build()
        .expect("a client");
    let mut expected = Vec::new();
    let mut dice = Dice::new("writes over a network that breaks");
    let breaks = async {
        loop {
            // Long enough now and then for a slow machine to get something through.
            tokio::time::sleep(Duration::from_millis(5 + dice.below(60))).await;
            network.suffer(Fault::Reset);
            network.suffer(Fault::None);
        }
    };
    let writes = async {
        let mut retried = 0;
        for n in 0..200 {
            let written = client.set("default", "counter", n.to_string(), "json").await;
            expected.push(n.to_string());
            retried += u32::from(written.expect("it gets through").replayed);
        }
        retried
    };
    tokio::select! {
        retried = writes => println!("{retried} writes had been made by an attempt whose answer was lost"),
        () = breaks => {}
    }
    let versions = self::client(&server).history("default", "counter", 0).await.expect("a history");
    let found = versions.iter().rev().filter_map(|version| version.entry.as_ref());
    let found: Vec<_> = found.map(|e| String::from_utf8_lossy(&e.value).into_owned()).collect();
    assert_eq!(found, expected, "each once, in order");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_breaker_opens_lets_one_through_and_closes() {
    let mut server = Server::dev().await;
    let open_for = Duration::from_millis(400);
    let client = builder(&server.endpoint())
        .retries(0)
        .breaker(BreakerSettings { threshold: 3, open_for })
        .build()
        .expect("a client");
    client.set("default", "a", "1", "json").await.expect("written");
    server.kill();
    let mut kinds = Vec::new();
    for _ in 0..8 {
        kinds.push(client.get("default", "a").await.expect_err("nobody is there").kind());
    }
    assert_eq!(kinds[0], Kind::Unavailable);
    assert_eq!(kinds.last(), Some(&Kind::CircuitOpen), "{kinds:?}");
    server.start_again().await;
    tokio::time::sleep(open_for).await;
    assert_eq!(client.breaker(), Some(BreakerState::HalfOpen));
    client.get("default", "a").await.expect("it is back");
    assert_eq!(client.breaker(), Some(BreakerState::Closed));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_says_nothing_is_waited_for_no_longer_than_was_said() {
    let server = Server::dev().await;
    let network = Network::to(server.port()).await;
    let short = Duration::from_millis(150);
    let client =
        builder(&network.endpoint()).attempt_timeout(short).retries(2).build().expect("one");
    client.set("default", "a", "1", "json").await.expect("written");
    network.suffer(Fault::Stall);
    let error = client.get("default", "a").await.expect_err("silence");
    assert_eq!((error.kind(), error.attempts()), (Kind::Deadline, 3), "{error:?}");
    network.suffer(Fault::None);
    client.get("default", "a").await.expect("it speaks again");
}

#[tokio::test(flavor = "multi_thread")]
async fn while_one_node_is_away_the_other_answers() {
    let server = Server::dev().await;
    let nowhere = format!("http://127.0.0.1:{}", ports::free());
    let client = builder(&nowhere).endpoint(server.endpoint()).build().expect("a client");
    for n in 0..20 {
        client.set("default", "a", n.to_string(), "json").await.expect("the other takes it");
    }
}

#[tokio::test]
async fn states_are_told_in_their_order() {
    let mut server = Server::dev().await;
    let seen: Arc<Mutex<Vec<String>>> = Arc::default();
    let told = Arc::clone(&seen);
    let client = builder(&server.endpoint())
        .connections(1)
        .on_state(move |state| told.lock().expect("no panic").push(state.to_string()))
        .build()
        .expect("a client");
    assert_eq!(
        client.state(),
        ConnectionState::Disconnected,
        "nothing is sent before the first call"
    );
    client.set("default", "a", "1", "json").await.expect("written");
    server.kill();
    let mut states = client.states();
    let gone = states.wait_for(|state| *state == ConnectionState::Disconnected);
    tokio::time::timeout(Duration::from_secs(10), gone)
        .await
        .expect("it is noticed")
        .expect("open");
    client.close();
    let seen = seen.lock().expect("no panic").clone();
    assert_eq!(seen, ["connecting", "connected", "disconnected", "closed"]);
}

#[tokio::test]
async fn a_token_that_is_refused_is_renewed_once_and_interceptors_see_every_attempt() {
    let server = Launch::default().closed().start().await;
    let good = server.root_token();
    let count = Arc::new(AtomicU32::new(0));
    let counting = Arc::clone(&count);
    let refreshing = credential::Refreshing::new(move || {
        let first = counting.fetch_add(1, Ordering::Relaxed) == 0;
        let token = if first { "hf_0000000000000000_wrong".to_owned() } else { good.clone() };
        async move { Ok(credential::Fresh { token, expires_in: None }) }
    });
    let calls: Arc<Mutex<Vec<String>>> = Arc::default();
    let seen = Arc::clone(&calls);
    let client = builder(&server.endpoint())
        .credential(refreshing)
        .interceptor(move |method, metadata| {
            assert!(metadata.contains_key("authorization"));
            seen.lock().expect("no panic").push(method.to_owned());
            Ok(())
        })
        .build()
        .expect("a client");
    client.set("default", "a", "1", "json").await.expect("with the second token");
    assert_eq!(count.load(Ordering::Relaxed), 2);
    assert_eq!(*calls.lock().expect("no panic"), ["Commit", "Commit"]);
    let nobody = super::client(&server).get("default", "a").await.expect_err("no token");
    assert_eq!(nobody.kind(), Kind::Unauthenticated);
}
