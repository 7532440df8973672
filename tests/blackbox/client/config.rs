//! Configuration in memory: what is fresh, what is stale, what is never covered up.

use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use holdfast_client::source::Why;
use holdfast_client::{Bounds, Config, ConfigBuilder, Kind, Namespace, Phase, Value};
use holdfast_tests::faults::{Fault, Network};
use holdfast_tests::server::Launch;
use holdfast_tests::{ForeignServer, Server, skip};

use super::{builder, client};

const STALENESS: Duration = Duration::from_millis(600);
const PATIENCE: Duration = Duration::from_secs(20);

fn over(client: holdfast_client::Client) -> ConfigBuilder {
    Config::over(client)
        .max_staleness(STALENESS)
        .watch_backoff(Duration::from_millis(20), Duration::from_millis(200))
}

/// Waits until a read shows what is wanted.
async fn until(namespace: &Namespace, key: &str, wanted: impl Fn(&Value) -> bool) -> Value {
    let began = Instant::now();
    loop {
        if let Ok(value) = namespace.get(key).await
            && wanted(&value)
        {
            return value;
        }
        assert!(began.elapsed() < PATIENCE, "{key} is {:?}", namespace.get(key).await);
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
}

fn number(value: &Value) -> u64 {
    value.decode().expect("a number")
}

#[tokio::test(flavor = "multi_thread")]
async fn reads_come_from_memory_and_see_every_change() {
    let server = Server::dev().await;
    let direct = client(&server);
    direct.set("production", "app/timeout", "30", "json").await.expect("written");
    let config = over(client(&server)).default_namespace("production").open().expect("a config");
    let namespace = config.namespace("");
    namespace.ready().await.expect("it follows");
    assert_eq!(namespace.name(), "production");
    assert_eq!(number(&namespace.get("app/timeout").await.expect("a value")), 30);
    direct.set("production", "app/timeout", "31", "json").await.expect("written");
    until(&namespace, "app/timeout", |value| number(value) == 31).await;
    direct.delete("production", "app/timeout").await.expect("deleted");
    let began = Instant::now();
    while namespace.get("app/timeout").await.is_ok() {
        assert!(began.elapsed() < PATIENCE, "a delete was not seen");
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    assert_eq!(namespace.get("app/timeout").await.expect_err("gone").kind(), Kind::NotFound);
    let before = namespace.status().cache;
    for _ in 0..1_000 {
        assert!(namespace.get("app/timeout").await.is_err());
    }
    assert!(namespace.status().cache.misses - before.misses < 10, "a missing key is known too");
    config.close().await;
    assert_eq!(namespace.get("app/timeout").await.expect_err("closed").kind(), Kind::Closed);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_write_is_seen_by_the_next_read() {
    let server = Server::dev().await;
    let config = over(client(&server)).open().expect("a config");
    let namespace = config.namespace("default");
    namespace.ready().await.expect("it follows");
    for n in 0..500_u64 {
        namespace.set("own", &n).await.expect("written");
        let seen = namespace.get("own").await.expect("a value");
        assert_eq!((number(&seen), seen.is_stale()), (n, false));
        if n % 10 == 9 {
            namespace.delete("own").await.expect("deleted");
            assert_eq!(namespace.get("own").await.expect_err("gone").kind(), Kind::NotFound);
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn while_the_server_is_away_values_are_stale_and_missing_ones_are_not_made_up() {
    let mut server = Server::dev().await;
    let direct = client(&server);
    direct.set("default", "a", "1", "json").await.expect("written");
    let errors: Arc<Mutex<Vec<Kind>>> = Arc::default();
    let told = Arc::clone(&errors);
    let config = over(builder(&server.endpoint()).retries(0).build().expect("a client"))
        .on_watch_error(move |_, error| told.lock().expect("no panic").push(error.kind()))
        .open()
        .expect("a config");
    let namespace = config.namespace("default");
    namespace.ready().await.expect("it follows");
    assert_eq!(namespace.get("none").await.expect_err("missing").kind(), Kind::NotFound);
    server.kill();
    let stale = until(&namespace, "a", Value::is_stale).await;
    assert_eq!(number(&stale), 1);
    assert!(stale.age().expect("an age") > STALENESS);
    // That it is missing was learned later than that, and is known for as long.
    let began = Instant::now();
    while namespace.get("none").await.expect_err("missing").kind() == Kind::NotFound {
        assert!(began.elapsed() < PATIENCE, "nobody can know that any more");
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    assert_eq!(namespace.get("none").await.expect_err("unknown").kind(), Kind::Unavailable);
    assert_eq!(namespace.refresh("a").await.expect_err("no fallback").kind(), Kind::Unavailable);
    assert!(namespace.set("a", &2).await.is_err());
    let began = Instant::now();
    while config.health().is_ok() {
        assert!(began.elapsed() < PATIENCE, "{:?}", config.status());
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    assert!(errors.lock().expect("no panic").contains(&Kind::Unavailable));
    assert_eq!(namespace.status().phase, Phase::Reconnecting);
    server.start_again().await;
    direct.set("default", "a", "3", "json").await.expect("written");
    until(&namespace, "a", |value| number(value) == 3 && !value.is_stale()).await;
    config.health().expect("well again");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_denied_is_never_covered_up() {
    let server = Launch::default().closed().start().await;
    let root = builder(&server.endpoint()).token(&server.root_token()).expect("a token");
    let root = root.build().expect("a client");
    for key in ["open/a", "secret/a"] {
        root.set("default", key, "1", "json").await.expect("written");
    }
    let cli = |arguments: &[&str]| {
        holdfast_tests::cli::run_as(&server, &server.root_token(), arguments).ok()
    };
    cli(&[
        "role",
        "set",
        "half",
        "--rule",
        "allow * default/**",
        "--rule",
        "deny * default/secret/**",
        "--user",
        "ann",
    ]);
    let token = cli(&["token", "create", "--user", "ann"]).trim().to_owned();
    let ann = builder(&server.endpoint()).token(&token).expect("a token").build().expect("one");
    let directory = tempfile::tempdir().expect("a directory");
    let config = over(ann).snapshot_dir(directory.path()).open().expect("a config");
    let namespace = config.namespace("default");
    namespace.ready().await.expect("it follows");
    assert_eq!(number(&namespace.get("open/a").await.expect("allowed")), 1);
    assert_eq!(namespace.get("secret/a").await.expect_err("denied").kind(), Kind::Denied);
    let began = Instant::now();
    let files = || std::fs::read_dir(directory.path()).expect("a directory").count();
    while files() == 0 {
        assert!(began.elapsed() < PATIENCE, "no snapshot is written");
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    // The right is taken away: what is in memory may not be shown any more.
    cli(&["role", "set", "half", "--rule", "deny * default/**", "--user", "ann"]);
    let began = Instant::now();
    loop {
        match namespace.get("open/a").await {
            Err(error) => {
                assert_eq!(error.kind(), Kind::Denied, "{error}");
                break;
            }
            Ok(_) => assert!(began.elapsed() < PATIENCE, "{:?}", namespace.status()),
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    assert!(namespace.peek("open/a").is_none());
    config.close().await;
    assert_eq!(files(), 0, "and not on disk either");
    // A token that nobody knows.
    let stranger = builder(&server.endpoint()).token("hf_0000000000000000_x").expect("a text");
    let config = over(stranger.build().expect("a client")).open().expect("a config");
    let error = config.namespace("default").get("open/a").await.expect_err("unknown");
    assert_eq!(error.kind(), Kind::Unauthenticated);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_application_starts_while_the_server_is_down() {
    let mut server = Server::dev().await;
    let directory = tempfile::tempdir().expect("a directory");
    let open = || {
        over(builder(&server.endpoint()).retries(0).build().expect("a client"))
            .snapshot_dir(directory.path().join("new"))
            .open()
            .expect("a config")
    };
    client(&server).set("default", "a", "1", "json").await.expect("written");
    let first = open();
    first.namespace("default").ready().await.expect("it follows");
    first.close().await;
    let endpoint = server.endpoint();
    server.kill();
    let offline = || {
        over(builder(&endpoint).retries(0).build().expect("a client"))
            .snapshot_dir(directory.path().join("new"))
            .open()
            .expect("a config")
    };
    let second = offline();
    let value = until(&second.namespace("default"), "a", |_| true).await;
    assert!(value.is_stale() && value.age().is_some(), "{value:?}");
    assert_eq!(number(&value), 1);
    second.close().await;
    // A file that was damaged is not believed.
    let file = std::fs::read_dir(directory.path().join("new")).expect("a directory").next();
    let file = file.expect("a file").expect("readable").path();
    let mut bytes = std::fs::read(&file).expect("a file");
    let mode = std::os::unix::fs::PermissionsExt::mode(
        &std::fs::metadata(&file).expect("a file").permissions(),
    );
    assert_eq!(mode & 0o077, 0, "readable by its owner only");
    let last = bytes.len() - 1;
    bytes[last] ^= 1;
    std::fs::write(&file, bytes).expect("written");
    let third = offline();
    let error = third.namespace("default").get("a").await.expect_err("nothing is known");
    assert_eq!(error.kind(), Kind::Unavailable, "{error}");
    third.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_start_from_a_snapshot_goes_on_where_it_was() {
    let server = Server::dev().await;
    let directory = tempfile::tempdir().expect("a directory");
    let faults = Arc::new(Mutex::new(Vec::new()));
    let open = || {
        let faults = Arc::clone(&faults);
        over(client(&server))
            .snapshot_dir(directory.path())
            .on_watch_error(move |_, error| {
                faults.lock().expect("no panic").push(error.to_string());
            })
            .open()
            .expect("a config")
    };
    client(&server).set("default", "a", "1", "json").await.expect("written");
    let first = open();
    first.namespace("default").ready().await.expect("it follows");
    first.close().await;
    let second = open();
    let namespace = second.namespace("default");
    // Before the watch has told anything.
    namespace.set("b", &2).await.expect("written");
    assert_eq!(number(&namespace.get("b").await.expect("written")), 2);
    client(&server).set("default", "c", "3", "json").await.expect("written");
    until(&namespace, "c", |value| number(value) == 3 && !value.is_stale()).await;
    second.close().await;
    assert_eq!(*faults.lock().expect("no panic"), Vec::<String>::new());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_caller_who_may_not_watch_has_the_last_known_value_too() {
    let mut server = Launch::default().closed().start().await;
    let root = builder(&server.endpoint()).token(&server.root_token()).expect("a token");
    root.build().expect("a client").set("default", "a", "1", "json").await.expect("written");
    let cli = |arguments: &[&str]| {
        holdfast_tests::cli::run_as(&server, &server.root_token(), arguments).ok()
    };
    cli(&["role", "set", "reader", "--rule", "allow read default/**", "--user", "ann"]);
    let token = cli(&["token", "create", "--user", "ann"]).trim().to_owned();
    let ann = builder(&server.endpoint()).retries(0).token(&token).expect("a token");
    let config = over(ann.build().expect("one")).open().expect("a config");
    let namespace = config.namespace("default");
    let mut phases = namespace.phases();
    phases.wait_for(|phase| *phase == Phase::Asking).await.expect("it may not watch");
    assert_eq!(number(&namespace.get("a").await.expect("allowed")), 1);
    server.kill();
    let value = until(&namespace, "a", Value::is_stale).await;
    assert_eq!(number(&value), 1);
    let error = namespace.get("b").await.expect_err("never read");
    assert_eq!(error.kind(), Kind::Unavailable, "{error}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_gap_that_cannot_be_resumed_is_read_anew_and_told() {
    let (server, other) = (Server::dev().await, Server::dev().await);
    let network = Network::to(server.port()).await;
    client(&server).set("default", "a", "1", "json").await.expect("written");
    client(&server).set("default", "b", "1", "json").await.expect("written");
    client(&other).set("default", "a", "2", "json").await.expect("written");
    let told: Arc<Mutex<Vec<Why>>> = Arc::default();
    let tell = Arc::clone(&told);
    let config = over(builder(&network.endpoint()).build().expect("a client"))
        .on_resync(move |_, why| tell.lock().expect("no panic").push(why))
        .open()
        .expect("a config");
    let namespace = config.namespace("default");
    namespace.ready().await.expect("it follows");
    network.suffer(Fault::Reset);
    network.suffer(Fault::None);
    client(&server).set("default", "a", "3", "json").await.expect("written");
    until(&namespace, "a", |value| number(value) == 3).await;
    assert_eq!(*told.lock().expect("no panic"), [], "a lost connection is resumed");
    network.lead_to(other.port());
    until(&namespace, "a", |value| number(value) == 2 && !value.is_stale()).await;
    assert_eq!(*told.lock().expect("no panic"), [Why::ForeignLog]);
    assert_eq!(namespace.get("b").await.expect_err("not there").kind(), Kind::NotFound);
    assert_eq!(namespace.status().resyncs, 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_compacted_meanwhile_is_read_anew_and_told() {
    let settings = "retention.max_revisions = 10";
    let server = Launch::default().settings(settings).start().await;
    let network = Network::to(server.port()).await;
    let direct = client(&server);
    direct.set("default", "a", "0", "json").await.expect("written");
    let told: Arc<Mutex<Vec<Why>>> = Arc::default();
    let tell = Arc::clone(&told);
    let config = over(builder(&network.endpoint()).build().expect("a client"))
        .on_resync(move |_, why| tell.lock().expect("no panic").push(why))
        .open()
        .expect("a config");
    let namespace = config.namespace("default");
    namespace.ready().await.expect("it follows");
    network.suffer(Fault::Drop);
    for n in 1..=300_u64 {
        direct.set("default", "a", n.to_string(), "json").await.expect("written");
    }
    // Whoever begins behind the oldest commit that is kept is told so.
    let began = Instant::now();
    while direct.history("default", "a", 0).await.expect("a history").len() > 50 {
        assert!(began.elapsed() < PATIENCE, "nothing is compacted");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    network.suffer(Fault::None);
    until(&namespace, "a", |value| number(value) == 300 && !value.is_stale()).await;
    assert_eq!(*told.lock().expect("no panic"), [Why::Compacted]);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_alias_stands_for_its_key() {
    let server = Server::dev().await;
    let direct = client(&server);
    direct.set("default", "new/name", "1", "json").await.expect("written");
    let config = over(client(&server)).open().expect("a config");
    let namespace = config.namespace("default");
    namespace.ready().await.expect("it follows");
    assert_eq!(namespace.get("old").await.expect_err("no key").kind(), Kind::NotFound);
    direct.set_alias("old", "new/name").await.expect("an alias");
    config.refresh_aliases().await.expect("aliases");
    assert_eq!(number(&namespace.get("old").await.expect("by its other name")), 1);
    namespace.set("old", &2).await.expect("written");
    assert_eq!(number(&namespace.get("new/name").await.expect("the key")), 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn memory_stays_within_its_bounds_and_everything_can_still_be_read() {
    let server = Server::dev().await;
    let direct = client(&server);
    let value = format!("\"{}\"", "x".repeat(1_000));
    for chunk in 0..4 {
        let mut batch = holdfast_client::Batch::new();
        for n in 0..250 {
            let key = format!("k{:04}", chunk * 250 + n);
            batch = batch.and(holdfast_client::Write::put("default", key, value.clone(), "json"));
        }
        direct.commit(batch).await.expect("written");
    }
    let bounds = Bounds { keys: 300, bytes: 200_000 };
    let config = over(client(&server)).bounds(bounds).open().expect("a config");
    let namespace = config.namespace("default");
    namespace.ready().await.expect("it follows");
    for n in (0..1_000).rev() {
        let key = format!("k{n:04}");
        let read = namespace.get(&key).await.expect("a value");
        assert_eq!(read.bytes().len(), 1_002);
        let cache = namespace.status().cache;
        assert!(cache.size <= bounds.keys && cache.bytes <= bounds.bytes, "{cache:?}");
    }
    assert!(namespace.status().cache.evictions > 0);
    assert_eq!(namespace.list("k00").await.expect("from the server").len(), 100);
    // What is read often stays, and is kept current.
    namespace.get("k0500").await.expect("a value");
    direct.set("default", "k0500", "7", "json").await.expect("written");
    until(&namespace, "k0500", |value| value.bytes() == b"7").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_with_config_v1_alone_is_followed_too() {
    if !ForeignServer::is_here() {
        return skip::skipped("configuration over config.v1", "there is no Python gRPC server");
    }
    let mut server = ForeignServer::start().await;
    let direct = builder(&server.endpoint()).build().expect("a client");
    direct.set("default", "a", "1", "json").await.expect("written");
    let config = over(builder(&server.endpoint()).build().expect("a client")).open().expect("one");
    let namespace = config.namespace("default");
    namespace.ready().await.expect("it follows");
    assert_eq!(number(&namespace.get("a").await.expect("a value")), 1);
    direct.set("default", "a", "2", "json").await.expect("written");
    until(&namespace, "a", |value| number(value) == 2).await;
    for n in 0..100_u64 {
        namespace.set("own", &n).await.expect("written");
        assert_eq!(number(&namespace.get("own").await.expect("a value")), n);
    }
    server.kill();
    until(&namespace, "a", Value::is_stale).await;
    server.start_again().await;
    // No event tells of this: the server was away when it would have been watched.
    direct.set("default", "a", "3", "json").await.expect("written");
    until(&namespace, "a", |value| number(value) == 3 && !value.is_stale()).await;
}
