//! What every source has to show.

use super::{Pen, Subject, pairs, within};
use crate::Kind;

/// Waits until a list shows what it should: behind files there is a moment between a change and its reading.
async fn shows(subject: &Subject, prefix: &str, expected: &[(&str, &str)]) {
    let look = async {
        while subject.listed(prefix).await != pairs(expected) {
            tokio::time::sleep(std::time::Duration::from_millis(20)).await;
        }
    };
    let in_time = tokio::time::timeout(super::PATIENCE, look).await.is_ok();
    assert!(
        in_time,
        "the list of {prefix} never was {expected:?}: {:?}",
        subject.listed(prefix).await
    );
}

pub(super) async fn one_key_and_lists(subject: &Subject, pen: &dyn Pen) {
    pen.put("suite.one/a", "1").await;
    pen.put("suite.one/b/c", r#"{"x":[true,null]}"#).await;
    pen.put("suite.oneself", "3").await;
    let all = [("suite.one/a", "1"), ("suite.one/b/c", r#"{"x":[true,null]}"#)];
    shows(subject, "suite.one/", &all).await;
    shows(subject, "suite.one", &[all[0], all[1], ("suite.oneself", "3")]).await;
    let entry = subject.source.get(&subject.namespace, "suite.one/a").await.expect("there");
    assert_eq!((&*entry.key, &*entry.namespace), ("suite.one/a", &*subject.namespace));
    assert_eq!(super::told::json(&entry), "1");
    assert!(!entry.origin.is_empty(), "an entry says where it comes from");
    pen.remove("suite.one/a").await;
    shows(subject, "suite.one/a", &[]).await;
    for missing in ["suite.one/a", "suite.one/never", "suite.one", "suite.one/b"] {
        let error = subject.source.get(&subject.namespace, missing).await.expect_err(missing);
        assert_eq!(error.kind(), Kind::NotFound, "{missing}: {error:?}");
    }
    assert!(subject.source.list("suite.elsewhere", "").await.is_ok_and(|list| list.is_empty()));
}

pub(super) async fn the_state_and_its_changes(subject: &Subject, pen: &dyn Pen) {
    pen.put("suite.state/a", "1").await;
    pen.put("suite.state/b", "2").await;
    shows(subject, "suite.state/", &[("suite.state/a", "1"), ("suite.state/b", "2")]).await;
    let mut told = subject.follow("suite.state/", None).await;
    told.state().await;
    assert_eq!(told.shown(), pairs(&[("suite.state/a", "1"), ("suite.state/b", "2")]));
    pen.put("suite.state/a", "10").await;
    told.until("a new value", |told| told.shown()[0].1 == "10").await;
    pen.put("suite.state/c", "3").await;
    told.until("a new key", |told| told.entries.contains_key("suite.state/c")).await;
    pen.remove("suite.state/b").await;
    told.until("an end", |told| !told.entries.contains_key("suite.state/b")).await;
    assert_eq!(told.shown(), pairs(&[("suite.state/a", "10"), ("suite.state/c", "3")]));
    assert_eq!(told.shown(), subject.listed("suite.state/").await);
}

pub(super) async fn only_what_was_asked_for(subject: &Subject, pen: &dyn Pen) {
    let mut told = subject.follow("suite.mine/", None).await;
    told.state().await;
    pen.put("suite.yours/a", "1").await;
    pen.put("suite.mine/a", "2").await;
    // That nothing else was told is checked at every piece of news.
    told.until("what is asked for", |told| told.entries.contains_key("suite.mine/a")).await;
    assert_eq!(told.shown(), pairs(&[("suite.mine/a", "2")]));
}

pub(super) async fn nothing_is_left_out_between_two_watches(subject: &Subject, pen: &dyn Pen) {
    pen.put("suite.pause/a", "1").await;
    pen.put("suite.pause/b", "2").await;
    let mut told = subject.follow("suite.pause/", None).await;
    told.until("both", |told| told.entries.len() == 2).await;
    let (known, place) = (std::mem::take(&mut told.entries), told.place.clone());
    drop(told);
    pen.put("suite.pause/a", "3").await;
    pen.put("suite.pause/c", "4").await;
    pen.remove("suite.pause/b").await;
    let mut told = subject.follow("suite.pause/", place.clone()).await;
    told.entries = known;
    let after = pairs(&[("suite.pause/a", "3"), ("suite.pause/c", "4")]);
    told.until("what happened meanwhile", |told| told.shown() == after).await;
    assert!(
        place.is_some() || !told.began.is_empty(),
        "without a place the whole state has to be told"
    );
    within(told.one()).await;
    assert_eq!(told.shown(), after, "what happened before is not told after what happened later");
}

pub(super) async fn it_is_confirmed_while_nothing_happens(subject: &Subject) {
    let mut told = subject.follow("suite.calm/", None).await;
    told.state().await;
    told.until("three confirmations", |told| told.confirmed >= 3).await;
}
