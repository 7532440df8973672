//! Live values and bound structs over a log in memory.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use futures::StreamExt;
use parking_lot::Mutex;
use serde::{Deserialize, Serialize};

use super::*;
use crate::source::Source;
use crate::sources::{Fault, Memory};
use crate::{Batch, Config, Error, Kind, Namespace, Secret, Write};

fn open(memory: &Memory) -> Namespace {
    Config::over(memory.clone()).open().expect("open").namespace("n")
}

/// Waits until something is so.
async fn until(what: &str, so: impl Fn() -> bool) {
    let wait = async {
        while !so() {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    };
    let in_time = tokio::time::timeout(Duration::from_secs(30), wait).await;
    assert!(in_time.is_ok(), "never: {what}");
}

#[tokio::test]
async fn a_live_value_follows_and_tells_only_what_differs() -> Result<(), Error> {
    let memory = Memory::new();
    memory.set("n", "limit", &1)?;
    let live = open(&memory).live::<u32>("limit").await?;
    let told = Arc::new(Mutex::new(Vec::new()));
    let telling = Arc::clone(&told);
    live.on_change(|_, _| panic!("a callback that panics"));
    live.on_change(move |old, new| telling.lock().push((*old, *new)));
    let mut changes = live.changes();
    assert_eq!((*live.get(), live.revision(), live.is_stale()), (1, 1, false));
    let held = live.get();
    memory.set("n", "limit", &2)?;
    assert_eq!(changes.next().await.map(|c| (*c.old, *c.new)), Some((1, 2)));
    memory.set("n", "limit", &2)?;
    memory.set("n", "other", &2)?;
    memory.set("n", "limit", &3)?;
    assert_eq!(changes.next().await.map(|c| *c.new), Some(3));
    until("both told", || told.lock().len() == 2).await;
    assert_eq!(*told.lock(), [(1, 2), (2, 3)]);
    assert_eq!((*held, *live.get(), live.revision()), (1, 3, 5));
    Ok(())
}

#[tokio::test]
async fn the_last_good_value_stays_and_says_why() -> Result<(), Error> {
    let memory = Memory::new();
    memory.set("n", "limit", &1)?;
    let ns = open(&memory);
    let even = |limit: &u32| match limit % 2 {
        0 => Err(Invalid::because("has to be odd")),
        _ => Ok(()),
    };
    let live = ns.live_on("limit", Terms::new().check(even)).await?;
    let errors = Arc::new(Mutex::new(Vec::new()));
    let telling = Arc::clone(&errors);
    live.on_error(move |error| telling.lock().push(error.kind()));
    memory.set("n", "limit", "many")?;
    until("no number", || live.last_error().is_some_and(|e| e.kind() == Kind::Codec)).await;
    memory.set("n", "limit", &2)?;
    until("even", || live.last_error().is_some_and(|e| e.kind() == Kind::Validation)).await;
    assert_eq!(live.last_error().expect("one").message(), "limit: has to be odd");
    memory.delete("n", "limit")?;
    until("gone", || live.last_error().is_some_and(|e| e.kind() == Kind::NotFound)).await;
    assert_eq!(*live.get(), 1);
    memory.set("n", "limit", &1)?;
    until("good again", || live.last_error().is_none()).await;
    assert_eq!(*errors.lock(), [Kind::Codec, Kind::Validation, Kind::NotFound]);

    assert_eq!(ns.live::<u32>("never").await.expect_err("none").kind(), Kind::NotFound);
    assert_eq!(ns.live::<String>("limit").await.expect_err("no text").kind(), Kind::Codec);
    Ok(())
}

#[tokio::test]
async fn a_default_stands_in_while_there_is_nothing() -> Result<(), Error> {
    let memory = Memory::new();
    let ns = open(&memory);
    let live = ns.live_or("limit", 7).await?;
    assert_eq!((*live.get(), live.revision()), (7, 0));
    memory.set("n", "limit", &1)?;
    until("a value", || *live.get() == 1).await;
    memory.delete("n", "limit")?;
    until("the default", || *live.get() == 7).await;

    memory.suffer(Fault::Failing(Error::new(Kind::Unavailable, "away")));
    let early = open(&memory).live_or("limit", 8).await?;
    assert_eq!((*early.get(), early.is_stale()), (8, true));
    memory.mend();
    memory.set("n", "limit", &9)?;
    until("found later", || *early.get() == 9).await;
    memory.suffer(Fault::Failing(Error::new(Kind::Denied, "no")));
    let denied = open(&memory).live_or("limit", 8).await.expect_err("denied");
    assert_eq!(denied.kind(), Kind::Denied);
    Ok(())
}

#[tokio::test]
async fn a_name_that_stands_for_a_key_is_followed_there() -> Result<(), Error> {
    let memory = Memory::new();
    memory.set("n", "limit", &1)?;
    memory.set_alias("l", "limit");
    let live = open(&memory).live::<u32>("l").await?;
    memory.set("n", "limit", &2)?;
    until("followed", || *live.get() == 2).await;
    Ok(())
}

#[tokio::test]
async fn following_ends_with_the_last_clone() -> Result<(), Error> {
    let memory = Memory::new();
    memory.set("n", "limit", &1)?;
    let config = Config::over(memory.clone()).open()?;
    let live = config.namespace("n").live::<u32>("limit").await?;
    let dropped = Arc::new(());
    let seen = Arc::clone(&dropped);
    live.on_change(move |_, _| drop(Arc::clone(&seen)));
    let (clone, changes) = (live.clone(), live.changes());
    drop(live);
    assert_eq!(Arc::strong_count(&dropped), 2);
    drop(clone);
    config.close().await;
    assert_eq!(changes.count().await, 0, "a stream ends when the configuration is closed");
    assert_eq!(Arc::strong_count(&dropped), 1);
    Ok(())
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
struct Database {
    host: String,
    #[serde(default = "five")]
    port: u16,
    pool: Pool,
    replicas: Vec<String>,
    note: Option<String>,
    labels: HashMap<String, String>,
    mode: Mode,
    password: Secret<String>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
struct Pool {
    size: u32,
    weights: BTreeMap<u16, f64>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Mode {
    Plain,
    Sharded { shards: u32 },
}

fn five() -> u16 {
    5432
}

impl Validate for Database {
    fn validate(&self) -> Result<(), Invalid> {
        match self.pool.size {
            0 => Err(Invalid::at("size", "has to be at least 1").inside("pool")),
            _ => Ok(()),
        }
    }
}

fn fill(memory: &Memory) -> Result<(), Error> {
    for (key, json) in [
        ("database/host", "\"h\""),
        ("database/pool/size", "3"),
        ("database/pool/weights/1", "0.5"),
        ("database/replicas/1", "\"b\""),
        ("database/replicas/0", "\"a\""),
        ("database/labels/a_-20b", "\"x\""),
        ("database/mode/sharded/shards", "4"),
        ("database/password", "\"hunter2\""),
        ("database/unknown/to/the/struct", "1"),
        ("database2/host", "\"wrong\""),
    ] {
        memory.apply(&Batch::new().and(Write::put("n", key, json, "json")))?;
    }
    Ok(())
}

#[tokio::test]
async fn keys_below_a_prefix_are_a_struct() -> Result<(), Error> {
    let memory = Memory::new();
    fill(&memory)?;
    let ns = open(&memory);
    for prefix in ["database", "database/"] {
        let bound = ns.bind_on::<Database>(prefix, Terms::new().validated()).await?;
        let now = bound.get();
        assert_eq!((&*now.host, now.port, now.pool.size), ("h", 5432, 3));
        assert_eq!(now.pool.weights, BTreeMap::from([(1, 0.5)]));
        assert_eq!((&now.replicas[..], &now.note), (&["a".into(), "b".into()][..], &None));
        assert_eq!(now.labels["a b"], "x");
        assert_eq!(
            (&now.mode, &**now.password.expose()),
            (&Mode::Sharded { shards: 4 }, "hunter2")
        );
        assert!(!format!("{now:?}").contains("hunter"));
    }
    memory.set("n", "database/pool", &serde_json::json!({"size": 1, "weights": {}}))?;
    memory.set("n", "database/mode", "plain")?;
    for key in ["pool/size", "pool/weights/1", "mode/sharded/shards"] {
        memory.delete("n", &format!("database/{key}"))?;
    }
    let bound = open(&memory).bind::<Database>("database").await?;
    assert_eq!((bound.get().pool.size, &bound.get().mode), (1, &Mode::Plain));
    Ok(())
}

#[tokio::test]
async fn a_fault_is_named_by_its_path() -> Result<(), Error> {
    let memory = Memory::new();
    fill(&memory)?;
    let ns = open(&memory);
    let bound = ns.bind_on::<Database>("database", Terms::new().validated()).await?;
    memory.set("n", "database/pool/size", &0)?;
    until("invalid", || bound.last_error().is_some()).await;
    let error = bound.last_error().expect("one");
    assert_eq!(
        (error.kind(), error.message()),
        (Kind::Validation, "database: pool.size: has to be at least 1")
    );
    memory.set("n", "database/pool/size", "three")?;
    until("no number", || bound.last_error().is_some_and(|e| e.kind() == Kind::Codec)).await;
    let message = bound.last_error().expect("one").message().to_owned();
    assert!(message.starts_with("database: pool.size: "), "{message}");
    memory.set("n", "database/replicas/3", "gap")?;
    memory.set("n", "database/pool/size", &1)?;
    until("a gap", || bound.last_error().is_some_and(|e| e.message().contains("replicas"))).await;
    assert_eq!(bound.get().pool.size, 3);
    assert_eq!(ns.bind::<Pool>("nothing").await.expect_err("none").kind(), Kind::NotFound);
    Ok(())
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
struct Pair {
    a: u64,
    b: u64,
}

/// One writer moves both numbers in every commit: nobody ever sees them apart.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_commit_is_seen_whole() -> Result<(), Error> {
    let memory = Memory::new();
    let both = |n: u64| {
        let write = |key: &str| Write::put("n", key, n.to_string(), "json");
        Batch::new().and(write("pair/a")).and(write("pair/b"))
    };
    memory.apply(&both(0))?;
    let bound = open(&memory).bind::<Pair>("pair").await?;
    let (seen, torn) = (Arc::new(AtomicUsize::new(0)), Arc::new(AtomicUsize::new(0)));
    let (counting, tearing) = (Arc::clone(&seen), Arc::clone(&torn));
    bound.on_change(move |old, new| {
        counting.fetch_add(1, Ordering::Relaxed);
        tearing.fetch_add(usize::from(new.a != new.b || old.a >= new.a), Ordering::Relaxed);
    });
    let writer = tokio::task::spawn_blocking(move || {
        (1..=500).try_for_each(|n| memory.apply(&both(n)).map(drop))
    });
    loop {
        let now = bound.get().clone();
        assert_eq!(now.a, now.b);
        if now.a == 500 {
            break;
        }
        tokio::task::yield_now().await;
    }
    writer.await.expect("joined")?;
    until("told", || seen.load(Ordering::Relaxed) > 0).await;
    assert_eq!(torn.load(Ordering::Relaxed), 0);
    assert!(bound.last_error().is_none());
    Ok(())
}

#[tokio::test]
async fn a_struct_is_written_back_as_one_batch_of_what_differs() -> Result<(), Error> {
    let memory = Memory::new();
    fill(&memory)?;
    memory.set("n", "database/note", "old")?;
    let bound = open(&memory).bind::<Database>("database").await?;
    let before = memory.revision();
    assert_eq!(bound.edit(|_| ()).await?, None);
    let committed = bound
        .edit(|database| {
            database.port = 1;
            database.pool.size = 4;
            database.note = None;
            database.labels = HashMap::from([("c".into(), "y".into())]);
            database.replicas.push("c".into());
        })
        .await?
        .expect("something differs");
    assert_eq!((committed.revision, memory.revision()), (before + 1, before + 1), "one commit");
    assert_eq!((bound.get().port, bound.get().pool.size), (1, 4), "who writes sees it");
    assert_eq!(memory.get("n", "database/port").await?.version, 1);
    assert_eq!(memory.get("n", "database/pool/size").await?.version, 2);
    assert_eq!(
        memory.get("n", "database/host").await?.version,
        1,
        "what is the same is not written"
    );
    assert_eq!(&*memory.get("n", "database/password").await?.value, b"\"hunter2\"");
    for gone in ["note", "labels/a_-20b", "replicas/0"] {
        assert!(memory.get("n", &format!("database/{gone}")).await.is_err(), "{gone}");
    }
    assert_eq!(&*memory.get("n", "database/replicas").await?.value, br#"["a","b","c"]"#);
    assert!(memory.get("n", "database/unknown/to/the/struct").await.is_ok());
    let again = open(&memory).bind::<Database>("database").await?;
    assert_eq!(*again.get(), *bound.get());
    let value = bound.value();
    bound.write_back_exactly(&value).await?;
    assert!(memory.get("n", "database/unknown/to/the/struct").await.is_err());
    assert!(memory.get("n", "database2/host").await.is_ok());
    Ok(())
}

#[tokio::test]
async fn an_entry_that_holds_a_table_stays_one_and_keeps_its_codec() -> Result<(), Error> {
    let memory = Memory::new();
    fill(&memory)?;
    for key in ["database/pool/size", "database/pool/weights/1"] {
        memory.delete("n", key)?;
    }
    let yaml = Write::put("n", "database/pool", "size: 2\nweights: {}\n", "yaml");
    memory.apply(&Batch::new().and(yaml))?;
    let bound = open(&memory).bind::<Database>("database").await?;
    bound.edit(|database| database.pool.size = 3).await?;
    let pool = memory.get("n", "database/pool").await?;
    assert_eq!((&*pool.codec, pool.version), ("yaml", 2));
    assert!(memory.get("n", "database/pool/size").await.is_err());
    assert_eq!(bound.get().pool.size, 3);
    Ok(())
}

#[tokio::test]
async fn who_was_slower_writes_nothing() -> Result<(), Error> {
    let memory = Memory::new();
    memory.set("n", "pair/a", &1)?;
    memory.set("n", "pair/b", &1)?;
    let bound = open(&memory).bind::<Pair>("pair").await?;
    memory.suffer(Fault::WatchSilent);
    memory.set("n", "pair/b", &5)?;
    let error = bound.edit(|pair| *pair = Pair { a: 2, b: 2 }).await.expect_err("slower");
    assert_eq!(error.kind(), Kind::Conflict);
    assert_eq!(&*memory.get("n", "pair/a").await?.value, b"1");
    memory.mend();
    until("told", || bound.get().b == 5).await;
    bound.edit(|pair| pair.b += 1).await?;
    assert_eq!(&*memory.get("n", "pair/b").await?.value, b"6");
    Ok(())
}
