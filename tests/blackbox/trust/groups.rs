//! Who sees consumer groups, who may remove them, and that it is recorded.

use holdfast_tests::server::Launch;
use holdfast_tests::stategate::Group;
use holdfast_tests::{Failure, Holdfast, cli};
use serde_json::Value;
use tonic::Code;

use super::Closed;

const HERE: Group<'static> = Group { domain: "here", kind: "t", name: "g", acknowledges: false };
const THERE: Group<'static> = Group { domain: "there", ..HERE };
const ANYWHERE: Group<'static> = Group { domain: "*", ..HERE };

async fn seen(by: &Holdfast, domain: &str) -> Result<Vec<String>, Failure> {
    let groups = by.groups(domain).await?;
    Ok(groups.into_iter().map(|group| group.domain).collect())
}

fn denied<T: std::fmt::Debug>(answer: Result<T, Failure>) {
    let failure = answer.expect_err("refused");
    assert_eq!((failure.code, &*failure.reason), (Code::PermissionDenied, "PERMISSION_DENIED"));
}

/// Removes it as soon as its last member has left.
async fn removed(by: &Holdfast, group: &Group<'_>) {
    while let Err(failure) = by.remove_group([group.domain, group.kind, group.name]).await {
        assert_eq!((failure.code, &*failure.reason), (Code::Aborted, "CONFLICT"), "{failure:?}");
        tokio::time::sleep(std::time::Duration::from_millis(50)).await;
    }
}

#[tokio::test]
async fn groups_are_seen_by_who_may_watch_and_removed_by_who_may_administer() {
    let home = tempfile::tempdir().expect("a directory");
    let kept = home.path().join("audit");
    let settings = format!("[audit]\ndir = '{}'", kept.display());
    let closed = Closed::of(Launch::default().closed().settings(&settings).start().await).await;
    let client = closed.server.stategate().await.showing(&closed.server.root_token());
    for group in [&HERE, &THERE, &ANYWHERE] {
        drop(client.share(group).await.expect("a member"));
    }
    assert_eq!(seen(&closed.root, "").await.expect("all"), ["*", "here", "there"]);

    let watcher = closed.caller("watcher", &["watch here"]).await;
    // Whoever may watch anything may be a member of a group of all domains: it gives them what they may see.
    assert_eq!(seen(&watcher, "").await.expect("some"), ["*", "here"]);
    assert_eq!(seen(&watcher, "here").await.expect("some"), ["here"]);
    denied(seen(&watcher, "there").await);
    denied(watcher.remove_group(["here", "t", "g"]).await);
    let reader = closed.caller("reader", &["read,write,delete,list *"]).await;
    denied(seen(&reader, "").await);

    let keeper = closed.caller("keeper", &["admin here"]).await;
    denied(keeper.remove_group(["there", "t", "g"]).await);
    denied(keeper.remove_group(["*", "t", "g"]).await);
    denied(keeper.remove_group(["h*", "t", "g"]).await);
    removed(&keeper, &HERE).await;
    removed(&closed.root, &ANYWHERE).await;
    assert_eq!(seen(&closed.root, "").await.expect("all"), ["there"]);
    for missing in [["", "t", "g"], ["d", "", "g"], ["d", "t", ""]] {
        let failure = closed.root.remove_group(missing).await.expect_err("it is required");
        assert_eq!(failure.reason, "INVALID_ARGUMENT", "{missing:?}");
    }

    let dir = kept.display().to_string();
    let line = ["audit", "query", &dir, "-o", "json", "--operation", "admin", "--user", "keeper"];
    let found = cli::run(&closed.server, &line).ok();
    let records: Vec<Value> =
        found.lines().map(|line| serde_json::from_str(line).expect("JSON")).collect();
    let [record] = &records[..] else { panic!("one of them: {found}") };
    assert_eq!(record["namespace"], "here", "{record}");
    assert_eq!(record["metadata"]["removed_group"], r#"["here","t","g"]"#, "{record}");
    assert_eq!(record["method"], "holdfast.v1/DeleteGroup", "{record}");
}
