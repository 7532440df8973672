//! A real browser: headless Chromium with a page of the test's choice, which tells the test what it sees.

use std::os::unix::process::CommandExt;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use rustix::process::{Pid, Signal, kill_process_group};
use serde_json::Value;
use tempfile::TempDir;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::mpsc;

/// Where Debian puts it.
pub(crate) const BROWSER: &str = "chromium-headless-shell";
/// A browser that says nothing for so long is stuck.
const PATIENCE: Duration = Duration::from_secs(60);

/// A browser on one page. Dropped, it is killed, and with it the processes that it started.
pub struct Browser {
    child: Child,
    _profile: TempDir,
    told: mpsc::Receiver<Value>,
}

/// Where the page will be, before there is a browser: a server may have to know its origin.
pub struct Site {
    listener: TcpListener,
    port: u16,
}

/// What a page calls to tell the test something: one after the other, as requests at once might overtake each other.
const TELL: &str = "let told = Promise.resolve();
    const tell = (what) => {
      const body = JSON.stringify(what);
      told = told.then(() => fetch('/told', { method: 'POST', body }));
    };";

impl Site {
    /// On a free port of loopback.
    pub async fn bind() -> Self {
        let listener = TcpListener::bind(("127.0.0.1", 0)).await.expect("a free port");
        let port = listener.local_addr().expect("an address").port();
        Self { listener, port }
    }

    /// As browsers spell it in `Origin`.
    pub fn origin(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }

    /// Opens a page with this script. The script says what it sees with `tell(value)`.
    ///
    /// # Panics
    /// When there is no browser: [`skip`](crate::skip) before that.
    pub fn open(self, script: &str) -> Browser {
        let page = format!("<!doctype html><title>test</title><script>{TELL}\n{script}</script>");
        let url = self.origin();
        let (teller, told) = mpsc::channel(10_000);
        tokio::spawn(serve(self.listener, page, teller));
        let profile = TempDir::with_prefix("holdfast-browser-").expect("a directory");
        let child = Command::new(BROWSER)
            .args(["--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--no-first-run"])
            .args(["--disable-background-networking", "--remote-debugging-port=0"])
            .arg(format!("--user-data-dir={}", profile.path().display()))
            .arg(url)
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .process_group(0)
            .spawn()
            .expect("the browser starts");
        Browser { child, _profile: profile, told }
    }
}

impl Browser {
    /// Whether there is one on this machine.
    pub fn is_here() -> bool {
        let mut command = Command::new(BROWSER);
        command.arg("--version").stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
        command.status().is_ok_and(|status| status.success())
    }

    /// What the page tells next.
    ///
    /// # Panics
    /// When it says nothing.
    pub async fn told(&mut self) -> Value {
        let next = tokio::time::timeout(PATIENCE, self.told.recv()).await;
        next.expect("the page says something in time").expect("the browser is there")
    }

    /// What the page tells within a time, if anything.
    pub async fn told_within(&mut self, time: Duration) -> Option<Value> {
        tokio::time::timeout(time, self.told.recv()).await.ok().flatten()
    }
}

impl Drop for Browser {
    fn drop(&mut self) {
        // A browser is many processes, and only the whole group ends with certainty. One that has ended is only waited for.
        let group = i32::try_from(self.child.id()).ok().and_then(Pid::from_raw);
        let _ = group.map(|group| kill_process_group(group, Signal::KILL));
        let _ = self.child.wait();
    }
}

async fn serve(listener: TcpListener, page: String, teller: mpsc::Sender<Value>) {
    while let Ok((stream, _)) = listener.accept().await {
        tokio::spawn(answer(stream, page.clone(), teller.clone()));
    }
}

/// One request on one connection: the page, or what it tells.
async fn answer(mut stream: TcpStream, page: String, teller: mpsc::Sender<Value>) -> Option<()> {
    let mut request = Vec::new();
    let head = loop {
        let mut piece = [0; 4096];
        let read = stream.read(&mut piece).await.ok().filter(|read| *read > 0)?;
        request.extend_from_slice(&piece[..read]);
        if let Some(end) = request.windows(4).position(|w| w == b"\r\n\r\n") {
            break end + 4;
        }
    };
    let lines = String::from_utf8_lossy(&request[..head]).to_ascii_lowercase();
    let length =
        lines.lines().find_map(|line| line.strip_prefix("content-length:")?.trim().parse().ok());
    let mut body = request.split_off(head);
    while body.len() < length.unwrap_or(0) {
        let mut piece = [0; 4096];
        let read = stream.read(&mut piece).await.ok().filter(|read| *read > 0)?;
        body.extend_from_slice(&piece[..read]);
    }
    let said = if lines.starts_with("post /told ") {
        let value = serde_json::from_slice(&body).expect("the page tells JSON");
        teller.send(value).await.ok()?;
        ""
    } else {
        &page
    };
    let answer = format!(
        "HTTP/1.1 200 OK\r\ncontent-type: text/html\r\nconnection: close\r\ncontent-length: {}\r\n\r\n{said}",
        said.len()
    );
    stream.write_all(answer.as_bytes()).await.ok()
}
