//! What verbs print, layout by layout, held against the files in `tests/golden`. With `BLESS=1` they are written anew: look at what
//! changed before it is kept. Times, tokens and the like are masked; what is left is the same on every machine.

use std::fmt::Write as _;
use std::fs;

use holdfast_tests::cli::{command, run, run_with_input};
use holdfast_tests::{Server, binary, ports};

const LAYOUTS: [&str; 4] = ["table", "json", "yaml", "raw"];

/// Replaces what is another each time.
fn masked(text: &str) -> String {
    let mut out = String::new();
    for line in text.lines() {
        let (member, value) = line.split_once(": ").unwrap_or((line, ""));
        let name = member.trim().trim_matches('"');
        if matches!(name, "token" | "etag" | "id") && !value.is_empty() {
            let comma = if value.ends_with(',') { "," } else { "" };
            let _ = writeln!(out, "{member}: ({name}){comma}");
        } else {
            let _ = writeln!(out, "{}", without_times(line));
        }
    }
    out
}

/// Every time, such as 2026-01-31T12:00:00.123Z, becomes (time).
fn without_times(line: &str) -> String {
    let shape = |text: &str| -> Option<usize> {
        let bytes = text.as_bytes();
        let pattern = b"dddd-dd-ddTdd:dd:dd";
        let fits = |(byte, want): (&u8, &u8)| match want {
            b'd' => byte.is_ascii_digit(),
            b'T' => matches!(byte, b'T' | b' '),
            want => byte == want,
        };
        if bytes.len() < pattern.len() || !bytes.iter().zip(pattern).all(fits) {
            return None;
        }
        let rest = &bytes[pattern.len()..];
        let more = rest.iter().take_while(|byte| matches!(byte, b'.' | b'0'..=b'9' | b'Z')).count();
        Some(pattern.len() + more)
    };
    let (mut out, mut rest) = (String::new(), line);
    while let Some(first) = rest.chars().next() {
        match shape(rest) {
            Some(length) => {
                out.push_str("(time)");
                rest = &rest[length..];
            }
            None => {
                out.push(first);
                rest = &rest[first.len_utf8()..];
            }
        }
    }
    out
}

/// Holds a transcript against its file.
fn compare(name: &str, transcript: &str) {
    let file = binary::repository().join("tests/golden").join(format!("{name}.txt"));
    if std::env::var_os("BLESS").is_some() {
        fs::create_dir_all(file.parent().expect("it has one")).expect("a directory");
        fs::write(&file, transcript).expect("a file");
        return;
    }
    let expected = fs::read_to_string(&file)
        .unwrap_or_else(|error| panic!("{}: {error}; BLESS=1 writes it", file.display()));
    assert!(
        expected == transcript,
        "{} differs; BLESS=1 writes it anew.\n--- expected\n{expected}--- printed\n{transcript}",
        file.display()
    );
}

/// A server whose revisions, versions and names are always the same.
async fn shop() -> Server {
    let server = Server::dev().await;
    for arguments in [
        &["set", "db/host", "\"db1\""][..],
        &["set", "db/ports", "[1, 2.0]"],
        &["set", "db/host", "\"db2\"", "--reason", "moved"],
        &["set", "title", "--string", "Käse & \"Brot\""],
        &["set", "empty", "{}"],
        &["delete", "empty"],
        &["alias", "set", "host", "db/host"],
    ] {
        run(&server, &[&["-n", "shop"], arguments].concat()).ok();
    }
    run(&server, &["-n", "other", "set", "db/host", "\"elsewhere\""]).ok();
    run_with_input(&server, &["-n", "shop", "set", "logo", "-", "--codec", "raw"], &[0, 255, 7])
        .ok();
    fs::write(server.home().join("new.yaml"), "db:\n  host: db3\n  ports: [1, 3]\nextra: true\n")
        .expect("a file");
    server
}

#[tokio::test]
async fn verbs_print_what_they_printed() {
    let server = shop().await;
    for (name, arguments) in [
        ("get", &["get", "db/host"][..]),
        ("get-prefix", &["get", "--prefix", "db/"]),
        ("list", &["list"]),
        ("list-past", &["list", "--rev", "2"]),
        ("history", &["history", "db/host"]),
        ("snapshot", &["snapshot"]),
        ("diff", &["diff", "--from", "2"]),
        ("diff-namespaces", &["diff", "--with", "other"]),
        ("ns", &["ns"]),
        ("alias-list", &["alias", "list"]),
        ("search", &["search", "db"]),
        ("events", &["events", "--oldest-first"]),
        ("whoami", &["whoami"]),
        ("txn", &["txn", "--if", "exists db/host", "--then", "get db/host"]),
        ("rollback", &["rollback", "--all", "--to", "2", "--dry-run"]),
        ("import", &["import", "new.yaml", "--dry-run"]),
        ("apply", &["apply", "-f", "new.yaml", "--dry-run"]),
        ("delete", &["delete", "--prefix", "db/", "--dry-run"]),
        ("token-list", &["token", "list"]),
        ("role-list", &["role", "list"]),
    ] {
        let mut transcript = String::new();
        for layout in LAYOUTS {
            let line = [&["-n", "shop"], arguments, &["-o", layout]].concat();
            let done = command(&server, &line).output().expect("it runs");
            let (out, err) =
                (String::from_utf8_lossy(&done.stdout), String::from_utf8_lossy(&done.stderr));
            assert!(done.status.success(), "{line:?}: {err}");
            let _ = writeln!(transcript, "$ holdfast {}", line.join(" "));
            transcript.push_str(&masked(&out));
            if layout == "raw" && name == "snapshot" {
                // The ETag alone stands for keys and versions.
                transcript.truncate(transcript.trim_end().rfind('\n').expect("a line") + 1);
                transcript.push_str("(etag)\n");
            }
            for remark in err.lines() {
                let word = remark.split(' ').next().unwrap_or_default();
                let _ =
                    writeln!(transcript, "! {}", if word == "etag" { "(etag)" } else { remark });
            }
        }
        compare(name, &transcript);
    }
}

#[tokio::test]
async fn exports_print_what_they_printed() {
    let server = shop().await;
    let mut transcript = String::new();
    for format in ["json", "yaml", "toml"] {
        let _ = writeln!(transcript, "$ holdfast -n shop export --format {format}");
        transcript.push_str(&run(&server, &["-n", "shop", "export", "--format", format]).ok());
    }
    compare("export", &transcript);
}

#[tokio::test]
async fn helps_and_mistakes_print_what_they_printed() {
    let server = Server::dev().await;
    let mut transcript = String::new();
    for line in [
        "--help",
        "get --help",
        "lst",
        "list --limt 3",
        "get",
        "set k",
        "context use",
        "-o xml list",
    ] {
        let arguments: Vec<&str> = line.split(' ').collect();
        let mut help = command(&server, &arguments);
        help.env_remove("HOLDFAST_ENDPOINT").env_remove("HOLDFAST_CONTEXTS");
        let done = help.output().expect("it runs");
        let code = done.status.code().expect("it ended by itself");
        let _ = writeln!(transcript, "$ holdfast {line}   # exit code {code}");
        transcript.push_str(&String::from_utf8_lossy(&done.stdout));
        transcript.push_str(&String::from_utf8_lossy(&done.stderr));
    }
    compare("help", &transcript);
}

/// Every exit code by a real case.
#[tokio::test]
async fn every_exit_code_has_its_cause() {
    let server = shop().await;
    let closed = holdfast_tests::server::Launch::default().closed().start().await;
    let (locked, away) = (closed.endpoint(), format!("http://127.0.0.1:{}", ports::free()));
    for (code, arguments) in [
        (0, &["get", "db/host"][..]),
        (0, &["apply", "-f", "new.yaml", "--dry-run"]),
        (1, &["set", "k", "no json"]),
        (1, &["set", "a b", "1"]),
        (1, &["import", "missing.yaml"]),
        (2, &["lst"]),
        (2, &["list", "--limit", "0"]),
        (2, &["apply", "-f", "new.yaml", "--prune"]),
        (2, &["--context", "nobody", "list"]),
        (3, &["get", "missing"]),
        (3, &["history", "missing"]),
        (3, &["alias", "get", "missing"]),
        (4, &["set", "db/host", "1", "--create"]),
        (4, &["set", "db/host", "1", "--if-version", "9"]),
        (4, &["txn", "--if", "missing db/host"]),
        (4, &["apply", "-f", "new.yaml", "--dry-run", "--exit-code"]),
        (5, &["--endpoint", &locked, "list"]),
        (5, &["--endpoint", &locked, "whoami"]),
        (6, &["--endpoint", &away, "list"]),
        (6, &["--endpoint", &away, "doctor"]),
    ] {
        let line = [&["-n", "shop"], arguments].concat();
        let ended = run(&server, &line);
        assert_eq!(ended.code, code, "{line:?}: {} {}", ended.out, ended.err);
        if code != 0 {
            assert!(!ended.err.is_empty(), "{line:?} says why");
        }
    }
}
