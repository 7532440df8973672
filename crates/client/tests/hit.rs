//! A read from memory allocates nothing. (How long it takes is measured by `make bench`, row `client`.)

use futures::FutureExt as _;
use holdfast_client::sources::Memory;
use holdfast_client::{Config, Namespace};

async fn namespace() -> (Config, Namespace) {
    let source = Memory::new();
    source.set("default", "app/timeout", &30).expect("written");
    let config = Config::over(source).open().expect("a config");
    let namespace = config.namespace("default");
    namespace.ready().await.expect("it follows");
    (config, namespace)
}

fn read(namespace: &Namespace) {
    let read = namespace.get("app/timeout").now_or_never().expect("nobody is waited for");
    assert_eq!(read.expect("a value").bytes(), b"30");
}

#[tokio::test]
async fn a_read_from_memory_allocates_nothing() {
    let (_config, namespace) = namespace().await;
    // A thread that reads for the first time makes itself known.
    read(&namespace);
    let seen = allocation_counter::measure(|| (0..1_000).for_each(|_| read(&namespace)));
    assert_eq!((seen.count_total, seen.bytes_total), (0, 0), "{seen:?}");
}

#[tokio::test]
async fn a_value_that_is_lent_allocates_nothing() {
    let (_config, namespace) = namespace().await;
    let read = || {
        let lent = namespace.lend("app/timeout", |entry, stale| (entry.value.len(), stale));
        assert_eq!(lent, Some((2, None)));
    };
    read();
    let seen = allocation_counter::measure(|| (0..1_000).for_each(|_| read()));
    assert_eq!((seen.count_total, seen.bytes_total), (0, 0), "{seen:?}");
    assert_eq!(namespace.lend("app/other", |entry, _| entry.value.len()), None);
}

#[tokio::test]
async fn a_live_value_allocates_nothing() {
    let (_config, namespace) = namespace().await;
    let live = namespace.live::<u64>("app/timeout").await.expect("a value");
    assert_eq!(*live.get(), 30);
    let look = || assert_eq!(*live.get(), 30);
    let seen = allocation_counter::measure(|| (0..1_000).for_each(|_| look()));
    assert_eq!((seen.count_total, seen.bytes_total), (0, 0), "{seen:?}");
}
