//! What generators made in `sdk/` is what they would make: of these definitions, and not changed by hand.

use std::collections::BTreeSet;
use std::path::PathBuf;
use std::process::Command;

use crate::{assert_none, root, tracked_files};

/// Digests of all that generators take and make; `sdk/generate` writes it.
const RECORD: &str = "sdk/generated.sha256";
/// Below these there is nothing else.
const GENERATED: [&str; 8] = [
    "sdk/go/configv1/",
    "sdk/go/holdfastv1/",
    "sdk/go/stategate/",
    "sdk/python/holdfast_sdk/gen/",
    "sdk/typescript/src/gen/",
    "sdk/java/src/generated/",
    "sdk/csharp/Generated/",
    "sdk/php/generated/",
];
/// What there are no clients of: it is part of other protocols.
const WITHOUT_CLIENTS: &str = "proto/google/";

/// True for what `sdk/generate` made.
pub(crate) fn is_generated(file: &str) -> bool {
    GENERATED.iter().any(|below| file.starts_with(below))
}

fn recorded() -> BTreeSet<PathBuf> {
    let record = std::fs::read_to_string(root().join(RECORD)).expect("a record");
    let files: BTreeSet<_> = record
        .lines()
        .filter_map(|line| line.split_once("  "))
        .map(|(_, file)| file.into())
        .collect();
    assert!(files.len() > 100, "only {} files in {RECORD}", files.len());
    files
}

#[test]
fn what_is_generated_is_as_it_was_generated() {
    let checked = Command::new("sha256sum")
        .args(["--check", "--strict", "--quiet", RECORD])
        .current_dir(root())
        .output()
        .expect("sha256sum runs");
    let said = String::from_utf8_lossy(&checked.stdout);
    assert!(checked.status.success(), "run `make sdk`: these are not what was generated\n{said}");
}

#[test]
fn everything_generated_is_on_the_record() {
    let recorded = recorded();
    let mut faults = Vec::new();
    for file in tracked_files() {
        let name = file.to_string_lossy();
        let taken = name.ends_with(".proto")
            && name.starts_with("proto/")
            && !name.starts_with(WITHOUT_CLIENTS);
        if (taken || is_generated(&name)) && !recorded.contains(&file) {
            faults.push(format!("{name}: run `make sdk`"));
        }
    }
    assert_none(&faults, "files that no generator knows of");
}
