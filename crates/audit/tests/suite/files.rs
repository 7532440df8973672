//! What is in the files, and how they rotate.

use std::os::unix::fs::PermissionsExt as _;
use std::time::Duration;

use holdfast_audit::{Durability, FileAuditor, FileSettings, SettingsError};
use holdfast_auth::{Auditor, Outcome, RecordedValue};

use crate::{block_on, fault, files, keep, keys, place, record, settings, verified};

#[test]
fn a_line_is_what_the_document_shows() {
    let directory = tempfile::tempdir().expect("a directory");
    keep(FileSettings::new(directory.path()), 1..=2);
    let text = std::fs::read_to_string(place(directory.path()).file(1)).expect("UTF-8");
    let lines: Vec<serde_json::Value> =
        text.lines().map(|line| serde_json::from_str(line).expect("JSON")).collect();
    assert_eq!(lines.len(), 3);
    assert_eq!((&lines[0]["note"], &lines[0]["format"]), (&"begin".into(), &1.into()));
    assert_eq!(lines[0]["prev"], "0".repeat(64));
    for (before, after) in lines.iter().zip(&lines[1..]) {
        assert_eq!(after["prev"], before["hash"]);
    }
    let shown = &lines[1];
    for (member, value) in [
        ("ts", "2026-01-01T00:00:01Z"),
        ("user_id", "ann"),
        ("operation", "set"),
        ("namespace", "prod"),
        ("key", "k1"),
        ("outcome", "done"),
        ("request_id", "r1"),
        ("credential", "token:7"),
        ("peer", "127.0.0.1"),
        ("method", "config.v1/Set"),
        ("codec", "json"),
        ("value", "MQ=="),
    ] {
        assert_eq!(shown[member], value, "{member}");
    }
    assert_eq!(shown["sha256"], "07".repeat(32));
    assert_eq!(shown["revision"], 1);
    assert_eq!(shown["metadata"]["reason"], "a \"test\"\n");
}

#[test]
fn bytes_of_a_value_are_there_only_when_they_are_given() {
    let directory = tempfile::tempdir().expect("a directory");
    let auditor = FileAuditor::open(FileSettings::new(directory.path())).expect("opens");
    let mut secret = record(1);
    let digest = RecordedValue { codec: "secret".into(), digest: [9; 32], bytes: None };
    secret.value = Some(digest);
    secret.outcome = Outcome::Denied("no".into());
    block_on(auditor.record(&secret)).expect("kept");
    drop(auditor);
    let text = std::fs::read_to_string(place(directory.path()).file(1)).expect("UTF-8");
    assert!(!text.contains("\"value\"") && text.contains(&"09".repeat(32)), "{text}");
    assert!(text.contains("\"outcome\":\"denied\",\"why\":\"no\""), "{text}");
}

#[test]
fn files_rotate_by_size_and_only_the_newest_are_kept() {
    let directory = tempfile::tempdir().expect("a directory");
    let all = settings(directory.path(), 2_000);
    keep(all.clone(), 1..=20);
    let before = files(directory.path());
    assert!(before.len() > 3, "{before:?}");
    for file in &before {
        let data = std::fs::metadata(file).expect("a file");
        assert!(data.len() <= 2_000, "{} bytes", data.len());
        assert_eq!(data.permissions().mode() & 0o777, 0o600);
    }
    let few = FileSettings { keep: 3.try_into().expect("not zero"), ..all };
    keep(few, 21..=40);
    assert_eq!(files(directory.path()).len(), 3);
    let told = verified(directory.path());
    assert!(told.pruned > 3 && told.sequences.0 > 20, "{told:?}");
    let kept = keys(directory.path());
    let expected: Vec<String> = (41 - kept.len() as u64..=40).map(|n| format!("k{n}")).collect();
    assert_eq!(kept, expected);
    // What was removed on purpose is none; what somebody else removes is.
    std::fs::remove_file(&files(directory.path())[0]).expect("removed");
    let (file, line, _, what) = fault(directory.path());
    assert!(file.ends_with(".jsonl") && line == 0 && what.contains("missing"), "{file} {what}");
}

#[test]
fn files_rotate_by_the_times_of_the_records() {
    let directory = tempfile::tempdir().expect("a directory");
    let settings = FileSettings {
        max_age: Some(Duration::from_secs(10)),
        ..settings(directory.path(), 1 << 30)
    };
    keep(settings.clone(), 0..=9);
    keep(settings, 10..=25);
    assert_eq!(files(directory.path()).len(), 3);
    assert_eq!(verified(directory.path()).lines, 26 + 3);
}

#[test]
fn a_restart_goes_on_in_the_same_file() {
    let directory = tempfile::tempdir().expect("a directory");
    for number in 1..=5 {
        keep(settings(directory.path(), 1 << 20), [number]);
    }
    assert_eq!(files(directory.path()).len(), 1);
    let told = verified(directory.path());
    assert_eq!((told.lines, told.sequences, told.pruned), (6, (1, 6), 0));
    assert!(told.notes.is_empty(), "{told:?}");
}

#[test]
fn two_cannot_write_the_same_files() {
    let directory = tempfile::tempdir().expect("a directory");
    let auditor = FileAuditor::open(settings(directory.path(), 1 << 20)).expect("opens");
    let second = FileAuditor::open(settings(directory.path(), 1 << 20));
    assert!(matches!(second, Err(SettingsError::InUse(_))), "{second:?}");
    let other = FileSettings { name: "other".into(), ..settings(directory.path(), 1 << 20) };
    drop(FileAuditor::open(other).expect("other files"));
    let bad = FileSettings { name: "a/b".into(), ..settings(directory.path(), 1 << 20) };
    assert!(matches!(FileAuditor::open(bad), Err(SettingsError::Name(_))));
    block_on(auditor.close());
    let refused = block_on(auditor.record(&record(1))).expect_err("closed");
    assert_eq!(refused.auditor, "file");
    drop(FileAuditor::open(settings(directory.path(), 1 << 20)).expect("free again"));
}

#[test]
fn concurrent_callers_lose_nothing_over_rotations() {
    const CALLERS: u64 = 16;
    const EACH: u64 = 40;
    let directory = tempfile::tempdir().expect("a directory");
    for durability in [Durability::Flushed, Durability::Within(Duration::from_millis(1))] {
        let directory = directory.path().join(format!("{}", durability == Durability::Flushed));
        let settings = FileSettings {
            durability,
            waiting: 8.try_into().expect("not zero"),
            ..settings(&directory, 6_000)
        };
        let auditor = std::sync::Arc::new(FileAuditor::open(settings).expect("opens"));
        block_on(async {
            let callers: Vec<_> = (0..CALLERS)
                .map(|caller| {
                    let auditor = auditor.clone();
                    tokio::spawn(async move {
                        for number in 0..EACH {
                            auditor.record(&record(caller * EACH + number)).await.expect("kept");
                        }
                    })
                })
                .collect();
            for caller in callers {
                caller.await.expect("no panic");
            }
            // Without a close the anchor may lag, but never lead.
            verified(&directory);
            auditor.close().await;
        });
        let told = verified(&directory);
        assert!(told.files > 10, "{told:?}");
        let mut kept = keys(&directory);
        kept.sort();
        let mut expected: Vec<String> = (0..CALLERS * EACH).map(|n| format!("k{n}")).collect();
        expected.sort();
        assert_eq!(kept, expected);
        assert_eq!(auditor.trouble(), None);
    }
}

#[test]
fn a_record_that_no_line_can_hold_is_refused_alone() {
    let directory = tempfile::tempdir().expect("a directory");
    let auditor = FileAuditor::open(settings(directory.path(), 1 << 20)).expect("opens");
    let mut large = record(1);
    large.metadata.insert("x".into(), "x".repeat(17 << 20));
    block_on(async {
        let refused = auditor.record(&large).await.expect_err("too long");
        assert!(refused.why.contains("too long"), "{refused}");
        auditor.record(&record(2)).await.expect("kept");
        auditor.close().await;
    });
    assert_eq!(keys(directory.path()), ["k2"]);
    verified(directory.path());
}

#[test]
fn a_flush_follows_by_itself() {
    let directory = tempfile::tempdir().expect("a directory");
    let settings = FileSettings {
        durability: Durability::Within(Duration::from_millis(5)),
        ..settings(directory.path(), 1 << 20)
    };
    let auditor = FileAuditor::open(settings).expect("opens");
    block_on(auditor.record(&record(1))).expect("kept");
    let named = || match holdfast_audit::anchor::read(&place(directory.path()).anchor()) {
        Ok(holdfast_audit::anchor::Found::Intact(anchor, _)) => anchor.seq,
        other => panic!("{other:?}"),
    };
    while named() < 2 {
        std::thread::sleep(Duration::from_millis(2));
    }
}
