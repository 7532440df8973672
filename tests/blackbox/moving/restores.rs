//! Restores: whole, up to a revision, and what becomes of those who had seen more.

use holdfast_api::holdfast_v1::watch_request::Start;
use holdfast_tests::Server;
use holdfast_tests::log::{self, Watch};
use holdfast_tests::server::Launch;
use tonic::Code;

use super::{back_up, commits, restore, run, text, write};

/// The gap that every epoch leaves below its first commit.
const GAP: u64 = 1 << 32;

/// The token behind the newest commit.
async fn token(server: &Server) -> String {
    let commits = log::read_after(&server.holdfast().await, 0).await.expect("the log");
    commits.last().expect("a commit").token.clone()
}

#[tokio::test]
async fn who_saw_only_what_was_restored_goes_on_and_who_saw_more_begins_anew() {
    let server = Server::dev().await;
    write(&server, 12).await;
    let (before, file) = (token(&server).await, back_up(&server, "a.backup"));
    let revision = commits(&server.holdfast().await).await.len() as u64;
    write(&server, 5).await;
    let after = token(&server).await;

    let mut new = Launch::default().prepare();
    restore(&new, &file, &[]).ok();
    new.start_again().await;
    let holdfast = new.holdfast().await;
    let write = holdfast_tests::client::put("moved", "first", "1");
    let first = holdfast.commit(vec![write]).await.expect("a commit").revision;
    assert_eq!(first, revision + GAP);
    for known in [Start::Token(before), Start::AfterRevision(revision)] {
        let mut watch = Watch::new(holdfast.watch(&[], Some(known)).await.expect("a watch"));
        assert_eq!(watch.next_commit().await.expect("a commit").revision, first);
    }
    for lost in [Start::Token(after), Start::AfterRevision(revision + 3)] {
        let refused = holdfast.watch(&[], Some(lost)).await.expect_err("a lost future");
        assert_eq!(refused.code, Code::OutOfRange, "{refused:?}");
    }
}

#[tokio::test]
async fn a_revision_of_the_past_can_be_restored() {
    let server = Server::dev().await;
    write(&server, 15).await;
    let file = back_up(&server, "a.backup");
    let all = commits(&server.holdfast().await).await;
    let newest = all.len() as u64;
    for revision in [1, newest / 2, newest - 1] {
        let mut new = Launch::default().prepare();
        let number = revision.to_string();
        let said = restore(&new, &file, &["--revision", &number]).ok();
        let expected = format!("epoch 2 begins at revision {}", newest + GAP);
        assert!(said.contains(&expected), "{said}");
        new.start_again().await;
        let restored = commits(&new.holdfast().await).await;
        assert_eq!(restored[..], all[..revision as usize]);
        let list = |server: &Server, more: &[&str]| {
            run(server, &[&["-n", "moved", "list", "-o", "json"], more].concat()).ok()
        };
        assert_eq!(list(&new, &[]), list(&server, &["--rev", &number]));
    }
    let new = Launch::default().prepare();
    let beyond = (newest + 1).to_string();
    let said = restore(&new, &file, &["--revision", &beyond]).fails(1);
    assert!(said.contains(&format!("ends at revision {newest}")), "{said}");
}

/// What lies below the history floor is gone from the backup as it is from the server.
#[tokio::test]
async fn what_was_compacted_cannot_be_restored() {
    let settings = "[retention]\nmax_revisions = 5";
    let server = Launch::default().settings(settings).start().await;
    write(&server, 30).await;
    let oldest = log::oldest(&server.holdfast().await).await;
    let file = back_up(&server, "a.backup");
    let new = Launch::default().prepare();
    let said = restore(&new, &file, &["--revision", "1"]).fails(1);
    assert!(said.contains("compacted"), "{said} (oldest {oldest})");
    assert_eq!(std::fs::read_dir(new.data_dir()).expect("a directory").count(), 0);

    let mut new = Launch::default().prepare();
    restore(&new, &file, &[]).ok();
    new.start_again().await;
    let list = ["-n", "moved", "list", "-o", "json"];
    assert_eq!(run(&new, &list).ok(), run(&server, &list).ok());
}

#[tokio::test]
async fn only_an_empty_directory_is_restored_into() {
    let mut server = Server::dev().await;
    write(&server, 5).await;
    let file = back_up(&server, "a.backup");
    let said = restore(&server, &file, &[]).fails(1);
    assert!(said.contains("has the data directory"), "{said}");
    server.stop().await;
    let said = restore(&server, &file, &[]).fails(1);
    assert!(said.contains("empty directory"), "{said}");
    server.start_again().await;
    log::check(&server.holdfast().await).await;

    let new = Launch::default().prepare();
    std::fs::write(new.data_dir().join("notes.txt"), "mine").expect("written");
    let said = restore(&new, &file, &[]).fails(1);
    assert!(said.contains("notes.txt"), "{said}");
    let missing = server.home().join("none.backup");
    let said = restore(&new, &missing, &[]).fails(1);
    assert!(said.contains("none.backup"), "{said}");
    assert_eq!(text(&file), server.home().join("a.backup").to_str().expect("UTF-8"));
}

/// Tokens and roles are part of the log.
#[tokio::test]
async fn tokens_are_restored_too() {
    let server = Launch::default().closed().start().await;
    let root = server.root_token();
    let as_root =
        |server: &Server, arguments: &[&str]| holdfast_tests::cli::run_as(server, &root, arguments);
    as_root(&server, &["set", "a", "1"]).ok();
    let file = server.home().join("a.backup");
    as_root(&server, &["backup", "create", text(&file)]).ok();
    let mut new = Launch::default().closed().prepare();
    restore(&new, &file, &[]).ok();
    new.start_again().await;
    assert_eq!(as_root(&new, &["get", "a"]).ok(), "1");
    run(&new, &["get", "a"]).fails(5);
}
