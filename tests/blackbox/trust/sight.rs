//! What answers leave out: lists, namespaces, aliases, snapshots and their ETag, searches, the log.

use holdfast_api::holdfast_v1::{EventsRequest, ListRequest, SearchRequest, SnapshotRequest};
use holdfast_tests::client::put;
use holdfast_tests::{Config, Holdfast};

use super::Closed;

async fn filled() -> (Closed, Holdfast, Config) {
    let closed = Closed::start().await;
    let writes = ["open/1", "open/2", "secret/1"];
    let writes =
        writes.iter().flat_map(|key| [put("a", key, "\"needle\""), put("b", key, "\"needle\"")]);
    closed.root.commit(writes.collect()).await.expect("committed");
    let admin = closed.server.config().await.showing(&closed.server.root_token());
    for alias in ["short", "hidden"] {
        admin.set_alias(alias, "open/1").await.expect("it is set");
    }
    closed
        .role("ann", &["read,list,watch a", "read,list @alias/short", "deny * a/secret/**"])
        .await;
    let token = closed.token("ann", &["ann"]).await.token;
    let (ann, config) = (closed.root.showing(&token), closed.server.config().await.showing(&token));
    (closed, ann, config)
}

#[tokio::test]
async fn lists_and_searches_leave_out_what_may_not_be_read() {
    let (_closed, ann, config) = filled().await;
    let list = ListRequest { namespace: "a".into(), ..ListRequest::default() };
    let found = ann.list(list).await.expect("she may");
    let keys: Vec<_> = found.entries.iter().map(|entry| &*entry.key).collect();
    assert_eq!(keys, ["open/1", "open/2"]);
    let search = SearchRequest { pattern: "needle".into(), ..SearchRequest::default() };
    let found = ann.search(search).await.expect("she may");
    assert!(
        found
            .matches
            .iter()
            .all(|m| m.entry.namespace == "a" && !m.entry.key.starts_with("secret"))
    );
    assert_eq!(found.matches.len(), 2);
    let logged = ann.events(EventsRequest::default()).await.expect("she may");
    assert!(!logged.events.is_empty());
    let shown = format!("{logged:?}");
    assert!(!shown.contains("secret") && !shown.contains("holdfast.trust"), "{shown}");
    assert_eq!(config.namespaces("", 0, "").await.expect("she may").0, ["a"]);
    let aliases = config.aliases().await.expect("she may");
    assert_eq!(aliases.iter().map(|a| &*a.alias).collect::<Vec<_>>(), ["short"]);
}

/// The ETag stands for what its caller sees: it neither tells that something hidden changed nor hides that something seen did.
#[tokio::test]
async fn a_snapshot_and_its_etag_are_those_of_the_caller() {
    let (closed, ann, _) = filled().await;
    let ask = |etag: &str| SnapshotRequest {
        namespace: "a".into(),
        if_none_match: etag.into(),
        ..SnapshotRequest::default()
    };
    let first = ann.snapshot(ask("")).await.expect("she may");
    let all = closed.root.snapshot(ask("")).await.expect("root may");
    assert_eq!((first.entries.len(), all.entries.len()), (2, 3));
    assert_ne!(first.etag, all.etag);
    closed.root.commit(vec![put("a", "secret/1", "2")]).await.expect("committed");
    assert!(ann.snapshot(ask(&first.etag)).await.expect("she may").not_modified);
    assert!(!closed.root.snapshot(ask(&all.etag)).await.expect("root may").not_modified);
    closed.root.commit(vec![put("a", "open/1", "2")]).await.expect("committed");
    assert!(!ann.snapshot(ask(&first.etag)).await.expect("she may").not_modified);
}

#[tokio::test]
async fn a_watch_delivers_what_may_be_read() {
    let (closed, ann, config) = filled().await;
    let mut own = ann.watch(&[("", "")], None).await.expect("she may");
    let mut plain = config.watch(&["a"], &[]).await.expect("she may");
    let writes = vec![put("a", "secret/2", "1"), put("b", "open/3", "1"), put("a", "open/3", "1")];
    closed.root.commit(writes).await.expect("committed");
    let frame = loop {
        let frame = own.message().await.expect("no error").expect("no end");
        if !frame.events.is_empty() {
            break frame;
        }
    };
    let keys: Vec<_> = frame.events.iter().map(|e| (&*e.namespace, &*e.key)).collect();
    assert_eq!(keys, [("a", "open/3")]);
    let change = plain.message().await.expect("no error").expect("no end");
    assert_eq!(change.entry.key, "open/3");
}
