//! Data directories that cannot be served: each is refused with a sentence and left as it was.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

use holdfast_api::holdfast_v1::moment::At;
use holdfast_api::holdfast_v1::watch_request::Start;
use holdfast_api::holdfast_v1::{Event, EventsRequest, GetRequest, Moment};
use holdfast_tests::client::put;
use holdfast_tests::log::{self, Commit};
use holdfast_tests::server::Launch;
use holdfast_tests::{Failure, Holdfast, Server, cli, http, skip};
use tonic::Code;

/// All files below a directory and their contents.
fn contents(directory: &Path) -> BTreeMap<PathBuf, Vec<u8>> {
    let mut found = BTreeMap::new();
    for entry in fs::read_dir(directory).expect("a directory") {
        let path = entry.expect("an entry").path();
        if path.is_dir() {
            found.extend(contents(&path));
        } else {
            let bytes = fs::read(&path).expect("a file");
            found.insert(path, bytes);
        }
    }
    found
}

/// A stopped server with some data.
async fn stopped() -> (Server, Vec<Commit>) {
    let mut server = Server::dev().await;
    let holdfast = server.holdfast().await;
    for n in 0..20 {
        let value = format!("\"{}\"", "v".repeat(n * 100));
        holdfast.commit(vec![put("a", &format!("k{n}"), value)]).await.expect("it is committed");
    }
    let commits = log::check(&holdfast).await;
    assert!(server.stop().await.0.success());
    (server, commits)
}

/// Fails unless `serve` refuses to start; what it says.
async fn refused(server: &mut Server) -> String {
    let logged = server.log().len();
    let status = server.try_start().await;
    let said = server.log()[logged..].to_owned();
    let status = status.unwrap_or_else(|| panic!("it serves broken data: {said}"));
    assert_eq!(status.code(), Some(1), "an error, not a crash: {said}");
    assert!(!said.contains("panicked at"), "{said}");
    said
}

#[tokio::test]
async fn a_directory_in_use_is_refused() {
    let first = Server::dev().await;
    first.config().await.set("a", "k", "1").await.expect("it is written");
    let mut second = Launch::default().prepare();
    fs::remove_dir(second.data_dir()).expect("an empty directory");
    std::os::unix::fs::symlink(first.data_dir(), second.data_dir()).expect("a link");
    let said = refused(&mut second).await;
    let who = format!("process {}", first.pid());
    assert!(said.contains(&who) && said.contains("open"), "it names the other process: {said}");
    assert_eq!(first.config().await.get("a", "k").await.expect("the first goes on").value, "1");
}

#[tokio::test]
async fn a_damaged_file_is_refused_or_does_not_matter() {
    let (mut server, commits) = stopped().await;
    let good = contents(&server.data_dir());
    let mut outcomes = (0, 0);
    for (path, bytes) in good.iter().filter(|(_, bytes)| !bytes.is_empty()) {
        for place in [0, bytes.len() / 3, bytes.len() / 2, bytes.len() - 1] {
            let mut damaged = bytes.clone();
            damaged[place] ^= 0x40;
            fs::write(path, &damaged).expect("a file");
            if server.try_start().await.is_none() {
                // It serves: then everything is there, and what cannot be read says so.
                if let Ok(read) = log::read_after(&server.holdfast().await, 0).await {
                    assert_eq!(read, commits, "byte {place} of {}", path.display());
                }
                outcomes.0 += 1;
                server.kill();
            } else {
                outcomes.1 += 1;
            }
            restore(&server.data_dir(), &good);
        }
    }
    println!("{} starts served, {} refused", outcomes.0, outcomes.1);
    assert!(outcomes.1 > 0, "no damage was noticed");
    server.start_again().await;
    assert_eq!(log::check(&server.holdfast().await).await, commits);
}

/// Puts a directory back to what it was.
fn restore(directory: &Path, good: &BTreeMap<PathBuf, Vec<u8>>) {
    fs::remove_dir_all(directory).expect("a directory");
    for (path, bytes) in good {
        fs::create_dir_all(path.parent().expect("a file has a directory")).expect("a directory");
        fs::write(path, bytes).expect("a file");
    }
}

/// Where the slots of `HEAD` lie, and what of them is checked (docs/format.md).
const HEAD_SLOTS: [usize; 2] = [0, 4_096];
const HEAD_MAJOR: usize = 8;
const HEAD_MINOR: usize = 10;
const HEAD_CHECKED: usize = 120;

/// The file as a later release would write it: one number raised in both slots, with fresh checksums.
fn raise(head: &[u8], at: usize) -> Vec<u8> {
    let mut raised = head.to_vec();
    for slot in HEAD_SLOTS {
        let slot = &mut raised[slot..slot + HEAD_CHECKED + 4];
        slot[at] += 1;
        let checksum = crc32fast::hash(&slot[..HEAD_CHECKED]);
        slot[HEAD_CHECKED..].copy_from_slice(&checksum.to_le_bytes());
    }
    raised
}

#[tokio::test]
async fn a_newer_format_is_refused() {
    let (mut server, commits) = stopped().await;
    let path = server.data_dir().join("HEAD");
    let head = fs::read(&path).expect("the head record");
    for (part, version) in [(HEAD_MAJOR, "2.1"), (HEAD_MINOR, "1.2")] {
        fs::write(&path, raise(&head, part)).expect("a file");
        let before = contents(&server.data_dir());
        let said = refused(&mut server).await;
        assert!(said.contains(version) && said.contains("format"), "{said}");
        let mut after = contents(&server.data_dir());
        // Whoever tries leaves its process id in the lock file.
        let lock = server.data_dir().join("LOCK");
        after.insert(lock.clone(), before[&lock].clone());
        assert!(after == before, "it is left as it was");
    }
    fs::write(&path, head).expect("a file");
    server.start_again().await;
    assert_eq!(log::check(&server.holdfast().await).await, commits);
}

fn copy(from: &Path, to: &Path) {
    let (from_len, files) = (from.components().count(), contents(from));
    for (path, bytes) in files {
        let below: PathBuf = path.components().skip(from_len).collect();
        let target = to.join(below);
        fs::create_dir_all(target.parent().expect("below a directory")).expect("a directory");
        fs::write(target, bytes).expect("a file");
    }
}

/// The engine's files are those of yesterday, the head record is of today: commits are missing that were acknowledged.
#[tokio::test]
async fn a_lost_tail_is_refused_until_it_is_repaired() {
    let (mut server, kept) = stopped().await;
    let yesterday = server.home().join("yesterday");
    copy(&server.data_dir().join("engine"), &yesterday);
    server.start_again().await;
    let config = server.config().await;
    for n in 0..10 {
        config.set("a", "lost", &n.to_string()).await.expect("it is written");
    }
    let all = log::check(&server.holdfast().await).await;
    assert!(server.stop().await.0.success());
    fs::remove_dir_all(server.data_dir().join("engine")).expect("a directory");
    copy(&yesterday, &server.data_dir().join("engine"));

    let said = refused(&mut server).await;
    assert!(said.contains("holdfast repair"), "it says how to go on: {said}");
    let data_dir = server.data_dir();
    let data_dir = data_dir.to_str().expect("UTF-8");
    let report = cli::run(&server, &["repair", "--data-dir", data_dir, "-o", "json"]).ok();
    let report: serde_json::Value = serde_json::from_str(&report).expect("JSON");
    assert_eq!((&report["changed"], &report["epoch"]), (&true.into(), &2.into()), "{report}");

    server.start_again().await;
    let holdfast = server.holdfast().await;
    assert_eq!(commits_of(&log::read_after(&holdfast, 0).await), commits_of(&Ok(kept.clone())));
    let written = holdfast.commit(vec![put("a", "new", "1")]).await.expect("it is committed");
    let far_above = all.len() as u64 + (1 << 32);
    assert!(written.revision >= far_above, "{} is below {far_above}", written.revision);
    // Who saw what is lost is told so; who did not goes on.
    let lost = all.last().expect("a commit");
    for start in [Start::Token(lost.token.clone()), Start::AfterRevision(lost.revision)] {
        let answer = holdfast.watch(&[], Some(start)).await;
        let failure = answer.expect_err("that future is lost");
        assert_eq!(
            (failure.code, failure.reason.as_str()),
            (Code::OutOfRange, "FOREIGN_LOG"),
            "{failure:?}"
        );
    }
    let token = kept.last().expect("a commit").token.clone();
    let stream =
        holdfast.watch(&[], Some(Start::Token(token))).await.expect("a token that still holds");
    let next = log::Watch::new(stream).next_commit().await.expect("a commit");
    assert_eq!((next.revision, next.events[0].key.as_str()), (written.revision, "new"));
    assert_looks_across_the_hole(&holdfast, &kept, written.revision).await;
    assert_forgets_across_the_hole(server).await;
}

/// Revisions 2^32 apart are neighbours to whoever looks for a time or lists events.
async fn assert_looks_across_the_hole(holdfast: &Holdfast, kept: &[Commit], newest: u64) {
    let mut revisions: Vec<u64> = kept
        .iter()
        .flat_map(|commit| commit.events.iter().map(|event| event.mod_revision))
        .chain([newest])
        .collect();
    for newest_first in [false, true] {
        let request = EventsRequest { newest_first, limit: 3, ..Default::default() };
        let mut seen = Vec::new();
        let mut cursor = String::new();
        loop {
            let page = holdfast.events(EventsRequest { cursor, ..request.clone() }).await;
            let page = page.expect("events on both sides");
            seen.extend(page.events.iter().filter_map(|e| Some(e.event.as_option()?.mod_revision)));
            cursor = page.next_cursor;
            if cursor.is_empty() {
                break;
            }
        }
        assert_eq!(seen, revisions, "newest first: {newest_first}");
        revisions.reverse();
    }
    let last = &kept.last().expect("a commit").events[0];
    let moment = Moment {
        at: last.updated_at.as_option().map(|time| At::Time(Box::new(time.clone()))),
        ..Moment::default()
    };
    let request = GetRequest {
        namespace: last.namespace.clone(),
        key: last.key.clone(),
        at: moment.into(),
        ..GetRequest::default()
    };
    let found = holdfast.get(request).await.expect("a time before the hole");
    assert_eq!(found.revision, last.mod_revision);
}

/// Retention by age looks for the first commit that is young enough.
async fn assert_forgets_across_the_hole(mut server: Server) {
    assert!(server.stop().await.0.success());
    let mut short = Launch::default().settings("retention.max_age = \"1ms\"").prepare();
    fs::remove_dir(short.data_dir()).expect("an empty directory");
    fs::rename(server.data_dir(), short.data_dir()).expect("the same disk");
    short.start_again().await;
    let holdfast = short.holdfast().await;
    let newest = holdfast.commit(vec![put("a", "newest", "1")]).await.expect("it is committed");
    let oldest = until(async || {
        let page = holdfast.events(EventsRequest::default()).await.expect("events");
        (page.oldest_revision > 1 << 32).then_some(page.oldest_revision)
    });
    assert!(oldest.await <= newest.revision);
}

/// Revisions and events; tokens name the epoch in which they were given out.
fn commits_of(commits: &Result<Vec<Commit>, Failure>) -> Vec<(u64, &[Event])> {
    let commits = commits.as_ref().expect("the whole log").iter();
    commits.map(|commit| (commit.revision, commit.events.as_slice())).collect()
}

/// The reserve is larger than what is free: no write passes, reads and deletes do, and it is said before that.
#[tokio::test]
async fn below_the_reserve_only_deletes_pass() {
    let mut server = Server::dev().await;
    let holdfast = server.holdfast().await;
    holdfast
        .commit(vec![put("a", "k", "1"), put("a", "gone", "1")])
        .await
        .expect("it is committed");
    let before = log::check(&holdfast).await;
    assert!(server.stop().await.0.success());
    let mut full = Launch::default().settings("store.reserve_bytes = \"1000000GiB\"").prepare();
    fs::remove_dir(full.data_dir()).expect("an empty directory");
    fs::rename(server.data_dir(), full.data_dir()).expect("the same disk");
    full.start_again().await;
    let config = full.config().await;
    let failure = config.set("a", "k", "2").await.expect_err("there is no space");
    assert_eq!(failure.code, Code::ResourceExhausted, "{failure:?}");
    assert!(failure.message.contains("space"), "it says what to do: {failure:?}");
    assert_eq!(config.get("a", "k").await.expect("reads go on").value, "1");
    assert_eq!(log::check(&full.holdfast().await).await, before, "nothing changed");
    config.delete("a", "gone").await.expect("deletes pass");
    let holdfast = full.holdfast().await;
    let mixed = vec![put("a", "new", "1"), holdfast_tests::client::delete("a", "k")];
    let failure = holdfast.commit(mixed).await.expect_err("not only deletes");
    assert_eq!(failure.code, Code::ResourceExhausted, "{failure:?}");
    assert_eq!(log::check(&holdfast).await.len(), before.len() + 1);
}

/// A file system of its own in memory, so that nobody else changes how much of it is free.
const DISK: &str = "/dev/shm";
const FILLER_BYTES: u64 = 192 << 20;

fn free_bytes() -> Option<u64> {
    let disk = rustix::fs::statvfs(DISK).ok()?;
    Some(disk.f_bavail * disk.f_frsize)
}

/// Space runs out while the server works, and comes back: it needs no help to go on.
#[tokio::test]
async fn a_full_disk_recovers_by_itself() {
    let Some(free) = free_bytes().filter(|free| *free > 4 * FILLER_BYTES) else {
        skip::skipped("a full disk", "no file system in memory with enough space at /dev/shm");
        return;
    };
    // Writes pass until the filler takes more than what is between the reserve and the free space.
    let reserve = free - 2 * FILLER_BYTES;
    let launch = Launch::default().home_in(DISK);
    let server = launch.settings(&format!("store.reserve_bytes = {reserve}")).start().await;
    let config = server.config().await;
    config.set("a", "k", "1").await.expect("there is space");
    let filler = server.home().join("filler");
    let file = fs::File::create(&filler).expect("a file");
    rustix::fs::fallocate(&file, rustix::fs::FallocateFlags::empty(), 0, 2 * FILLER_BYTES)
        .expect("there is space for it");

    let failure = until(async || config.set("a", "k", "2").await.err()).await;
    assert_eq!(failure.code, Code::ResourceExhausted, "{failure:?}");
    assert_eq!(http::get(server.admin_port(), "/livez").await.expect("an answer").status, 200);
    config.get("a", "k").await.expect("reads go on");
    let before = log::check(&server.holdfast().await).await;

    fs::remove_file(filler).expect("the file");
    drop(file);
    until(async || config.set("a", "k", "\"again\"").await.ok()).await;
    let after = log::check(&server.holdfast().await).await;
    assert_eq!(after.len(), before.len() + 1, "what was refused is not there");
}

/// Tries until there is a result: how much is free is looked at now and then.
async fn until<T>(attempt: impl AsyncFn() -> Option<T>) -> T {
    for _ in 0..1_000 {
        if let Some(result) = attempt().await {
            return result;
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    panic!("it did not happen");
}
