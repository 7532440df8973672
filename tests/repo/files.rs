//! Files stay readable.

use std::path::Path;

use crate::sdk::is_generated;
use crate::{assert_none, root, tracked_files};

/// Beyond this a source file has more than one subject.
const MAX_LINES: usize = 600;
/// Marks of unfinished work, spelled so that this file does not hold them.
const MARKS: [&str; 3] = [concat!("TO", "DO"), concat!("FIX", "ME"), concat!("XX", "X")];

fn is_source(file: &Path) -> bool {
    let written = ["rs", "proto", "py", "go", "ts", "java", "cs", "php"];
    let generated = is_generated(&file.to_string_lossy());
    !generated && file.extension().is_some_and(|e| written.iter().any(|known| e == *known))
}

fn text(file: &Path) -> String {
    std::fs::read_to_string(root().join(file)).expect("a source file is UTF-8")
}

#[test]
fn no_source_file_is_too_long_to_read() {
    let mut faults = Vec::new();
    for file in tracked_files().iter().filter(|f| is_source(f)) {
        let lines = text(file).lines().count();
        if lines > MAX_LINES {
            faults.push(format!("{}: {lines} lines, at most {MAX_LINES}", file.display()));
        }
    }
    assert_none(&faults, "files to part");
}

#[test]
fn no_source_file_is_unfinished() {
    let mut faults = Vec::new();
    for file in tracked_files().iter().filter(|f| is_source(f)) {
        for (number, line) in text(file).lines().enumerate() {
            if MARKS.iter().any(|mark| line.contains(mark)) {
                faults.push(format!("{}:{}: {}", file.display(), number + 1, line.trim()));
            }
        }
    }
    assert_none(&faults, "unfinished work");
}

/// Generated code is made at build time, so that the definitions are the only truth; but for the clients in `sdk/`.
#[test]
fn nothing_generated_is_committed() {
    let generated = |file: &&std::path::PathBuf| {
        let name = file.to_string_lossy();
        let made = [".pb.rs", ".pb.go", "_pb2"].iter().any(|mark| name.contains(mark));
        (made && !is_generated(&name)) || name.starts_with(".setup/")
    };
    let faults: Vec<_> =
        tracked_files().iter().filter(generated).map(|f| f.display().to_string()).collect();
    assert_none(&faults, "generated files in the repository");
}
