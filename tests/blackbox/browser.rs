//! Server-sent events as a browser's own `EventSource` sees them.

use std::time::Duration;

use holdfast_tests::browser::{Browser, Site};
use holdfast_tests::client::put;
use holdfast_tests::server::Launch;
use holdfast_tests::{Server, log, skip};
use serde_json::{Value, json};

/// Tells everything that an `EventSource` fires.
fn page(server: &Server, query: &str) -> String {
    let url = format!("http://127.0.0.1:{}/v1/watch?{query}", server.port());
    format!(
        "const source = new EventSource({url:?});
         source.onopen = () => tell({{ kind: 'open' }});
         for (const kind of ['message', 'set', 'delete', 'reset'])
           source.addEventListener(kind, (event) =>
             tell({{ kind, id: event.lastEventId, key: JSON.parse(event.data).key ?? null }}));
         source.addEventListener('error', () => tell({{ kind: 'lost', state: source.readyState }}));"
    )
}

async fn next(browser: &mut Browser) -> Value {
    browser.told().await
}

fn set(id: u64, key: &str) -> Value {
    json!({ "kind": "set", "id": id.to_string(), "key": key })
}

async fn started(settings: &str, query: &str) -> Option<(Server, Browser)> {
    if !Browser::is_here() {
        skip::skipped("browser", "there is no headless Chromium (make setup)");
        return None;
    }
    let site = Site::bind().await;
    let settings = format!("cors.origins = {:?}\n{settings}", site.origin());
    let server = Launch::default().settings(&settings).start().await;
    let mut browser = site.open(&page(&server, query));
    assert_eq!(next(&mut browser).await["kind"], "open");
    Some((server, browser))
}

#[tokio::test]
async fn an_event_source_survives_a_restart_without_a_loss_or_a_repetition() {
    let Some((mut server, mut browser)) = started("", "namespaces=app").await else { return };
    let config = server.config().await;
    for n in 1..=3 {
        config.set("app", &format!("k{n}"), "1").await.expect("it is written");
    }
    config.set("other", "k", "1").await.expect("it is written");
    for n in 1..=3 {
        assert_eq!(next(&mut browser).await, set(n, &format!("k{n}")));
    }
    // Only the last event of a commit moves the place.
    let batch = ["a", "b", "c"].map(|key| put("app", key, "1"));
    server.holdfast().await.commit(batch.into()).await.expect("it is written");
    let ids = [next(&mut browser).await, next(&mut browser).await, next(&mut browser).await];
    assert_eq!(ids[2], set(5, "c"));
    let place = |event: &Value| event["id"].as_str().and_then(|id| id.parse::<u64>().ok());
    // A bookmark may have told of the commit of the other namespace by then.
    assert!(ids[..2].iter().all(|event| [Some(3), Some(4)].contains(&place(event))), "{ids:?}");

    server.kill();
    assert_eq!(next(&mut browser).await["kind"], "lost");
    server.start_again().await;
    let config = server.config().await;
    for n in 6..=8 {
        config.set("app", &format!("k{n}"), "1").await.expect("it is written");
    }
    let mut seen = Vec::new();
    while seen.len() < 3 {
        let event = next(&mut browser).await;
        match event["kind"].as_str() {
            Some("open") => {}
            // 0: it goes on trying by itself.
            Some("lost") => assert_eq!(event["state"], 0),
            _ => seen.push(event),
        }
    }
    assert_eq!(seen, [set(6, "k6"), set(7, "k7"), set(8, "k8")]);
    assert_eq!(browser.told_within(Duration::from_millis(500)).await, None);
}

#[tokio::test]
async fn a_quiet_event_source_is_not_left_behind_by_compaction() {
    let settings = "sse.heartbeat = \"200ms\"\nretention.max_revisions = 20";
    let Some((mut server, mut browser)) = started(settings, "namespaces=quiet").await else {
        return;
    };
    let config = server.config().await;
    config.set("quiet", "first", "1").await.expect("it is written");
    assert_eq!(next(&mut browser).await, set(1, "first"));
    for n in 0..100 {
        config.set("busy", "k", &n.to_string()).await.expect("it is written");
    }
    // Some heartbeats, each with a bookmark, none of which fires anything.
    assert_eq!(browser.told_within(Duration::from_secs(2)).await, None);
    log::oldest(&server.holdfast().await).await;

    server.kill();
    assert_eq!(next(&mut browser).await["kind"], "lost");
    server.start_again().await;
    server.config().await.set("quiet", "second", "1").await.expect("it is written");
    loop {
        let event = next(&mut browser).await;
        if event["kind"] == "set" {
            assert_eq!(event, set(102, "second"));
            break;
        }
        assert!(event["kind"] != "reset", "its place was left behind: {event}");
    }
}
