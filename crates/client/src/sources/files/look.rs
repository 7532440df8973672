//! Whether files have changed: without reading them.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use holdfast_tree::walk::{Options, walk};

/// What is looked at: what tells a file from the one that was there before.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Look(BTreeMap<PathBuf, Option<Mark>>);

#[derive(Debug, Clone, PartialEq, Eq)]
struct Mark {
    size: u64,
    modified: Option<SystemTime>,
    number: u64,
}

/// Who writes a file in place is given this long to go on.
const PAUSE: Duration = Duration::from_millis(20);
/// Who writes for ever is not waited for.
const PATIENCE: u32 = 25;

/// Looks until two looks are the same.
pub(super) fn steady(roots: &[(Arc<str>, PathBuf)]) -> Look {
    let mut last = look(roots);
    for _ in 0..PATIENCE {
        std::thread::sleep(PAUSE);
        let now = look(roots);
        if now == last {
            break;
        }
        last = now;
    }
    last
}

fn look(roots: &[(Arc<str>, PathBuf)]) -> Look {
    let mut marks = BTreeMap::new();
    for (_, root) in roots {
        marks.insert(root.clone(), mark(root));
        if root.is_dir() {
            let found = walk(root, Options::default()).map(|walked| walked.files);
            let paths = found.unwrap_or_default().into_iter().map(|file| file.path);
            marks.extend(paths.map(|path| (path.clone(), mark(&path))));
        }
    }
    Look(marks)
}

fn mark(path: &Path) -> Option<Mark> {
    let about = std::fs::metadata(path).ok()?;
    let (size, modified) = (about.len(), about.modified().ok());
    Some(Mark { size, modified, number: number(&about) })
}

#[cfg(unix)]
fn number(about: &std::fs::Metadata) -> u64 {
    std::os::unix::fs::MetadataExt::ino(about)
}

#[cfg(not(unix))]
fn number(_: &std::fs::Metadata) -> u64 {
    0
}
