//! Builds the shim, runs the child under it, and reads what it wrote down.

use std::path::{Path, PathBuf};
use std::process::Command;

use tempfile::TempDir;

/// Names the child's folder to it.
pub(crate) const CHILD: &str = "HOLDFAST_CRASH_CHILD";

/// Talks to the shim from inside the child.
pub(crate) fn tell(what: &str) {
    std::fs::remove_file(format!("/holdfast-shim/{what}")).expect("the shim listens");
}

/// A change of the files below the child's folder, or a mark of the child.
pub(crate) enum Change {
    Create(String),
    Write(String, u64, Vec<u8>),
    Truncate(String, u64),
    Sync(String),
    Rename(String, String),
    Unlink(String),
    MakeFolder(String),
    RemoveFolder(String),
    Mark(String),
}

impl std::fmt::Debug for Change {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Create(path) => write!(f, "create {path}"),
            Self::Write(path, at, bytes) => {
                write!(f, "write {} bytes at {at} of {path}", bytes.len())
            }
            Self::Truncate(path, len) => write!(f, "set the length of {path} to {len}"),
            Self::Sync(path) => write!(f, "flush {path:?}"),
            Self::Rename(from, to) => write!(f, "rename {from} to {to}"),
            Self::Unlink(path) => write!(f, "unlink {path}"),
            Self::MakeFolder(path) => write!(f, "make folder {path}"),
            Self::RemoveFolder(path) => write!(f, "remove folder {path}"),
            Self::Mark(mark) => write!(f, "mark {mark}"),
        }
    }
}

/// The compiled shim.
pub(crate) struct Shim {
    place: TempDir,
}

impl Shim {
    pub(crate) fn build() -> Self {
        let place = tempfile::tempdir().expect("a directory");
        let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/suite/shim.c");
        let compiler = std::env::var("CC").unwrap_or_else(|_| "cc".into());
        let mut build = Command::new(compiler);
        build.args(["-O1", "-Wall", "-Werror", "-shared", "-fPIC", "-o"]);
        build.arg(place.path().join("shim.so")).arg(source).args(["-ldl", "-lpthread"]);
        assert!(build.status().expect("a C compiler is installed").success());
        Self { place }
    }

    fn log(&self) -> PathBuf {
        self.place.path().join("log")
    }

    /// Runs the child on a folder until it ends.
    pub(crate) fn run(&self, folder: &Path, what: &str) {
        let mut child = Command::new(std::env::current_exe().expect("this program"));
        child.args(["crash::child::child", "--exact", "--nocapture", "--", what]);
        child.env(CHILD, folder);
        child.env("LD_PRELOAD", self.place.path().join("shim.so"));
        child.env("HOLDFAST_SHIM_ROOT", folder).env("HOLDFAST_SHIM_LOG", self.log());
        let output = child.output().expect("it starts");
        let text = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(output.status.success(), "the child failed: {text}");
    }

    /// What the child changed, in order.
    pub(crate) fn changes(&self) -> Vec<Change> {
        let bytes = std::fs::read(self.log()).expect("the shim's log");
        let mut log = Log { bytes: &bytes };
        let mut changes = Vec::new();
        while let Some(&kind) = log.bytes.first() {
            log.bytes = &log.bytes[1..];
            changes.push(match kind {
                b'C' => Change::Create(log.text()),
                b'W' => Change::Write(log.text(), log.number(), log.run().to_vec()),
                b'T' => Change::Truncate(log.text(), log.number()),
                b'S' => Change::Sync(log.text()),
                b'R' => Change::Rename(log.text(), log.text()),
                b'U' => Change::Unlink(log.text()),
                b'D' => Change::MakeFolder(log.text()),
                b'X' => Change::RemoveFolder(log.text()),
                b'A' => Change::Mark(log.text()),
                other => panic!("the shim never writes {other}"),
            });
        }
        changes
    }
}

struct Log<'a> {
    bytes: &'a [u8],
}

impl<'a> Log<'a> {
    fn number(&mut self) -> u64 {
        let (number, rest) = self.bytes.split_first_chunk::<8>().expect("a number");
        self.bytes = rest;
        u64::from_ne_bytes(*number)
    }

    fn run(&mut self) -> &'a [u8] {
        let len = self.number() as usize;
        let (run, rest) = self.bytes.split_at(len);
        self.bytes = rest;
        run
    }

    fn text(&mut self) -> String {
        String::from_utf8(self.run().to_vec()).expect("a path")
    }
}
