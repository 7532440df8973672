//! What a person sees: colours, widths, questions, Ctrl-C; the same through a pipe for comparison.

use std::os::unix::process::ExitStatusExt as _;

use holdfast_tests::Server;
use holdfast_tests::cli::run;
use holdfast_tests::terminal::Terminal;

const ESCAPE: char = '\u{1b}';
const WIDE: u16 = 120;

#[tokio::test]
async fn a_table_is_cut_to_the_terminal_and_to_nothing_else() {
    let server = Server::dev().await;
    let long = format!("\"{}\"", "x".repeat(300));
    run(&server, &["set", "long", &long]).ok();
    for columns in [60, 100] {
        let (status, seen) = Terminal::holdfast(&server, columns, &["list"]).end().await;
        assert!(status.success());
        assert!(seen.contains('…'), "{seen:?}");
        let widest = seen.lines().map(|line| line.chars().count()).max();
        assert!(widest <= Some(usize::from(columns)), "{widest:?}: {seen:?}");
    }
    assert!(run(&server, &["list"]).ok().contains(&"x".repeat(300)), "a pipe has no width");
}

#[tokio::test]
async fn colours_are_for_terminals() {
    let server = Server::dev().await;
    std::fs::write(server.home().join("a.yaml"), "a: 1\n").expect("a file");
    let file = server.home().join("a.yaml").display().to_string();
    let apply = ["apply", "-f", &file, "--dry-run"];
    let (status, seen) = Terminal::holdfast(&server, WIDE, &apply).end().await;
    assert!(status.success());
    assert!(seen.contains("\u{1b}[32m+ a = 1\u{1b}[0m"), "{seen:?}");
    assert!(!run(&server, &apply).ok().contains(ESCAPE));
    let (_, seen) = Terminal::holdfast(&server, WIDE, &["get", "missing"]).end().await;
    assert!(seen.contains("\u{1b}[31merror:\u{1b}[0m"), "{seen:?}");
    assert!(!run(&server, &["get", "missing"]).fails(3).contains(ESCAPE));

    let endpoint = server.endpoint();
    let set = [("HOLDFAST_ENDPOINT", endpoint.as_str()), ("NO_COLOR", "1")];
    let binary = holdfast_tests::binary::holdfast().display().to_string();
    let (_, seen) = Terminal::start(&binary, &apply, WIDE, &set).end().await;
    // A bar still moves on its line, without colour.
    assert!(seen.contains("+ a = 1") && !seen.contains("\u{1b}[3"), "{seen:?}");
}

#[tokio::test]
async fn a_bare_value_ends_in_a_newline_only_where_somebody_reads() {
    let server = Server::dev().await;
    run(&server, &["set", "k", "1"]).ok();
    let (_, seen) = Terminal::holdfast(&server, WIDE, &["get", "k"]).end().await;
    assert_eq!(seen, "1\r\n");
    assert_eq!(run(&server, &["get", "k"]).ok(), "1");
}

#[tokio::test]
async fn progress_is_shown_to_people() {
    let server = Server::dev().await;
    std::fs::write(server.home().join("a.yaml"), "a: 1\n").expect("a file");
    let file = server.home().join("a.yaml").display().to_string();
    let (status, seen) = Terminal::holdfast(&server, WIDE, &["import", &file]).end().await;
    assert!(status.success());
    assert!(seen.contains("writing") && seen.contains("1 added"), "{seen:?}");
    let piped = run(&server, &["import", &file]);
    assert_eq!(piped.err, "", "nothing of it in a pipe");
}

/// A script that waits for a key is not to read a namespace each time.
#[tokio::test]
async fn who_mistypes_a_key_is_told_what_there_is() {
    let server = Server::dev().await;
    run(&server, &["set", "app/timeout", "30"]).ok();
    run(&server, &["set", "db/host", "1"]).ok();
    let (status, seen) = Terminal::holdfast(&server, WIDE, &["get", "app/tiemout"]).end().await;
    assert_eq!(status.code(), Some(3));
    assert!(seen.contains("did you mean app/timeout?"), "{seen:?}");
    let (_, seen) = Terminal::holdfast(&server, WIDE, &["get", "elsewhere"]).end().await;
    assert!(!seen.contains("did you mean"), "{seen:?}");
    assert!(!run(&server, &["get", "app/tiemout"]).fails(3).contains("did you mean"));
}

#[tokio::test]
async fn ctrl_c_ends_a_watch() {
    let server = Server::dev().await;
    run(&server, &["set", "k", "1"]).ok();
    let mut watch = Terminal::holdfast(&server, WIDE, &["get", "k", "--watch"]);
    watch.until("1\r\n").await;
    run(&server, &["set", "k", "2"]).ok();
    watch.until("2\r\n").await;
    run(&server, &["set", "kk", "9"]).ok();
    run(&server, &["delete", "k"]).ok();
    let came = watch.until("k: delete").await;
    assert!(!came.contains('9'), "another key that begins so: {came:?}");
    watch.type_in("\u{3}").await;
    let (status, _) = watch.end().await;
    assert_eq!(status.signal(), Some(2), "as every program that is interrupted: {status:?}");
}

#[tokio::test]
async fn who_prunes_is_asked() {
    let server = Server::dev().await;
    std::fs::write(server.home().join("a.yaml"), "a:\n  new: 1\n").expect("a file");
    let file = server.home().join("a.yaml").display().to_string();
    let apply = ["apply", "-f", &file, "--prune"];
    run(&server, &["set", "a/old", "1"]).ok();
    for (answer, code, left) in [("n", 1, "a/old\n"), ("", 1, "a/old\n"), ("y", 0, "a/new\n")] {
        let mut terminal = Terminal::holdfast(&server, WIDE, &apply);
        let shown = terminal.until("Delete 1 key? [y/N] ").await;
        assert!(shown.contains("- a/old"), "what goes is shown first: {shown:?}");
        terminal.type_in(&format!("{answer}\r")).await;
        let (status, seen) = terminal.end().await;
        assert_eq!(status.code(), Some(code), "{answer:?}: {seen:?}");
        assert_eq!(run(&server, &["list", "-o", "raw"]).ok(), left);
    }
    run(&server, &["set", "a/old", "1"]).ok();
    let asked = [&apply[..], &["-o", "json"]].concat();
    let mut terminal = Terminal::holdfast(&server, WIDE, &asked);
    let shown = terminal.until("[y/N] ").await;
    assert!(shown.contains("- default/a/old"), "{shown:?}");
    terminal.type_in("y\r").await;
    assert!(terminal.end().await.0.success());
    // Where there is nothing to delete there is nothing to ask.
    let (status, seen) = Terminal::holdfast(&server, WIDE, &apply).end().await;
    assert!(status.success() && seen.contains("nothing differs"), "{seen:?}");
}
