//! A disk that takes no more, and one whose flush fails.

use std::path::Path;
use std::process::Command;

use holdfast_audit::{Durability, FileAuditor, FileSettings};
use holdfast_auth::Auditor;
use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};

use crate::{block_on, keys, record, settings, verified};

const DIRECTORY: &str = "HOLDFAST_TEST_AUDIT_FULL";
const FAIL: &str = "HOLDFAST_TEST_AUDIT_FAIL";

/// Makes a process of one of the tests here, which takes a limit of its own or a library before all others.
fn run(test: &str, prepare: &str, variables: &[(&str, &Path)]) {
    let mut command = Command::new("sh");
    command.arg("-c").arg(format!("{prepare} exec \"$0\" --ignored --exact {test} --nocapture"));
    command.arg(std::env::current_exe().expect("this test"));
    command.envs(variables.iter().copied());
    let output = command.output().expect("a shell");
    let said = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success(), "{said}{}", String::from_utf8_lossy(&output.stderr));
    assert!(said.contains("1 passed"), "{said}");
}

fn limit(bytes: Option<u64>) {
    let maximum = getrlimit(Resource::Fsize).maximum;
    setrlimit(Resource::Fsize, Rlimit { current: bytes.or(maximum), maximum }).expect("a limit");
}

/// Runs with the signal ignored that the system would send at the limit; then a write says that it did not fit.
#[test]
#[ignore = "run by the test below"]
fn full() {
    let Some(directory) = std::env::var_os(DIRECTORY) else { return };
    let directory = Path::new(&directory);
    let flushed = FileSettings { durability: Durability::Flushed, ..settings(directory, 1 << 30) };
    let auditor = FileAuditor::open(flushed).expect("opens");
    limit(Some(10_000));
    block_on(async {
        let mut kept = Vec::new();
        for number in 0..60 {
            match auditor.record(&record(number)).await {
                Ok(()) => kept.push(format!("k{number}")),
                Err(error) => assert_eq!(auditor.trouble(), Some(error.why)),
            }
        }
        assert!(kept.len() > 5 && kept.len() < 40, "{}", kept.len());
        // What did not fit left nothing behind.
        assert_eq!(keys(directory), kept);
        assert!(verified(directory).notes.is_empty());
        limit(None);
        for number in 60..70 {
            auditor.record(&record(number)).await.expect("room again");
            kept.push(format!("k{number}"));
        }
        assert_eq!(auditor.trouble(), None);
        assert_eq!(keys(directory), kept);
    });
    verified(directory);
}

#[test]
fn a_full_disk_refuses_records_and_recovers_by_itself() {
    let directory = tempfile::tempdir().expect("a directory");
    run("disk::full", "trap '' XFSZ;", &[(DIRECTORY, directory.path())]);
}

/// Runs with a library that lets flushes fail while a file is there.
#[test]
#[ignore = "run by the test below"]
fn flush() {
    let Some(directory) = std::env::var_os(DIRECTORY) else { return };
    let fail = std::env::var_os(FAIL).expect("a path");
    let directory = Path::new(&directory);
    let flushed = FileSettings { durability: Durability::Flushed, ..settings(directory, 1 << 30) };
    let auditor = FileAuditor::open(flushed).expect("opens");
    block_on(async {
        auditor.record(&record(1)).await.expect("kept");
        std::fs::write(&fail, "").expect("written");
        for number in 2..5 {
            let refused = auditor.record(&record(number)).await.expect_err("not durable");
            assert_eq!(auditor.trouble(), Some(refused.why));
        }
        std::fs::remove_file(&fail).expect("removed");
        auditor.record(&record(5)).await.expect("kept");
        assert_eq!(auditor.trouble(), None);
        auditor.close().await;
    });
    let told = verified(directory);
    assert_eq!(told.files, 2, "nothing is written to a file whose flush failed");
    assert!(told.notes[0].contains("a flush of file 1 failed"), "{told:?}");
    let kept = keys(directory);
    assert!(kept.contains(&"k1".to_owned()) && kept.contains(&"k5".to_owned()), "{kept:?}");
}

#[test]
fn a_failed_flush_is_told_and_its_file_left_alone() {
    let directory = tempfile::tempdir().expect("a directory");
    let (library, source) = (directory.path().join("fail.so"), directory.path().join("fail.c"));
    std::fs::write(&source, SHIM).expect("written");
    let mut compiler = Command::new("cc");
    compiler.args(["-shared", "-fPIC", "-o"]).arg(&library).arg(&source).arg("-ldl");
    assert!(compiler.status().expect("a C compiler").success());
    let (files, fail) = (directory.path().join("files"), directory.path().join("fail"));
    let before = format!("LD_PRELOAD='{}'", library.display());
    run("disk::flush", &before, &[(DIRECTORY, &files), (FAIL, &fail)]);
}

/// `fdatasync` and `fsync` fail as a broken disk lets them, while the file is there.
const SHIM: &str = r#"
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <stdlib.h>
#include <unistd.h>
static int fails(void) {
  const char *path = getenv("HOLDFAST_TEST_AUDIT_FAIL");
  if (path == NULL || access(path, F_OK) != 0) return 0;
  errno = EIO;
  return 1;
}
int fdatasync(int fd) {
  static int (*real)(int);
  if (real == NULL) real = dlsym(RTLD_NEXT, "fdatasync");
  return fails() ? -1 : real(fd);
}
int fsync(int fd) {
  static int (*real)(int);
  if (real == NULL) real = dlsym(RTLD_NEXT, "fsync");
  return fails() ? -1 : real(fd);
}
"#;
