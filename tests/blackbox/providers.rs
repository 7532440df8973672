//! Cases 1 to 60 of config.v1 and 1 to 22 of stategate over every database and every channel: the very tests of [`crate::config_v1`]
//! and [`crate::stategate`], which this program runs again with the names of services in their environment. And what a client sees of the
//! contract of stores, over each of them.

use std::collections::BTreeSet;
use std::env;
use std::ops::RangeInclusive;
use std::process::{Command, Stdio};
use std::time::Instant;

use holdfast_services::{MariaDb, Nats, Postgres, RabbitMq, Redis};
use holdfast_tests::{shared, torture};

/// Where the cases of a contract are, and which of them have to hold wherever the log is.
type Contract = (&'static str, RangeInclusive<u32>);

const CONFIG_V1: Contract = ("config_v1::", 1..=60);
const STATEGATE: Contract = ("stategate::", 1..=22);

/// Which pairs are run, such as `stan x postgres, nats x mysql`; all of the form without it.
const PAIRS: &str = "HOLDFAST_TEST_PAIRS";

/// A channel and a database.
type Pair = (&'static str, &'static str);

/// Every channel and every database is in the short form; two of its pairs have one contract only.
const SHORT: [(Pair, &[Contract]); 4] = [
    (("nats", "postgres"), &[CONFIG_V1, STATEGATE]),
    (("stan", "mysql"), &[CONFIG_V1, STATEGATE]),
    (("redis", "mysql"), &[STATEGATE]),
    (("rabbitmq", "postgres"), &[STATEGATE]),
];
const LONG: [(Pair, &[Contract]); 8] = [
    (("nats", "postgres"), &[CONFIG_V1, STATEGATE]),
    (("stan", "postgres"), &[CONFIG_V1, STATEGATE]),
    (("redis", "postgres"), &[CONFIG_V1, STATEGATE]),
    (("rabbitmq", "postgres"), &[CONFIG_V1, STATEGATE]),
    (("nats", "mysql"), &[CONFIG_V1, STATEGATE]),
    (("stan", "mysql"), &[CONFIG_V1, STATEGATE]),
    (("redis", "mysql"), &[CONFIG_V1, STATEGATE]),
    (("rabbitmq", "mysql"), &[CONFIG_V1, STATEGATE]),
];

/// One of each, for all pairs.
struct Services {
    postgres: Postgres,
    mariadb: MariaDb,
    nats: Nats,
    redis: Redis,
    rabbitmq: RabbitMq,
}

impl Services {
    fn start() -> Option<Self> {
        const SUITE: &str = "both contracts over databases and channels";
        Some(Self {
            postgres: Postgres::start(SUITE)?,
            mariadb: MariaDb::start(SUITE)?,
            nats: Nats::start(SUITE)?,
            redis: Redis::start(SUITE)?,
            rabbitmq: RabbitMq::start(SUITE)?,
        })
    }

    fn store(&self, name: &str) -> String {
        if name == "mysql" { self.mariadb.url() } else { self.postgres.url() }
    }

    fn channel(&self, name: &str) -> String {
        match name {
            "nats" => self.nats.url(),
            "stan" => self.nats.url().replace("nats://", "stan://"),
            "redis" => self.redis.url(),
            _ => self.rabbitmq.url(),
        }
    }
}

/// What a client sees of a store: the suite of the client's sources; batches, conditions, life times, watches from everywhere, compaction;
/// the past, rollback and search held against what was done; sums and single keys under concurrency. (The suite of stores itself
/// appends what no client can send: `store_suite` in `crates/testkit`.)
const SEEN: [&str; 4] = [
    "client::calls::a_server_is_a_source_by_the_whole_contract",
    "holdfast_v1::",
    "past::",
    "transactions::",
];

/// What is about a log that outlives its server, and much work: not in memory, and in the short form not on PostgreSQL, where the
/// storm of nodes asks as much.
const ACROSS_KILLS: [&str; 2] = [
    "transactions::transfers_between_keys_keep_their_sum",
    "transactions::every_key_is_linearizable_across_kills",
];

/// The embedded store passes the same by itself: it is what these tests have without a word.
#[test]
fn a_client_sees_the_same_of_every_store() {
    const SUITE: &str = "what a client sees of stores";
    let names: Vec<String> =
        tests().into_iter().filter(|test| SEEN.iter().any(|room| test.starts_with(room))).collect();
    assert!(names.len() > 15, "{names:?}");
    let mut calmer = names.clone();
    calmer.retain(|test| !ACROSS_KILLS.contains(&test.as_str()));
    assert_eq!(calmer.len(), names.len() - ACROSS_KILLS.len());
    timed("memory", &calmer, "memory://", None);
    if let Some(postgres) = Postgres::start(SUITE) {
        timed("postgres", torture::form(&calmer, &names), &postgres.url(), None);
    }
    if let Some(mariadb) = MariaDb::start(SUITE) {
        timed("mysql", &names, &mariadb.url(), None);
    }
}

#[test]
fn both_contracts_hold_over_databases_and_channels() {
    let Some(services) = Services::start() else { return };
    let tests = tests();
    let (only, mut run) = (env::var(PAIRS).ok(), 0);
    for ((channel, store), contracts) in torture::form(&SHORT[..], &LONG[..]) {
        let (names, pair) = (cases(&tests, contracts), format!("{channel} x {store}"));
        if only.as_ref().is_some_and(|only| !only.split(',').any(|wanted| wanted.trim() == pair)) {
            continue;
        }
        run += 1;
        timed(&pair, &names, &services.store(store), Some(&services.channel(channel)));
    }
    assert!(run > 0, "{PAIRS}: none of {only:?}");
}

/// This program.
fn again() -> Command {
    let mut command = Command::new(env::current_exe().expect("a running program has a path"));
    command.stdin(Stdio::null());
    command
}

/// All tests of this program.
fn tests() -> Vec<String> {
    let listed = again().args(["--list", "--format", "terse"]).output().expect("it runs");
    let listed = String::from_utf8(listed.stdout).expect("names");
    listed.lines().filter_map(|line| line.strip_suffix(": test")).map(str::to_owned).collect()
}

/// The tests of all cases, none of which is missing.
fn cases(tests: &[String], contracts: &[Contract]) -> Vec<String> {
    let mut names = Vec::new();
    for (room, numbers) in contracts {
        let mut found = BTreeSet::new();
        for test in tests.iter().filter(|test| test.starts_with(room)) {
            let of_test: Vec<u32> = numbers_of(test).filter(|n| numbers.contains(n)).collect();
            if !of_test.is_empty() {
                names.push(test.clone());
                found.extend(of_test);
            }
        }
        assert!(
            found.iter().copied().eq(numbers.clone()),
            "{room} cases are missing: there are {found:?}"
        );
    }
    names
}

/// The numbers that the name of a test begins with: `case_7_...` or `cases_1_to_3_...`.
fn numbers_of(test: &str) -> RangeInclusive<u32> {
    let name = test.rsplit("::").next().unwrap_or_default();
    let words: Vec<&str> = name.split('_').collect();
    let number = |at: usize| words.get(at).and_then(|word| word.parse::<u32>().ok());
    let numbers = match words.first() {
        Some(&"case") => number(1).zip(number(1)),
        Some(&"cases") => number(1).zip(number(3)),
        _ => None,
    };
    // Nothing lies between these.
    let (first, last) = numbers.unwrap_or((1, 0));
    first..=last
}

fn timed(place: &str, names: &[String], store: &str, channel: Option<&str>) {
    let began = Instant::now();
    run(names, store, channel);
    let (tests, took) = (names.len(), began.elapsed().as_secs());
    torture::figure(place, format_args!("{tests} tests, {took} s"));
}

/// Runs these tests over a store and a channel.
fn run(names: &[String], store: &str, channel: Option<&str>) {
    let mut command = again();
    command.arg("--exact").args(names);
    command.env(shared::STORE, store);
    // Longer here is: on more of them.
    command.env_remove("HOLDFAST_TORTURE");
    if let Some(channel) = channel {
        command.env(shared::CHANNEL, channel);
    }
    // What cannot run there is no success.
    command.env("CI", "true");
    let ended = command.output().expect("it runs");
    let said = String::from_utf8_lossy(&ended.stdout);
    let complaint = String::from_utf8_lossy(&ended.stderr);
    assert!(ended.status.success(), "{channel:?} over {store}: {said}\n{complaint}");
    let passed = format!("{} passed; 0 failed; 0 ignored", names.len());
    assert!(said.contains(&passed), "{channel:?} over {store}: not {passed}: {said}");
}
