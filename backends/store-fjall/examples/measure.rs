//! Measures the store alone, without server and engine: `measure DIR load|append|read|open|reclaim [COUNT]`.
//!
//! Each verb prints one line for each figure. `load` makes the log that the others use. The machine must be quiet.

use std::path::Path;
use std::time::{Duration, Instant};

use futures::executor::block_on;
use holdfast_model::{EntryKey, Floors, Prefix, Revision};
use holdfast_store::{At, PageLimit, Scan, Store};
use holdfast_store_fjall::{FjallOptions, FjallStore};
use holdfast_testkit::Random;
use holdfast_testkit::scribe::{Change, Scribe, key};

const VALUE_BYTES: usize = 200;
const GROUP: usize = 64;

fn main() {
    let args: Vec<String> = std::env::args().collect();
    let [_, folder, verb, rest @ ..] = &args[..] else { return usage() };
    let count: usize = rest.first().map_or(1_000_000, |text| text.parse().expect("a number"));
    let started = Instant::now();
    let store = FjallStore::open(Path::new(folder), FjallOptions::default()).expect("it opens");
    println!("open: {:?}, resident {} MiB", started.elapsed(), resident_mib());
    match verb.as_str() {
        "open" => {}
        "load" => load(&store, count),
        "append" => append(&store, count),
        "read" => read(&store, count),
        "reclaim" => reclaim(&store),
        _ => return usage(),
    }
    println!("{:#?}", store.stats());
    if rest.iter().any(|word| word == "kill") {
        // As SIGKILL would: nothing is closed.
        std::process::abort();
    }
}

fn usage() {
    eprintln!("measure DIR load|append|read|open|reclaim [COUNT] [kill]");
}

fn name(number: usize) -> EntryKey {
    key("bench", &format!("service-{:03}/setting-{:06}", number % 500, number))
}

fn value(random: &mut Random) -> Vec<u8> {
    let mut value = random.bytes(VALUE_BYTES / 2);
    value.resize(VALUE_BYTES, b'x');
    value
}

fn load(store: &FjallStore, count: usize) {
    let mut random = Random::new(1);
    groups(store, count, |number| (name(number), value(&mut random)));
}

fn append(store: &FjallStore, count: usize) {
    let mut random = Random::new(2);
    let keys = 1_000_000;
    groups(store, count, |_| (name(random.below(keys)), value(&mut random.clone())));
}

/// Groups of single-event commits, built before the clock runs; each key's history is asked for, as a creation does.
fn groups(store: &FjallStore, count: usize, mut next: impl FnMut(usize) -> (EntryKey, Vec<u8>)) {
    let mut scribe = Scribe::continuing(block_on(store.head()).expect("a head"));
    let (mut appending, mut asking) = (Duration::ZERO, Duration::ZERO);
    let mut times = Vec::new();
    for part in 0..count / GROUP {
        let changes: Vec<_> = (0..GROUP).map(|n| next(part * GROUP + n)).collect();
        let started = Instant::now();
        for (at, _) in &changes {
            let what = Scan::History { of: at.clone(), before: None };
            block_on(store.scan(&what, At::Latest, PageLimit::rows(1))).expect("a scan");
        }
        asking += started.elapsed();
        let head = scribe.head();
        let commits = changes.into_iter().map(|(at, value)| vec![Change::set(&at, value)]);
        let group = scribe.group(commits);
        let started = Instant::now();
        block_on(store.append(&head, group)).expect("appended");
        let took = started.elapsed();
        appending += took;
        times.push(took);
    }
    let events = (count / GROUP * GROUP) as f64;
    println!("append: {:.0} events/s in groups of {GROUP}", events / appending.as_secs_f64());
    println!("last event of a key: {:?} each", asking.div_f64(events));
    percentiles("group", times);
}

fn percentiles(what: &str, mut times: Vec<Duration>) {
    times.sort();
    let at = |part: f64| times[((times.len() - 1) as f64 * part) as usize];
    println!(
        "{what}: p50 {:?} p99 {:?} p99.9 {:?} max {:?}",
        at(0.5),
        at(0.99),
        at(0.999),
        at(1.0)
    );
}

fn read(store: &FjallStore, keys: usize) {
    let mut random = Random::new(3);
    let head = block_on(store.head()).expect("a head");
    let past = At::Revision(Revision(head.revision.0 / 2));
    for (what, at) in [("latest", At::Latest), ("half way back", past)] {
        let times = timed(20_000, || {
            let key = name(random.below(keys));
            block_on(store.get_many(&[key], at)).expect("a read");
        });
        percentiles(&format!("get, {what}"), times);
        let times = timed(2_000, || {
            let what = Scan::Entries {
                namespace: key("bench", "k").namespace,
                prefix: Prefix::new(format!("service-{:03}/", random.below(500))),
                after: None,
            };
            block_on(store.scan(&what, at, PageLimit::rows(100))).expect("a scan");
        });
        percentiles(&format!("list of 100, {what}"), times);
    }
}

fn timed(count: usize, mut run: impl FnMut()) -> Vec<Duration> {
    let one = |_| {
        let started = Instant::now();
        run();
        started.elapsed()
    };
    (0..count).map(one).collect()
}

fn reclaim(store: &FjallStore) {
    let head = block_on(store.head()).expect("a head");
    let floors = Floors { events: head.revision, history: head.revision };
    let started = Instant::now();
    let done = block_on(store.reclaim(floors)).expect("reclaimed");
    println!("reclaim: {done:?} in {:?}", started.elapsed());
}

fn resident_mib() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
    line.and_then(|line| line.split_whitespace().next()?.parse::<u64>().ok()).unwrap_or(0) / 1_024
}
