//! Contexts: which server a command line means, through the real binary.

use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;
use std::process::Command;

use holdfast_tests::cli::Ended;
use holdfast_tests::server::Launch;
use holdfast_tests::{Server, binary};
use tempfile::TempDir;

/// Somebody with a file of contexts, and nothing else in the environment.
struct Person {
    home: TempDir,
}

impl Person {
    fn new() -> Self {
        Self { home: tempfile::tempdir().expect("a directory") }
    }

    fn file(&self) -> std::path::PathBuf {
        self.home.path().join("contexts.toml")
    }

    fn command(&self, arguments: &[&str]) -> Command {
        let mut command = binary::command();
        command.args(arguments).env("HOLDFAST_CONTEXTS", self.file()).current_dir(self.home.path());
        command
    }

    fn run(&self, arguments: &[&str]) -> Ended {
        Ended::of(self.command(arguments).output().expect("the binary starts"))
    }

    fn run_with(&self, name: &str, value: &str, arguments: &[&str]) -> Ended {
        Ended::of(self.command(arguments).env(name, value).output().expect("the binary starts"))
    }
}

fn mode(path: &Path) -> u32 {
    path.metadata().expect("it is there").permissions().mode() & 0o777
}

#[tokio::test]
async fn a_context_says_which_server_is_meant() {
    let (one, two) = (Server::dev().await, Server::dev().await);
    let person = Person::new();
    person.run(&["context", "set", "one", "--endpoint", &one.endpoint(), "--use"]).ok();
    person.run(&["context", "set", "two", "--endpoint", &two.endpoint(), "-n", "shop"]).ok();
    assert_eq!(mode(&person.file()), 0o600);
    person.run(&["set", "k", "1"]).ok();
    person.run(&["--context", "two", "set", "k", "2"]).ok();
    let value = |value: &str| value.to_owned().into_bytes();
    let stored = one.config().await.get("default", "k").await.expect("it is there");
    assert_eq!(stored.value.to_vec(), value("1"));
    let stored = two.config().await.get("shop", "k").await.expect("it is there");
    assert_eq!(stored.value.to_vec(), value("2"));

    // The environment is stronger than a context, the command line than both.
    assert_eq!(person.run_with("HOLDFAST_CONTEXT", "two", &["get", "k"]).ok(), "2");
    person.run_with("HOLDFAST_NAMESPACE", "other", &["--context", "two", "get", "k"]).fails(3);
    person.run_with("HOLDFAST_NAMESPACE", "other", &["get", "k", "-n", "default"]).ok();
    let elsewhere =
        person.run_with("HOLDFAST_ENDPOINT", &two.endpoint(), &["get", "k", "-n", "shop"]);
    assert_eq!(elsewhere.ok(), "2");

    person.run(&["context", "use", "two"]).ok();
    assert_eq!(person.run(&["get", "k"]).ok(), "2");
    assert_eq!(person.run(&["context", "list", "-o", "raw"]).ok(), "one\ntwo\n");
    let shown = person.run(&["context", "list"]).ok();
    assert!(shown.lines().any(|line| line.starts_with('*') && line.contains("two")), "{shown}");
    person.run(&["context", "set", "two", "-o", "json", "--unset", "namespace"]).ok();
    let shown = person.run(&["context", "get", "-o", "yaml"]).ok();
    assert!(shown.contains("output: json") && !shown.contains("shop"), "{shown}");
    // Where the file is a link, as many keep theirs, it stays one.
    let kept = person.home.path().join("kept.toml");
    std::fs::rename(person.file(), &kept).expect("a file");
    std::os::unix::fs::symlink(&kept, person.file()).expect("a link");
    person.run(&["context", "delete", "two"]).ok();
    assert!(person.file().is_symlink());
    person.run(&["--context", "two", "get", "k"]).fails(2);
    person.run(&["context", "get"]).fails(2);
    person.run(&["context", "set", "three", "--endpoint", "ftp://x"]).fails(2);
}

#[tokio::test]
async fn a_broken_file_is_named_and_never_ignored() {
    let server = Server::dev().await;
    let person = Person::new();
    for (text, says) in [
        ("colour = 1", "colour: unknown"),
        ("current = \"gone\"", "there is no context gone"),
        ("[contexts.a]\nnamspace = \"x\"", "contexts.a: unknown member `namspace`"),
        ("[contexts.a\n", "line 1"),
    ] {
        std::fs::write(person.file(), text).expect("a file");
        for verb in [&["get", "k"][..], &["context", "list"]] {
            let said = person.run_with("HOLDFAST_ENDPOINT", &server.endpoint(), verb).fails(2);
            let file = person.file().display().to_string();
            assert!(said.contains(&file) && said.contains(says), "{text:?}: {said}");
        }
        assert_eq!(std::fs::read_to_string(person.file()).expect("it is there"), text);
    }
    // What needs no server needs no contexts.
    person.run(&["completion", "bash"]).ok();
}

#[tokio::test]
async fn a_token_is_for_its_owner_and_its_server() {
    let server = Launch::default().closed().start().await;
    let person = Person::new();
    let token = server.root_token();
    let text = format!("[contexts.a]\nendpoint = \"{}\"\ntoken = \"{token}\"\n", server.endpoint());
    std::fs::write(person.file(), text).expect("a file");
    let said = person.run(&["--context", "a", "ns"]).fails(2);
    assert!(said.contains("chmod 600") && !said.contains(&token), "{said}");
    let owner = std::fs::Permissions::from_mode(0o600);
    std::fs::set_permissions(person.file(), owner).expect("its owner may");
    person.run(&["--context", "a", "ns"]).ok();
    let shown = person.run(&["context", "get", "a", "-o", "json"]).ok();
    assert!(shown.contains("(hidden)") && !shown.contains(&token), "{shown}");

    // Another name of the same server is another server, as far as anybody knows.
    let other = format!("http://localhost:{}", server.port());
    person.run(&["--context", "a", "--endpoint", &other, "ns"]).fails(5);
    std::fs::write(person.home.path().join("t"), &token).expect("a file");
    person.run(&["context", "set", "a", "--unset", "token", "--token-file", "t"]).ok();
    person.run(&["--context", "a", "ns"]).ok();
    assert_eq!(mode(&person.file()), 0o600);
}
