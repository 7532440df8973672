//! A command of cargo's that follows another one finds everything made.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use crate::assert_none;

fn changed(path: &Path) -> SystemTime {
    let metadata = fs::metadata(path).expect("it is there");
    metadata.modified().expect("a time")
}

/// The newest run of the build script of the crate that all others need.
fn newest_run() -> PathBuf {
    let test = std::env::current_exe().expect("this test is a file");
    let builds = test.ancestors().nth(2).expect("it lies in target/<profile>/deps").join("build");
    let runs = fs::read_dir(&builds).expect("there are build scripts").filter_map(|entry| {
        let entry = entry.ok()?;
        let ours = entry.file_name().to_string_lossy().starts_with("holdfast-api-");
        Some(entry.path()).filter(|path| ours && path.join("output").is_file())
    });
    runs.max_by_key(|run| changed(&run.join("invoked.timestamp"))).expect("it has run")
}

#[test]
fn what_a_build_script_makes_does_not_look_changed_to_cargo() {
    let run = newest_run();
    let invoked = changed(&run.join("invoked.timestamp"));
    let told = fs::read_to_string(run.join("output")).expect("what it told cargo");
    let watched = told.lines().filter_map(|line| line.strip_prefix("cargo:rerun-if-changed="));
    let made: Vec<&Path> = watched.map(Path::new).filter(|path| path.starts_with(&run)).collect();
    assert!(
        !made.is_empty(),
        "the script has nothing watched that it makes: this test is of no use"
    );
    let faults = made.into_iter().filter(|path| changed(path) > invoked);
    let faults: Vec<String> = faults.map(|path| path.display().to_string()).collect();
    assert_none(&faults, "files that make cargo compile everything again with each command");
}
