use holdfast_engine::{Change, Diff, Moment, State};
use holdfast_model::{ErrorKind, Revision};

use super::*;

fn state(namespace: &str, moment: Moment) -> State {
    State { namespace: namespace.into(), moment, live: false }
}

fn between(from: State, to: State) -> Diff {
    Diff { from, to, prefix: String::new(), after: None, limit: 1_000 }
}

async fn shown(engine: &Engine, diff: Diff) -> Vec<(String, Change)> {
    let page = engine.diff(&me(), diff).await.expect("a diff");
    assert!(page.after.is_none(), "one page");
    page.differences.iter().map(|d| (d.key.to_string(), d.change)).collect()
}

#[tokio::test]
async fn two_revisions_differ_in_what_was_added_changed_and_removed() {
    let engine = engine().await;
    for (key, text) in [("same", "1"), ("changed", "1"), ("gone", "1"), ("rewritten", "1")] {
        set(&engine, "a", key, text).await;
    }
    set(&engine, "a", "changed", "2").await;
    set(&engine, "a", "rewritten", "1").await;
    set(&engine, "a", "added", "1").await;
    engine.delete(&me(), "a", "gone").await.expect("deleted");
    let past = Moment::Revision(Revision(4));
    let diff = between(state("a", past), state("a", Moment::Latest));
    let expected = [
        ("added".to_owned(), Change::Added),
        ("changed".to_owned(), Change::Changed),
        ("gone".to_owned(), Change::Removed),
    ];
    assert_eq!(shown(&engine, diff).await, expected);
    let back = between(state("a", Moment::Latest), state("a", past));
    assert_eq!(shown(&engine, back).await[0], ("added".to_owned(), Change::Removed));
    let below =
        Diff { prefix: "ch".into(), ..between(state("a", past), state("a", Moment::Latest)) };
    assert_eq!(shown(&engine, below).await, expected[1..2]);
    engine.shutdown().await;
}

#[tokio::test]
async fn two_namespaces_are_compared_page_by_page() {
    let engine = engine().await;
    for n in 0..10 {
        set(&engine, "blue", &format!("k{n}"), "1").await;
        set(&engine, "green", &format!("k{n}"), if n % 2 == 0 { "1" } else { "2" }).await;
    }
    set(&engine, "green", "k3/only", "1").await;
    let mut found = Vec::new();
    let mut after = None;
    loop {
        let diff = between(state("blue", Moment::Latest), state("green", Moment::Latest));
        let page = engine.diff(&me(), Diff { after, limit: 2, ..diff }).await.expect("a page");
        assert!(page.differences.len() <= 2);
        found.extend(page.differences.iter().map(|d| d.key.to_string()));
        match page.after {
            Some(key) => after = Some(key.to_string()),
            None => break,
        }
    }
    assert_eq!(found, ["k1", "k3", "k3/only", "k5", "k7", "k9"]);
    engine.shutdown().await;
}

#[tokio::test]
async fn two_versions_of_a_key() {
    let engine = engine().await;
    set(&engine, "a", "k", "{\"x\":1}").await;
    set(&engine, "a", "k", "{\"x\":2}").await;
    let found = engine.diff_versions(&me(), ("a", "k"), (Some(1), None), any_key).await;
    let found = found.expect("both are there");
    assert!(found.changed && found.old.version == 1 && found.new.version == 2);
    let changes = holdfast_engine::diff::json::compare(&found.old.value, &found.new.value);
    assert_eq!(changes.expect("JSON")[0].pointer, "/x");
    let same = engine.diff_versions(&me(), ("a", "k"), (Some(2), Some(2)), any_key).await;
    assert!(!same.expect("it is there").changed);
    let missing = engine.diff_versions(&me(), ("a", "k"), (Some(1), Some(9)), any_key).await;
    assert_eq!(missing.expect_err("no version 9").kind(), ErrorKind::VersionNotFound);
    engine.shutdown().await;
}

#[tokio::test]
async fn a_moment_may_be_a_time_and_says_when_it_cannot_be_read() {
    let clock = Arc::new(Hands(AtomicI64::new(100)));
    let options = Options { clock: Arc::<Hands>::clone(&clock), ..Options::default() };
    let engine = engine_with(AllowAll, options).await;
    for n in 1..=20 {
        clock.0.store(n * 100, Relaxed);
        set(&engine, "a", "k", &n.to_string()).await;
    }
    clock.0.store(5_000, Relaxed);
    for (time, revision) in
        [(0, 0), (99, 0), (100, 1), (550, 5), (1_999, 19), (2_000, 20), (5_000, 20)]
    {
        let at = state("a", Moment::Time(Timestamp(time)));
        let page = engine.diff(&me(), between(at.clone(), at)).await.expect("a diff");
        assert_eq!((page.from, page.to), (Revision(revision), Revision(revision)), "at {time}");
    }
    for (moment, kind) in [
        (Moment::Time(Timestamp(5_001)), ErrorKind::InvalidArgument),
        (Moment::Revision(Revision(21)), ErrorKind::FutureRevision),
        (Moment::AtLeast(Revision(21)), ErrorKind::FutureRevision),
    ] {
        let refused = engine.diff(&me(), between(state("a", moment), state("a", moment))).await;
        assert_eq!(refused.expect_err("it cannot be read").kind(), kind, "{moment:?}");
    }
    engine.shutdown().await;
}
