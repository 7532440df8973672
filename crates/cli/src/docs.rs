//! `docs/cli.md` and the command line say the same.

use std::collections::BTreeSet;

use clap::{Command, CommandFactory};

use crate::args::Cli;

const DOCS: &str = include_str!("../../../docs/cli.md");

/// The text between the heading of a verb and the next one.
fn section(heading: &str) -> &'static str {
    let start = DOCS
        .match_indices("\n## ")
        .map(|(at, _)| &DOCS[at + 4..])
        .find(|text| {
            let line = text.lines().next().unwrap_or_default().trim_matches('`');
            line.split(['`', ' ']).next() == Some(heading) || line == heading
        })
        .unwrap_or_else(|| panic!("docs/cli.md has no section {heading}"));
    start.split("\n## ").next().unwrap_or(start)
}

fn flags(command: &Command, global: bool) -> BTreeSet<String> {
    command
        .get_arguments()
        .filter(|arg| arg.is_global_set() == global)
        .filter_map(|arg| arg.get_long().map(|long| format!("--{long}")))
        .collect()
}

fn flags_in(text: &str) -> BTreeSet<String> {
    text.split(|c: char| !(c.is_ascii_lowercase() || c == '-'))
        .filter(|word| word.len() > 3 && word.starts_with("--"))
        .map(str::to_owned)
        .collect()
}

#[test]
fn every_verb_and_flag_is_documented_and_every_documented_flag_exists() {
    let mut cli = Cli::command();
    cli.build();
    let global = flags(&cli, true);
    let shown = flags_in(section("Global options"));
    assert!(global.is_subset(&shown), "global options: {global:?} but {shown:?}");
    for verb in cli.get_subcommands() {
        let text = section(verb.get_name());
        // The section of a verb is about the verbs below it too.
        let inner = verb.get_subcommands().flat_map(|inner| flags(inner, false));
        let own: BTreeSet<String> = flags(verb, false).into_iter().chain(inner).collect();
        let named = flags_in(text);
        let missing: Vec<_> = own.difference(&named).collect();
        assert!(missing.is_empty(), "{}: not documented: {missing:?}", verb.get_name());
        let unknown: Vec<_> =
            named.difference(&own).filter(|flag| !global.contains(*flag)).collect();
        assert!(unknown.is_empty(), "{}: do not exist: {unknown:?}", verb.get_name());
        for inner in verb.get_subcommands() {
            let words = format!("`{} {} ", verb.get_name(), inner.get_name());
            let bare = format!("`{} {}`", verb.get_name(), inner.get_name());
            assert!(text.contains(&words) || text.contains(&bare), "{words} is not documented");
        }
        for name in verb.get_visible_aliases() {
            assert!(text.contains(&format!("`{name}`")), "{name} is not documented");
        }
    }
}

#[test]
fn every_section_of_a_verb_has_its_verb() {
    let cli = Cli::command();
    let verbs: BTreeSet<&str> = cli.get_subcommands().map(Command::get_name).collect();
    for line in DOCS.lines().filter_map(|line| line.strip_prefix("## `")) {
        let verb = line.split(['`', ' ']).next().unwrap_or_default();
        assert!(verbs.contains(verb), "docs/cli.md describes {verb}, which does not exist");
    }
}
