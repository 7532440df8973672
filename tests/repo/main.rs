//! What has to be true of the repository itself, without running the product.
//!
//! - [`arrows`]: which crate may use which
//! - [`paths`]: every path that a document names exists
//! - [`files`]: no file has grown beyond reading
//! - [`sdk`]: what is generated and committed is what would be generated
//! - [`packages`]: crates can be published
//! - [`builds`]: nothing is compiled twice
//! - [`binary`]: tests refuse a server that is older than its sources

use std::path::{Path, PathBuf};
use std::process::Command;

mod arrows;
mod binary;
mod builds;
mod files;
mod packages;
mod paths;
mod sdk;

/// The directory that holds the workspace.
fn root() -> PathBuf {
    let tests = Path::new(env!("CARGO_MANIFEST_DIR"));
    tests.parent().expect("the tests crate lies in the repository").to_path_buf()
}

/// What belongs to the repository, relative to its root: everything git knows or would take.
fn tracked_files() -> Vec<PathBuf> {
    let listing = Command::new("git")
        .args(["ls-files", "--cached", "--others", "--exclude-standard"])
        .current_dir(root())
        .output()
        .expect("git runs");
    assert!(listing.status.success(), "git ls-files: {}", String::from_utf8_lossy(&listing.stderr));
    let listing = String::from_utf8(listing.stdout).expect("file names are UTF-8");
    let mut files: Vec<PathBuf> = listing.lines().map(PathBuf::from).collect();
    // A file that was deleted and not yet committed is still in git's list.
    files.retain(|file| root().join(file).is_file());
    assert!(files.len() > 50, "only {} files: this is not the whole repository", files.len());
    files
}

/// Fails with one line for each fault.
fn assert_none(faults: &[String], what: &str) {
    assert!(faults.is_empty(), "{what}:\n  {}", faults.join("\n  "));
}
