//! Search, events, history, and reads of the past.

use std::num::NonZeroUsize;
use std::time::Duration;

use holdfast_auth::{Action, Decision, Resource};
use holdfast_engine::{Events, List, Moment, Place, Retention, Search};
use holdfast_model::{ErrorKind, EventKind, Filter, Prefix, Revision};

use super::*;

fn search(pattern: &str) -> Search {
    Search {
        namespace: None,
        prefix: String::new(),
        pattern: pattern.into(),
        regex: false,
        ignore_case: false,
        keys: true,
        values: true,
        moment: Moment::Latest,
        live: true,
        after: None,
        limit: 1_000,
    }
}

async fn found(engine: &Engine, wanted: Search) -> Vec<String> {
    let mut found = Vec::new();
    let mut after = None;
    loop {
        let page = engine.search(&me(), Search { after, ..wanted.clone() }).await.expect("a page");
        found.extend(page.found.iter().map(|f| f.entry.at.to_string()));
        match page.after {
            None => return found,
            at => after = at,
        }
    }
}

#[tokio::test]
async fn a_search_finds_texts_and_expressions_in_keys_and_values() {
    let engine = engine().await;
    for (namespace, key, text) in [
        ("a", "db/host", "\"Alpha.example\""),
        ("a", "db/port", "5432"),
        ("b", "alpha", "true"),
        ("b", "x", "\"beta\""),
    ] {
        set(&engine, namespace, key, text).await;
    }
    assert_eq!(found(&engine, search("alpha")).await, ["b/alpha"]);
    let any_case = Search { ignore_case: true, ..search("ALPHA") };
    assert_eq!(found(&engine, any_case.clone()).await, ["a/db/host", "b/alpha"]);
    let keys = Search { values: false, ..any_case.clone() };
    assert_eq!(found(&engine, keys).await, ["b/alpha"]);
    let values = Search { keys: false, ..any_case.clone() };
    assert_eq!(found(&engine, values).await, ["a/db/host"]);
    let one = Search { namespace: Some("b".into()), ..any_case.clone() };
    assert_eq!(found(&engine, one).await, ["b/alpha"]);
    let below = Search { prefix: "db/".into(), limit: 1, ..search("") };
    let below = Search { pattern: "^[0-9]+$|host".into(), regex: true, ..below };
    assert_eq!(found(&engine, below).await, ["a/db/host", "a/db/port"]);
    // A text is a text: nothing in it has a meaning.
    assert_eq!(found(&engine, search("Alpha.e")).await, ["a/db/host"]);
    assert_eq!(found(&engine, search("Alpha?e")).await, Vec::<String>::new());
    let past = Search { moment: Moment::Revision(Revision(2)), live: false, ..any_case };
    assert_eq!(found(&engine, past).await, ["a/db/host"]);
    for bad in ["", "(", "(?=x)", "(a{1000}){1000}", &"x".repeat(2_000)] {
        let refused = engine.search(&me(), Search { regex: true, ..search(bad) }).await;
        assert_eq!(refused.expect_err(bad).kind(), ErrorKind::InvalidArgument, "{bad}");
    }
    engine.shutdown().await;
}

/// Names may be listed; values only of what does not begin with `secret`.
fn secrets_unread(action: Action, what: &Resource) -> Decision {
    let hidden = action == Action::Read && what.key.starts_with("secret");
    if hidden { Decision::Deny("secret".into()) } else { Decision::Allow }
}

#[tokio::test]
async fn what_may_not_be_read_is_neither_found_nor_told() {
    let engine = engine_with(Rule(secrets_unread), Options::default()).await;
    set(&engine, "a", "secret/token", "\"needle\"").await;
    set(&engine, "a", "open", "\"needle\"").await;
    assert_eq!(found(&engine, search("needle")).await, ["a/open"]);
    let page = engine.events(&me(), Events { limit: 10, ..Events::default() }).await;
    let keys: Vec<_> =
        page.expect("a page").events.iter().map(|e| e.event().at.key.to_string()).collect();
    assert_eq!(keys, ["open"]);
    engine.shutdown().await;
}

async fn revisions(engine: &Engine, wanted: Events) -> Vec<u64> {
    let mut seen = Vec::new();
    let mut after: Option<Place> = None;
    loop {
        let page = engine.events(&me(), Events { after, ..wanted.clone() }).await.expect("a page");
        assert!(page.events.len() <= wanted.limit);
        seen.extend(page.events.iter().map(|e| e.commit().revision.0));
        match page.after {
            None => return seen,
            place => after = place,
        }
    }
}

#[tokio::test]
async fn events_are_found_by_what_whom_and_when() {
    let clock = Arc::new(Hands(AtomicI64::new(0)));
    let options = Options { clock: Arc::<Hands>::clone(&clock), ..Options::default() };
    let engine = engine_with(AllowAll, options).await;
    let you = Caller { identity: Identity::named("you"), ..me() };
    for n in 1..=300 {
        clock.0.store(n * 100, Relaxed);
        let (who, key) = (if n % 3 == 0 { &you } else { &me() }, format!("k{}", n % 10));
        if n % 20 == 5 && n > 10 {
            engine.delete(who, "a", &key).await.expect("deleted");
        } else {
            engine.set(who, value("a", &key, &n.to_string())).await.expect("set");
        }
    }
    let all = |limit| Events { limit, ..Events::default() };
    let upwards: Vec<u64> = (1..=300).collect();
    let downwards: Vec<u64> = upwards.iter().rev().copied().collect();
    for limit in [1, 7, 300, 1_000] {
        assert_eq!(revisions(&engine, all(limit)).await, upwards, "{limit} at once");
        let newest_first = Events { newest_first: true, ..all(limit) };
        assert_eq!(revisions(&engine, newest_first).await, downwards, "{limit} at once");
    }
    let by = |change: &dyn Fn(&mut Events)| {
        let mut wanted = all(13);
        change(&mut wanted);
        wanted
    };
    let thirds: Vec<u64> = (1..=100).map(|n| n * 3).collect();
    assert_eq!(revisions(&engine, by(&|e| e.actor = "you".into())).await, thirds);
    let deletes = by(&|e| e.kinds = vec![EventKind::Delete]);
    assert_eq!(revisions(&engine, deletes).await.len(), 14);
    let range = by(&|e| (e.from, e.to) = (Some(Revision(10)), Some(Revision(12))));
    assert_eq!(revisions(&engine, range).await, [10, 11, 12]);
    let times = by(&|e| (e.since, e.until) = (Some(Timestamp(1_000)), Some(Timestamp(1_250))));
    assert_eq!(revisions(&engine, times).await, [10, 11, 12]);
    let early = by(&|e| e.until = Some(Timestamp(99)));
    assert_eq!(revisions(&engine, early).await, Vec::<u64>::new());
    let late = by(&|e| e.since = Some(Timestamp(30_001)));
    assert_eq!(revisions(&engine, late).await, Vec::<u64>::new());
    let one = by(&|e| e.filters = vec![Filter::below("a", Prefix::new("k7"))]);
    assert_eq!(revisions(&engine, one).await.len(), 30);
    let none = by(&|e| e.filters = vec![Filter::below("b", Prefix::any())]);
    assert_eq!(revisions(&engine, none).await, Vec::<u64>::new());
    engine.shutdown().await;
}

#[tokio::test]
async fn the_history_of_a_key_outlives_it() {
    let engine = engine().await;
    for text in ["1", "2"] {
        set(&engine, "a", "k", text).await;
    }
    engine.delete(&me(), "a", "k").await.expect("deleted");
    set(&engine, "a", "k", "3").await;
    engine.delete(&me(), "a", "k").await.expect("deleted");
    let page = engine.key_history(&me(), ("a", "k"), None, 3).await.expect("a page");
    let kinds: Vec<_> = page.rows.iter().map(|row| (row.revision.0, row.event.kind)).collect();
    assert_eq!(kinds, [(5, EventKind::Delete), (4, EventKind::Set), (3, EventKind::Delete)]);
    assert!(page.more);
    let rest = engine.key_history(&me(), ("a", "k"), Some(Revision(3)), 3).await.expect("a page");
    assert!(rest.rows.len() == 2 && !rest.more);
    assert!(is_not_found(engine.key_history(&me(), ("a", "none"), None, 3).await));
    engine.shutdown().await;
}

#[tokio::test]
async fn a_read_says_which_state_it_saw() {
    let engine = engine().await;
    set(&engine, "a", "k", "1").await;
    let first = set(&engine, "a", "k", "2").await.mod_revision;
    let seen = engine.read(&me(), ("a", "k"), Moment::Latest).await.expect("there");
    assert_eq!((seen.entry.value.clone(), seen.revision), ("2".into(), first));
    let past = engine.read(&me(), ("a", "k"), Moment::Revision(Revision(1))).await.expect("there");
    assert_eq!((past.entry.value.clone(), past.revision), ("1".into(), Revision(1)));
    let token = engine.token(first);
    let behind = engine.read(&me(), ("a", "k"), Moment::Behind(token)).await.expect("there");
    assert_eq!(behind.entry.value, "2");
    let foreign = holdfast_model::ResumeToken { epoch: holdfast_model::Epoch(9), ..token };
    let refused = engine.read(&me(), ("a", "k"), Moment::Behind(foreign)).await.expect_err("no");
    assert_eq!(refused.kind(), ErrorKind::ForeignLog);
    engine.shutdown().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_read_waits_for_a_revision_that_is_about_to_come() {
    let engine = engine().await;
    set(&engine, "a", "k", "1").await;
    let reading = engine.clone();
    let read =
        tokio::spawn(
            async move { reading.read(&me(), ("a", "k"), Moment::AtLeast(Revision(2))).await },
        );
    tokio::time::sleep(Duration::from_millis(20)).await;
    set(&engine, "a", "k", "2").await;
    let seen = read.await.expect("no panic").expect("it came");
    assert!(seen.entry.value == "2" && seen.revision >= Revision(2));
    engine.shutdown().await;
}

#[tokio::test]
async fn the_pages_of_a_list_are_of_one_state() {
    let engine = engine().await;
    for n in 0..10 {
        set(&engine, "a", &format!("k{n}"), "1").await;
    }
    let list = |after: Option<String>| List {
        namespace: "a".into(),
        prefix: String::new(),
        limit: Some(3),
        after,
    };
    let first = engine.read_list(&me(), list(None), Moment::Latest, false).await.expect("a page");
    set(&engine, "a", "k5", "2").await;
    engine.delete(&me(), "a", "k8").await.expect("deleted");
    let mut values = Vec::new();
    let (mut next, revision) = (first.next.clone(), first.revision);
    while let Some(after) = next {
        let after = Some(after.to_string());
        let page = engine.read_list(&me(), list(after), Moment::Revision(revision), true).await;
        let page = page.expect("a page");
        values.extend(page.entries.iter().map(|e| e.value.clone()));
        next = page.next;
    }
    assert_eq!(values, vec![Bytes::from_static(b"1"); 7]);
    engine.shutdown().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn events_that_were_compacted_are_told_and_not_left_out() {
    let options = Options {
        retention: Retention { max_revisions: NonZeroUsize::new(10), ..Retention::default() },
        sweep_interval: Duration::from_millis(5),
        ..Options::default()
    };
    let engine = engine_with(AllowAll, options).await;
    for n in 0..100 {
        set(&engine, "a", &format!("k{}", n % 5), &n.to_string()).await;
    }
    let waited = async {
        while engine.status().head.floors.events < Revision(91) {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    };
    tokio::time::timeout(Duration::from_secs(20), waited).await.expect("it is compacted");
    let asked = Events { from: Some(Revision(5)), limit: 100, ..Events::default() };
    let refused = engine.events(&me(), asked).await.expect_err("compacted");
    assert_eq!(refused.kind(), ErrorKind::Compacted);
    let all = Events { limit: 4, newest_first: true, ..Events::default() };
    assert_eq!(revisions(&engine, all).await, (91..=100).rev().collect::<Vec<_>>());
    let old = engine.read(&me(), ("a", "k1"), Moment::Time(Timestamp(1))).await;
    assert_eq!(old.expect_err("compacted").kind(), ErrorKind::Compacted);
    engine.shutdown().await;
}
