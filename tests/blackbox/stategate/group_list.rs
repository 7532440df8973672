//! Consumer groups, as whoever runs them sees them: which there are, how far each is, and that one goes.

use std::time::Duration;

use holdfast_api::stategate::{Event, StreamOpts};
use holdfast_tests::cli::run;
use holdfast_tests::server::Launch;
use holdfast_tests::stategate::{Group, Live};
use holdfast_tests::{Server, Stategate, http};
use serde_json::{Value, json};

const MAILER: Group<'static> =
    Group { domain: "shop", kind: "order", name: "mailer", acknowledges: true };

async fn set(client: &Stategate, n: u64) {
    client.set("shop", "order", &format!("k{n}"), json!({"n": n})).await.expect("set");
}

async fn some(live: &mut Live, count: usize) -> Vec<Event> {
    let mut events = Vec::new();
    while events.len() < count {
        events.push(live.next().await);
    }
    events
}

/// What the verb lists, as JSON.
fn listed(server: &Server, more: &[&str]) -> Vec<Value> {
    let line = [&["groups", "ls", "-o", "json"], more].concat();
    let text = run(server, &line).ok();
    serde_json::from_str(&text).unwrap_or_else(|error| panic!("{error}: {text}"))
}

/// The only group, once it is like that.
async fn once(server: &Server, like: impl Fn(&Value) -> bool) -> Value {
    for _ in 0..300 {
        let groups = listed(server, &[]);
        if let [group] = &groups[..]
            && like(group)
        {
            return group.clone();
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    panic!("it is {:?}", listed(server, &[]));
}

#[tokio::test]
async fn groups_are_listed_with_how_far_they_are() {
    let mut server = Server::dev().await;
    assert!(listed(&server, &[]).is_empty());
    let client = server.stategate().await;
    let mut member = client.share(&MAILER).await.expect("a member");
    for n in 0..3 {
        set(&client, n).await;
    }
    let events = some(&mut member, 3).await;
    client.ack(&MAILER, vec![events[0].id.clone()]).await.expect("ack");
    let group = once(&server, |group| group["in_flight"] == 2).await;
    let all = http::get(server.port(), "/v2/groups").await.expect("an answer").json();
    let head: u64 = all["revision"].as_str().expect("a text").parse().expect("a number");
    assert_eq!(group["behind"], 2, "{group}");
    assert_eq!(group["revision"], head - 2, "{group}");
    assert_eq!((&group["domain"], &group["type"]), (&json!("shop"), &json!("order")));
    assert_eq!((&group["name"], &group["members"]), (&json!("mailer"), &json!(1)));
    assert_eq!((&group["waiting"], &group["node"]), (&json!(0), &json!("")));

    // Beyond what the one member takes at once, events wait.
    let narrow = StreamOpts {
        domain: "*".into(),
        r#type: "order".into(),
        consumer_group: "all".into(),
        acknowledge: true,
        max_unacked: 1,
        since: "0".into(),
        ..StreamOpts::default()
    };
    let mut other = client.listen(narrow).await.expect("a member");
    some(&mut other, 1).await;
    let groups = listed(&server, &[]);
    let names: Vec<_> = groups.iter().map(|group| group["name"].clone()).collect();
    assert_eq!(names, ["all", "mailer"]);
    assert_eq!((&groups[0]["waiting"], &groups[0]["in_flight"]), (&json!(2), &json!(1)));
    let in_shop = listed(&server, &["-n", "shop"]);
    assert_eq!((in_shop.len(), &in_shop[0]["name"]), (1, &json!("mailer")), "{in_shop:?}");
    assert!(listed(&server, &["-n", "shops"]).is_empty());
    let table = run(&server, &["groups", "ls"]).ok();
    let mut lines = table.lines();
    let headings = lines.next().expect("headings");
    assert!(headings.starts_with("DOMAIN") && headings.contains("IN FLIGHT"), "{table}");
    assert!(lines.any(|line| line.starts_with("shop") && line.contains("mailer")), "{table}");
    let raw = run(&server, &["groups", "list", "-o", "raw"]).ok();
    assert_eq!(raw, "*\torder\tall\nshop\torder\tmailer\n");

    // Over HTTP, page by page.
    let first = http::get(server.port(), "/v2/groups?limit=1").await.expect("an answer").json();
    assert_eq!(first["groups"][0]["name"], "all", "{first}");
    let cursor = first["nextCursor"].as_str().expect("there are more");
    let path = format!("/v2/groups?limit=1&cursor={cursor}");
    let second = http::get(server.port(), &path).await.expect("an answer").json();
    assert_eq!(second["groups"][0]["name"], "mailer", "{second}");
    assert_eq!(second["groups"][0]["inFlight"], 2);
    assert!(second.get("nextCursor").is_none(), "{second}");
    let other_request = http::get(server.port(), &format!("{path}&domain=shop")).await;
    assert_eq!(other_request.expect("an answer").status, 400);

    // Nobody is there: it stands where it was, and falls behind; after SIGKILL too.
    run(&server, &["groups", "rm", "*", "order", "all"]).fails(4);
    drop((member, other));
    while run(&server, &["groups", "rm", "*", "order", "all"]).code != 0 {
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    let left = once(&server, |group| group["members"] == 0).await;
    assert_eq!((&left["in_flight"], &left["waiting"]), (&json!(0), &json!(0)), "{left}");
    set(&client, 3).await;
    server.kill();
    server.start_again().await;
    let after = once(&server, |_| true).await;
    assert_eq!((&after["revision"], &after["behind"]), (&left["revision"], &json!(3)), "{after}");
}

#[tokio::test]
async fn a_group_is_removed_when_nobody_uses_it_and_begins_anew() {
    let server = Server::dev().await;
    let client = server.stategate().await;
    let removal = ["groups", "rm", "shop", "order", "mailer"];
    assert!(run(&server, &removal).fails(3).contains("no such consumer group"));
    let member = client.share(&MAILER).await.expect("a member");
    let refused = run(&server, &removal).fails(4);
    assert!(refused.contains("in use (members: 1)"), "{refused}");
    let path = "/v2/groups/shop/order/mailer";
    let answer = http::request(server.port(), "DELETE", path, &[], b"").await.expect("an answer");
    let told = answer.json();
    assert_eq!((answer.status, &told["details"][0]["reason"]), (409, &json!("CONFLICT")));
    assert_eq!(told["details"][0]["metadata"]["members"], "1", "{told}");
    drop(member);
    once(&server, |group| group["members"] == 0).await;
    set(&client, 1).await;
    let said = run(&server, &removal).ok();
    assert_eq!(said, "group shop order mailer removed\n");
    run(&server, &removal).fails(3);
    // What was written before is not for the new one.
    let mut member = client.share(&MAILER).await.expect("a member");
    set(&client, 2).await;
    assert_eq!(member.next().await.state.key, "k2");
    drop(member);

    // Names with slashes, encoded.
    let odd = Group { domain: "a/b", kind: "t", name: "x/y z", acknowledges: false };
    drop(client.share(&odd).await.expect("a member"));
    let path = "/v2/groups/a%2Fb/t/x%2Fy%20z";
    let delete = async || {
        let answer = http::request(server.port(), "DELETE", path, &[], b"").await;
        answer.expect("an answer")
    };
    let mut answer = delete().await;
    while answer.status == 409 {
        answer = delete().await;
    }
    assert_eq!((answer.status, answer.json()), (200, json!({})));
    assert_eq!(delete().await.status, 404);
}

/// Retention does not wait for groups. One that was left behind goes on with what is still there.
#[tokio::test]
async fn a_group_that_was_left_behind_can_be_seen_and_goes_on_with_what_is_kept() {
    let server = Launch::default().settings("retention.max_revisions = 3").start().await;
    let client = server.stategate().await;
    drop(client.share(&MAILER).await.expect("a member"));
    for n in 0..8 {
        set(&client, n).await;
    }
    let oldest = async || {
        let answer = http::get(server.port(), "/v2/groups").await.expect("an answer").json();
        let number = |value: &Value| value.as_str().and_then(|text| text.parse::<u64>().ok());
        let place = number(&answer["groups"][0]["revision"]).unwrap_or_default();
        (place, number(&answer["oldestRevision"]).expect("a revision"), answer)
    };
    let (mut place, mut kept, mut answer) = oldest().await;
    for _ in 0..300 {
        if kept >= place + 5 {
            break;
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
        (place, kept, answer) = oldest().await;
    }
    assert!(kept >= place + 5, "it is behind what is kept: {answer}");
    let mut member = client.share(&MAILER).await.expect("a member");
    let first = member.next().await;
    assert_ne!(first.state.key, "k0", "that is gone");
    let last = loop {
        let event = member.next().await;
        if event.state.key == "k7" {
            break event;
        }
    };
    assert!(!last.redelivered);
    let log = server.log();
    assert!(log.contains("events of a consumer group are not kept any longer"), "{log}");
}
