//! Other verbs of the binary, as a script runs them: through pipes.

use std::io::Write;
use std::path::Path;
use std::process::{Command, Output, Stdio};

use crate::{ForeignServer, Server, binary};

/// A server that verbs are run against.
pub trait Target {
    /// What the binary is told.
    fn endpoint(&self) -> String;
    /// Where the binary runs.
    fn home(&self) -> &Path;
}

impl Target for Server {
    fn endpoint(&self) -> String {
        Self::endpoint(self)
    }

    fn home(&self) -> &Path {
        Self::home(self)
    }
}

impl Target for ForeignServer {
    fn endpoint(&self) -> String {
        Self::endpoint(self)
    }

    fn home(&self) -> &Path {
        Self::home(self)
    }
}

/// How a verb ended.
#[derive(Debug)]
pub struct Ended {
    /// The exit code.
    pub code: i32,
    /// Standard output.
    pub out: String,
    /// Standard error.
    pub err: String,
}

/// A command of the binary against this server, ready to run.
pub fn command(server: &impl Target, arguments: &[&str]) -> Command {
    let mut command = binary::command();
    command
        .args(arguments)
        .env("HOLDFAST_ENDPOINT", server.endpoint())
        // The contexts of whoever runs the tests are none of theirs.
        .env("HOLDFAST_CONTEXTS", server.home().join("contexts.toml"))
        .current_dir(server.home());
    command
}

/// Runs a verb with nothing on its standard input.
pub fn run(server: &impl Target, arguments: &[&str]) -> Ended {
    run_with_input(server, arguments, b"")
}

/// Runs a verb with this token in the environment.
///
/// # Panics
/// When it cannot be started or is ended by a signal.
pub fn run_as(server: &impl Target, token: &str, arguments: &[&str]) -> Ended {
    let mut command = command(server, arguments);
    command.env("HOLDFAST_TOKEN", token).stdin(Stdio::null());
    Ended::of(command.output().expect("the binary starts"))
}

/// Runs a verb with these bytes on its standard input.
///
/// # Panics
/// When it cannot be started or is ended by a signal.
pub fn run_with_input(server: &impl Target, arguments: &[&str], input: &[u8]) -> Ended {
    let mut child = command(server, arguments)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the binary starts");
    let mut stdin = child.stdin.take().expect("a pipe");
    let input = input.to_vec();
    // A verb that does not read its input ends with the pipe still full: that is not the test's subject.
    let writer = std::thread::spawn(move || drop(stdin.write_all(&input)));
    let output = child.wait_with_output().expect("a child can be waited for");
    writer.join().expect("the writer does not panic");
    Ended::of(output)
}

impl Ended {
    /// Of a process that was waited for.
    ///
    /// # Panics
    /// When it was ended by a signal.
    pub fn of(output: Output) -> Self {
        Self {
            code: output.status.code().expect("it ended by itself"),
            out: String::from_utf8_lossy(&output.stdout).into_owned(),
            err: String::from_utf8_lossy(&output.stderr).into_owned(),
        }
    }

    /// Fails unless it ended well; its standard output.
    ///
    /// # Panics
    /// On another exit code.
    pub fn ok(self) -> String {
        assert_eq!(self.code, 0, "exit code 0, but: {}\n{}", self.err, self.out);
        assert!(!self.err.contains("panicked at"), "{}", self.err);
        self.out
    }

    /// Fails unless it ended with this code; its standard output.
    ///
    /// # Panics
    /// On another one.
    pub fn code_is(self, code: i32) -> String {
        assert_eq!(self.code, code, "exit code {code}, but: {}\n{}", self.err, self.out);
        assert!(!self.err.contains("panicked at"), "{}", self.err);
        self.out
    }

    /// Fails unless it ended with this code and one sentence on standard error, and nothing on standard output.
    ///
    /// # Panics
    /// Otherwise.
    pub fn fails(self, code: i32) -> String {
        assert_eq!(self.code, code, "exit code {code}, but: {}\n{}", self.err, self.out);
        assert!(!self.err.trim().is_empty(), "an error says why");
        assert!(!self.err.contains("panicked at"), "{}", self.err);
        assert_eq!(self.out, "", "nothing on standard output: {}", self.err);
        self.err
    }
}
