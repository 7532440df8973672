//! Case 50, owners, and writes that are fenced by a lock.

use std::time::Duration;

use buffa_types::google::protobuf::Timestamp;
use holdfast_api::stategate::{Fence, Locked, MutexRef, StateRef};
use holdfast_tests::coordination::in_time;
use holdfast_tests::server::Launch;
use holdfast_tests::stategate::{events_by, of};
use holdfast_tests::{Failure, Server, Stategate, http};
use serde_json::{Value, json};
use tonic::Code;

use super::{envelope, invalid};

const SOON: Duration = Duration::from_secs(3);

fn fence(key: &str, locked: &Locked) -> Fence {
    Fence { domain: "d".into(), key: key.into(), revision: locked.revision, ..Fence::default() }
}

/// The envelope of a write that was refused because its lock was lost.
fn refused<T: std::fmt::Debug>(answer: Result<T, Failure>) -> Value {
    let failure = envelope(answer, Code::FailedPrecondition);
    assert!(failure["metadata"]["error"].as_str().is_some_and(|why| why.contains("lock")));
    failure
}

/// Waits until it can be taken.
async fn taken(client: &Stategate, key: &str, owner: &str) -> Locked {
    loop {
        match client.lock("d", key, owner, None).await {
            Ok(locked) => return locked,
            Err(failure) => assert_eq!(failure.code, Code::AlreadyExists, "{failure:?}"),
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

#[tokio::test]
async fn case_50_a_lock_is_held_by_one() {
    let server = Server::dev().await;
    let client = server.stategate().await;
    let first = client.lock("acme", "job", "", None).await.expect("nobody has it");
    assert!(first.owner.len() >= 32 && first.revision > 0, "{first:?}");
    let held = envelope(client.lock("acme", "job", "", None).await, Code::AlreadyExists);
    assert_eq!((&held["info"], &held["type"]), (&json!("failed to lock mutex"), &json!(7)));
    assert_eq!(held["metadata"]["mutex_domain"], "acme");
    assert_eq!(held["metadata"]["mutex_key"], "job");
    client.unlock("acme", "job", "").await.expect("whoever has it");
    client.unlock("acme", "job", "").await.expect("nobody has it");
    let late = Some(in_time(Duration::from_secs(600)));
    let second = client.lock("acme", "job", "", late).await.expect("it is free");
    assert!(second.revision > first.revision);
    envelope(client.lock("acme", "job", "", None).await, Code::AlreadyExists);
    // Its owner keeps it for less long.
    let exp = Some(in_time(SOON));
    let shorter = client.lock("acme", "job", &second.owner, exp.clone()).await.expect("theirs");
    assert_eq!(shorter, second);
    tokio::time::sleep(SOON).await;
    let third = client.lock("acme", "job", "me", None).await.expect("it has run out");
    assert!(third.revision > second.revision && third.owner == "me");
    // Its owner keeps it for longer: it is the same lock.
    assert_eq!(client.lock("acme", "job", "me", None).await.expect("theirs"), third);
    let other = envelope(client.unlock("acme", "job", "you").await, Code::FailedPrecondition);
    assert_eq!(other["info"], "failed to unlock mutex");
    client.unlock("acme", "job", "me").await.expect("theirs");
    envelope(client.unlock("acme", "job", "me").await, Code::FailedPrecondition);
    let past = envelope(client.lock("acme", "job", "", exp).await, Code::InvalidArgument);
    assert!(past["metadata"]["error"].as_str().is_some_and(|why| why.contains("passed")));
}

#[tokio::test]
async fn names_of_locks_do_not_meet() {
    let server = Server::dev().await;
    let client = server.stategate().await;
    let names = [
        ("a", "b.c"),
        ("a.b", "c"),
        ("a", "b/c"),
        ("a/b", "c"),
        ("a", "/"),
        ("mutex.a", "b"),
        ("ä", "\u{1}"),
        ("a", "x:01:"),
    ];
    for (domain, key) in names {
        client.lock(domain, key, "me", None).await.expect("another lock");
        client.keep(domain, key, &json!(key), None).await.expect("another kind of thing");
        client.set(domain, "mutex", key, json!({"of": key})).await.expect("another kind of thing");
    }
    for (domain, key) in names {
        envelope(client.lock(domain, key, "you", None).await, Code::AlreadyExists);
        assert_eq!(client.kept(domain, key).await.expect("kept"), json!(key));
        client.unlock(domain, key, "me").await.expect("theirs");
        client.unlock(domain, key, "").await.expect("nobody has it");
        assert_eq!(client.get(domain, "mutex", key).await.expect("there"), json!({"of": key}));
    }
}

#[tokio::test]
async fn what_is_wrong_with_a_request_is_told_in_order() {
    let server = Server::dev().await;
    let client = server.stategate().await;
    let why = r#"must be a string conforming to regex "^\\S+$""#;
    let lock = async |domain, key| invalid(client.lock(domain, key, "", None).await);
    assert_eq!(lock("", "").await, format!("invalid field Domain: value '' {why}"));
    assert_eq!(lock("d", " a").await, format!("invalid field Key: value ' a' {why}"));
    assert_eq!(
        invalid(client.unlock("d", "", "").await),
        format!("invalid field Key: value '' {why}")
    );
    for (seconds, nanos) in [(1, -1), (i64::MAX, 0), (0, 1_000_000_000)] {
        let exp = Timestamp { seconds, nanos, ..Timestamp::default() };
        let told = invalid(client.lock("d", "k", "", Some(exp)).await);
        assert!(told.starts_with("invalid field Exp"), "{told}");
    }
    let fence = |domain: &str, revision| Fence {
        domain: domain.into(),
        key: "k".into(),
        revision,
        ..Fence::default()
    };
    let set = async |fence| invalid(client.set_under(&fence, "k", json!({})).await);
    assert_eq!(set(fence("", 1)).await, format!("invalid field Fence.Domain: value '' {why}"));
    let number = "invalid field Fence.Revision: value '0' must be greater than '0'";
    assert_eq!(set(fence("d", 0)).await, number);
    let own = client.lock("internal:holdfast", "k", "", None).await;
    assert_eq!(own.expect_err("the server's own").code, Code::FailedPrecondition);
}

/// The first owner sleeps while its lock runs out and somebody else takes it: what it then writes is refused.
#[tokio::test]
async fn the_stale_owner_is_refused_by_its_revision() {
    let server = Server::dev().await;
    let (one, other) = (server.stategate().await, server.stategate().await);
    let first = one.lock("d", "job", "one", Some(in_time(SOON))).await.expect("taken");
    one.set_under(&fence("job", &first), "k", json!({"n": 1})).await.expect("it is held");
    tokio::time::sleep(SOON).await;
    // Nobody has it.
    let failure = refused(one.set_under(&fence("job", &first), "k", json!({"n": 2})).await);
    assert_eq!(failure["info"], "failed to set state");
    let second = taken(&other, "job", "other").await;
    refused(one.set_under(&fence("job", &first), "k", json!({"n": 3})).await);
    other.set_under(&fence("job", &second), "k", json!({"n": 4})).await.expect("it is held");
    let del =
        |locked: &Locked| StateRef { fence: fence("job", locked).into(), ..of("d", "t", "k") };
    refused(one.states().del(del(&first)).await.map(drop).map_err(Failure::from));
    assert_eq!(one.get("d", "t", "k").await.expect("there"), json!({"n": 4}));
    // Over HTTP the fence comes as parameters.
    let path = |locked: &Locked| {
        let revision = locked.revision;
        format!("/api/state/ref/d/t/k?fence.domain=d&fence.key=job&fence.revision={revision}")
    };
    let ask = async |method: &str, locked: &Locked| {
        let answer = http::request(server.port(), method, &path(locked), &[], br#"{"n":5}"#).await;
        let answer = answer.expect("an answer");
        (answer.status, answer.json()["code"].clone())
    };
    assert_eq!(ask("POST", &first).await, (400, json!(9)));
    assert_eq!(ask("DELETE", &first).await, (400, json!(9)));
    assert_eq!(ask("POST", &second).await, (200, Value::Null));
    assert_eq!(ask("DELETE", &second).await, (200, Value::Null));
    // One who gave it back has lost it, too, and what is not fenced is not asked.
    other.unlock("d", "job", "other").await.expect("theirs");
    refused(other.set_under(&fence("job", &second), "k", json!({"n": 6})).await);
    one.set("d", "t", "k", json!({"n": 7})).await.expect("without a lock");
}

const CONTENDERS: usize = 32;
const ROUNDS: usize = 4;

/// Each adds one to a number that it reads and writes under the lock.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_number_under_a_lock_loses_nothing() {
    let server = Server::dev().await;
    let client = server.stategate().await;
    client.set("d", "t", "n", json!({"n": 0})).await.expect("set");
    let contend = |client: Stategate| async move {
        for _ in 0..ROUNDS {
            let held = taken(&client, "n", "").await;
            let n =
                client.get("d", "t", "n").await.expect("there")["n"].as_u64().expect("a number");
            let written = client.set_under(&fence("n", &held), "n", json!({"n": n + 1})).await;
            written.expect("it is held");
            client.unlock("d", "n", &held.owner).await.expect("theirs");
        }
    };
    let contenders: Vec<_> =
        (0..CONTENDERS).map(|_| tokio::spawn(contend(client.clone()))).collect();
    for contender in contenders {
        contender.await.expect("no panic");
    }
    let n = client.get("d", "t", "n").await.expect("there");
    assert_eq!(n, json!({"n": CONTENDERS * ROUNDS}));
    let events = client.search_events(events_by("d", "t", "")).await.expect("found").events;
    assert_eq!(events.len(), CONTENDERS * ROUNDS + 1, "locks are no events");
}

/// What was taken or kept is there after SIGKILL, and nothing of it shows among the events and entries of callers.
#[tokio::test]
async fn locks_and_cached_values_survive_sigkill_and_are_nobody_elses() {
    let mut server = Server::dev().await;
    let client = server.stategate().await;
    let mut everything = client.stream("d", "t", "").await.expect("live");
    let held = client.lock("d", "job", "me-and-nobody-else", None).await.expect("taken");
    let late = in_time(Duration::from_secs(3_600));
    client.lock("d", "late", "me", Some(late.clone())).await.expect("taken");
    client.keep("d", "value", &json!({"a": [1, null]}), Some(late)).await.expect("kept");
    assert!(everything.is_quiet().await);
    server.kill();
    server.start_again().await;
    let client = server.stategate().await;
    for key in ["job", "late"] {
        envelope(client.lock("d", key, "you", None).await, Code::AlreadyExists);
    }
    assert_eq!(client.kept("d", "value").await.expect("kept"), json!({"a": [1, null]}));
    client.set_under(&fence("job", &held), "k", json!({})).await.expect("it is held");
    let again = client.lock("d", "job", "me-and-nobody-else", None).await.expect("theirs");
    assert_eq!(again, held);

    let config = server.config().await;
    assert_eq!(config.namespaces("", 100, "").await.expect("names").0, ["d"]);
    let listed = config.list("d", "", 100, "").await.expect("a list");
    assert_eq!(listed.entries.iter().map(|e| &*e.key).collect::<Vec<_>>(), ["t/k"]);
    let events = server.holdfast().await.events(Default::default()).await.expect("a page");
    assert!(events.events.iter().all(|event| event.event.namespace == "d"), "{events:?}");
    // Not even who may see everything learns who has a lock.
    let own = config.list("internal:holdfast.locks", "", 100, "").await.expect("a list");
    assert_eq!(own.entries.len(), 2);
    assert!(!format!("{own:?}").contains("nobody-else"));
    let written = config.set("internal:holdfast.locks", "d/job", "1").await;
    assert!(written.is_err(), "nobody writes there");
    assert!(!server.log().contains("nobody-else"), "{}", server.log());
}

#[tokio::test]
async fn over_http() {
    let server = Server::dev().await;
    let ask = async |method: &str, path: &str, body: &str| {
        let path = format!("/api/mutex/ref/acme/a%2Fb{path}");
        let answer = http::request(server.port(), method, &path, &[], body.as_bytes()).await;
        let answer = answer.expect("an answer");
        (answer.status, answer.json())
    };
    let (status, first) = ask("POST", "/lock", "").await;
    assert_eq!(status, 200, "{first}");
    assert!(first["owner"].as_str().is_some_and(|owner| owner.len() >= 32), "{first}");
    assert!(first["revision"].as_str().is_some_and(|n| n.parse::<u64>().is_ok()), "{first}");
    let (status, held) = ask("POST", "/lock", "").await;
    assert_eq!((status, &held["code"]), (409, &json!(6)), "{held}");
    let envelope: Value =
        serde_json::from_str(held["message"].as_str().expect("a text")).expect("JSON");
    assert_eq!((&envelope["type"], &envelope["info"]), (&json!(7), &json!("failed to lock mutex")));
    assert_eq!(envelope["metadata"]["mutex_key"], "a/b");
    assert_eq!(ask("PUT", "", "").await, (200, json!({})));
    let exp = "2200-01-01T00:00:00Z";
    let body = json!({"owner": "me", "exp": exp}).to_string();
    assert_eq!(ask("POST", "/lock", &body).await.1["owner"], "me");
    let (status, kept) = ask("PUT", &format!("/lock?owner=me&exp={exp}"), "").await;
    assert_eq!((status, &kept["owner"]), (200, &json!("me")), "{kept}");
    assert_eq!(ask("POST", "/unlock", r#"{"owner":"you"}"#).await.0, 400);
    assert_eq!(ask("POST", "/unlock?owner=me", "").await, (200, json!({})));
    for (path, body) in [("/lock?exp=tomorrow", ""), ("/lock", r#"{"exp": 7}"#), ("/lock", "[]")] {
        assert_eq!(ask("POST", path, body).await.0, 400, "{path} {body}");
    }
    assert_eq!(ask("GET", "", "").await.0, 501);
    assert_eq!(ask("POST", "", "").await.0, 501);
}

/// Locks, cached values and messages need rights like everything else: those of the namespace, under names of their own.
#[tokio::test]
async fn roles_open_what_they_name() {
    let server = Launch::default().closed().start().await;
    let cli = |arguments: &[&str]| {
        holdfast_tests::cli::run_as(&server, &server.root_token(), arguments).ok()
    };
    let rules = [
        "write d/mutex/mine",
        "read d/mutex/mine",
        "write d/t/**",
        "read,write d/cache/mine",
        "delete d/cache/mine",
        "write,watch d/peer/open/*",
    ];
    let rules = rules.iter().flat_map(|rule| ["--rule", rule]);
    cli(&["role", "set", "some", "--user", "ann"].into_iter().chain(rules).collect::<Vec<_>>());
    let token = cli(&["token", "create", "--user", "ann", "-o", "json"]);
    let token: Value = serde_json::from_str(&token).expect("JSON");
    let token = token["token"].as_str().expect("a token").to_owned();
    let ann = server.stategate().await.showing(&token);
    let denied = |failure: Failure| assert_eq!(failure.code, Code::PermissionDenied, "{failure:?}");

    let held = ann.lock("d", "mine", "", None).await.expect("allowed");
    ann.set_under(&fence("mine", &held), "k", json!({})).await.expect("allowed");
    ann.unlock("d", "mine", "").await.expect("allowed");
    denied(ann.lock("d", "other", "", None).await.expect_err("not that one"));
    denied(ann.unlock("d", "other", "").await.expect_err("not that one"));
    let of_other = Fence { key: "other".into(), ..fence("mine", &held) };
    denied(ann.set_under(&of_other, "k", json!({})).await.expect_err("may not read that lock"));

    ann.keep("d", "mine", &json!(1), None).await.expect("allowed");
    ann.kept("d", "mine").await.expect("allowed");
    ann.forget("d", "mine").await.expect("allowed");
    denied(ann.keep("d", "other", &json!(1), None).await.expect_err("not that one"));
    denied(ann.kept("d", "other").await.expect_err("not that one"));
    denied(ann.forget("d", "other").await.expect_err("not that one"));

    let mut heard = ann.hear(["d", "*", "*"], "").await.expect("some of it");
    ann.say(["d", "open", "x"], json!({"n": 1})).await.expect("allowed");
    denied(ann.say(["d", "closed", "x"], json!({})).await.expect_err("not that one"));
    denied(ann.hear(["d", "closed", "x"], "").await.map(drop).expect_err("not that one"));
    denied(ann.hear(["e", "*", "x"], "").await.map(drop).expect_err("not that one"));
    let root = server.stategate().await.showing(&server.root_token());
    root.say(["d", "closed", "x"], json!({"n": 2})).await.expect("allowed");
    root.say(["d", "open", "y"], json!({"n": 3})).await.expect("allowed");
    assert_eq!(heard.next().await.r#type, "x");
    assert_eq!(heard.next().await.r#type, "y", "what may not be seen is left out");
    // The stream ends with the right to it.
    cli(&["role", "delete", "some"]);
    let ended = loop {
        match heard.try_next().await {
            Ok(_) => {}
            Err(failure) => break failure,
        }
    };
    denied(ended);
    let nobody = server.stategate().await;
    let of = MutexRef { domain: "d".into(), key: "mine".into(), ..MutexRef::default() };
    let unknown = nobody.mutexes().unlock(of).await.expect_err("nobody");
    assert_eq!(unknown.code(), Code::Unauthenticated);
}
