//! Case 47: consumer groups. Who shares the events, what comes again and is marked, and that a group knows where it was.

use std::collections::HashSet;
use std::time::Duration;

use holdfast_api::stategate::{AckOpts, Event, StreamOpts};
use holdfast_tests::server::Launch;
use holdfast_tests::stategate::{Group, Live};
use holdfast_tests::{Server, Stategate};
use serde_json::json;
use tonic::Code;

fn group(name: &str, acknowledges: bool) -> Group<'_> {
    Group { domain: "shop", kind: "order", name, acknowledges }
}

async fn set(client: &Stategate, key: &str, n: u64) {
    client.set("shop", "order", key, json!({"n": n})).await.expect("set");
}

/// Whatever comes until nothing does.
async fn drain(live: &mut Live) -> Vec<Event> {
    let mut events = Vec::new();
    while let Some(event) = live.within(Duration::from_millis(500)).await {
        events.push(event);
    }
    events
}

fn keys(events: &[Event]) -> Vec<&str> {
    events.iter().map(|event| &*event.state.key).collect()
}

fn ids(events: &[Event]) -> Vec<String> {
    events.iter().map(|event| event.id.clone()).collect()
}

#[tokio::test]
async fn case_47_a_group_gets_each_event_once_together() {
    let server = Server::dev().await;
    let client = server.stategate().await;
    let mut first = client.share(&group("g", false)).await.expect("a member");
    let mut second = client.share(&group("g", false)).await.expect("a member");
    let mut other = client.share(&group("h", false)).await.expect("a member");
    let mut alone = client.stream("shop", "order", "").await.expect("a stream");
    let mut too = client.stream("shop", "order", "").await.expect("a stream");
    for n in 0..20 {
        set(&client, &format!("k{n}"), n).await;
    }
    let (a, b) = (drain(&mut first).await, drain(&mut second).await);
    let all: HashSet<String> = ids(&a).into_iter().chain(ids(&b)).collect();
    assert_eq!((a.len() + b.len(), all.len()), (20, 20), "each is for one of them");
    assert!(a.len() >= 5 && b.len() >= 5, "they share: {} and {}", a.len(), b.len());
    for live in [&mut other, &mut alone, &mut too] {
        let events = drain(live).await;
        assert_eq!(ids(&events).into_iter().collect::<HashSet<_>>(), all);
        assert!(events.iter().all(|event| !event.redelivered));
    }
}

#[tokio::test]
async fn what_was_acknowledged_is_done_and_the_rest_comes_again() {
    let server = Server::dev().await;
    let client = server.stategate().await;
    let of = group("g", true);
    let mut member = client.share(&of).await.expect("a member");
    for n in 0..4 {
        set(&client, &format!("k{n}"), n).await;
    }
    let events = drain(&mut member).await;
    assert_eq!(keys(&events), ["k0", "k1", "k2", "k3"]);
    let mut done = ids(&events[..2]);
    done.push("00000000-0000-4000-8000-000000000000".into());
    assert_eq!(client.ack(&of, done.clone()).await.expect("ack"), 2);
    assert_eq!(client.ack(&of, done).await.expect("ack"), 0);
    // Given back: it comes at once, and is marked.
    let returned = AckOpts { returned: ids(&events[3..]), ..of.acks(Vec::new()) };
    client.events().ack(returned).await.expect("ack");
    let again = member.next().await;
    assert!(again.state.key == "k3" && again.redelivered, "{again:?}");
    drop(member);
    let mut next = client.share(&of).await.expect("a member");
    let rest = drain(&mut next).await;
    assert_eq!(keys(&rest), ["k2", "k3"]);
    assert!(rest.iter().all(|event| event.redelivered));
    client.ack(&of, ids(&rest)).await.expect("ack");
    // Nobody is there while this is written.
    drop(next);
    set(&client, "k4", 4).await;
    let mut later = client.share(&of).await.expect("a member");
    let missed = drain(&mut later).await;
    assert_eq!(keys(&missed), ["k4"]);
    assert!(!missed[0].redelivered, "nobody got it before");
}

#[tokio::test]
async fn what_is_not_acknowledged_in_time_is_for_another_one() {
    let server = Launch::default().settings("groups.redelivery = '700ms'").start().await;
    let client = server.stategate().await;
    let of = group("g", true);
    let mut sleepy = client.share(&of).await.expect("a member");
    set(&client, "k", 1).await;
    let first = sleepy.next().await;
    let mut other = client.share(&of).await.expect("a member");
    let again = other.next().await;
    assert!(again.id == first.id && again.redelivered && !first.redelivered);
    assert_eq!(client.ack(&of, vec![again.id]).await.expect("ack"), 1);
    assert!(drain(&mut other).await.is_empty() && drain(&mut sleepy).await.is_empty());
}

#[tokio::test]
async fn what_a_stream_without_acknowledgements_got_last_comes_again_when_it_breaks() {
    let server = Launch::default().settings("groups.redelivery = '2s'").start().await;
    let client = server.stategate().await;
    let of = group("g", false);
    let mut member = client.share(&of).await.expect("a member");
    set(&client, "old", 1).await;
    assert_eq!(member.next().await.state.key, "old");
    tokio::time::sleep(Duration::from_secs(3)).await;
    set(&client, "new", 2).await;
    assert_eq!(member.next().await.state.key, "new");
    drop(member);
    let mut next = client.share(&of).await.expect("a member");
    let again = drain(&mut next).await;
    assert_eq!(keys(&again), ["new"], "the other one was long ago");
    assert!(again[0].redelivered);
}

#[tokio::test]
async fn a_group_knows_where_it_was_after_sigkill() {
    let mut server = Server::dev().await;
    let of = group("g", true);
    {
        let client = server.stategate().await;
        let mut member = client.share(&of).await.expect("a member");
        for n in 0..3 {
            set(&client, &format!("k{n}"), n).await;
        }
        let events = drain(&mut member).await;
        client.ack(&of, ids(&events[..1])).await.expect("ack");
        // What was acknowledged is kept within a moment.
        tokio::time::sleep(Duration::from_secs(1)).await;
    }
    server.kill();
    server.start_again().await;
    let client = server.stategate().await;
    let mut member = client.share(&of).await.expect("a member");
    let rest = drain(&mut member).await;
    assert_eq!(keys(&rest), ["k1", "k2"]);
    assert!(rest.iter().all(|event| event.redelivered));
}

#[tokio::test]
async fn a_group_begins_where_it_is_asked_to_and_no_member_gets_too_much() {
    let server = Server::dev().await;
    let client = server.stategate().await;
    for n in 0..5 {
        set(&client, &format!("k{n}"), n).await;
    }
    let opts = StreamOpts {
        domain: "shop".into(),
        r#type: "order".into(),
        consumer_group: "g".into(),
        since: "0".into(),
        acknowledge: true,
        max_unacked: 2,
        ..StreamOpts::default()
    };
    let mut member = client.listen(opts).await.expect("a member");
    let events = drain(&mut member).await;
    assert_eq!(keys(&events), ["k0", "k1"]);
    client.ack(&group("g", true), ids(&events)).await.expect("ack");
    assert_eq!(keys(&drain(&mut member).await), ["k2", "k3"]);
}

#[tokio::test]
async fn over_http_a_group_is_a_parameter_and_ack_a_post() {
    let server = Server::dev().await;
    let client = server.stategate().await;
    let base = format!("http://127.0.0.1:{}/api/events", server.port());
    let path = format!("{base}/stream?domain=shop&type=order&consumer_group=g&acknowledge=true");
    let mut lines = reqwest::get(&path).await.expect("a stream");
    set(&client, "k", 1).await;
    let line = lines.chunk().await.expect("a line").expect("a line");
    let event: serde_json::Value = serde_json::from_slice(&line).expect("JSON");
    assert!(event["result"].get("redelivered").is_none(), "{event}");
    drop(lines);
    let mut lines = reqwest::get(&path).await.expect("a stream");
    let line = lines.chunk().await.expect("a line").expect("a line");
    let event: serde_json::Value = serde_json::from_slice(&line).expect("JSON");
    assert_eq!(event["result"]["redelivered"], true, "{event}");
    let ack = json!({
        "domain": "shop", "type": "order", "consumer_group": "g", "ids": [event["result"]["id"]],
    });
    let http = reqwest::Client::new();
    let answer = http.post(format!("{base}/ack")).body(ack.to_string()).send().await;
    let answer = answer.expect("an answer").text().await.expect("a text");
    assert_eq!(answer, r#"{"acknowledged":"1"}"#);
}

#[tokio::test]
async fn what_is_wrong_with_a_group_is_said() {
    let server = Server::dev().await;
    let client = server.stategate().await;
    let refused = |failure: holdfast_tests::Failure, words: &str| {
        assert_eq!(failure.code, Code::InvalidArgument);
        assert!(failure.message.contains(words), "{failure:?}");
    };
    let long = "g".repeat(256);
    refused(client.share(&group(&long, true)).await.expect_err("too long"), "ConsumerGroup");
    let opts = StreamOpts {
        domain: "shop".into(),
        r#type: "order".into(),
        max_unacked: -1,
        ..StreamOpts::default()
    };
    refused(client.listen(opts).await.expect_err("negative"), "MaxUnacked");
    refused(client.ack(&group("", true), vec![]).await.expect_err("no name"), "ConsumerGroup");
    let nonsense = vec!["x".to_owned()];
    refused(client.ack(&group("g", true), nonsense).await.expect_err("no id"), "Ids");
    assert_eq!(client.ack(&group("nobody", true), vec![]).await.expect("nothing to do"), 0);
}

/// A group with a member is not forgotten, however long nothing happens: what another group clears away is of those without.
#[tokio::test]
async fn a_quiet_group_with_a_member_is_not_forgotten() {
    let mut server = Launch::default().settings("groups.keep = '4s'").start().await;
    let client = server.stategate().await;
    let (of, other) = (group("quiet", true), group("other", true));
    let member = client.share(&of).await.expect("a member");
    tokio::time::sleep(Duration::from_secs(6)).await;
    drop(client.share(&other).await.expect("a member"));
    server.kill();
    drop(member);
    server.start_again().await;
    let client = server.stategate().await;
    set(&client, "k", 1).await;
    let mut member = client.share(&of).await.expect("a member");
    assert_eq!(keys(&drain(&mut member).await), ["k"]);
}
