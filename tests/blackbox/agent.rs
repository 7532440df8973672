//! Keys as files, kept current: the real agent beside the real server.

use std::fs;
use std::path::Path;
use std::process::{Child, Stdio};
use std::time::{Duration, Instant};

use holdfast_tests::{Server, cli};
use rustix::process::{Pid, Signal, kill_process};

const PATIENCE: Duration = Duration::from_secs(30);

/// An agent; killed when it is dropped.
struct Agent(Child);

impl Agent {
    fn start(server: &Server, arguments: &[&str]) -> Self {
        let log = fs::File::create(server.home().join("agent.log")).expect("a log");
        let mut command =
            cli::command(server, &[&["agent", "--settle", "20ms"], arguments].concat());
        command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(log);
        Self(command.spawn().expect("the binary starts"))
    }

    fn signal(&self, signal: Signal) {
        let pid = i32::try_from(self.0.id()).expect("a process id fits");
        kill_process(Pid::from_raw(pid).expect("not 0"), signal).expect("a child takes signals");
    }
}

impl Drop for Agent {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

fn set(server: &Server, key: &str, value: &str) {
    cli::run(server, &["set", key, value]).ok();
}

async fn until(server: &Server, file: &Path, wanted: &str) {
    let began = Instant::now();
    loop {
        let now = fs::read_to_string(file).unwrap_or_default();
        if now == wanted {
            return;
        }
        let log = fs::read_to_string(server.home().join("agent.log")).unwrap_or_default();
        assert!(began.elapsed() < PATIENCE, "{} is {now:?}, not {wanted:?}\n{log}", file.display());
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
}

#[tokio::test]
async fn files_are_written_once_and_a_command_runs_only_when_one_has_changed() {
    let server = Server::dev().await;
    let home = server.home();
    set(&server, "app/host", "\"db one\"");
    set(&server, "app/port", "5432");
    fs::write(home.join("t"), "host={{ get('app/host') }} port={{ get('app/port') }}\n")
        .expect("a template");
    let line = ["agent", "--once", "-t", "t:out", "-e", "app/:env", "--exec", "echo ran >> ran"];
    cli::run(&server, &line).ok();
    let read = |name: &str| fs::read_to_string(home.join(name)).expect("a file");
    assert_eq!(read("out"), "host=db one port=5432\n");
    assert_eq!(read("env"), "HOST=\"db one\"\nPORT=5432\n");
    assert_eq!(read("ran"), "ran\n", "once for both");
    let mode = std::os::unix::fs::PermissionsExt::mode(
        &fs::metadata(home.join("env")).expect("a file").permissions(),
    );
    assert_eq!(mode & 0o777, 0o600);
    cli::run(&server, &line).ok();
    assert_eq!(read("ran"), "ran\n", "nothing has changed");
}

#[tokio::test]
async fn files_follow_what_changes_also_over_a_server_that_is_away() {
    let mut server = Server::dev().await;
    let home = server.home().to_owned();
    set(&server, "app/a", "1");
    fs::write(home.join("t"), "{{ get('app/a') }}").expect("a template");
    let config = "[[file]]\ntemplate = \"t\"\nto = \"out\"\nmode = \"0640\"\nrun = [\"/bin/sh\", \"-c\", \"cat out >> seen; echo >> seen\"]\n\
                  [[env]]\nprefix = \"app/\"\nto = \"env\"\n";
    fs::write(home.join("agent.toml"), config).expect("a file");
    let line = ["--config", "agent.toml", "--state-dir", "state"];
    let mut agent = Agent::start(&server, &line);
    until(&server, &home.join("out"), "1").await;
    let mode = std::os::unix::fs::PermissionsExt::mode(
        &fs::metadata(home.join("out")).expect("a file").permissions(),
    );
    assert_eq!(mode & 0o777, 0o640);
    set(&server, "app/a", "2");
    until(&server, &home.join("out"), "2").await;
    until(&server, &home.join("env"), "A=2\n").await;
    // A template that cannot be made leaves the file as it is, and says so.
    cli::run(&server, &["delete", "app/a"]).ok();
    until(&server, &home.join("env"), "").await;
    assert_eq!(fs::read_to_string(home.join("out")).expect("a file"), "2");
    assert!(
        fs::read_to_string(home.join("agent.log"))
            .expect("a log")
            .contains("there is no key app/a")
    );
    set(&server, "app/a", "3");
    until(&server, &home.join("out"), "3").await;
    server.kill();
    tokio::time::sleep(Duration::from_millis(300)).await;
    assert_eq!(fs::read_to_string(home.join("out")).expect("a file"), "3");
    server.start_again().await;
    set(&server, "app/a", "4");
    until(&server, &home.join("out"), "4").await;
    until(&server, &home.join("seen"), "1\n2\n3\n4\n").await;
    agent.signal(Signal::TERM);
    assert!(agent.0.wait().expect("it ends").success());
    // It begins where it was, without a server.
    server.kill();
    fs::remove_file(home.join("out")).expect("removed");
    let agent = Agent::start(&server, &line);
    until(&server, &home.join("out"), "4").await;
    drop(agent);
}

#[tokio::test]
async fn what_makes_no_sense_is_refused_before_anything_is_written() {
    let mut server = Server::dev().await;
    let home = server.home().to_owned();
    let fails = |arguments: &[&str], code: i32, says: &str| {
        let said = cli::run(&server, &[&["agent", "--once"], arguments].concat()).fails(code);
        assert!(said.contains(says), "{said}");
    };
    fs::write(home.join("bad"), "{{ get('a' }}").expect("a template");
    fs::write(home.join("good"), "{{ get('none') }}").expect("a template");
    fs::write(
        home.join("bad.toml"),
        "[[file]]\ntemplate = \"good\"\nto = \"out\"\nmodee = \"1\"\n",
    )
    .expect("a file");
    fails(&[], 2, "nothing to write");
    fails(&["-t", "bad:out"], 2, "bad line 1");
    fails(&["-t", "missing:out"], 1, "missing");
    fails(&["-t", "good:out", "-e", ":out"], 2, "twice");
    fails(&["--config", "bad.toml"], 2, "modee");
    fails(&["-t", "good:out"], 1, "there is no key none");
    fails(&["-e", ":no/such/place"], 1, "no/such");
    assert!(!home.join("out").exists());
    server.kill();
    let away = cli::run(&server, &["agent", "--once", "-e", ":out", "--timeout", "500ms"]);
    assert_eq!(away.code, 6, "{}", away.err);
}
