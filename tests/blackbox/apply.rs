//! `holdfast apply`: files say what keys should be.

use std::fs;
use std::path::Path;

use holdfast_tests::Server;
use holdfast_tests::cli::run;
use holdfast_tests::log;
use serde_json::{Value, json};

fn write(dir: &Path, files: &[(&str, &str)]) {
    for (name, text) in files {
        let path = dir.join(name);
        fs::create_dir_all(path.parent().expect("it has one")).expect("a directory");
        fs::write(path, text).expect("a file");
    }
}

fn parsed(text: &str) -> Value {
    serde_json::from_str(text).unwrap_or_else(|error| panic!("{error}: {text}"))
}

#[tokio::test]
async fn files_become_keys_in_one_commit_and_then_nothing_differs() {
    let server = Server::dev().await;
    write(
        server.home(),
        &[("conf/db.yaml", "host: db1\nports: [1, 2]\n"), ("conf/a.json", "{\"x\": 1}")],
    );
    let shown = run(&server, &["apply", "-f", "conf", "--dry-run"]).ok();
    assert!(shown.contains("+ db/host = \"db1\"") && shown.contains("3 to add"), "{shown}");
    run(&server, &["apply", "-f", "conf", "--dry-run", "--exit-code"]).code_is(4);
    assert_eq!(run(&server, &["list", "-o", "raw"]).ok(), "");
    let done = run(&server, &["apply", "-f", "conf", "--reason", "first", "-o", "json"]).ok();
    let done = parsed(&done);
    assert_eq!((&done["added"], &done["unchanged"]), (&json!(3), &json!(0)));
    let commits = log::check(&server.holdfast().await).await;
    assert_eq!((commits.len(), commits[0].reason.as_str()), (1, "first"));

    // The same JSON in another spelling is the same.
    run(&server, &["set", "db/ports", "[1,  2]"]).ok();
    run(&server, &["apply", "-f", "conf", "--dry-run", "--exit-code"]).ok();
    let again = run(&server, &["apply", "-f", "conf"]).ok();
    assert!(again.contains("nothing differs; 3 unchanged"), "{again}");
    assert_eq!(run(&server, &["get", "db/ports"]).ok(), "[1,  2]");

    write(server.home(), &[("conf/db.yaml", "host: db2\nports: [1, 3]\n")]);
    let shown = run(&server, &["apply", "-f", "conf"]).ok();
    assert!(shown.contains("~ db/host = \"db1\" -> \"db2\""), "{shown}");
    assert!(shown.contains("    [1]: 2 -> 3\n") && !shown.contains('\u{1b}'), "{shown}");
    assert!(shown.contains("0 added, 2 changed, 0 removed, 1 unchanged in revision"), "{shown}");
}

#[tokio::test]
async fn prune_deletes_what_the_files_own_and_asks() {
    let server = Server::dev().await;
    for key in ["app/old", "app", "apple", "db/x"] {
        run(&server, &["set", key, "1"]).ok();
    }
    write(server.home(), &[("app.yaml", "app:\n  new: 1\n")]);
    let refused = run(&server, &["apply", "-f", "app.yaml", "--prune"]).fails(2);
    assert!(refused.contains("--yes"), "{refused}");
    let planned =
        run(&server, &["apply", "-f", "app.yaml", "--prune", "--dry-run", "-o", "raw"]).ok();
    assert_eq!(planned, "app\napp/new\napp/old\n");
    run(&server, &["apply", "-f", "app.yaml", "--prune", "--yes"]).ok();
    assert_eq!(run(&server, &["list", "-o", "raw"]).ok(), "app/new\napple\ndb/x\n");
    run(&server, &["apply", "-f", "app.yaml", "--prefix", "db", "--prune", "-y"]).ok();
    assert_eq!(run(&server, &["list", "-o", "raw"]).ok(), "app/new\napple\ndb/app/new\n");
}

#[tokio::test]
async fn several_namespaces_are_one_commit() {
    let server = Server::dev().await;
    run(&server, &["-n", "stock", "set", "web/old", "1"]).ok();
    write(
        server.home(),
        &[("conf/shop/db.yaml", "host: db1\n"), ("conf/stock/web.toml", "port = 80\n")],
    );
    let arguments = ["apply", "-f", "conf", "--namespaces", "--prune", "--yes"];
    let shown = run(&server, &arguments).ok();
    assert!(shown.contains("shop:\n+ db/host") && shown.contains("stock:\n- web/old"), "{shown}");
    assert_eq!(run(&server, &["-n", "shop", "get", "db/host"]).ok(), "\"db1\"");
    assert_eq!(run(&server, &["-n", "stock", "list", "-o", "raw"]).ok(), "web/port\n");
    assert_eq!(log::check(&server.holdfast().await).await.len(), 2);
    assert!(run(&server, &arguments).ok().contains("nothing differs"));

    write(server.home(), &[("conf/stray.yaml", "a: 1\n")]);
    let said = run(&server, &arguments).fails(2);
    assert!(said.contains("stray.yaml"), "{said}");
}

/// Between the look and the commit there is a moment; whoever writes in it wins, and the other one is told.
#[tokio::test]
async fn of_two_that_apply_at_once_none_undoes_the_other_unseen() {
    let server = Server::dev().await;
    const ROUNDS: usize = 12;
    let mut lost = 0;
    for round in 0..ROUNDS {
        let file = |who: &str| {
            let name = format!("{who}.json");
            fs::write(
                server.home().join(&name),
                format!("{{\"k\": {{\"owner\": \"{who}{round}\"}}}}"),
            )
            .expect("a file");
            name
        };
        let names = [file("ann"), file("bob")];
        let applied = std::thread::scope(|scope| {
            let apply = |name: &String| run(&server, &["apply", "-f", name, "-o", "json"]);
            let both = names.each_ref().map(|name| scope.spawn(move || apply(name)));
            both.map(|one| one.join().expect("it ran"))
        });
        for ended in applied {
            match ended.code {
                0 => drop(ended.ok()),
                _ => {
                    lost += 1;
                    let said = ended.fails(4);
                    assert!(said.contains("nothing was done"), "{said}");
                }
            }
        }
    }
    // Whoever was refused has left no trace: each success is one version.
    let history = parsed(&run(&server, &["history", "k/owner", "-o", "json"]).ok());
    assert_eq!(history.as_array().map(Vec::len), Some(2 * ROUNDS - lost));
    log::check(&server.holdfast().await).await;
}

#[tokio::test]
async fn a_transaction_comes_from_a_file() {
    let server = Server::dev().await;
    write(
        server.home(),
        &[
            (
                "take.yaml",
                "if: [missing lock, {if: missing limits, namespace: shared}]\n\
                 then:\n- {put: lock, value: {owner: me}}\n- {put: limits, namespace: shared, text: plain, codec: raw}\n\
                 else: [get lock]\nreason: take it\n",
            ),
            ("bad.toml", "if = [\"perhaps a\"]\nthen = [\"put a\", { get = 1 }]\nwhen = \"now\"\n"),
        ],
    );
    let said = run(&server, &["txn", "-f", "take.yaml"]).ok();
    assert!(said.starts_with("then, revision 1\n"), "{said}");
    assert_eq!(run(&server, &["get", "lock"]).ok(), "{\"owner\":\"me\"}");
    assert_eq!(run(&server, &["-n", "shared", "get", "limits"]).ok(), "plain");
    assert!(run(&server, &["txn", "-f", "take.yaml"]).ok().starts_with("else"));
    assert_eq!(log::check(&server.holdfast().await).await[0].reason, "take it");

    let said = run(&server, &["txn", "-f", "bad.toml"]).fails(2);
    for place in ["bad.toml has 4 faults", "if[0]: ", "then[0]: ", "then[1]: ", "when: unknown"] {
        assert!(said.contains(place), "{place}: {said}");
    }
    let piped = b"{\"then\": [\"put k @take.yaml\"]}";
    // A file of YAML is no JSON: the server says so.
    holdfast_tests::cli::run_with_input(&server, &["txn", "-f", "-"], piped).fails(1);
    let piped = b"{\"then\": [{\"put\": \"k\", \"file\": \"take.yaml\", \"codec\": \"yaml\"}]}";
    holdfast_tests::cli::run_with_input(&server, &["txn", "-f", "-"], piped).ok();
}

#[tokio::test]
async fn keys_go_by_prefix() {
    let server = Server::dev().await;
    for key in ["a/1", "a/2", "b"] {
        run(&server, &["set", key, "1"]).ok();
    }
    assert_eq!(run(&server, &["get", "--prefix", "a/", "-o", "raw"]).ok(), "1\n1\n");
    run(&server, &["delete"]).fails(2);
    run(&server, &["delete", "--prefix", ""]).fails(2);
    run(&server, &["delete", "b", "--prefix", "a"]).fails(2);
    let planned = run(&server, &["delete", "--prefix", "a/", "--dry-run", "-o", "raw"]).ok();
    assert_eq!(planned, "a/1\na/2\n");
    run(&server, &["delete", "--prefix", "a/", "--reason", "spring"]).ok();
    assert_eq!(run(&server, &["list", "-o", "raw"]).ok(), "b\n");
    let commits = log::check(&server.holdfast().await).await;
    assert_eq!((commits.len(), commits[3].reason.as_str()), (4, "spring"));
    assert!(run(&server, &["delete", "--prefix", "a/"]).ok().contains("nothing was deleted"));
}
