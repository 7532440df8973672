//! A log in a file and back, and from one store into another.
//!
//! - `backups`: taken of running and stopped servers, by callers and by the clock
//! - `restores`: into empty directories, whole or up to a revision
//! - `migrations`: between stores, killed and gone on with
//! - `databases`: the same into databases and out of them, with tokens and audit files

mod backups;
mod databases;
mod migrations;
mod restores;

use std::path::{Path, PathBuf};

use holdfast_tests::cli::{self, Ended};
use holdfast_tests::log::{self, Commit};
use holdfast_tests::{Holdfast, Server};

/// A verb with its arguments, some of which are paths.
fn run(server: &Server, arguments: &[&str]) -> Ended {
    cli::run(server, arguments)
}

fn text(path: &Path) -> &str {
    path.to_str().expect("UTF-8")
}

/// Backs up a running server.
fn back_up(server: &Server, name: &str) -> PathBuf {
    let file = server.home().join(name);
    run(server, &["backup", "create", text(&file)]).ok();
    file
}

/// Makes the data directory of a server that never ran of a backup.
fn restore(server: &Server, file: &Path, more: &[&str]) -> Ended {
    let data_dir = server.data_dir();
    let first = ["restore", text(file), "--data-dir", text(&data_dir)];
    run(server, &[&first, more].concat())
}

/// `config.v1` writes: every third deletes, every fifth is large.
async fn write(server: &Server, rounds: usize) {
    let config = server.config().await;
    for round in 0..rounds {
        let key = format!("k{}", round % 7);
        let size = if round % 5 == 0 { 3_000 } else { 20 };
        let value = format!("\"{round} {}\"", "x".repeat(size));
        config.set("moved", &key, &value).await.expect("a set");
        if round % 3 == 0 {
            config.delete("moved", &key).await.expect("a delete");
        }
    }
}

/// All commits that can still be had, without their tokens: those name the epoch.
async fn commits(holdfast: &Holdfast) -> Vec<Commit> {
    let mut commits = log::read_after(holdfast, 0).await.expect("the log can be read");
    commits.iter_mut().for_each(|commit| commit.token.clear());
    commits
}
