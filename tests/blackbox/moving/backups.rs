//! Backups: online, of a stopped server, by the clock.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::Duration;

use holdfast_tests::client::put;
use holdfast_tests::server::Launch;
use holdfast_tests::{Holdfast, Server, http};
use tokio::task::JoinSet;

use super::{back_up, commits, restore, run, text, write};

/// One of eight: writes as fast as it can; the last number of each of its keys, and the revision of each answer.
async fn writer(
    who: u64,
    holdfast: Holdfast,
    stop: Arc<AtomicBool>,
    done: Arc<AtomicU64>,
) -> Vec<u64> {
    let mut revisions = Vec::new();
    while !stop.load(Ordering::Relaxed) {
        let number = revisions.len();
        let value = format!("\"{number} {}\"", "x".repeat(number % 900));
        let write = put(&format!("w{who}"), &format!("k{number}"), value);
        revisions.push(holdfast.commit(vec![write]).await.expect("a commit").revision);
        done.fetch_add(1, Ordering::Relaxed);
    }
    revisions
}

/// The backup is of one revision, and all that was acknowledged up to there is in it.
#[tokio::test]
async fn a_backup_under_load_is_of_one_moment() {
    let server = Server::dev().await;
    let (stop, done) = (Arc::new(AtomicBool::new(false)), Arc::new(AtomicU64::new(0)));
    let mut writers = JoinSet::new();
    for who in 0..8 {
        let holdfast = server.holdfast().await;
        writers.spawn(writer(who, holdfast, Arc::clone(&stop), Arc::clone(&done)));
    }
    while done.load(Ordering::Relaxed) < 500 {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    let before = done.load(Ordering::Relaxed);
    let file = server.home().join("a.backup");
    let making = tokio::task::spawn_blocking({
        let line =
            holdfast_tests::cli::command(&server, &["backup", "create", text(&file), "-o", "raw"]);
        move || {
            let mut line = line;
            line.output().expect("the binary starts")
        }
    });
    let made = making.await.expect("it ends");
    assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));
    let revision: u64 = String::from_utf8_lossy(&made.stdout).trim().parse().expect("a revision");
    while done.load(Ordering::Relaxed) < before + 200 {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    stop.store(true, Ordering::Relaxed);
    let acknowledged: Vec<u64> = writers.join_all().await.into_iter().flatten().collect();
    assert!(revision >= before, "what was acknowledged before it began is in it");
    assert!(acknowledged.iter().any(|write| *write > revision), "writes went on");

    let mut new = Launch::default().prepare();
    restore(&new, &file, &[]).ok();
    let report = run(&new, &["audit", "verify", "--log", text(&new.data_dir())]).ok();
    assert!(report.contains(&format!("revisions 1 to {revision}")), "{report}");
    new.start_again().await;
    let (old, restored) = (server.holdfast().await, new.holdfast().await);
    let (old, restored) = (commits(&old).await, commits(&restored).await);
    assert_eq!(restored.len() as u64, revision, "dense up to the revision of the backup");
    assert_eq!(restored[..], old[..restored.len()], "every event, as it was acknowledged");
    assert_same_past(&server, &new, revision).await;
}

/// Entries and histories of a few moments are the same on both servers.
async fn assert_same_past(old: &Server, new: &Server, revision: u64) {
    for at in [1, revision / 3, revision - 1, revision] {
        let list = ["-n", "w3", "list", "--rev", &at.to_string(), "-o", "json"];
        let (one, other) = (run(old, &list).ok(), run(new, &list).ok());
        assert_eq!(one, other, "at {at}");
    }
    let history = ["-n", "w3", "history", "k0", "-o", "json"];
    assert_eq!(run(old, &history).ok(), run(new, &history).ok());
}

#[tokio::test]
async fn a_stopped_server_is_backed_up_from_its_directory() {
    let mut server = Server::dev().await;
    write(&server, 20).await;
    let online = back_up(&server, "online.backup");
    let data_dir = server.data_dir();
    let offline = server.home().join("offline.backup");
    let line = ["backup", "create", text(&offline), "--data-dir", text(&data_dir)];
    let said = run(&server, &line).fails(1);
    assert!(said.contains("has the data directory") && said.contains("stop it"), "{said}");
    assert!(!offline.exists());
    server.stop().await;
    run(&server, &line).ok();
    let shown = |file: &Path| {
        let shown = run(&server, &["backup", "show", text(file), "-o", "json"]).ok();
        let shown: serde_json::Value = serde_json::from_str(&shown).expect("JSON");
        ["log", "epoch", "revision", "commits", "start", "side"].map(|name| shown[name].clone())
    };
    assert_eq!(shown(&online), shown(&offline));
    let said = run(&server, &["backup", "verify", text(&online)]).ok();
    assert!(said.contains("is what was written"), "{said}");
}

#[tokio::test]
async fn a_damaged_backup_is_refused_before_anything_is_written() {
    let server = Server::dev().await;
    write(&server, 30).await;
    let file = back_up(&server, "a.backup");
    let whole = std::fs::read(&file).expect("a file");
    let new = Launch::default().prepare();
    for place in [0, 9, 40, whole.len() / 2, whole.len() - 1] {
        let mut bytes = whole.clone();
        bytes[place] ^= 0x04;
        std::fs::write(&file, &bytes).expect("written");
        run(&server, &["backup", "verify", text(&file)]).fails(1);
        run(&server, &["backup", "show", text(&file)]).fails(1);
        restore(&new, &file, &[]).fails(1);
    }
    std::fs::write(&file, &whole[..whole.len() - 40]).expect("written");
    let said = run(&server, &["backup", "verify", text(&file)]).fails(1);
    assert!(said.contains("damaged behind byte") && said.contains("missing"), "{said}");
    restore(&new, &file, &[]).fails(1);
    assert_eq!(std::fs::read_dir(new.data_dir()).expect("a directory").count(), 0);
}

/// A name that is taken is left alone, and what breaks off leaves nothing.
#[tokio::test]
async fn a_file_appears_only_when_it_is_whole() {
    let mut server = Server::dev().await;
    write(&server, 5).await;
    let file = back_up(&server, "a.backup");
    let before = std::fs::read(&file).expect("a file");
    let said = run(&server, &["backup", "create", text(&file)]).fails(1);
    assert!(said.contains("is there already"), "{said}");
    assert_eq!(std::fs::read(&file).expect("a file"), before);
    server.stop().await;
    let other = server.home().join("other.backup");
    run(&server, &["backup", "create", text(&other)]).fails(6);
    let left: Vec<_> = std::fs::read_dir(server.home()).expect("a directory").collect();
    let part = |file: &std::io::Result<std::fs::DirEntry>| {
        file.as_ref().is_ok_and(|file| file.file_name().to_string_lossy().contains("other"))
    };
    assert!(!left.iter().any(part), "{left:?}");
    for wrong in [
        &["backup"][..],
        &["backup", "create"],
        &["backup", "verify"],
        &["backup", "make", "x"],
        &["restore", "x"],
        &["restore", "--data-dir", "x"],
        &["restore", "x", "--data-dir", "y", "--revision", "soon"],
    ] {
        run(&server, wrong).fails(2);
    }
}

/// Every secret is in a backup: only who administers the server may take one.
#[tokio::test]
async fn only_administrators_take_backups() {
    let server = Launch::default().closed().start().await;
    let root = server.root_token();
    let as_root = |arguments: &[&str]| holdfast_tests::cli::run_as(&server, &root, arguments);
    as_root(&["role", "set", "everything", "--rule", "read,write,delete,list,watch *"]).ok();
    as_root(&["role", "set", "tokens", "--rule", "admin internal:holdfast.trust/tokens/*"]).ok();
    let file = server.home().join("a.backup");
    for role in ["everything", "tokens"] {
        let made =
            as_root(&["token", "create", "--user", "someone", "--role", role, "-o", "raw"]).ok();
        let line = ["backup", "create", text(&file)];
        holdfast_tests::cli::run_as(&server, made.trim(), &line).fails(5);
        assert!(!file.exists());
    }
    run(&server, &["backup", "create", text(&file)]).fails(5);
    as_root(&["backup", "create", text(&file)]).ok();
    let mode = std::os::unix::fs::PermissionsExt::mode(
        &std::fs::metadata(&file).expect("a file").permissions(),
    );
    assert_eq!(mode & 0o777, 0o600, "nobody else reads it");
}

fn scheduled(dir: &Path) -> Vec<PathBuf> {
    let files = std::fs::read_dir(dir).into_iter().flatten().flatten();
    let mut files: Vec<_> = files.map(|file| file.path()).collect();
    files.retain(|file| file.extension().is_some_and(|extension| extension == "backup"));
    files.sort();
    files
}

/// Waits until the newest backup is of this revision.
async fn scheduled_of(dir: &Path, revision: u64) -> Vec<PathBuf> {
    for _ in 0..3_000 {
        let files = scheduled(dir);
        let end = format!("-r{revision}.backup");
        if files.last().is_some_and(|file| text(file).ends_with(&end)) {
            return files;
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    panic!("no backup of revision {revision} in {:?}", scheduled(dir));
}

#[tokio::test]
async fn a_server_backs_itself_up() {
    let mut server = Launch::default().prepare();
    let dir = server.home().join("kept/here");
    server.set(&format!("[backup]\nschedule = \"* * * * * *\"\ndir = {dir:?}\nkeep = 2"));
    server.start_again().await;
    write(&server, 3).await;
    let files = scheduled_of(&dir, 4).await;
    run(&server, &["backup", "verify", text(files.last().expect("one"))]).ok();
    write(&server, 3).await;
    scheduled_of(&dir, 8).await;
    // The next one gets its name before the oldest goes.
    for _ in 0..3_000 {
        if scheduled(&dir).len() == 2 {
            break;
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    assert!(scheduled(&dir).len() <= 3, "{:?}", scheduled(&dir));
    let ready = http::get(server.admin_port(), "/readyz?verbose").await.expect("an answer").text();
    assert!(ready.contains("[+] backup: "), "{ready}");
    let metrics = http::get(server.admin_port(), "/metrics").await.expect("an answer").text();
    assert!(metrics.contains("holdfast_backups_total{result=\"ok\"}"), "{metrics}");
    assert!(metrics.contains("holdfast_backup_last_success_seconds"), "{metrics}");

    // A file where the directory should be: as root even one without rights can be written to.
    std::fs::remove_dir_all(&dir).expect("removed");
    std::fs::write(&dir, "in the way").expect("written");
    for _ in 0..3_000 {
        let ready = http::get(server.admin_port(), "/readyz?verbose").await.expect("an answer");
        if ready.text().contains("[!] backup: the last one failed") {
            assert_eq!(ready.status, 200, "calls are answered all the same");
            let log = server.log();
            assert!(log.contains("the scheduled backup failed"), "{log}");
            return;
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    panic!("nobody was told that backups fail");
}

#[tokio::test]
async fn a_schedule_that_makes_no_sense_is_refused() {
    let mut server = Launch::default().prepare();
    server.set("[backup]\nschedule = \"every day\"\nkeep = 0");
    assert!(server.try_start().await.is_some());
    let log = server.log();
    assert!(log.contains("backup.schedule") && log.contains("0 3 * * *"), "{log}");
}
