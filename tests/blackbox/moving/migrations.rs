//! Migrations: everything comes along, whatever happens on the way.

use std::path::Path;
use std::time::Duration;

use holdfast_api::holdfast_v1::watch_request::Start;
use holdfast_tests::cli::command;
use holdfast_tests::dice::Dice;
use holdfast_tests::log::{self, Watch};
use holdfast_tests::server::Launch;
use holdfast_tests::{Server, torture};

use super::{commits, run, text, write};

fn site(path: &Path) -> String {
    format!("embedded:{}", text(path))
}

fn line(from: &Path, to: &Path) -> Vec<String> {
    ["migrate", "--from", &site(from), "--to", &site(to)].map(str::to_owned).to_vec()
}

fn migrate(server: &Server, from: &Path, to: &Path) -> holdfast_tests::cli::Ended {
    let line = line(from, to);
    run(server, &line.iter().map(String::as_str).collect::<Vec<_>>())
}

#[tokio::test]
async fn everything_comes_along() {
    let mut server = Server::dev().await;
    write(&server, 25).await;
    let before = log::read_after(&server.holdfast().await, 0).await.expect("the log");
    let (from, mut new) = (server.data_dir(), Launch::default().prepare());
    let said = migrate(&server, &from, &new.data_dir()).fails(1);
    assert!(said.contains("has the data directory") && said.contains("stop it"), "{said}");
    server.stop().await;
    let said = migrate(&server, &from, &new.data_dir()).ok();
    for part in ["head", "chain", "entries", "history", "side"] {
        assert!(said.lines().any(|line| line.starts_with(part)), "{part} in {said}");
    }
    let again = migrate(&server, &from, &new.data_dir()).ok();
    assert!(again.contains("was there already"), "{again}");

    new.start_again().await;
    let holdfast = new.holdfast().await;
    let after = log::check(&holdfast).await;
    assert_eq!(after, before, "revisions, history and tokens are the same");
    let write = holdfast_tests::client::put("moved", "next", "1");
    let written = holdfast.commit(vec![write]).await.expect("a commit");
    assert_eq!(written.revision as usize, before.len() + 1, "no new epoch");
    let token = before[before.len() / 2].token.clone();
    let mut watch =
        Watch::new(holdfast.watch(&[], Some(Start::Token(token))).await.expect("valid"));
    let next = watch.next_commit().await.expect("a commit");
    assert_eq!(next.revision as usize, before.len() / 2 + 2);
    drop(watch);

    // The old one is as it was.
    server.start_again().await;
    assert_eq!(log::check(&server.holdfast().await).await, before);
}

/// SIGKILL at random moments; nobody opens what is not finished, and the next call goes on.
#[tokio::test]
async fn a_killed_migration_goes_on() {
    let mut dice = Dice::new("migrations");
    let mut server = Server::dev().await;
    fill(&server, torture::form(4_000, 60_000)).await;
    let before = commits(&server.holdfast().await).await;
    server.stop().await;
    let (from, mut new) = (server.data_dir(), Launch::default().prepare());
    let to = new.data_dir();
    let line = line(&from, &to);
    let line: Vec<&str> = line.iter().map(String::as_str).collect();
    let mut kills = 0;
    let mut longest = 4;
    loop {
        let mut child = command(&server, &line)
            .stdout(std::process::Stdio::null())
            .stderr(std::process::Stdio::null())
            .spawn()
            .expect("the binary starts");
        tokio::time::sleep(Duration::from_millis(2 + dice.below(longest))).await;
        if child.try_wait().expect("a child").is_some() {
            break;
        }
        child.kill().expect("a child can be killed");
        child.wait().expect("a child can be waited for");
        kills += 1;
        // What is half filled is not taken for a log.
        if to.join("engine").exists() && !to.join("UNFINISHED").exists() && dice.once_in(2) {
            let show = ["backup", "create", "x", "--data-dir", text(&to)];
            let ended = run(&server, &show);
            let _ = std::fs::remove_file(server.home().join("x"));
            assert!(ended.code == 0 || ended.err.contains("filled"), "{ended:?}");
        }
        longest += longest / 2;
    }
    assert!(kills >= 3, "only {kills} kills");
    migrate(&server, &from, &to).ok();
    new.start_again().await;
    assert_eq!(commits(&new.holdfast().await).await, before);
    log::check(&new.holdfast().await).await;
}

/// Many commits, some of them with large values.
async fn fill(server: &Server, writes: usize) {
    let holdfast = server.holdfast().await;
    let mut number = 0;
    while number < writes {
        let batch = (0..50).map(|place| {
            let size = if place == 0 { 5_000 } else { 30 };
            let value = format!("\"{number} {}\"", "x".repeat(size));
            holdfast_tests::client::put("moved", &format!("k{}", place * 7 % 90), value)
        });
        holdfast.commit(batch.collect()).await.expect("a commit");
        number += 50;
    }
}

#[tokio::test]
async fn wrong_places_are_refused_with_a_sentence() {
    let mut server = Server::dev().await;
    write(&server, 3).await;
    server.stop().await;
    let (here, empty) = (server.data_dir(), server.home().join("empty"));
    let from = site(&here);
    for (to, sentence) in [
        ("memory", "nothing to move"),
        ("embedded:", "names no directory"),
        ("nowhere", "expected a store"),
        ("missing.toml", "missing.toml"),
    ] {
        let said = run(&server, &["migrate", "--from", &from, "--to", to]).fails(2);
        assert!(said.contains(sentence), "{to}: {said}");
    }
    let said = migrate(&server, &empty, &server.home().join("other")).fails(1);
    assert!(said.contains("there is no log"), "{said}");
    assert!(!empty.exists(), "nothing is made of what is read");
    let said = migrate(&server, &here, &here).fails(1);
    assert!(said.contains("both"), "{said}");

    // A file with settings says where, too.
    let file = server.home().join("new.toml");
    let place = server.home().join("of-settings");
    std::fs::write(&file, format!("data_dir = {place:?}\n")).expect("written");
    run(&server, &["migrate", "--from", &from, "--to", text(&file)]).ok();
    assert!(place.join("HEAD").exists());

    // Another log is there.
    let mut other = Server::dev().await;
    write(&other, 2).await;
    other.stop().await;
    let said = migrate(&server, &here, &other.data_dir()).fails(1);
    assert!(said.contains("there is a log"), "{said}");
}
