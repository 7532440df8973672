//! Where the `holdfast` binary lies.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::LazyLock;
use std::time::SystemTime;
use std::{env, fs};

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
/// When it is not there, or is not what the sources would make: `make test` builds it first.
pub fn holdfast() -> PathBuf {
    static FAULT: LazyLock<Option<String>> = LazyLock::new(|| {
        let path = beside_this_test();
        if !path.is_file() {
            return Some(format!("no binary at {}", path.display()));
        }
        let source = changed_since(&path)?;
        Some(format!("{} is older than {}", path.display(), source.display()))
    });
    match (env::var_os("HOLDFAST_BIN"), &*FAULT) {
        (Some(named), _) => {
            let path = PathBuf::from(named);
            assert!(path.is_file(), "HOLDFAST_BIN: no binary at {}", path.display());
            path
        }
        (None, Some(fault)) => {
            panic!("{fault}: run `make test`, or `{BUILD}` first, or set HOLDFAST_BIN")
        }
        (None, None) => beside_this_test(),
    }
}

/// A test that is run alone builds the test, not the server.
const BUILD: &str = "cargo build --workspace --all-targets";

/// A source of the binary that was written after it; cargo lists them all, those of our other crates too, in a file beside it. Without that
/// list the binary was brought from elsewhere, and nothing is known.
///
/// Only what was compiled into it counts: cargo leaves a binary as old as it is when nothing of its own has changed.
pub fn changed_since(binary: &Path) -> Option<PathBuf> {
    let list = fs::read_to_string(binary.with_extension("d")).ok()?;
    let (_, sources) = list.lines().next()?.split_once(": ")?;
    let built = modified(binary)?;
    // What build scripts write is made anew whenever they run, and compiled anew only when it is other.
    let made = binary.parent()?;
    // Blanks between names are bare, blanks within a name are not.
    let sources = sources.replace("\\ ", "\0");
    let sources = sources.split(' ').map(|source| PathBuf::from(source.replace('\0', " ")));
    // Relative names are relative to what only cargo's settings know.
    let mut sources = sources.filter(|source| source.is_absolute() && !source.starts_with(made));
    // A source that is gone was deleted since.
    sources.find(|source| modified(source).is_none_or(|changed| changed > built))
}

fn modified(path: &Path) -> Option<SystemTime> {
    fs::metadata(path).and_then(|about| about.modified()).ok()
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
