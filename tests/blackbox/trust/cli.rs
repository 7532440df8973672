//! The verbs: what an operator does in the first hour, and what the command line says to who may not.

use holdfast_tests::cli::{command, run, run_as};
use serde_json::Value;

use super::Closed;

fn json(text: &str) -> Value {
    serde_json::from_str(text).unwrap_or_else(|error| panic!("{error}: {text}"))
}

#[tokio::test]
async fn from_the_root_token_to_a_reader() {
    let closed = Closed::start().await;
    let (server, root) = (&closed.server, closed.server.root_token());
    run_as(server, &root, &["set", "app/x", "1", "-n", "prod"]).ok();
    run_as(server, &root, &["set", "secret/x", "1", "-n", "prod"]).ok();
    let rules = ["--rule", "allow read,list,watch prod/**", "--rule", "deny * prod/secret/**"];
    let set: Vec<&str> = ["role", "set", "prod-reader"].into_iter().chain(rules).collect();
    run_as(server, &root, &set).ok();
    run_as(server, &root, &["user", "set", "ann", "--role", "prod-reader"]).ok();
    let create = ["token", "create", "--user", "ann", "--ttl", "30d", "--note", "laptop"];
    let token = run_as(server, &root, &create).ok();
    let token = token.trim();
    assert!(token.starts_with("hf_") && !token.contains(char::is_whitespace), "{token}");

    assert_eq!(run_as(server, token, &["get", "app/x", "-n", "prod"]).ok().trim(), "1");
    assert_eq!(run_as(server, token, &["list", "-n", "prod", "-o", "raw"]).ok(), "app/x\n");
    let denied = run_as(server, token, &["get", "secret/x", "-n", "prod"]).fails(5);
    assert!(denied.contains("deny * prod/secret/**") && denied.contains("whoami"), "{denied}");
    let denied = run_as(server, token, &["set", "app/x", "2", "-n", "prod"]).fails(5);
    assert!(denied.contains("no role of yours allows to write prod/app/x"), "{denied}");
    let known = json(&run_as(server, token, &["whoami", "-o", "json"]).ok());
    assert_eq!((&known["user"], &known["roles"][0]), (&"ann".into(), &"prod-reader".into()));
    assert!(run_as(server, token, &["whoami"]).ok().contains("prod-reader"));

    let listed =
        json(&run_as(server, &root, &["token", "list", "--user", "ann", "-o", "json"]).ok());
    let id = listed[0]["id"].as_str().expect("an id").to_owned();
    assert!(run_as(server, &root, &["token", "get", &id]).ok().contains("laptop"));
    let rotated = run_as(server, token, &["token", "rotate", &id, "--grace", "1h"]).ok();
    for good in [token, rotated.trim()] {
        run_as(server, good, &["whoami"]).ok();
    }
    run_as(server, &root, &["token", "revoke", &id]).ok();
    let gone = run_as(server, token, &["whoami"]).fails(5);
    assert!(gone.contains("not valid") && gone.contains("HOLDFAST_TOKEN"), "{gone}");
    run_as(server, &root, &["user", "delete", "ann"]).ok();
    run_as(server, &root, &["role", "delete", "prod-reader"]).ok();
    run_as(server, &root, &["role", "get", "prod-reader"]).fails(3);
}

#[tokio::test]
async fn who_shows_nothing_is_told_what_to_do() {
    let closed = Closed::start().await;
    let server = &closed.server;
    for verb in [
        &["get", "k"][..],
        &["list"],
        &["set", "k", "1"],
        &["watch"],
        &["events"],
        &["groups", "ls"],
        &["ns"],
        &["alias", "list"],
        &["whoami"],
        &["token", "list"],
        &["snapshot"],
        &["search", "x"],
        &["export"],
        &["bench", "get", "--duration", "1s", "--keys", "1"],
    ] {
        let said = run(server, verb).fails(5);
        assert!(
            said.contains("HOLDFAST_TOKEN") && said.contains("--token-file"),
            "{verb:?}: {said}"
        );
    }
    let file = server.home().join("token");
    std::fs::write(&file, format!("{}\n", server.root_token())).expect("a file");
    let file = file.display().to_string();
    run(server, &["whoami", "--token-file", &file]).ok();
    let output = command(server, &["whoami"]).env("HOLDFAST_TOKEN_FILE", &file).output();
    assert!(output.expect("it runs").status.success());
    run(server, &["whoami", "--token-file", "/nonexistent"]).fails(1);
    assert!(run_as(server, "two words", &["whoami"]).fails(2).contains("HOLDFAST_TOKEN"));
}

#[tokio::test]
async fn roles_and_policies_come_from_files() {
    let closed = Closed::start().await;
    let (server, root) = (&closed.server, closed.server.root_token());
    let role = server.home().join("role.json");
    std::fs::write(&role, r#"{"rules":["read a"],"groups":["ops"]}"#).expect("a file");
    run_as(server, &root, &["role", "set", "r", "--file", &role.display().to_string()]).ok();
    let shown = run_as(server, &root, &["role", "get", "r", "-o", "json"]).ok();
    assert_eq!(
        (&json(&shown)["rules"][0], &json(&shown)["groups"][0]),
        (&"read a".into(), &"ops".into())
    );
    // What it shows it takes.
    std::fs::write(&role, &shown).expect("a file");
    run_as(server, &root, &["role", "set", "r", "--file", &role.display().to_string()]).ok();
    let wrong = run_as(server, &root, &["role", "set", "r", "--rule", "fly a"]).fails(1);
    assert!(wrong.contains("rules[0]") && wrong.contains("fly"), "{wrong}");
    let policy = server.home().join("main.rego");
    std::fs::write(&policy, "package holdfast\n").expect("a file");
    run_as(server, &root, &["policy", "set", "p", &policy.display().to_string()]).ok();
    assert_eq!(run_as(server, &root, &["policy", "get", "p"]).ok(), "package holdfast\n");
    assert_eq!(run_as(server, &root, &["policy", "list", "-o", "raw"]).ok(), "p\n");
    run_as(server, &root, &["policy", "delete", "p"]).ok();
}
