//! Documents name files; the files are there.

use std::path::{Path, PathBuf};

use crate::{assert_none, root, tracked_files};

/// A path in a document is one that begins in one of these directories.
const ROOMS: [&str; 13] = [
    "crates", "backends", "proto", "tests", "docs", "sdk", "examples", "sim", "fuzz", "bench",
    "deploy", ".ci", ".github",
];

fn documents() -> Vec<PathBuf> {
    let mut files = tracked_files();
    files.retain(|file| file.extension().is_some_and(|e| e == "md"));
    files
}

/// The texts between single backquotes, outside of fenced blocks.
fn code_spans(text: &str) -> Vec<&str> {
    let mut fenced = false;
    let mut spans = Vec::new();
    for line in text.lines() {
        if line.trim_start().starts_with("```") {
            fenced = !fenced;
        } else if !fenced {
            spans.extend(line.split('`').skip(1).step_by(2));
        }
    }
    spans
}

/// The targets of `[text](target)`.
fn links(text: &str) -> Vec<&str> {
    let targets = text.split("](").skip(1).filter_map(|rest| rest.split(')').next());
    targets.map(|target| target.split('#').next().unwrap_or_default()).collect()
}

fn looks_like_a_path(span: &str) -> bool {
    let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '.' | '/');
    let first = span.split('/').next().unwrap_or_default();
    let in_a_room = span.contains('/') && ROOMS.contains(&first);
    let at_the_root = !span.contains('/')
        && [".md", ".toml", "Makefile", "LICENSE-MIT", "LICENSE-APACHE"]
            .iter()
            .any(|e| span.ends_with(e))
        && span.starts_with(|c: char| c.is_ascii_uppercase());
    span.chars().all(plain) && (in_a_room || at_the_root)
}

/// What a document names and where that has to be.
fn named(document: &Path) -> Vec<(String, PathBuf)> {
    let text = std::fs::read_to_string(root().join(document)).expect("a document is UTF-8");
    let spans = code_spans(&text).into_iter().filter(|span| looks_like_a_path(span));
    let mut named: Vec<_> = spans.map(|span| (span.to_owned(), root().join(span))).collect();
    let beside = root().join(document).parent().expect("a file has a directory").to_path_buf();
    for link in links(&text) {
        if !(link.is_empty() || link.contains("://") || link.starts_with("mailto:")) {
            named.push((link.to_owned(), beside.join(link)));
        }
    }
    named
}

#[test]
fn every_path_named_in_a_document_exists() {
    let mut faults = Vec::new();
    for document in documents() {
        for (name, path) in named(&document) {
            if !path.exists() {
                faults.push(format!("{} names {name}, which does not exist", document.display()));
            }
        }
    }
    assert_none(&faults, "documents that are not true");
}

#[test]
fn the_check_itself_sees_what_it_should() {
    assert_eq!(code_spans("a `b` c\n```\n`d`\n```\n`e`"), ["b", "e"]);
    assert_eq!(
        links("see [x](docs/x.md#top) and [y](https://e.org)"),
        ["docs/x.md", "https://e.org"]
    );
    for path in ["crates/model", "docs/adr/0001-a.md", "Makefile", "README.md", ".ci/run"] {
        assert!(looks_like_a_path(path), "{path}");
    }
    for other in
        ["holdfast serve", "a/b", "crates/*/src", "Cargo", "application/json", "holdfast.toml"]
    {
        assert!(!looks_like_a_path(other), "{other}");
    }
}
