//! What the state dialect asks: entries by their creation, events of one key, the place of an event.

use holdfast_engine::{Created, Events, Place, Select};
use holdfast_model::{Entry, ErrorKind, Filter, Prefix, Revision};
use uuid::Uuid;

use super::*;

type Read = Arc<Entry>;

fn all(entry: &Arc<Entry>) -> Option<Read> {
    Some(Arc::clone(entry))
}

fn select(limit: usize) -> Select<'static, Read> {
    Select {
        namespace: "d".into(),
        prefixes: vec!["t/".into()],
        only: None,
        reads: &all,
        order: None,
        after: None,
        offset: 0,
        limit,
    }
}

fn keys(entries: &[(Arc<Entry>, Read)]) -> Vec<&str> {
    entries.iter().map(|(entry, _)| entry.at.key.as_str()).collect()
}

async fn filled() -> Engine {
    let engine = engine().await;
    for key in ["t/c", "t/a", "u/x", "t/b", "t/a", "t/d"] {
        set(&engine, "d", key, "{\"n\":1}").await;
    }
    engine
}

#[tokio::test]
async fn entries_come_by_their_creation() {
    let engine = filled().await;
    let found = engine.select(&me(), select(10)).await.expect("found");
    assert_eq!((keys(&found.entries), found.more), (vec!["t/c", "t/a", "t/b", "t/d"], false));
    let first = engine.select(&me(), select(2)).await.expect("found");
    assert_eq!((keys(&first.entries), first.more), (vec!["t/c", "t/a"], true));
    let after = first.entries.last().map(|(entry, _)| Created::of(entry));
    let rest = engine.select(&me(), Select { after, ..select(2) }).await.expect("found");
    assert_eq!((keys(&rest.entries), rest.more), (vec!["t/b", "t/d"], false));
    let middle = engine.select(&me(), Select { offset: 1, ..select(2) }).await.expect("found");
    assert_eq!((keys(&middle.entries), middle.more), (vec!["t/a", "t/b"], true));
    let beyond = engine.select(&me(), Select { offset: 9, ..select(2) }).await.expect("found");
    assert!(beyond.entries.is_empty() && !beyond.more);
    let reverse = |a: &Read, b: &Read| b.at.cmp(&a.at);
    let sorted = Select { order: Some(&reverse), ..select(3) };
    let sorted = engine.select(&me(), sorted).await.expect("found");
    assert_eq!(keys(&sorted.entries), ["t/d", "t/c", "t/b"]);
    let only = Select { only: Some("t/b".into()), ..select(9) };
    assert_eq!(keys(&engine.select(&me(), only).await.expect("found").entries), ["t/b"]);
    let none = Select { only: Some("t/z".into()), ..select(9) };
    assert!(engine.select(&me(), none).await.expect("found").entries.is_empty());
}

#[tokio::test]
async fn who_may_not_read_it_finds_nothing() {
    let rule = |action, what: &Resource| match (action, &*what.key) {
        (Action::Read, "t/a") => Decision::Deny("not that one".into()),
        (Action::List, _) if what.namespace == "closed" => Decision::Deny("closed".into()),
        _ => Decision::Allow,
    };
    let engine = engine_with(Rule(rule), Options::default()).await;
    for key in ["t/a", "t/b"] {
        set(&engine, "d", key, "1").await;
    }
    let found = engine.select(&me(), select(10)).await.expect("found");
    assert_eq!(keys(&found.entries), ["t/b"]);
    let only = Select { only: Some("t/a".into()), ..select(9) };
    assert!(engine.select(&me(), only).await.expect("nothing").entries.is_empty());
    let closed = Select { namespace: "closed".into(), ..select(9) };
    let refused = engine.select(&me(), closed).await.expect_err("refused");
    assert_eq!(refused.kind(), ErrorKind::PermissionDenied);
}

#[tokio::test]
async fn a_search_through_too_much_is_refused() {
    let engine = engine().await;
    let value = format!("\"{}\"", "x".repeat((1 << 20) - 2));
    for n in 0..130 {
        set(&engine, "d", &format!("t/{n}"), &value).await;
    }
    let refused = engine.select(&me(), select(1)).await.expect_err("too much");
    assert_eq!(refused.kind(), ErrorKind::ResourceExhausted);
    let only = Select { only: Some("t/7".into()), ..select(1) };
    assert_eq!(engine.select(&me(), only).await.expect("one").entries.len(), 1);
}

#[tokio::test]
async fn events_of_a_key_are_the_same_through_its_history_and_through_the_log() {
    let engine = filled().await;
    engine.delete(&me(), "d", "t/a").await.expect("deleted");
    set(&engine, "d", "t/a", "2").await;
    set(&engine, "d", "t/aa", "3").await;
    let through_log = Events {
        filters: vec![Filter::below("d", Prefix::new("t/a"))],
        limit: 100,
        ..Events::default()
    };
    let through_history = Events { only: Some("t/a".into()), ..through_log.clone() };
    let of = async |wanted: Events| {
        let page = engine.events(&me(), wanted).await.expect("a page");
        let revisions: Vec<u64> =
            page.events.iter().map(|logged| logged.commit().revision.0).collect();
        (revisions, page.after)
    };
    assert_eq!(of(through_log).await.0, [2, 5, 7, 8, 9]);
    assert_eq!(of(through_history.clone()).await, (vec![2, 5, 7, 8], None));
    let ranged =
        Events { from: Some(Revision(3)), to: Some(Revision(7)), ..through_history.clone() };
    assert_eq!(of(ranged).await.0, [5, 7]);
    let (mut after, mut paged) = (None, Vec::new());
    loop {
        let page = Events { limit: 1, after, ..through_history.clone() };
        let (revisions, next) = of(page).await;
        paged.extend(revisions);
        after = next;
        if after.is_none() {
            break;
        }
    }
    assert_eq!(paged, [2, 5, 7, 8]);
}

#[tokio::test]
async fn an_event_is_found_by_its_id() {
    let engine = filled().await;
    let all = Events {
        filters: vec![Filter::below("d", Prefix::any())],
        limit: 100,
        ..Events::default()
    };
    for logged in engine.events(&me(), all).await.expect("a page").events {
        let place = engine.place_of_event(&me(), "d", logged.event().id).await.expect("looked");
        assert_eq!(place, Some(Place { revision: logged.commit().revision, index: 0 }));
    }
    for unknown in [Uuid::nil(), Uuid::now_v7(), Uuid::new_v4()] {
        assert_eq!(engine.place_of_event(&me(), "d", unknown).await.expect("looked"), None);
    }
}
