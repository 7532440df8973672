//! A server of another implementation that speaks config.v1 and nothing else (`tests/foreign/server.py`). `.ci/setup` installs what
//! it needs.

use std::fs::{self, File};
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, kill_process};
use tempfile::TempDir;

use crate::{Config, binary, ports};

/// A start or a stop on a loaded machine.
const PATIENCE: Duration = Duration::from_secs(60);

/// A running (or stopped) server with its port and, between two starts, its data. Dropped, it is killed; the test fails if it
/// said that something in it went wrong.
#[derive(Debug)]
pub struct ForeignServer {
    home: TempDir,
    port: u16,
    child: Option<Child>,
}

impl ForeignServer {
    /// Whether this machine can run one.
    pub fn is_here() -> bool {
        python().is_file() && stubs().is_dir()
    }

    /// Starts one on a free port.
    ///
    /// # Panics
    /// When it does not start.
    pub async fn start() -> Self {
        let home = tempfile::Builder::new().prefix("holdfast-foreign-").tempdir();
        let mut server =
            Self { home: home.expect("a directory"), port: ports::free(), child: None };
        server.start_again().await;
        server
    }

    /// Starts it on the port that it had, with the data that it had.
    ///
    /// # Panics
    /// When it runs, or does not start.
    pub async fn start_again(&mut self) {
        assert!(self.child.is_none(), "it is running");
        let log = File::options().create(true).append(true).open(self.log_path());
        let log = log.expect("a log file");
        // Nothing of its environment may send the calls of the tests elsewhere.
        let child = Command::new(python())
            .arg(binary::repository().join("tests/foreign/server.py"))
            .arg(self.port.to_string())
            .arg(self.journal())
            .env("PYTHONPATH", stubs())
            .env("PYTHONDONTWRITEBYTECODE", "1")
            .stdin(Stdio::null())
            .stdout(log.try_clone().expect("a second handle"))
            .stderr(log)
            .spawn()
            .expect("Python starts");
        let ready = self.log().matches("ready\n").count();
        self.child = Some(child);
        let started = Instant::now();
        while self.log().matches("ready\n").count() == ready {
            assert!(self.is_running(), "the foreign server ended\n{}", self.log());
            assert!(started.elapsed() < PATIENCE, "it does not start\n{}", self.log());
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    }

    /// Starts it on the port that it had, without data.
    ///
    /// # Panics
    /// As [`start_again`](Self::start_again).
    pub async fn start_empty(&mut self) {
        match fs::remove_file(self.journal()) {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => panic!("{error}"),
            _ => self.start_again().await,
        }
    }

    /// SIGKILL, and waits until the process is gone.
    ///
    /// # Panics
    /// When the system does not let it.
    pub fn kill(&mut self) {
        if let Some(mut child) = self.child.take() {
            child.kill().expect("a child can be killed");
            child.wait().expect("a child can be waited for");
        }
    }

    /// SIGTERM, and waits until it has ended: its watches end with OK, as those of the original.
    ///
    /// # Panics
    /// When it is not running or does not end.
    pub async fn stop(&mut self) {
        let pid = self.child.as_ref().expect("it is running").id();
        let pid = Pid::from_raw(i32::try_from(pid).expect("a process id fits"));
        kill_process(pid.expect("not 0"), Signal::TERM).expect("a child takes signals");
        let asked = Instant::now();
        while self.is_running() {
            assert!(asked.elapsed() < PATIENCE, "did not end on SIGTERM\n{}", self.log());
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        self.child = None;
    }

    fn is_running(&mut self) -> bool {
        let ended = |child: &mut Child| child.try_wait().expect("a child can be waited for");
        self.child.as_mut().is_some_and(|child| ended(child).is_none())
    }

    /// Where it listens.
    pub fn port(&self) -> u16 {
        self.port
    }

    /// What clients are told.
    pub fn endpoint(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }

    /// A config.v1 client with a connection of its own.
    pub async fn config(&self) -> Config {
        Config::connect(self.port).await
    }

    /// A directory for files of the test.
    pub fn home(&self) -> &std::path::Path {
        self.home.path()
    }

    fn journal(&self) -> PathBuf {
        self.home.path().join("journal")
    }

    fn log_path(&self) -> PathBuf {
        self.home.path().join("foreign.log")
    }

    fn log(&self) -> String {
        String::from_utf8_lossy(&fs::read(self.log_path()).unwrap_or_default()).into_owned()
    }
}

impl Drop for ForeignServer {
    fn drop(&mut self) {
        self.kill();
        let log = self.log();
        let fault = log.contains("Traceback");
        if std::thread::panicking() {
            eprintln!("--- the foreign server's log ---\n{log}");
        } else {
            assert!(!fault, "the foreign server has a fault:\n{log}");
        }
    }
}

fn python() -> PathBuf {
    binary::repository().join(".setup/venv/bin/python")
}

fn stubs() -> PathBuf {
    binary::repository().join(".setup/stubs")
}
