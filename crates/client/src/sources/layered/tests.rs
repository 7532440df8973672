//! The contract over layers, and what shows when they change, go and come back.

use std::time::Duration;

use futures::StreamExt;

use super::*;
use crate::source::Update;
use crate::sources::suite::{self, Subject, Through};
use crate::sources::{Environment, Fault, Memory};
use crate::{Config, Namespace, Write};

fn layers(top: &Memory, bottom: &Memory) -> Layered {
    Layered::new().over(bottom.clone()).over(top.clone())
}

fn open(layers: Layered) -> Namespace {
    let config = Config::over(layers).max_staleness(Duration::from_millis(500));
    let config = config.watch_backoff(Duration::from_millis(10), Duration::from_millis(20));
    config.open().expect("open").namespace("n")
}

async fn shows(ns: &Namespace, key: &str, expected: Option<(&str, &str)>) {
    let mut seen = None;
    let look = async {
        loop {
            let value = ns.get(key).await.ok();
            seen = value.map(|v| (v.to_text().expect("a text"), v.entry().origin.to_string()));
            if seen.as_ref().map(|(text, origin)| (&**text, &**origin)) == expected {
                break;
            }
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    };
    let in_time = tokio::time::timeout(Duration::from_secs(30), look).await;
    assert!(in_time.is_ok(), "{key} never was {expected:?} but {seen:?}");
}

#[tokio::test]
async fn they_keep_the_contract() {
    let (top, bottom) = (Memory::called("top"), Memory::called("bottom"));
    let subject = Subject::new(Arc::new(layers(&top, &bottom)), "suite");
    suite::reads(&subject, &Through(subject.clone())).await;
    suite::writes(&subject).await;
    let variables = Environment::of("suite", "APP_", []);
    let subject = Subject::new(Arc::new(Layered::new().over(bottom).over(variables)), "below");
    suite::writes(&subject).await;
}

#[tokio::test]
async fn the_topmost_layer_that_has_a_key_shows() -> Result<(), Error> {
    let (top, bottom) = (Memory::called("top"), Memory::called("bottom"));
    bottom.set("n", "a", &1)?;
    bottom.set("n", "b", &1)?;
    top.set("n", "a", &2)?;
    let ns = open(layers(&top, &bottom));
    ns.ready().await?;
    shows(&ns, "a", Some(("2", "top"))).await;
    shows(&ns, "b", Some(("1", "bottom"))).await;
    bottom.set("n", "a", &3)?;
    top.set("n", "c", &4)?;
    shows(&ns, "c", Some(("4", "top"))).await;
    shows(&ns, "a", Some(("2", "top"))).await;
    top.delete("n", "a")?;
    shows(&ns, "a", Some(("3", "bottom"))).await;
    bottom.delete("n", "a")?;
    shows(&ns, "a", None).await;
    let list: Vec<_> = ns.list("").await?.iter().map(|v| v.entry().key.to_string()).collect();
    assert_eq!(list, ["b", "c"]);
    Ok(())
}

#[tokio::test]
async fn writes_go_to_the_first_layer_that_takes_them_and_show_only_when_nothing_is_above()
-> Result<(), Error> {
    let bottom = Memory::called("bottom");
    let variables = [("APP_A".to_owned(), "7".to_owned())];
    let layers = Layered::new().over(bottom.clone()).over(Environment::of("n", "APP_", variables));
    let ns = open(layers);
    ns.ready().await?;
    ns.set("a", &1).await?;
    ns.set("b", &1).await?;
    let a = ns.get("a").await?;
    assert_eq!((a.to_text()?, &*a.entry().origin), ("7".to_owned(), "environment"));
    assert_eq!(ns.get("b").await?.as_i64()?, 1, "who writes sees it");
    assert_eq!(&*bottom.get("n", "a").await?.value, b"1");
    let whole = Batch::new().and(Write::put("n", "b", "2", "json"));
    ns.config()?.commit(whole).await?;
    assert_eq!(ns.get("b").await?.as_i64()?, 2);
    ns.delete("b").await?;
    shows(&ns, "b", None).await;
    let only = open(Layered::new().over(Environment::of("n", "APP_", [])));
    assert_eq!(only.set("a", &1).await.expect_err("read only").kind(), Kind::ReadOnly);
    Ok(())
}

#[tokio::test]
async fn a_batch_of_ones_own_is_seen_whole() -> Result<(), Error> {
    let layers = layers(&Memory::called("top"), &Memory::called("bottom"));
    let ns = open(layers);
    let both = |n: u64| {
        let write = |key: &str| Write::put("n", key, n.to_string(), "json");
        Batch::new().and(write("pair/a")).and(write("pair/b"))
    };
    ns.config()?.commit(both(0)).await?;
    let bound = ns.bind::<std::collections::BTreeMap<String, u64>>("pair").await?;
    let told = Arc::new(parking_lot::Mutex::new(Vec::new()));
    let telling = Arc::clone(&told);
    bound.on_change(move |_, new| telling.lock().push((new["a"], new["b"])));
    for n in 1..=50 {
        ns.config()?.commit(both(n)).await?;
        tokio::task::yield_now().await;
        let now = bound.value();
        assert_eq!(now["a"], now["b"]);
    }
    while bound.get()["a"] != 50 {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    let told = told.lock();
    assert!(!told.is_empty() && told.iter().all(|(a, b)| a == b), "{told:?}");
    Ok(())
}

#[tokio::test]
async fn while_a_layer_is_away_the_others_go_on_and_staleness_says_so() -> Result<(), Error> {
    let (top, bottom) = (Memory::called("top"), Memory::called("bottom"));
    bottom.set("n", "a", &1)?;
    let ns = open(layers(&top, &bottom));
    ns.ready().await?;
    assert!(!ns.get("a").await?.is_stale());
    bottom.suffer(Fault::Failing(Error::new(Kind::Unavailable, "away")));
    top.set("n", "b", &2)?;
    shows(&ns, "b", Some(("2", "top"))).await;
    while !ns.get("a").await?.is_stale() {
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    top.set("n", "b", &3)?;
    shows(&ns, "b", Some(("3", "top"))).await;
    assert!(ns.get("b").await?.is_stale(), "nobody knows whether all is told");
    bottom.mend();
    bottom.set("n", "a", &4)?;
    shows(&ns, "a", Some(("4", "bottom"))).await;
    while ns.get("a").await?.is_stale() {
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    Ok(())
}

#[tokio::test]
async fn a_watch_that_begins_while_a_layer_is_away_knows_what_the_one_before_it_knew()
-> Result<(), Error> {
    let (top, bottom) = (Memory::called("top"), Memory::called("bottom"));
    bottom.set("n", "a", &1)?;
    let layers = layers(&top, &bottom);
    let every = Duration::from_millis(50);
    let follow = Follow { namespace: "n".into(), prefix: "".into(), after: None, every };
    let mut updates = layers.follow(follow.clone()).await?;
    while !matches!(updates.next().await, Some(Ok(Update::Complete { .. }))) {}
    drop(updates);
    bottom.suffer(Fault::Failing(Error::new(Kind::Unavailable, "away")));
    top.set("n", "b", &2)?;
    tokio::time::sleep(every).await;
    let mut updates = layers.follow(follow).await?;
    let mut keys = Vec::new();
    loop {
        match updates.next().await.expect("it goes on")? {
            Update::Entries(entries) => keys.extend(entries.iter().map(|e| e.key.to_string())),
            Update::Complete { as_of, .. } => {
                assert!(as_of.elapsed() >= every, "the state is as old as its oldest part");
                break;
            }
            _ => {}
        }
    }
    assert_eq!(keys, ["a", "b"]);
    Ok(())
}

#[tokio::test]
async fn to_begin_with_all_layers_have_to_be_there() -> Result<(), Error> {
    let (top, bottom) = (Memory::called("top"), Memory::called("bottom"));
    top.set("n", "a", &1)?;
    bottom.suffer(Fault::Failing(Error::new(Kind::Unavailable, "away")));
    let ns = open(layers(&top, &bottom));
    assert_eq!(ns.ready().await.expect_err("away").kind(), Kind::Unavailable);
    shows(&ns, "a", Some(("1", "top"))).await;
    assert_eq!(ns.get("b").await.expect_err("unknown").kind(), Kind::Unavailable);
    bottom.mend();
    ns.ready().await.ok();
    shows(&ns, "b", None).await;
    Ok(())
}
