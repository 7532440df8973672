//! Where the `holdfast` binary lies.

use std::env;
use std::path::PathBuf;
use std::process::Command;

/// A command of the binary that takes nothing from the environment of the tests: their own settings are none of a server's.
///
/// # Panics
/// Like [`holdfast`].
pub fn command() -> Command {
    let mut command = Command::new(holdfast());
    for (name, _) in env::vars_os() {
        if name.to_string_lossy().starts_with("HOLDFAST_") {
            command.env_remove(name);
        }
    }
    command
}

/// The binary named by `HOLDFAST_BIN`, or the one that cargo built beside this test.
///
/// # Panics
/// When it is not there: `make test` builds it first.
pub fn holdfast() -> PathBuf {
    let path = env::var_os("HOLDFAST_BIN").map_or_else(beside_this_test, PathBuf::from);
    assert!(
        path.is_file(),
        "no binary at {}: run `make test`, or `cargo build --workspace` first, or set HOLDFAST_BIN",
        path.display()
    );
    path
}

/// Test executables lie in `target/<profile>/deps`, binaries one level above.
fn beside_this_test() -> PathBuf {
    let test = env::current_exe().expect("a running program has a path");
    let deps = test.parent().expect("it lies in a directory");
    deps.parent().expect("below the profile's").join("holdfast")
}

/// The directory that holds the workspace.
pub fn repository() -> PathBuf {
    let tests = PathBuf::from(env!("CARGO_MANIFEST_DIR"));
    tests.parent().expect("the tests crate lies in the repository").to_path_buf()
}
