//! A program in a terminal of its own: what a person sees and types.

use std::process::ExitStatus;
use std::time::{Duration, Instant};

use pty_process::{Command, Pty, Size};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::process::Child;

use crate::binary;
use crate::cli::Target;

/// How long something may take to appear on a loaded machine.
const PATIENCE: Duration = Duration::from_secs(60);
/// How often a program is asked whether it has ended.
const LOOK: Duration = Duration::from_millis(50);
const ROWS: u16 = 24;

/// A terminal with a program in it. Dropped, the program is killed.
pub struct Terminal {
    pty: Pty,
    child: Child,
    seen: String,
    /// How much of it the test has looked at.
    read: usize,
}

impl std::fmt::Debug for Terminal {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Terminal").field("seen", &self.seen).finish_non_exhaustive()
    }
}

impl Terminal {
    /// A verb of the binary against this server, in a terminal so wide.
    pub fn holdfast(server: &impl Target, columns: u16, arguments: &[&str]) -> Self {
        let endpoint = server.endpoint();
        let set = [("HOLDFAST_ENDPOINT", endpoint.as_str())];
        let binary = binary::holdfast().display().to_string();
        Self::start(&binary, arguments, columns, &set)
    }

    /// Any program, with these variables.
    ///
    /// # Panics
    /// When it does not start.
    pub fn start(program: &str, arguments: &[&str], columns: u16, set: &[(&str, &str)]) -> Self {
        let (pty, pts) = pty_process::open().expect("a terminal");
        pty.resize(Size::new(ROWS, columns)).expect("a size");
        let mut command = Command::new(program).args(arguments).kill_on_drop(true);
        for (name, _) in std::env::vars_os() {
            let text = name.to_string_lossy();
            if text.starts_with("HOLDFAST_") || text == "NO_COLOR" {
                command = command.env_remove(name);
            }
        }
        let nowhere = "/nonexistent/contexts.toml";
        command = command.env("TERM", "xterm").env("HOLDFAST_CONTEXTS", nowhere);
        for (name, value) in set {
            command = command.env(name, value);
        }
        let child = command.spawn(pts).expect("it starts");
        Self { pty, child, seen: String::new(), read: 0 }
    }

    /// Waits until this appears behind what was waited for before; what came until then, with it.
    ///
    /// # Panics
    /// When it does not appear.
    pub async fn until(&mut self, text: &str) -> String {
        loop {
            if let Some(at) = self.seen[self.read..].find(text) {
                let end = self.read + at + text.len();
                let came = self.seen[self.read..end].to_owned();
                self.read = end;
                return came;
            }
            assert!(self.more().await, "{text:?} does not appear: {:?}", self.seen);
        }
    }

    /// Types.
    ///
    /// # Panics
    /// When nobody takes it.
    pub async fn type_in(&mut self, text: &str) {
        self.pty.write_all(text.as_bytes()).await.expect("the terminal takes it");
    }

    /// Waits for the end; how it ended, and all that was seen.
    ///
    /// # Panics
    /// When it does not end.
    pub async fn end(mut self) -> (ExitStatus, String) {
        // Not for the end of the terminal: another program that is started at the same time may hold it open for as long as it runs.
        let began = Instant::now();
        let status = loop {
            if let Some(status) = self.child.try_wait().expect("a status") {
                break status;
            }
            assert!(began.elapsed() < PATIENCE, "it does not end: {:?}", self.seen);
            if let Ok(false) = tokio::time::timeout(LOOK, self.more()).await {
                tokio::time::sleep(LOOK).await;
            }
        };
        while let Ok(true) = tokio::time::timeout(LOOK, self.more()).await {}
        (status, self.seen)
    }

    /// Reads on; false when the program has gone.
    async fn more(&mut self) -> bool {
        let mut bytes = [0; 4_096];
        let read = tokio::time::timeout(PATIENCE, self.pty.read(&mut bytes)).await;
        // Linux tells the end of the last program in a terminal as an error.
        match read.unwrap_or_else(|_| panic!("nothing more appears: {:?}", self.seen)) {
            Ok(0) | Err(_) => false,
            Ok(count) => {
                self.seen.push_str(&String::from_utf8_lossy(&bytes[..count]));
                true
            }
        }
    }
}
