//! Policies that follow their source, while they are asked.

use std::fs;
use std::net::SocketAddr;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::extract::State;
use axum::http::{HeaderMap, Response, StatusCode};
use axum::routing::get;
use holdfast_auth::{Action, Identity, Policy, Resource, Verdict};
use holdfast_policy_rego::answer::DENIED;
use holdfast_policy_rego::source::{BundleKey, Followed, Source, follow};
use holdfast_policy_rego::{LoadError, Modules, RegoPolicy, RegoSettings};
use holdfast_remote::{KeptSettings, Remote, RemoteSettings};
use parking_lot::Mutex;

use crate::asking::{ann, rules, silent};
use crate::bundles::bundle;

const SOON: Duration = Duration::from_millis(20);

/// Waits until something holds; the tests' own patience is what ends it otherwise.
async fn until(what: &str, holds: impl Fn() -> bool) {
    for _ in 0..1_000 {
        if holds() {
            return;
        }
        tokio::time::sleep(SOON).await;
    }
    panic!("not within 20 s: {what}");
}

/// At once: a half-written file is another policy.
fn write(file: &Path, bytes: impl AsRef<[u8]>) {
    let beside = file.with_extension("new");
    fs::write(&beside, bytes).expect("a file");
    fs::rename(&beside, file).expect("in its place");
}

async fn of_path(path: &Path) -> Result<Followed, LoadError> {
    let source = Source::Path { path: path.to_owned(), key: None, every: SOON };
    follow(RegoSettings::default(), source).await
}

#[tokio::test]
async fn a_changed_file_is_in_force_and_a_broken_one_is_not() {
    let home = tempfile::tempdir().expect("a directory");
    let file = home.path().join("policy.rego");
    assert!(of_path(&file).await.is_err(), "there is nothing");
    write(&file, rules("allow := true"));
    let followed = of_path(&file).await.expect("a policy");
    let policy = Arc::clone(followed.policy());
    let mut changes = policy.changes();
    assert_eq!(
        (ann(&policy), policy.generation(), policy.trouble()),
        (Ok(Verdict::Allow), 1, None)
    );

    write(&file, rules("allow := false"));
    changes.changed().await.expect("the policy lives");
    assert_eq!((ann(&policy), policy.generation()), (silent(DENIED), 2));

    write(&file, rules("allow if {"));
    until("it complains", || policy.trouble().is_some()).await;
    assert_eq!((ann(&policy), policy.generation(), policy.failures()), (silent(DENIED), 2, 1));
    let trouble = policy.trouble().expect("it complains");
    assert!(trouble.contains("does not compile"), "{trouble}");

    fs::remove_file(&file).expect("it is gone");
    until("it misses the file", || policy.failures() == 2).await;
    assert_eq!(ann(&policy), silent(DENIED));

    write(&file, rules("allow := true"));
    until("it is well", || policy.trouble().is_none()).await;
    assert_eq!(ann(&policy), Ok(Verdict::Allow));
    followed.close().await;
}

#[tokio::test]
async fn a_directory_and_a_bundle_are_followed_like_a_file() {
    let home = tempfile::tempdir().expect("a directory");
    let inside = home.path().join("people");
    fs::create_dir_all(&inside).expect("a directory");
    let text =
        rules("default allow := false\nallow if input.identity.user_id in data.people.names");
    write(&home.path().join("authz.rego"), &text);
    write(&home.path().join(".hidden.rego"), "nonsense");
    write(&inside.join("data.json"), r#"{"names": ["ann"]}"#);
    let followed = of_path(home.path()).await.expect("a policy");
    assert_eq!(ann(followed.policy()), Ok(Verdict::Allow));
    write(&inside.join("data.json"), r#"{"names": []}"#);
    until("the document counts", || ann(followed.policy()) == silent(DENIED)).await;

    let file = home.path().join("bundle.tar.gz");
    write(&file, bundle(&[("a.rego", &rules("allow := true"))]));
    let followed = of_path(&file).await.expect("a policy");
    assert_eq!(ann(followed.policy()), Ok(Verdict::Allow));
    let key = BundleKey::new("HS256", "secret", None).expect("a key");
    let source = Source::Path { path: file, key: Some(key), every: SOON };
    let unsigned = follow(RegoSettings::default(), source).await;
    assert!(matches!(unsigned.err(), Some(LoadError::Signature(_))));
}

/// Every request gets an answer of one of the two policies, while they take turns; the broken one never counts.
#[test]
fn no_request_notices_that_a_policy_is_replaced() {
    let text = |user: &str| {
        let text = rules(&format!(
            "default allow := false\nallow if input.identity.user_id == \"{user}\""
        ));
        Modules::text(text).expect("a text")
    };
    let policy = RegoPolicy::new(RegoSettings::default(), &text("ann")).expect("it compiles");
    let (done, asked) = (AtomicBool::new(false), AtomicUsize::new(0));
    std::thread::scope(|scope| {
        for worker in 0..4 {
            let (policy, done, asked) = (&policy, &done, &asked);
            scope.spawn(move || {
                let (ann, bob) = (Identity::named("ann"), Identity::named("bob"));
                let mut turn = 0;
                while !done.load(Ordering::Relaxed) {
                    turn += 1;
                    let what = Resource::key("n", format!("{worker}/{}", turn % 100));
                    for who in [&ann, &bob] {
                        let said =
                            policy.judge(who, Action::Read, &what).expect("no request fails");
                        assert!(said == Verdict::Allow || said == Verdict::Silent(DENIED.into()));
                        asked.fetch_add(1, Ordering::Relaxed);
                    }
                }
            });
        }
        let broken = Modules::text("package config.authz\nallow if {").expect("a text");
        for turn in 0..60 {
            let user = if turn % 2 == 0 { "bob" } else { "ann" };
            let generation = policy.replace(&text(user), 0).expect("it compiles");
            // What is decided after the change is decided by the new one, kept decisions or not.
            let (own, other) = if user == "ann" { ("ann", "bob") } else { ("bob", "ann") };
            let says = |user: &str| {
                policy.judge(&Identity::named(user), Action::Read, &Resource::key("n", "0/1"))
            };
            assert_eq!(says(own), Ok(Verdict::Allow));
            assert_eq!(says(other), silent(DENIED));
            assert!(policy.replace(&broken, 0).is_err());
            assert_eq!(policy.generation(), generation);
        }
        done.store(true, Ordering::Relaxed);
    });
    assert!(asked.load(Ordering::Relaxed) > 0);
}

/// What the server of a test answers, and what it was asked.
#[derive(Default)]
struct Served {
    body: Vec<u8>,
    etag: String,
    down: bool,
    asked: usize,
    not_modified: usize,
}

type Shared = Arc<Mutex<Served>>;

async fn answer(State(served): State<Shared>, headers: HeaderMap) -> Response<Body> {
    let mut served = served.lock();
    served.asked += 1;
    let status = |code: StatusCode, body: Body| {
        Response::builder()
            .status(code)
            .header("etag", &served.etag)
            .body(body)
            .expect("a response")
    };
    if served.down {
        return status(StatusCode::SERVICE_UNAVAILABLE, Body::empty());
    }
    let same =
        headers.get("if-none-match").is_some_and(|etag| etag.as_bytes() == served.etag.as_bytes());
    if same {
        let response = status(StatusCode::NOT_MODIFIED, Body::empty());
        served.not_modified += 1;
        return response;
    }
    let body = served.body.clone();
    status(StatusCode::OK, body.into())
}

async fn serve(served: &Shared) -> SocketAddr {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let address = listener.local_addr().expect("an address");
    let app = Router::new().route("/policy", get(answer)).with_state(Arc::clone(served));
    tokio::spawn(async move { axum::serve(listener, app).await });
    address
}

fn put(served: &Shared, body: impl Into<Vec<u8>>, etag: &str) {
    let mut served = served.lock();
    (served.body, served.etag) = (body.into(), etag.into());
}

fn at(address: SocketAddr) -> Source {
    let remote = Remote::new(&RemoteSettings::new(format!("http://{address}/policy")));
    let remote = remote.expect("a URL");
    let kept =
        KeptSettings { interval: SOON, floor: Duration::from_millis(1), ..KeptSettings::default() };
    Source::Url { remote, kept, key: None }
}

#[tokio::test]
async fn a_url_is_followed_through_changes_and_failures() {
    let served = Shared::default();
    put(&served, rules("allow := true"), "\"1\"");
    let address = serve(&served).await;
    let followed = follow(RegoSettings::default(), at(address)).await.expect("it begins");
    let policy = Arc::clone(followed.policy());
    assert_eq!((ann(&policy), followed.trouble()), (Ok(Verdict::Allow), None));
    let generation = policy.generation();
    until("it asks whether there is a newer one", || served.lock().not_modified > 2).await;
    assert_eq!(policy.generation(), generation, "what is not modified is not loaded again");

    put(&served, bundle(&[("a.rego", &rules("allow := false"))]), "\"2\"");
    until("a bundle counts too", || ann(&policy) == silent(DENIED)).await;
    put(&served, "no policy", "\"3\"");
    until("it complains", || followed.trouble().is_some()).await;
    assert_eq!(ann(&policy), silent(DENIED), "the last good one stays");

    served.lock().down = true;
    put(&served, rules("allow := true"), "\"4\"");
    let before = served.lock().asked;
    until("it asks on", || served.lock().asked > before + 1).await;
    assert_eq!(ann(&policy), silent(DENIED));
    assert!(followed.trouble().is_some());
    served.lock().down = false;
    until("it is well again", || followed.trouble().is_none()).await;
    assert_eq!(ann(&policy), Ok(Verdict::Allow));
    followed.close().await;
}

#[tokio::test]
async fn a_url_that_is_down_at_the_start_is_waited_for() {
    let served = Shared::default();
    served.lock().down = true;
    put(&served, rules("allow := true"), "\"1\"");
    let address = serve(&served).await;
    let followed = follow(RegoSettings::default(), at(address)).await.expect("it begins");
    let policy = Arc::clone(followed.policy());
    assert_eq!((ann(&policy), policy.generation()), (silent("no OPA decision"), 0));
    assert!(followed.trouble().is_some() && policy.trouble().is_some());
    served.lock().down = false;
    until("it is there", || ann(&policy) == Ok(Verdict::Allow)).await;
    until("it is well", || followed.trouble().is_none()).await;
    followed.close().await;
}
