//! `holdfast policy`: policies, tried without a server.

use std::fs;
use std::process::Command;

use holdfast_tests::binary;
use serde_json::{Value, json};
use tempfile::TempDir;

const POLICY: &str = "package config.authz

default allow := false

allow if {
	input.action == \"read\"
	is_ann
}

is_ann if input.identity.user_id == \"ann\"
";

/// A directory with a policy and inputs.
struct Home(TempDir);

struct Ended {
    code: Option<i32>,
    out: String,
    err: String,
}

impl Home {
    fn new() -> Self {
        let home = Self(tempfile::tempdir().expect("a directory"));
        home.write("policy.rego", POLICY);
        home.write("ann.json", &input("ann").to_string());
        home.write("bob.json", &input("bob").to_string());
        home
    }

    fn write(&self, name: &str, text: &str) {
        fs::write(self.0.path().join(name), text).expect("a file");
    }

    fn policy(&self, arguments: &[&str]) -> Ended {
        let mut command: Command = binary::command();
        let output = command.arg("policy").args(arguments).current_dir(self.0.path()).output();
        let output = output.expect("the binary starts");
        let text = |bytes: Vec<u8>| String::from_utf8(bytes).expect("UTF-8");
        let (out, err) = (text(output.stdout), text(output.stderr));
        assert!(!err.contains("panicked at"), "{err}");
        Ended { code: output.status.code(), out, err }
    }
}

fn input(user: &str) -> Value {
    json!({
        "action": "read",
        "resource": {"namespace": "n", "key": "k"},
        "identity": {"user_id": user, "claims": {}},
    })
}

#[test]
fn the_exit_code_is_the_decision() {
    let home = Home::new();
    let ended = home.policy(&["test", "policy.rego", "--input", "ann.json"]);
    assert_eq!((ended.code, &*ended.out), (Some(0), "allowed\n"));
    let ended = home.policy(&["test", "policy.rego", "--input", "bob.json"]);
    assert_eq!((ended.code, &*ended.out), (Some(5), "denied\n"));
    assert!(ended.err.contains("OPA policy denied"), "{}", ended.err);
    home.write(
        "conflict.rego",
        "package config.authz\nallow := 1 if input.action\nallow := 2 if input.action\n",
    );
    let ended = home.policy(&["test", "conflict.rego", "--input", "ann.json"]);
    assert_eq!((ended.code, &*ended.out), (Some(1), ""));
    assert!(ended.err.contains("failed"), "{}", ended.err);
    for wrong in [
        &["test", "policy.rego"][..],
        &["test", "none.rego", "--input", "ann.json"],
        &["test", "policy.rego", "--input", "policy.rego"],
        &["test", "policy.rego", "--entry", "data.other.rule", "--input", "ann.json"],
        &["test", "policy.rego", "--dialect", "v0", "--input", "ann.json"],
    ] {
        let ended = home.policy(wrong);
        assert!(matches!(ended.code, Some(1 | 2)), "{wrong:?}: {:?} {}", ended.code, ended.out);
        assert!(!ended.err.trim().is_empty(), "{wrong:?}");
    }
    let shown = home.policy(&["test", "policy.rego", "--input", "ann.json", "-o", "json"]);
    let shown: Value = serde_json::from_str(&shown.out).expect("JSON");
    assert_eq!(
        (&shown["allowed"], &shown["form"], &shown["kept"]),
        (&json!(true), &json!("compiled"), &json!(true))
    );
}

#[test]
fn recorded_decisions_are_decided_again() {
    let home = Home::new();
    let line = |user: &str, allowed: bool| {
        format!("{}\n", json!({"input": input(user), "allowed": allowed}))
    };
    home.write("same.jsonl", &[line("ann", true), line("bob", false)].concat());
    let ended = home.policy(&["test", "policy.rego", "--recorded", "same.jsonl"]);
    assert_eq!((ended.code, &*ended.out), (Some(0), "2 decisions, all as recorded\n"));
    home.write("other.jsonl", &[line("ann", true), line("bob", true)].concat());
    let ended = home.policy(&["test", "policy.rego", "--recorded", "other.jsonl"]);
    assert_eq!(ended.code, Some(1));
    assert!(ended.out.starts_with("line 2: was allowed, now denied"), "{}", ended.out);
    assert!(ended.err.contains("1 of 2"), "{}", ended.err);
}

#[test]
fn an_explanation_shows_rules_and_lines() {
    let home = Home::new();
    let ended = home.policy(&["explain", "policy.rego", "--input", "bob.json"]);
    assert_eq!(ended.code, Some(0), "{}", ended.err);
    assert!(ended.out.starts_with("denied: OPA policy denied\n"), "{}", ended.out);
    for line in ["data.config.authz.allow = false", "data.config.authz.is_ann = undefined"] {
        assert!(ended.out.contains(line), "{line}: {}", ended.out);
    }
    assert!(ended.out.contains("+ \tinput.action"), "{}", ended.out);
    assert!(ended.out.contains("+ \tis_ann"), "{}", ended.out);
}

#[test]
fn a_measurement_has_figures() {
    let home = Home::new();
    let ended = home.policy(&[
        "bench",
        "policy.rego",
        "--input",
        "ann.json",
        "--time",
        "50ms",
        "-o",
        "json",
    ]);
    assert_eq!(ended.code, Some(0), "{}", ended.err);
    let figures: Value = serde_json::from_str(&ended.out).expect("JSON");
    assert!(figures["decisions"].as_u64().is_some_and(|n| n > 0), "{figures}");
    assert!(figures["p50_ns"].as_u64() <= figures["p99_ns"].as_u64(), "{figures}");
}
