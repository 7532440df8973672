//! Files that somebody changed: each change is named, at the first line that is not what was written.

use std::path::{Path, PathBuf};

use holdfast_audit::{FileAuditor, verify, verify_files};
use tempfile::TempDir;

use crate::{block_on, fault, files, keep, place, record, settings, verified};

/// Three files of a few lines.
fn written() -> TempDir {
    let directory = tempfile::tempdir().expect("a directory");
    keep(settings(directory.path(), 2_300), 1..=9);
    assert_eq!(files(directory.path()).len(), 3);
    verified(directory.path());
    directory
}

fn name(path: &Path) -> String {
    path.file_name().expect("a name").to_string_lossy().into_owned()
}

fn lines(path: &Path) -> Vec<String> {
    let text = std::fs::read_to_string(path).expect("UTF-8");
    text.lines().map(|line| format!("{line}\n")).collect()
}

fn sequence(line: &str) -> u64 {
    let line: serde_json::Value = serde_json::from_str(line).expect("JSON");
    line["seq"].as_u64().expect("a number")
}

fn write(path: &Path, lines: &[String]) {
    std::fs::write(path, lines.concat()).expect("written");
}

#[test]
fn every_flipped_byte_is_named_with_its_line() {
    let directory = written();
    for path in files(directory.path()) {
        let bytes = std::fs::read(&path).expect("reads");
        let (mut line, mut sequence) = (1, sequence(&lines(&path)[0]));
        for place in 0..bytes.len() {
            for mask in [0x01, 0x20, 0x80] {
                let mut flipped = bytes.clone();
                flipped[place] ^= mask;
                std::fs::write(&path, &flipped).expect("written");
                let (file, at, seq, what) = fault(directory.path());
                let named = (file, at, seq);
                assert_eq!(
                    named,
                    (name(&path), line, sequence),
                    "byte {place} ^ {mask:#x}: {what}"
                );
            }
            if bytes[place] == b'\n' {
                line += 1;
                sequence += 1;
            }
        }
        std::fs::write(&path, &bytes).expect("written");
    }
    verified(directory.path());
}

#[test]
fn every_flipped_byte_of_the_anchor_is_noticed() {
    let directory = written();
    let path = place(directory.path()).anchor();
    let bytes = std::fs::read(&path).expect("reads");
    for at in 0..bytes.len() {
        let mut flipped = bytes.clone();
        flipped[at] ^= 0x01;
        std::fs::write(&path, &flipped).expect("written");
        let told = verify(&place(directory.path())).expect("the other half is whole");
        assert_eq!(told.notes.len(), 1, "byte {at}");
    }
    std::fs::write(&path, vec![b' '; bytes.len()]).expect("written");
    assert!(fault(directory.path()).3.contains("damaged"));
    std::fs::remove_file(&path).expect("removed");
    assert!(fault(directory.path()).3.contains("missing"));
}

#[test]
fn every_removed_doubled_or_swapped_line_is_named() {
    let directory = written();
    for path in files(directory.path()) {
        let whole = lines(&path);
        for at in 0..whole.len() {
            let here = (name(&path), at as u64 + 1, sequence(&whole[at]));
            let mut removed = whole.clone();
            removed.remove(at);
            write(&path, &removed);
            let (file, line, seq, what) = fault(directory.path());
            let newest = *files(directory.path()).last().expect("a file") == path;
            if at + 1 == whole.len() && !newest {
                // The line after it is the first of the next file.
                assert_eq!((line, seq), (1, here.2), "{what}");
            } else {
                assert_eq!((file, line, seq), here, "removed: {what}");
            }
            let mut doubled = whole.clone();
            doubled.insert(at, whole[at].clone());
            write(&path, &doubled);
            let (file, line, seq, what) = fault(directory.path());
            assert_eq!(
                (file, line, seq),
                (here.0.clone(), here.1 + 1, here.2 + 1),
                "doubled: {what}"
            );
            if at + 1 < whole.len() {
                let mut swapped = whole.clone();
                swapped.swap(at, at + 1);
                write(&path, &swapped);
                let (file, line, seq, what) = fault(directory.path());
                assert_eq!((file, line, seq), here, "swapped: {what}");
            }
        }
        write(&path, &whole);
    }
}

#[test]
fn every_cut_of_the_tail_is_named() {
    let directory = written();
    let path = files(directory.path()).pop().expect("a file");
    let bytes = std::fs::read(&path).expect("reads");
    let whole = lines(&path);
    for length in 0..bytes.len() {
        std::fs::write(&path, &bytes[..length]).expect("written");
        let intact = bytes[..length].iter().filter(|byte| **byte == b'\n').count();
        let (file, line, seq, what) = fault(directory.path());
        let expected = (name(&path), intact as u64 + 1, sequence(&whole[intact]));
        assert_eq!((file, line, seq), expected, "cut to {length}: {what}");
    }
}

#[test]
fn a_missing_file_is_named() {
    for missing in 0..3 {
        let directory = written();
        let path = files(directory.path()).remove(missing);
        let first = sequence(&lines(&path)[0]);
        std::fs::remove_file(&path).expect("removed");
        let (file, line, seq, what) = fault(directory.path());
        assert_eq!((file, line, seq), (name(&path), 0, first), "{what}");
    }
    let directory = written();
    for path in files(directory.path()) {
        std::fs::remove_file(path).expect("removed");
    }
    assert!(fault(directory.path()).3.contains("missing"));
}

#[test]
fn files_of_another_log_or_another_place_are_named() {
    let (directory, other) = (written(), written());
    let (ours, theirs) = (files(directory.path()), files(other.path()));
    for (ours, theirs) in ours.iter().zip(&theirs) {
        let kept = std::fs::read(ours).expect("reads");
        std::fs::copy(theirs, ours).expect("copied");
        let (file, line, ..) = fault(directory.path());
        assert_eq!((file, line), (name(ours), 1));
        // Lines of two files, by turns.
        let lines: Vec<String> =
            String::from_utf8_lossy(&kept).lines().map(|line| format!("{line}\n")).collect();
        let mixed: Vec<String> =
            lines.into_iter().zip(self::lines(theirs)).flat_map(|(a, b)| [a, b]).collect();
        write(ours, &mixed);
        let (file, line, ..) = fault(directory.path());
        assert_eq!((file, line), (name(ours), 2));
        std::fs::write(ours, kept).expect("written");
    }
    std::fs::rename(&ours[0], directory.path().join("x")).expect("renamed");
    std::fs::rename(&ours[1], &ours[0]).expect("renamed");
    std::fs::rename(directory.path().join("x"), &ours[1]).expect("renamed");
    let (file, line, _, what) = fault(directory.path());
    assert_eq!((file, line), (name(&ours[0]), 1), "{what}");
    assert!(what.contains("begins file 2"), "{what}");
}

/// Everything replaced by an older state of itself, but for the anchor.
#[test]
fn an_older_copy_of_the_files_is_noticed() {
    let directory = written();
    let path = files(directory.path()).pop().expect("a file");
    let old = std::fs::read(&path).expect("reads");
    keep(settings(directory.path(), 1 << 20), 10..=12);
    std::fs::write(&path, old).expect("written");
    let (file, .., what) = fault(directory.path());
    assert!(file == name(&path) && what.contains("end is missing"), "{file} {what}");
}

#[test]
fn files_by_themselves_are_a_chain_of_which_nobody_knows_the_end() {
    let directory = written();
    let all = files(directory.path());
    let told = verify_files(&all).expect("a chain");
    assert_eq!((told.files, told.lines, told.notes.len()), (3, 12, 1));
    verify_files(&all[1..]).expect("a chain from the middle on");
    let missing = verify_files(&[all[0].clone(), all[2].clone()]).expect_err("a gap");
    assert!(missing.to_string().contains("missing"), "{missing}");
    assert!(verify_files(&[PathBuf::from("/etc/passwd")]).is_err());
}

/// A tail that was cut off stays a fault after the auditor has gone on.
#[test]
fn what_was_lost_stays_visible_for_ever() {
    let directory = written();
    let path = files(directory.path()).pop().expect("a file");
    let mut cut = lines(&path);
    let lost = cut.pop().expect("a line");
    write(&path, &cut);
    keep(settings(directory.path(), 1 << 20), 20..=22);
    let (file, line, seq, what) = fault(directory.path());
    assert_eq!((file, line, seq), (name(&path), cut.len() as u64 + 1, sequence(&lost)), "{what}");
    let text = std::fs::read_to_string(&path).expect("UTF-8");
    assert!(text.contains("\"note\":\"recovered\""), "{text}");
}

#[test]
fn a_torn_last_line_is_put_aside_and_said() {
    let directory = written();
    let path = files(directory.path()).pop().expect("a file");
    let whole = std::fs::read(&path).expect("reads");
    let torn = [&whole[..], b"{\"seq\":13,\"prev\":\"00"].concat();
    std::fs::write(&path, torn).expect("written");
    // Nobody was told that it is kept.
    assert_eq!(verified(directory.path()).notes.len(), 1);
    let auditor = FileAuditor::open(settings(directory.path(), 1 << 20)).expect("opens");
    assert_eq!(std::fs::read(&path).expect("reads"), whole);
    let aside = path.with_extension("torn-1");
    assert_eq!(std::fs::read(aside).expect("put aside"), b"{\"seq\":13,\"prev\":\"00");
    block_on(async {
        holdfast_auth::Auditor::record(&auditor, &record(10)).await.expect("kept");
        auditor.close().await;
    });
    let told = verified(directory.path());
    assert_eq!(told.lines, 12 + 2);
    assert!(told.notes[0].contains("put aside in"), "{told:?}");
}

/// A crash between making a file and its first line.
#[test]
fn an_empty_or_torn_new_file_is_made_again() {
    for begun in ["", "{\"seq\":1"] {
        let directory = written();
        let next = place(directory.path()).file(4);
        std::fs::write(&next, begun).expect("written");
        verified(directory.path());
        keep(settings(directory.path(), 2_300), 10..=20);
        verified(directory.path());
    }
}

/// The auditor goes on with a chain that can be verified from there, whatever it finds.
#[test]
fn damage_is_left_for_verify_to_name() {
    let directory = written();
    let path = files(directory.path()).pop().expect("a file");
    let mut damaged = lines(&path);
    damaged[1] = damaged[1].replace("prod", "prud");
    write(&path, &damaged);
    keep(settings(directory.path(), 1 << 20), 20..=22);
    let (file, line, ..) = fault(directory.path());
    assert_eq!((file, line), (name(&path), 2));
    let newest = files(directory.path()).pop().expect("a file");
    assert_ne!(newest, path, "a damaged file is not written to");
    verify_files(&[newest]).expect("a chain of its own");
}

#[test]
fn a_lost_anchor_is_said_in_the_files() {
    let directory = written();
    std::fs::remove_file(place(directory.path()).anchor()).expect("removed");
    keep(settings(directory.path(), 1 << 20), 20..=20);
    let told = verified(directory.path());
    assert!(told.notes[0].contains("the anchor was missing"), "{told:?}");
}
