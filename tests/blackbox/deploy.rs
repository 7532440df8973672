//! What is in `deploy/`, read by the tools of those who will use it (`.ci/deploy`).

use std::process::Command;

use holdfast_tests::{binary, skip};

/// How `.ci/deploy` says that a tool is not installed.
const MISSING: i32 = 77;

fn read(part: &str) {
    let script = binary::repository().join(".ci/deploy");
    let ended = Command::new(script).arg(part).output().expect("it starts");
    let said = String::from_utf8_lossy(&ended.stdout) + String::from_utf8_lossy(&ended.stderr);
    match ended.status.code() {
        Some(0) => {}
        Some(MISSING) => skip::skipped(&format!("deploy/ ({part})"), said.trim()),
        code => panic!("status {code:?}\n{said}"),
    }
}

#[test]
fn the_image_is_well_made() {
    read("image");
}

#[test]
fn compose_understands_its_file() {
    read("compose");
}

#[test]
fn manifests_are_what_kubernetes_takes() {
    read("manifests");
}

/// With several sets of values, the refused ones too.
#[test]
fn helm_makes_of_the_chart_what_kubernetes_takes() {
    read("chart");
}

#[test]
fn systemd_takes_the_unit_and_finds_it_closed() {
    read("service");
}
