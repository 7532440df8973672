//! Migrations into databases and back: everything comes along, whatever happens on the way.

use std::path::Path;
use std::process::Stdio;
use std::time::Duration;

use holdfast_api::holdfast_v1::watch_request::Start;
use holdfast_services::{MariaDb, Postgres};
use holdfast_tests::cli::{Ended, command, run_as};
use holdfast_tests::dice::Dice;
use holdfast_tests::log::{self, Commit, Watch};
use holdfast_tests::server::Launch;
use holdfast_tests::{Server, torture};

use super::{run, text, write};

/// What `holdfast migrate` is told of a directory.
fn embedded(path: &Path) -> String {
    format!("embedded:{}", text(path))
}

fn migrate(server: &Server, from: &str, to: &str) -> Ended {
    run(server, &["migrate", "--from", from, "--to", to])
}

/// Settings of a server over this database.
fn over(kind: &str, url: &str) -> String {
    format!("[store]\nkind = \"{kind}\"\n[store.{kind}]\nurl = \"{url}\"\n")
}

/// A server with these settings that never ran.
fn prepared(settings: &str) -> Server {
    Launch::default().settings(settings).prepare()
}

/// The commits of a running server behind a revision, and what it says of the past of some keys.
type Seen = (Vec<Commit>, Vec<(i32, String)>);

async fn seen(server: &Server, after: u64) -> Seen {
    let commits = log::read_after(&server.holdfast().await, after).await.expect("the log");
    let past = |key: &str| {
        let ended = run(server, &["-n", "moved", "history", key, "-o", "json"]);
        (ended.code, ended.out)
    };
    let past = ["k0", "k1", "k2", "k3", "k4", "k5", "k6"].map(past).to_vec();
    assert!(past.iter().any(|(code, _)| *code == 0), "no key has a past: {past:?}");
    (commits, past)
}

/// Serves what is there: the same as before, for old tokens too.
async fn serves(server: &mut Server, after: u64, before: &Seen) {
    server.start_again().await;
    assert_eq!(seen(server, after).await, *before, "revisions, history and tokens are the same");
    let middle = before.0.len() / 2;
    let token = Start::Token(before.0[middle].token.clone());
    let holdfast = server.holdfast().await;
    let mut watch = Watch::new(holdfast.watch(&[], Some(token)).await.expect("valid"));
    let next = watch.next_commit().await.expect("a commit");
    assert_eq!(next.revision, before.0[middle + 1].revision);
    drop(watch);
    server.stop().await;
}

/// Of a log whose beginning was compacted: what is left of it is in rows that no commit tells of.
#[tokio::test]
async fn a_log_goes_from_disk_to_postgres_to_mariadb_and_back() {
    const SUITE: &str = "migrations between databases";
    let (Some(postgres), Some(mariadb)) = (Postgres::start(SUITE), MariaDb::start(SUITE)) else {
        return;
    };
    let retention = "[retention]\nmax_revisions = 30";
    let mut server = Launch::default().settings(retention).start().await;
    write(&server, 60).await;
    let after = log::oldest(&server.holdfast().await).await - 1;
    // What is compacted further is compacted before it is asked.
    server.stop().await;
    server.start_again().await;
    let after = log::oldest(&server.holdfast().await).await.max(after + 1) - 1;
    let before = seen(&server, after).await;
    server.stop().await;
    let mut in_postgres = prepared(&over("postgres", &postgres.url()));
    let mut in_mariadb = prepared(&over("mysql", &mariadb.url()));
    let mut back = Launch::default().prepare();

    let (here, there) = (embedded(&server.data_dir()), postgres.url());
    let said = migrate(&server, &here, &there).ok();
    for part in ["head", "chain", "entries", "history", "side"] {
        assert!(said.lines().any(|line| line.starts_with(part)), "{part} in {said}");
    }
    serves(&mut in_postgres, after, &before).await;
    let again = migrate(&server, &here, &there).ok();
    assert!(again.contains("was there already"), "{again}");

    migrate(&server, &there, &mariadb.url()).ok();
    serves(&mut in_mariadb, after, &before).await;
    migrate(&server, &mariadb.url(), &embedded(&back.data_dir())).ok();
    serves(&mut back, after, &before).await;
    back.start_again().await;
    let write = holdfast_tests::client::put("moved", "next", "1");
    let written = back.holdfast().await.commit(vec![write]).await.expect("a commit");
    let newest = before.0.last().expect("a commit").revision;
    assert_eq!(written.revision, newest + 1, "no new epoch");
    back.stop().await;
    let refused = migrate(&server, &embedded(&back.data_dir()), &there).fails(1);
    assert!(refused.contains("there is a log"), "another moment of it is there: {refused}");
}

/// Commits of 100 KB: a copy is made of many pieces.
async fn fill(server: &Server, commits: usize) {
    let holdfast = server.holdfast().await;
    for number in 0..commits {
        let batch = (0..50).map(|place| {
            let value =
                format!("\"{number} {}\"", "x".repeat(if place == 0 { 9_000 } else { 2_000 }));
            let key = format!("k{}", (number + place) % 90);
            holdfast_tests::client::put("moved", &key, value)
        });
        holdfast.commit(batch.collect()).await.expect("a commit");
        if number % 10 == 0 {
            run(server, &["-n", "moved", "delete", &format!("k{}", number % 90)]).ok();
        }
    }
}

/// Kills the verb at random moments until it comes to its end; `half` sees what is left each time, and says whether anything had been begun.
async fn kill_until_done(
    server: &Server,
    (from, to): (&str, &str),
    dice: &mut Dice,
    mut half: impl AsyncFnMut() -> bool,
) {
    // Up to `early` milliseconds nothing is begun: what is later by less than it takes to copy everything comes into its middle at least once.
    let (mut kills, mut early, mut longest) = (0, 20, 60);
    loop {
        let mut child = command(server, &["migrate", "--from", from, "--to", to])
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .expect("the binary starts");
        let wait = early + dice.below(longest);
        tokio::time::sleep(Duration::from_millis(wait)).await;
        if child.try_wait().expect("a child").is_some() {
            break;
        }
        child.kill().expect("a child can be killed");
        child.wait().expect("a child can be waited for");
        kills += 1;
        println!("killed after {wait} ms");
        if !half().await {
            early = wait;
        }
        longest += longest / 2;
    }
    assert!(kills >= 3, "only {kills} kills");
    migrate(server, from, to).ok();
}

/// SIGKILL at random moments, there and back; no server takes what is half filled for a log.
#[tokio::test]
async fn a_killed_migration_into_a_database_goes_on() {
    let Some(postgres) = Postgres::start("killed migrations into PostgreSQL") else { return };
    let mut dice = Dice::new("migrations into databases");
    let mut server = Server::dev().await;
    fill(&server, torture::form(120, 1_500)).await;
    let before = seen(&server, 0).await;
    log::check(&server.holdfast().await).await;
    server.stop().await;

    let mut in_postgres = prepared(&over("postgres", &postgres.url()));
    let (here, there) = (embedded(&server.data_dir()), postgres.url());
    let elsewhere = embedded(&server.home().join("elsewhere"));
    let mut refused = 0;
    kill_until_done(&server, (&here, &there), &mut dice, async || {
        let read = migrate(&server, &there, &elsewhere);
        if !read.err.contains("is being filled") {
            // Before it began: no tables, or a log to which nothing was written.
            let nothing = read.code == 0 || read.err.contains("there is no log");
            assert!(nothing, "{read:?}");
            let _ = std::fs::remove_dir_all(server.home().join("elsewhere"));
            return false;
        }
        refused += 1;
        if refused == 1 {
            assert!(in_postgres.try_start().await.is_some(), "a server serves half a log");
            assert!(in_postgres.log().contains("is being filled"), "{}", in_postgres.log());
        }
        true
    })
    .await;
    assert!(refused > 0, "no filling was interrupted in its middle");
    serves(&mut in_postgres, 0, &before).await;

    let mut back = Launch::default().prepare();
    let to = embedded(&back.data_dir());
    kill_until_done(&server, (&there, &to), &mut dice, async || true).await;
    serves(&mut back, 0, &before).await;
    back.start_again().await;
    log::check(&back.holdfast().await).await;
}

/// Tokens are part of the log, audit files lie beside it.
#[tokio::test]
async fn tokens_and_audit_come_along() {
    let Some(postgres) = Postgres::start("tokens moved into PostgreSQL") else { return };
    let homes = tempfile::tempdir().expect("a directory");
    let audit = |name: &str| format!("[audit]\ndir = {:?}\n", homes.path().join(name));
    let mut server = Launch::default().closed().settings(&audit("old")).start().await;
    let root = server.root_token();
    run_as(&server, &root, &["set", "a", "1"]).ok();
    run(&server, &["get", "a"]).fails(5);
    server.stop().await;

    let settings = over("postgres", &postgres.url()) + &audit("new");
    let mut new = Launch::default().closed().settings(&settings).prepare();
    let file = |name: &str, text: String| {
        let path = server.home().join(name);
        std::fs::write(&path, text).expect("written");
        text_of(&path)
    };
    let from = format!("data_dir = {:?}\n{}", server.data_dir(), audit("old"));
    let (from, to) = (file("from.toml", from), file("to.toml", settings.clone()));
    let said = migrate(&server, &from, &to).ok();
    assert!(said.contains("audit files audit: "), "{said}");
    let lines = || {
        let directory = homes.path().join("new");
        let said = run(&server, &["audit", "verify", text(&directory), "-o", "json"]).ok();
        assert!(said.contains("hash"), "{said}");
        std::fs::read_dir(&directory).expect("a directory").count()
    };
    assert!(lines() >= 2, "a file and its anchor");

    new.start_again().await;
    assert_eq!(run_as(&new, &root, &["get", "a"]).ok(), "1");
    run_as(&new, &root, &["set", "a", "2"]).ok();
    run(&new, &["get", "a"]).fails(5);
    new.stop().await;
    // The account goes on in the same chain.
    lines();
    let again = migrate(&server, &from, &to).fails(1);
    assert!(again.contains("there is a log"), "{again}");
}

fn text_of(path: &Path) -> String {
    text(path).to_owned()
}
