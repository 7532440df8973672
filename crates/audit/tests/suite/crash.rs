//! A writer that is killed, again and again.

use std::collections::BTreeSet;
use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::time::Duration;

use holdfast_audit::{Durability, FileAuditor, FileSettings};
use holdfast_auth::Auditor;

use crate::{block_on, keys, record, settings, verified};

const DIRECTORY: &str = "HOLDFAST_TEST_AUDIT_CRASH";
const FIRST: &str = "HOLDFAST_TEST_AUDIT_FIRST";
const KILLS: u64 = 12;
const LONG_KILLS: u64 = 200;
/// Callers of the writer.
const CALLERS: u64 = 8;

fn durable(directory: &Path) -> FileSettings {
    FileSettings { durability: Durability::Flushed, ..settings(directory, 20_000) }
}

/// The process that is killed: it says what was acknowledged.
#[test]
#[ignore = "run by the test below"]
fn child() {
    let Some(directory) = std::env::var_os(DIRECTORY) else { return };
    let first: u64 = std::env::var(FIRST).expect("a number").parse().expect("a number");
    let auditor = Arc::new(FileAuditor::open(durable(Path::new(&directory))).expect("opens"));
    block_on(async {
        let callers: Vec<_> = (0..CALLERS)
            .map(|caller| {
                let auditor = auditor.clone();
                tokio::spawn(async move {
                    for number in (first + caller..).step_by(CALLERS as usize) {
                        auditor.record(&record(number)).await.expect("kept");
                        // One write, so that lines of several callers do not mix.
                        let told =
                            std::io::stdout().write_all(format!("kept k{number}\n").as_bytes());
                        told.expect("the parent reads");
                    }
                })
            })
            .collect();
        for caller in callers {
            caller.await.expect("no panic");
        }
    });
}

/// Starts a child, kills it after so many acknowledgements; what was acknowledged.
fn run_and_kill(directory: &Path, first: u64, after: u64) -> Vec<String> {
    let mut child = Command::new(std::env::current_exe().expect("this test"))
        .args(["--ignored", "--exact", "crash::child", "--nocapture", "--test-threads=1"])
        .env(DIRECTORY, directory)
        .env(FIRST, first.to_string())
        .stdout(Stdio::piped())
        .spawn()
        .expect("a child");
    let mut out = BufReader::new(child.stdout.take().expect("piped")).lines();
    let mut told = Vec::new();
    let mut killed = false;
    // What it said before it died is in the pipe.
    while let Some(Ok(line)) = out.next() {
        told.extend(line.strip_prefix("kept ").map(str::to_owned));
        if told.len() as u64 >= after && !killed {
            std::thread::sleep(Duration::from_micros(after * 37 % 3_000));
            child.kill().expect("killed");
            killed = true;
        }
    }
    assert!(killed, "it ended by itself");
    child.wait().expect("waited");
    told
}

#[test]
fn what_was_acknowledged_survives_every_kill() {
    let directory = tempfile::tempdir().expect("a directory");
    let torture = std::env::var_os("HOLDFAST_TORTURE").is_some();
    let kills = if torture { LONG_KILLS } else { KILLS };
    let mut acknowledged = BTreeSet::new();
    for kill in 0..kills {
        acknowledged.extend(run_and_kill(directory.path(), kill * 1_000_000, 1 + kill * 61 % 157));
        let told = verified(directory.path());
        println!("figure: kill {kill}: {} lines, notes {:?}", told.lines, told.notes);
        let kept: BTreeSet<String> = keys_of_whole_lines(directory.path());
        let lost: Vec<_> = acknowledged.difference(&kept).collect();
        assert!(lost.is_empty(), "acknowledged and lost: {lost:?}");
    }
    drop(FileAuditor::open(durable(directory.path())).expect("opens once more"));
    verified(directory.path());
    assert!(keys(directory.path()).len() >= acknowledged.len());
}

/// A line that was being written when the process died is no record.
fn keys_of_whole_lines(directory: &Path) -> BTreeSet<String> {
    let found = holdfast_audit::query(
        crate::files(directory),
        holdfast_audit::Filter::default(),
        holdfast_audit::Order::OldestFirst,
    );
    let hits = found.filter_map(Result::ok);
    hits.map(|hit| hit.entry.fields().expect("a record").key.clone()).collect()
}
