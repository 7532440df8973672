//! A client that holds a lock is stopped, as by a debugger, a hypervisor or a collector of garbage, and goes on when the lock is no
//! longer its own: the process is a real one, and so are SIGSTOP and SIGCONT.

use std::env;
use std::io::{BufRead, BufReader, Write};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use holdfast_api::stategate::{Fence, Locked};
use holdfast_tests::coordination::in_time;
use holdfast_tests::stategate::events_by;
use holdfast_tests::{Server, Stategate};
use rustix::process::{Pid, Signal, kill_process};
use serde_json::json;
use tokio::sync::mpsc::{UnboundedReceiver, unbounded_channel};
use tokio::time::timeout;
use tonic::Code;

/// Where the server listens, for the process that is stopped.
const PORT: &str = "HOLDFAST_TEST_LOCK_PORT";
/// How long it has the lock.
const LEASE: Duration = Duration::from_secs(6);
const PATIENCE: Duration = Duration::from_secs(60);

fn fence(locked: &Locked) -> Fence {
    Fence { domain: "d".into(), key: "job".into(), revision: locked.revision, ..Fence::default() }
}

fn tell(text: &str) {
    let told = std::io::stdout().write_all(format!("{text}\n").as_bytes());
    told.expect("the other process reads");
}

/// The process that is stopped. It knows nothing of that: it takes the lock, and writes under it until that is refused.
#[tokio::test]
#[ignore = "run by the test below"]
async fn client() {
    let port = env::var(PORT).expect("the test below says where the server is");
    let client = Stategate::connect(port.parse().expect("a port")).await;
    let exp = Some(in_time(LEASE));
    let locked = client.lock("d", "job", "first", exp).await.expect("nobody has it");
    tell(&format!("locked {}", locked.revision));
    for n in 0.. {
        match client.set_under(&fence(&locked), "k", json!({"by": "first", "n": n})).await {
            Ok(()) => tell("wrote"),
            Err(failure) => {
                tell(&format!("refused {:?} {}", failure.code, failure.message));
                break;
            }
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    let again = client.lock("d", "job", "first", None).await.expect_err("another one has it");
    tell(&format!("again {:?}", again.code));
}

/// That process, and what it says.
struct Paused {
    child: Child,
    said: UnboundedReceiver<String>,
}

impl Paused {
    fn start(server: &Server) -> Self {
        let mut child = Command::new(env::current_exe().expect("this program"))
            .args(["--ignored", "--exact", "stategate::lock_pause::client", "--nocapture"])
            .env(PORT, server.port().to_string())
            .stdout(Stdio::piped())
            .spawn()
            .expect("it starts");
        let out = BufReader::new(child.stdout.take().expect("piped"));
        let (says, said) = unbounded_channel();
        std::thread::spawn(move || {
            for line in out.lines().map_while(Result::ok) {
                let _ = says.send(line);
            }
        });
        Self { child, said }
    }

    /// The rest of the next line that begins so.
    async fn says(&mut self, begin: &str) -> String {
        loop {
            let line = timeout(PATIENCE, self.said.recv()).await.expect("in time");
            let line = line.unwrap_or_else(|| panic!("it ended without {begin:?}"));
            if let Some(rest) = line.strip_prefix(begin) {
                return rest.trim().to_owned();
            }
        }
    }

    fn signal(&self, signal: Signal) {
        let pid = i32::try_from(self.child.id()).ok().and_then(Pid::from_raw).expect("a process");
        kill_process(pid, signal).expect("a child takes signals");
    }

    /// Whether none of its threads runs.
    fn is_stopped(&self) -> bool {
        let path = format!("/proc/{}/stat", self.child.id());
        let stat = std::fs::read_to_string(path).expect("it is there");
        // Its name, in brackets, may have anything in it.
        stat.rsplit(')').next().is_some_and(|rest| rest.trim_start().starts_with('T'))
    }
}

impl Drop for Paused {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

#[tokio::test]
async fn a_client_that_was_stopped_while_it_held_a_lock_writes_nothing_under_it_afterwards() {
    let server = Server::dev().await;
    let mut first = Paused::start(&server);
    let revision: i64 = first.says("locked").await.parse().expect("a revision");
    for _ in 0..3 {
        first.says("wrote").await;
    }
    first.signal(Signal::STOP);
    while !first.is_stopped() {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }

    let client = server.stategate().await;
    let held = client.lock("d", "job", "second", None).await;
    let held = held.map_err(|failure| failure.code).expect_err("its lease is not over");
    assert_eq!(held, Code::AlreadyExists, "it has the lock although it sleeps");
    let second = loop {
        match client.lock("d", "job", "second", None).await {
            Ok(locked) => break locked,
            Err(failure) => assert_eq!(failure.code, Code::AlreadyExists, "{failure:?}"),
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    };
    assert!(second.revision > revision, "{second:?} behind {revision}");
    client.set_under(&fence(&second), "k", json!({"by": "second"})).await.expect("it is theirs");

    first.signal(Signal::CONT);
    let refused = first.says("refused").await;
    assert!(refused.starts_with("FailedPrecondition") && refused.contains("lock"), "{refused}");
    assert_eq!(first.says("again").await, "AlreadyExists");
    assert!(first.child.wait().expect("it ends").success());

    assert_eq!(client.get("d", "t", "k").await.expect("there"), json!({"by": "second"}));
    client.set_under(&fence(&second), "k", json!({"by": "second", "n": 2})).await.expect("theirs");
    // Each write is an event: behind the second one's first there is none of the first one.
    let events = client.search_events(events_by("d", "t", "")).await.expect("found").events;
    let by = |event: &holdfast_api::stategate::Event| {
        holdfast_tests::stategate::values(&event.state)["by"].as_str().map(str::to_owned)
    };
    let writers: Vec<_> = events.iter().filter_map(by).collect();
    let change = writers.iter().position(|by| by == "second").expect("it wrote");
    assert!(change >= 3 && writers[..change].iter().all(|by| by == "first"), "{writers:?}");
    assert_eq!(&writers[change..], ["second", "second"]);
}
