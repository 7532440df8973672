//! A `holdfast serve` process.

use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, kill_process};
use tempfile::TempDir;

use crate::{Config, Holdfast, Shared, Stategate, binary, http, ports};

/// How long a start or a stop may take on a loaded machine before the test gives up.
const PATIENCE: Duration = Duration::from_secs(60);

/// What to start, on which data.
#[derive(Debug)]
pub struct Launch {
    dev: bool,
    arguments: Vec<String>,
    settings: String,
    variables: Vec<(String, String)>,
    shared: Option<Shared>,
    home_in: PathBuf,
}

/// A running (or stopped) server with its data directory, ports and log.
///
/// When it is dropped it is killed, and the test fails if the log has a panic in it.
#[derive(Debug)]
pub struct Server {
    launch: Launch,
    home: TempDir,
    port: u16,
    admin_port: u16,
    child: Option<Child>,
}

impl Default for Launch {
    fn default() -> Self {
        let home_in = std::env::temp_dir();
        Self {
            dev: true,
            arguments: Vec::new(),
            settings: String::new(),
            variables: Vec::new(),
            shared: None,
            home_in,
        }
    }
}

impl Launch {
    /// Without `--dev`: nobody gets in but the holder of the root token.
    #[must_use]
    pub fn closed(mut self) -> Self {
        self.dev = false;
        self
    }

    /// With one more argument.
    #[must_use]
    pub fn argument(mut self, argument: impl Into<String>) -> Self {
        self.arguments.push(argument.into());
        self
    }

    /// With lines of `holdfast.toml`.
    #[must_use]
    pub fn settings(mut self, toml: &str) -> Self {
        self.settings.push_str(toml);
        self.settings.push('\n');
        self
    }

    /// With a variable of the environment.
    #[must_use]
    pub fn variable(mut self, name: &str, value: impl Into<String>) -> Self {
        self.variables.push((name.to_owned(), value.into()));
        self
    }

    /// With its log in a database; without this, where the run says, or in its data directory.
    #[must_use]
    pub fn over(mut self, shared: &Shared) -> Self {
        self.shared = Some(shared.clone());
        self
    }

    /// With its data on the file system of this directory.
    #[must_use]
    pub fn home_in(mut self, directory: impl Into<PathBuf>) -> Self {
        self.home_in = directory.into();
        self
    }

    /// Starts it and waits until it is ready.
    pub async fn start(self) -> Server {
        let mut server = self.prepare();
        server.start_again().await;
        server
    }

    /// All but the start.
    pub fn prepare(mut self) -> Server {
        self.shared = self.shared.or_else(Shared::of_the_run);
        let home = tempfile::Builder::new().prefix("holdfast-test-").tempdir_in(&self.home_in);
        let home = home.expect("a temporary directory");
        let server = Server {
            launch: self,
            home,
            port: ports::free(),
            admin_port: ports::free(),
            child: None,
        };
        fs::create_dir(server.data_dir()).expect("an empty directory");
        server
    }
}

impl Server {
    /// A server as `serve --dev` runs it, on new data.
    pub async fn dev() -> Self {
        Launch::default().start().await
    }

    /// Starts it on the data and ports that it had before.
    ///
    /// # Panics
    /// When it ends or is not ready in time; the log is shown.
    pub async fn start_again(&mut self) {
        let status = self.try_start().await;
        assert!(status.is_none(), "serve ended with {status:?}\n{}", self.log());
    }

    /// Starts it and waits until it is ready (`None`) or has ended.
    pub async fn try_start(&mut self) -> Option<ExitStatus> {
        assert!(self.child.is_none(), "it is running");
        if let Some(shared) = &self.launch.shared {
            shared.make().await;
        }
        let child = self.command().spawn().expect("the binary starts");
        self.child = Some(child);
        let started = Instant::now();
        loop {
            if let Some(status) = self.ended() {
                self.child = None;
                return Some(status);
            }
            if self.is_ready().await {
                return None;
            }
            assert!(started.elapsed() < PATIENCE, "not ready in {PATIENCE:?}\n{}", self.log());
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    }

    fn command(&self) -> Command {
        let log =
            File::options().create(true).append(true).open(self.log_path()).expect("a log file");
        let mut command = binary::command();
        command.arg("serve");
        if self.launch.dev {
            command.arg("--dev");
        }
        if !self.launch.settings.is_empty() {
            let file = self.home.path().join("holdfast.toml");
            fs::write(&file, &self.launch.settings).expect("a settings file");
            command.arg("--config").arg(file);
        }
        let shared = self.launch.shared.as_ref();
        let shared = shared.map(|shared| shared.variables(&self.launch.variables));
        command
            .arg("--listen")
            .arg(format!("127.0.0.1:{}", self.port))
            .arg("--admin-listen")
            .arg(format!("127.0.0.1:{}", self.admin_port))
            .arg("--data-dir")
            .arg(self.data_dir())
            .args(&self.launch.arguments)
            .envs(self.launch.variables.iter().map(|(name, value)| (name, value)))
            .envs(shared.into_iter().flatten())
            .current_dir(self.home.path())
            .stdin(Stdio::null())
            .stdout(log.try_clone().expect("a second handle"))
            .stderr(log);
        command
    }

    /// Whether it says that it wants calls.
    pub async fn is_ready(&self) -> bool {
        matches!(http::get(self.admin_port, "/readyz").await, Ok(answer) if answer.status == 200)
    }

    fn ended(&mut self) -> Option<ExitStatus> {
        self.child.as_mut().and_then(|child| child.try_wait().expect("a child can be waited for"))
    }

    /// SIGKILL, and waits until the process is gone.
    pub fn kill(&mut self) {
        if let Some(mut child) = self.child.take() {
            child.kill().expect("a child can be killed");
            child.wait().expect("a child can be waited for");
        }
    }

    /// SIGKILL and a new start, unless its log is in memory: then nothing would be left, and it goes on.
    pub async fn restart(&mut self) {
        if self.keeps_its_log() {
            self.kill();
            self.start_again().await;
        }
    }

    /// False for a server whose log is gone with its process.
    pub fn keeps_its_log(&self) -> bool {
        self.launch.shared.as_ref().is_none_or(Shared::keeps)
    }

    /// SIGTERM; tells how it ended and after how long.
    ///
    /// # Panics
    /// When it is not running or does not end.
    pub async fn stop(&mut self) -> (ExitStatus, Duration) {
        let asked = Instant::now();
        self.signal(Signal::TERM);
        loop {
            if let Some(status) = self.ended() {
                self.child = None;
                return (status, asked.elapsed());
            }
            assert!(asked.elapsed() < PATIENCE, "did not end on SIGTERM\n{}", self.log());
            tokio::time::sleep(Duration::from_millis(2)).await;
        }
    }

    /// Sends a signal.
    ///
    /// # Panics
    /// When it is not running.
    pub fn signal(&self, signal: Signal) {
        let pid = i32::try_from(self.pid()).expect("a process id fits");
        kill_process(Pid::from_raw(pid).expect("not 0"), signal).expect("a child takes signals");
    }

    /// The process id.
    ///
    /// # Panics
    /// When it is not running.
    pub fn pid(&self) -> u32 {
        self.child.as_ref().expect("it is running").id()
    }

    /// True while the process lives.
    pub fn is_running(&mut self) -> bool {
        self.child.is_some() && self.ended().is_none()
    }

    /// The port of gRPC and HTTP.
    pub fn port(&self) -> u16 {
        self.port
    }

    /// The port of metrics and health.
    pub fn admin_port(&self) -> u16 {
        self.admin_port
    }

    /// What clients are told.
    pub fn endpoint(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }

    /// The data directory.
    pub fn data_dir(&self) -> PathBuf {
        self.home.path().join("data")
    }

    /// Lines of `holdfast.toml` from the next start on.
    pub fn set(&mut self, toml: &str) {
        self.launch.settings.push_str(toml);
        self.launch.settings.push('\n');
    }

    /// The token that the first start made.
    ///
    /// # Panics
    /// When there is none.
    pub fn root_token(&self) -> String {
        let file = self.data_dir().join("root-token");
        fs::read_to_string(file).expect("the first start keeps it").trim().to_owned()
    }

    /// A directory beside the data, for files of the test.
    pub fn home(&self) -> &Path {
        self.home.path()
    }

    fn log_path(&self) -> PathBuf {
        self.home.path().join("server.log")
    }

    /// Everything that it wrote to standard output and error, over all its starts.
    pub fn log(&self) -> String {
        String::from_utf8_lossy(&fs::read(self.log_path()).unwrap_or_default()).into_owned()
    }

    /// A config.v1 client with a connection of its own.
    pub async fn config(&self) -> Config {
        Config::connect(self.port).await
    }

    /// A holdfast.v1 client with a connection of its own.
    pub async fn holdfast(&self) -> Holdfast {
        Holdfast::connect(self.port).await
    }

    /// A client of stategate with a connection of its own.
    pub async fn stategate(&self) -> Stategate {
        Stategate::connect(self.port).await
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.kill();
        let log = self.log();
        if std::thread::panicking() {
            let tail = log.len().saturating_sub(4_000);
            let tail = log.char_indices().map(|(at, _)| at).find(|at| *at >= tail).unwrap_or(0);
            eprintln!("--- end of the server's log ---\n{}", &log[tail..]);
        } else {
            assert!(!log.contains("panicked at"), "the server panicked:\n{log}");
        }
    }
}
