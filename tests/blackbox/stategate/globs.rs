//! Case 46: streams of many domains and types.

use std::collections::BTreeSet;

use holdfast_api::holdfast_v1::{CreateTokenRequest, PutRoleRequest};
use holdfast_tests::server::Launch;
use holdfast_tests::stategate::Live;
use holdfast_tests::{Holdfast, Server, Stategate};
use serde_json::json;
use tonic::Code;

const ALL: [(&str, &str); 8] = [
    ("acme", "user"),
    ("acme", "usage"),
    ("acme", "order"),
    ("acme.eu", "user"),
    ("a/b", "us"),
    ("acme", "x:2F:user"),
    ("acme", "_"),
    ("b", "*"),
];

/// Sets one of each, and says which of them came.
async fn came(client: &Stategate, stream: &mut Live, end: (&str, &str)) -> BTreeSet<String> {
    for (domain, kind) in ALL {
        client
            .put(domain, kind, "k", json!({"of": format!("{domain}|{kind}")}))
            .await
            .expect("set");
    }
    client.put(end.0, end.1, "end", json!({})).await.expect("set");
    let mut came = BTreeSet::new();
    loop {
        let event = stream.next().await;
        if event.state.key == "end" {
            return came;
        }
        let fresh = came.insert(format!("{}|{}", event.state.domain, event.state.r#type));
        assert!(fresh, "{event:?} came twice");
    }
}

#[tokio::test]
async fn case_46_stars_stand_for_any_run_of_characters() {
    let server = Server::dev().await;
    let client = server.stategate().await;
    let every: Vec<String> = ALL.iter().map(|(domain, kind)| format!("{domain}|{kind}")).collect();
    let every: Vec<&str> = every.iter().map(String::as_str).collect();
    for (domain, kind, wanted) in [
        ("*", "*", &every[..]),
        ("acme", "us*", &["acme|user", "acme|usage"]),
        ("*", "user", &["acme|user", "acme.eu|user"]),
        ("acme*", "*user", &["acme|user", "acme|x:2F:user", "acme.eu|user"]),
        ("a*", "u*s*", &["acme|user", "acme|usage", "acme.eu|user", "a/b|us"]),
        ("a/*", "*", &["a/b|us"]),
        ("*c*e", "*e*r", &["acme|user", "acme|order", "acme|x:2F:user"]),
        ("acme", "_*", &["acme|_"]),
        // Each field by itself: what is joined to `acme.eu.user` is not what is meant.
        ("acme*user", "*", &[]),
        ("acme", "*.user", &[]),
    ] {
        let mut stream = client.stream(domain, kind, "").await.expect("live");
        let end = (domain.replace('*', "acmeuser"), kind.replace('*', "eu.user"));
        // What ends the stream is something that the pattern lets through.
        let came = came(&client, &mut stream, (&end.0, &end.1)).await;
        let wanted: BTreeSet<String> = wanted.iter().map(|name| (*name).to_owned()).collect();
        assert_eq!(came, wanted, "{domain} {kind}");
    }
}

#[tokio::test]
async fn a_stream_of_many_goes_on_behind_an_event() {
    let server = Server::dev().await;
    let client = server.stategate().await;
    for n in 0..4 {
        client
            .put(&format!("d{}", n % 2), "t", &n.to_string(), json!({"n": n}))
            .await
            .expect("set");
    }
    let mut all = client.stream("d*", "*", "0").await.expect("live");
    let mut events = Vec::new();
    for n in 0..4 {
        events.push(all.next().await);
        assert_eq!(events[n].state.key, n.to_string());
    }
    let mut behind = client.stream("*", "t", &events[1].id).await.expect("live");
    assert_eq!([behind.next().await, behind.next().await], events[2..]);
    client.remove("d0", "t", "0").await.expect("removed");
    let removed = behind.next().await;
    assert_eq!((&*removed.state.key, &*removed.method), ("0", "/stategate.EntityService/Del"));
    assert_eq!(all.next().await, removed);
}

/// Nobody sees by a star what they may not see by its name, and what is the server's own is nobody's.
#[tokio::test]
async fn a_star_shows_only_what_one_may_see() {
    let server = Launch::default().closed().start().await;
    let root = server.stategate().await.showing(&server.root_token());
    let trust = server.holdfast().await.showing(&server.root_token());
    rules(&trust, "ann", &["read,watch acme"]).await;
    let token = CreateTokenRequest {
        user: "ann".into(),
        roles: vec!["ann".into()],
        ..CreateTokenRequest::default()
    };
    let token = trust.trust().create_token(token).await.expect("made").into_inner().token;
    let ann = server.stategate().await.showing(&token);
    let mut hers = ann.stream("*", "*", "").await.expect("live");
    let mut everything = root.stream("*", "*", "").await.expect("live");
    root.put("other", "t", "k", json!({"secret": true})).await.expect("set");
    // A document of the server's own.
    rules(&trust, "bob", &["read,watch other"]).await;
    root.put("acme", "t", "k", json!({"n": 1})).await.expect("set");
    assert_eq!(hers.next().await.state.domain, "acme");
    assert_eq!(everything.next().await.state.domain, "other");
    assert_eq!(everything.next().await.state.domain, "acme");
    // What she may no longer see ends or leaves out; it never comes.
    rules(&trust, "ann", &["read,watch nothing"]).await;
    root.put("acme", "t", "k", json!({"n": 2})).await.expect("set");
    assert_eq!(everything.next().await.state.domain, "acme");
    assert!(hers.is_quiet().await);
    rules(&trust, "ann", &["write nothing"]).await;
    let ended = hers.try_next().await.expect_err("nothing may be watched any longer");
    assert_eq!(ended.code, Code::PermissionDenied, "{ended:?}");
}

/// A role of this name with these rules.
async fn rules(trust: &Holdfast, name: &str, rules: &[&str]) {
    let rules = rules.iter().map(|&rule| rule.to_owned()).collect();
    let role = PutRoleRequest { name: name.into(), rules, ..PutRoleRequest::default() };
    trust.trust().put_role(role).await.expect("the role is written");
}
