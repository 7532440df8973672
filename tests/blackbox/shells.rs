//! Completion in real shells, and the manual pages in a real formatter.

use std::process::Command;

use holdfast_tests::terminal::Terminal;
use holdfast_tests::{binary, skip};

/// Whether this machine has a program; `make setup` installs it.
fn has(program: &str) -> bool {
    let there = std::env::split_paths(&std::env::var_os("PATH").unwrap_or_default())
        .any(|directory| directory.join(program).is_file());
    if !there {
        skip::skipped(&format!("completion or manual with {program}"), "run `make setup`");
    }
    there
}

/// The script for a shell, in a file of a directory.
fn script(shell: &str) -> (tempfile::TempDir, String) {
    let made = binary::command().args(["completion", shell]).output().expect("it runs");
    assert!(made.status.success());
    let directory = tempfile::tempdir().expect("a directory");
    let file = directory.path().join("script");
    std::fs::write(&file, made.stdout).expect("a file");
    let file = file.display().to_string();
    (directory, file)
}

#[tokio::test]
async fn bash_completes_verbs_and_options() {
    if !has("bash") {
        return;
    }
    let (_directory, file) = script("bash");
    for (words, cursor, expected) in [
        ("holdfast wat", 1, "watch"),
        ("holdfast list --lim", 2, "--limit"),
        ("holdfast context us", 2, "use"),
        ("holdfast list --output js", 3, "json"),
    ] {
        let last = words.rsplit(' ').next().unwrap_or_default();
        let asks = format!(
            "source {file}; COMP_WORDS=({words}); COMP_CWORD={cursor}; \
             _holdfast holdfast {last} ${{COMP_WORDS[$((COMP_CWORD-1))]}}; printf '%s\\n' \"${{COMPREPLY[@]}}\""
        );
        let done = Command::new("bash").args(["--norc", "-c", &asks]).output().expect("bash runs");
        let said = String::from_utf8_lossy(&done.stdout);
        assert!(said.lines().any(|line| line == expected), "{words}: {done:?}");
    }
}

#[tokio::test]
async fn fish_completes_verbs_and_options() {
    if !has("fish") {
        return;
    }
    let (_directory, file) = script("fish");
    for (line, expected) in [("holdfast wat", "watch"), ("holdfast list --lim", "--limit")] {
        let asks = format!("source {file}; complete -C '{line}'");
        let done =
            Command::new("fish").args(["--no-config", "-c", &asks]).output().expect("fish runs");
        let said = String::from_utf8_lossy(&done.stdout);
        let found = said.lines().any(|line| line.split('\t').next() == Some(expected));
        assert!(found, "{line}: {done:?}");
    }
}

#[tokio::test]
async fn zsh_completes_verbs_and_options() {
    if !has("zsh") {
        return;
    }
    let (_directory, file) = script("zsh");
    let mut shell = Terminal::start("zsh", &["-f", "-i"], 200, &[("PS1", "> ")]);
    shell.until("> ").await;
    shell
        .type_in(&format!("autoload -U compinit; compinit -D -u; source {file}; echo re''ady\r"))
        .await;
    shell.until("ready\r\n").await;
    // What was completed is then said by the shell itself.
    for (typed, completed) in [("hist", "history"), ("list --lim", "list --limit")] {
        shell.until("> ").await;
        shell.type_in(&format!("holdfast {typed}\t\u{1}echo \r")).await;
        shell.until(&format!("\nholdfast {completed}")).await;
    }
    shell.until("> ").await;
    shell.type_in("exit\r").await;
    shell.end().await;
}

#[tokio::test]
async fn every_verb_has_a_page_without_faults() {
    let directory = tempfile::tempdir().expect("a directory");
    let made = binary::command().arg("man").arg("--out").arg(directory.path()).output();
    assert!(made.expect("it runs").status.success());
    for page in ["holdfast.1", "holdfast-get.1", "holdfast-alias-set.1", "holdfast-apply.1"] {
        assert!(directory.path().join(page).is_file(), "{page}");
    }
    let alone = binary::command().arg("man").output().expect("it runs");
    assert!(String::from_utf8_lossy(&alone.stdout).contains(".TH holdfast 1"));
    if !has("groff") {
        return;
    }
    for entry in std::fs::read_dir(directory.path()).expect("a directory") {
        let page = entry.expect("an entry").path();
        let done =
            Command::new("groff").args(["-ww", "-man", "-Tutf8", "-P-cbou"]).arg(&page).output();
        let done = done.expect("groff runs");
        let said = String::from_utf8_lossy(&done.stderr);
        assert!(done.status.success() && said.is_empty(), "{}: {said}", page.display());
        let text = String::from_utf8_lossy(&done.stdout);
        assert!(text.contains("SYNOPSIS"), "{}", page.display());
    }
}
