//! A real browser that a test leads from page to page: headless Chromium, by its own debugging protocol over a pipe.

use std::os::unix::process::CommandExt;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, kill_process_group};
use serde_json::{Value, json};
use tempfile::TempDir;
use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader};
use tokio::process::{ChildStdin, ChildStdout};

use crate::browser::BROWSER;

/// One page of a browser. Dropped, the browser is killed, and with it the processes that it started.
pub struct Driven {
    child: Child,
    _profile: TempDir,
    commands: ChildStdin,
    answers: BufReader<ChildStdout>,
    page: String,
    count: u64,
}

/// A page that does not come by then is a failure.
const PATIENCE: Duration = Duration::from_secs(60);

impl Driven {
    /// With an empty page.
    ///
    /// # Panics
    /// When there is no browser: [`skip`](crate::skip) before that.
    pub async fn start() -> Self {
        let profile = TempDir::with_prefix("holdfast-browser-").expect("a directory");
        // The protocol is spoken over the descriptors 3 and 4.
        let script = "exec \"$@\" 3<&0 4>&1 </dev/null >/dev/null 2>&1";
        let mut child = Command::new("sh")
            .args(["-c", script, "sh", BROWSER])
            .args(["--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--no-first-run"])
            .args(["--disable-background-networking", "--remote-debugging-pipe"])
            .arg(format!("--user-data-dir={}", profile.path().display()))
            .arg("about:blank")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .process_group(0)
            .spawn()
            .expect("the browser starts");
        let commands = ChildStdin::from_std(child.stdin.take().expect("a pipe")).expect("a pipe");
        let answers = ChildStdout::from_std(child.stdout.take().expect("a pipe")).expect("a pipe");
        let answers = BufReader::new(answers);
        let page = String::new();
        let mut driven = Self { child, _profile: profile, commands, answers, page, count: 0 };
        let target = driven.command("Target.createTarget", json!({"url": "about:blank"})).await;
        let attach = json!({"targetId": target["targetId"], "flatten": true});
        let attached = driven.command("Target.attachToTarget", attach).await;
        driven.page = attached["sessionId"].as_str().expect("a page").to_owned();
        driven
    }

    /// Opens a URL, as if it had been typed.
    ///
    /// # Panics
    /// When the browser does not answer.
    pub async fn open(&mut self, url: &str) {
        self.command("Page.navigate", json!({"url": url})).await;
    }

    /// What an expression is on the page; a promise is waited for.
    ///
    /// # Panics
    /// When it throws.
    pub async fn eval(&mut self, expression: &str) -> Value {
        let answer = self.try_eval(expression).await;
        answer.unwrap_or_else(|error| panic!("{expression}: {error}"))
    }

    async fn try_eval(&mut self, expression: &str) -> Result<Value, Value> {
        let asked = json!({"expression": expression, "awaitPromise": true, "returnByValue": true});
        let answer = self.ask("Runtime.evaluate", asked).await?;
        match answer.get("exceptionDetails") {
            Some(thrown) => Err(thrown.clone()),
            None => Ok(answer["result"]["value"].clone()),
        }
    }

    /// Waits until the browser has loaded a page whose URL begins so and whose text has this.
    ///
    /// # Panics
    /// When that does not happen.
    pub async fn until(&mut self, url: &str, text: &str) {
        let state = "[document.readyState, location.href, document.body.innerText]";
        let started = Instant::now();
        loop {
            // Between two pages there is none to ask.
            let now = self.try_eval(state).await.unwrap_or_default();
            let is = |at: usize| now[at].as_str().unwrap_or_default();
            if is(0) == "complete" && is(1).starts_with(url) && is(2).contains(text) {
                return;
            }
            assert!(started.elapsed() < PATIENCE, "not at {url} with {text:?}, but {now}");
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }

    async fn command(&mut self, method: &str, parameters: Value) -> Value {
        let answer = self.ask(method, parameters).await;
        answer.unwrap_or_else(|error| panic!("{method}: {error}"))
    }

    async fn ask(&mut self, method: &str, parameters: Value) -> Result<Value, Value> {
        self.count += 1;
        let mut message = json!({"id": self.count, "method": method, "params": parameters});
        if !self.page.is_empty() {
            message["sessionId"] = json!(self.page);
        }
        let mut bytes = message.to_string().into_bytes();
        bytes.push(0);
        self.commands.write_all(&bytes).await.expect("the browser listens");
        loop {
            let mut bytes = Vec::new();
            let read = self.answers.read_until(0, &mut bytes);
            let read = tokio::time::timeout(PATIENCE, read).await.expect("the browser answers");
            assert!(read.expect("it reads") > 0, "the browser has ended");
            bytes.pop();
            let mut said: Value = serde_json::from_slice(&bytes).expect("JSON");
            if said["id"] == json!(self.count) {
                return match said.get_mut("error") {
                    Some(error) => Err(error.take()),
                    None => Ok(said["result"].take()),
                };
            }
        }
    }
}

impl Drop for Driven {
    fn drop(&mut self) {
        let group = i32::try_from(self.child.id()).ok().and_then(Pid::from_raw);
        let _ = group.map(|group| kill_process_group(group, Signal::KILL));
        let _ = self.child.wait();
    }
}
