//! A `holdfast gateway` process.

use std::fs::{self, File};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, kill_process};
use tempfile::TempDir;

use crate::{binary, http, ports};

/// How long a start or a stop may take on a loaded machine before the test gives up.
const PATIENCE: Duration = Duration::from_secs(60);

/// A running gateway. When it is dropped it is killed, and the test fails if its log has a panic in it.
#[derive(Debug)]
pub struct Gateway {
    home: TempDir,
    /// Where HTTP is.
    pub port: u16,
    /// Where metrics and health are.
    pub admin_port: u16,
    child: Child,
}

impl Gateway {
    /// In front of the server at `upstream`, with lines of `holdfast.toml`; waits until it answers.
    ///
    /// # Panics
    /// When it does not start.
    pub async fn start(upstream: &str, settings: &str) -> Self {
        Self::start_with(upstream, settings, &[]).await
    }

    /// The same with these variables in its environment.
    ///
    /// # Panics
    /// When it does not start.
    pub async fn start_with(upstream: &str, settings: &str, env: &[(&str, String)]) -> Self {
        let home = TempDir::with_prefix("holdfast-test-").expect("a temporary directory");
        let (port, admin_port) = (ports::free(), ports::free());
        let file = home.path().join("holdfast.toml");
        fs::write(&file, settings).expect("a settings file");
        let mut command = binary::command();
        command.envs(env.iter().map(|(name, value)| (name, value)));
        command.args(["gateway", "--upstream", upstream, "--listen"]);
        command.arg(format!("127.0.0.1:{port}")).arg("--admin-listen");
        command.arg(format!("127.0.0.1:{admin_port}")).arg("--config").arg(file);
        let child = Self::spawn(&mut command, &home);
        let mut gateway = Self { home, port, admin_port, child };
        let started = Instant::now();
        while !gateway.answers("/livez").await {
            assert!(gateway.ended().is_none(), "the gateway ended\n{}", gateway.log());
            assert!(started.elapsed() < PATIENCE, "no answer in {PATIENCE:?}\n{}", gateway.log());
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        gateway
    }

    fn spawn(command: &mut Command, home: &TempDir) -> Child {
        let log = File::create(home.path().join("gateway.log")).expect("a log file");
        command.current_dir(home.path()).stdin(Stdio::null());
        command.stdout(log.try_clone().expect("a second handle")).stderr(log);
        command.spawn().expect("the binary starts")
    }

    /// True when a path of the API is answered with 200.
    pub async fn answers(&self, path: &str) -> bool {
        matches!(http::get(self.port, path).await, Ok(answer) if answer.status == 200)
    }

    fn ended(&mut self) -> Option<ExitStatus> {
        self.child.try_wait().expect("a child can be waited for")
    }

    /// SIGTERM; tells how it ended.
    ///
    /// # Panics
    /// When it does not end.
    pub async fn stop(&mut self) -> ExitStatus {
        let pid = i32::try_from(self.child.id()).expect("a process id fits");
        kill_process(Pid::from_raw(pid).expect("not 0"), Signal::TERM).expect("it takes signals");
        let asked = Instant::now();
        loop {
            if let Some(status) = self.ended() {
                return status;
            }
            assert!(asked.elapsed() < PATIENCE, "did not end on SIGTERM\n{}", self.log());
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    }

    /// Everything that it wrote to standard output and error.
    pub fn log(&self) -> String {
        let bytes = fs::read(self.home.path().join("gateway.log")).unwrap_or_default();
        String::from_utf8_lossy(&bytes).into_owned()
    }
}

impl Drop for Gateway {
    fn drop(&mut self) {
        // It may have ended by itself.
        let _ = self.child.kill();
        let _ = self.child.wait();
        let log = self.log();
        if std::thread::panicking() {
            eprintln!("--- the gateway's log ---\n{log}");
        } else {
            assert!(!log.contains("panicked at"), "the gateway panicked:\n{log}");
        }
    }
}
