//! What a command line may say.

use std::path::PathBuf;
use std::time::Duration;

use clap::parser::ValueSource;
use clap::{ArgAction, ArgMatches, Args, CommandFactory as _, Parser, Subcommand};

use crate::contexts::Secret;
use crate::output::Layout;
use crate::verbs::{
    agent, alias, apply, audit, backup, bench, completion, context, delete, diff, doctor, events,
    export, gateway, get, groups, history, import, list, man, migrate, ns, policy, repair, restore,
    role, rollback, search, serve, set, snapshot, token, txn, user, watch, whoami,
};

/// Holdfast: a configuration server with history, watches and atomic commits, and the commands to work with it.
#[derive(Debug, Parser)]
#[command(name = "holdfast", version, max_term_width = 110)]
#[command(
    after_help = "Values of the global options come, strongest first, from the command line, the environment, the context in use \
    (`holdfast context`, kept in $HOLDFAST_CONTEXTS, or holdfast/contexts.toml below $XDG_CONFIG_HOME or ~/.config), and the defaults.\n\n\
    Exit codes: 0 ok, 1 error, 2 usage, 3 not found, 4 conflict, 5 denied, 6 unavailable."
)]
#[command(disable_help_subcommand = true, disable_help_flag = true)]
pub struct Cli {
    /// Which verb.
    #[command(subcommand)]
    pub command: Command,
    /// What holds for every verb.
    #[command(flatten)]
    pub global: Global,
}

/// What holds for every verb.
#[derive(Debug, Clone, Args)]
#[command(next_help_heading = "Global options")]
pub struct Global {
    /// The namespace to work in
    #[arg(
        short,
        long,
        global = true,
        env = "HOLDFAST_NAMESPACE",
        default_value = "default",
        value_name = "NAME"
    )]
    pub namespace: String,
    /// How to show the answer; without it a table, and for `get` the bare value
    #[arg(short, long, global = true, env = "HOLDFAST_OUTPUT", value_name = "LAYOUT")]
    pub output: Option<Layout>,
    /// The server
    #[arg(
        long,
        global = true,
        env = "HOLDFAST_ENDPOINT",
        default_value = "http://127.0.0.1:8080",
        value_name = "URL"
    )]
    pub endpoint: String,
    /// The file with the token to show; without it the token in HOLDFAST_TOKEN, if there is one
    #[arg(long, global = true, env = "HOLDFAST_TOKEN_FILE", value_name = "PATH")]
    pub token_file: Option<PathBuf>,
    /// What both sides of `https://` prove themselves by.
    #[command(flatten)]
    pub proofs: Proofs,
    /// How long one call may take: `500ms`, `10s`, `2m`; without it 10s, and 2m for a commit of an import
    #[arg(long, global = true, value_name = "DURATION", value_parser = duration)]
    pub timeout: Option<Duration>,
    /// The context to take the other options from; without it the one that `holdfast context use` chose
    #[arg(long, global = true, env = "HOLDFAST_CONTEXT", value_name = "NAME")]
    pub context: Option<String>,
    /// Of the context in use, where it keeps one.
    #[arg(skip)]
    pub token: Option<Secret>,
    /// Print help
    #[arg(short, long, global = true, action = ArgAction::Help, help_heading = "Global options")]
    pub help: Option<bool>,
}

/// What both sides of `https://` prove themselves by: files in PEM.
#[derive(Debug, Clone, Default, Args)]
#[command(next_help_heading = "Global options")]
pub struct Proofs {
    /// Who vouches for a server at https://; without it, whom this machine trusts
    #[arg(long, global = true, env = "HOLDFAST_CA_FILE", value_name = "PATH")]
    pub ca_file: Option<PathBuf>,
    /// The certificate to show to a server that asks for one
    #[arg(long, global = true, env = "HOLDFAST_CERT_FILE", value_name = "PATH")]
    pub cert_file: Option<PathBuf>,
    /// The private key of that certificate
    #[arg(long, global = true, env = "HOLDFAST_KEY_FILE", value_name = "PATH")]
    pub key_file: Option<PathBuf>,
}

impl Proofs {
    /// For whoever reads the files.
    pub fn files(&self) -> holdfast_dial::Proofs {
        let Self { ca_file, cert_file, key_file } = self.clone();
        holdfast_dial::Proofs { ca: ca_file, cert: cert_file, key: key_file }
    }
}

/// The verbs.
#[derive(Debug, Subcommand)]
#[allow(missing_docs, reason = "the help takes what the struct of each verb says")]
pub enum Command {
    Get(get::Get),
    Set(set::Set),
    #[command(visible_alias = "del", alias = "rm")]
    Delete(delete::Delete),
    #[command(visible_alias = "ls")]
    List(list::List),
    Watch(watch::Watch),
    History(history::History),
    Snapshot(snapshot::Snapshot),
    Diff(diff::Diff),
    Rollback(rollback::Rollback),
    Txn(txn::Txn),
    Search(search::Search),
    Events(events::Events),
    #[command(subcommand)]
    Alias(alias::Alias),
    Ns(ns::Ns),
    #[command(subcommand)]
    Groups(groups::GroupsVerb),
    #[command(name = "whoami")]
    WhoAmI(whoami::WhoAmI),
    #[command(subcommand)]
    Token(token::TokenVerb),
    #[command(subcommand)]
    User(user::UserVerb),
    #[command(subcommand)]
    Role(role::RoleVerb),
    Apply(apply::Apply),
    Import(import::Import),
    Export(export::Export),
    Doctor(doctor::Doctor),
    Agent(agent::Agent),
    Bench(bench::Bench),
    Serve(serve::Serve),
    Gateway(gateway::Gateway),
    Repair(repair::Repair),
    #[command(subcommand)]
    Backup(backup::Backup),
    Restore(restore::Restore),
    Migrate(migrate::Migrate),
    #[command(subcommand)]
    Audit(audit::Audit),
    #[command(subcommand)]
    Policy(policy::Policy),
    #[command(subcommand)]
    Context(context::ContextVerb),
    Completion(completion::Completion),
    Man(man::Man),
}

impl Global {
    /// How long to wait for an answer, where the command line does not say.
    const USUAL_TIMEOUT: Duration = Duration::from_secs(10);
    /// The same for 10,000 writes that a slow disk has to make durable.
    const COMMIT_TIMEOUT: Duration = Duration::from_secs(120);

    /// For a call.
    pub fn call_timeout(&self) -> Duration {
        self.timeout.unwrap_or(Self::USUAL_TIMEOUT)
    }

    /// For a large commit.
    pub fn commit_timeout(&self) -> Duration {
        self.timeout.unwrap_or(Self::COMMIT_TIMEOUT)
    }
}

/// The namespace, when the command line of this process names one itself. For verbs that look at all of them unless they are
/// told otherwise: the default and the environment are for those that work in a single one.
pub fn namespace_on_the_command_line() -> Option<String> {
    named_namespace(&Cli::command().get_matches())
}

/// Whether the command line or the environment says something about a global option.
pub fn is_given(matches: &ArgMatches, option: &str) -> bool {
    let here = matches.value_source(option);
    let given = matches!(here, Some(ValueSource::CommandLine | ValueSource::EnvVariable));
    given || matches.subcommand().is_some_and(|(_, inner)| is_given(inner, option))
}

/// Whether the command line itself does.
pub fn is_said(matches: &ArgMatches, option: &str) -> bool {
    let said = matches.value_source(option) == Some(ValueSource::CommandLine);
    said || matches.subcommand().is_some_and(|(_, inner)| is_said(inner, option))
}

fn named_namespace(matches: &ArgMatches) -> Option<String> {
    let inner = matches.subcommand().and_then(|(_, inner)| named_namespace(inner));
    let named = || {
        let given = matches.value_source("namespace") == Some(ValueSource::CommandLine);
        given.then(|| matches.get_one::<String>("namespace").cloned()).flatten()
    };
    inner.or_else(named)
}

/// Reads a span of time such as `500ms`, `10s`, `1h 30m`.
pub fn duration(text: &str) -> Result<Duration, String> {
    let help = "expected a time such as 500ms, 10s, 2m or 1h";
    let span: jiff::SignedDuration = text.parse().map_err(|_| help.to_owned())?;
    match Duration::try_from(span) {
        Ok(span) if !span.is_zero() => Ok(span),
        _ => Err(format!("{help}, longer than zero")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_command_line_is_consistent() {
        Cli::command().debug_assert();
    }

    #[test]
    fn a_default_is_not_a_namespace_that_was_named() {
        let named = |line: &[&str]| {
            let matches = Cli::command().try_get_matches_from(line).expect("a command line");
            named_namespace(&matches)
        };
        let asked = |n: &str| Some(n.to_owned());
        assert_eq!(named(&["holdfast", "audit", "query", "x"]), None);
        assert_eq!(named(&["holdfast", "audit", "query", "x", "-n", "a"]), asked("a"));
        assert_eq!(named(&["holdfast", "-n", "a", "audit", "query", "x"]), asked("a"));
    }

    #[test]
    fn durations_have_a_unit_and_are_positive() {
        assert_eq!(duration("500ms"), Ok(Duration::from_millis(500)));
        assert_eq!(duration("1h 30m"), Ok(Duration::from_secs(5400)));
        for bad in ["", "5", "0s", "-1s", "soon"] {
            assert!(duration(bad).is_err(), "{bad}");
        }
    }
}
