//! The verbs: one file for each, with its arguments and its story.

pub mod agent;
pub mod alias;
pub mod apply;
pub mod audit;
pub mod backup;
pub mod bench;
pub mod completion;
pub mod context;
pub mod delete;
pub mod diff;
pub mod doctor;
pub mod events;
pub mod export;
pub mod gateway;
pub mod get;
pub mod groups;
pub mod history;
pub mod import;
pub mod list;
pub mod man;
pub mod migrate;
pub mod ns;
pub mod policy;
pub mod repair;
pub mod restore;
pub mod role;
pub mod rollback;
pub mod search;
pub mod serve;
pub mod set;
pub mod snapshot;
pub mod token;
pub mod txn;
pub mod user;
pub mod watch;
pub mod whoami;

use clap::ArgMatches;

use crate::args::{Cli, Command, Global};
use crate::connect::Server;
use crate::contexts;
use crate::failure::Failure;

/// Runs the verb of a command line, of which `matches` tells what was said and what is a default.
pub fn run(cli: Cli, matches: &ArgMatches) -> Result<(), Failure> {
    let (command, global) = match cli.command {
        // The server builds a runtime of its own, with all threads.
        Command::Serve(serve) => return serve.run(),
        Command::Gateway(gateway) => return gateway.run(&cli.global),
        Command::Repair(repair) => return repair.run(&cli.global),
        Command::Backup(backup) => return backup.run(cli.global, matches),
        Command::Restore(restore) => return restore.run(&cli.global),
        Command::Migrate(migrate) => return migrate.run(&cli.global),
        Command::Audit(audit) => return audit.run(&cli.global),
        Command::Policy(policy) if policy.is_offline() => return policy.run(&cli.global),
        Command::Context(context) => return context.run(&cli.global, matches),
        Command::Completion(completion) => return completion.run(),
        Command::Man(man) => return man.run(),
        other => (other, contexts::settle(cli.global, matches)?),
    };
    // The load generator has a runtime of its own too.
    if let Command::Bench(bench) = command {
        return bench.run(&global);
    }
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    runtime.block_on(talk(command, global))
}

async fn talk(command: Command, global: Global) -> Result<(), Failure> {
    // What can be refused without a server is refused before one is looked for.
    let command = match command {
        Command::Import(import) => return import.run(&global).await,
        Command::Set(set) => return set.run(&global).await,
        Command::Apply(apply) => return apply.run(&global).await,
        Command::Txn(txn) => return txn.run(&global).await,
        Command::Doctor(doctor) => return doctor.run(&global).await,
        Command::Agent(agent) => return agent.run(&global).await,
        other => other,
    };
    let server = Server::connect(&global).await?;
    match command {
        Command::Get(get) => get.run(&global, &server).await,
        Command::Delete(delete) => delete.run(&global, &server).await,
        Command::List(list) => list.run(&global, &server).await,
        Command::Watch(watch) => watch.run(&global, &server).await,
        Command::History(history) => history.run(&global, &server).await,
        Command::Diff(diff) => diff.run(&global, &server).await,
        Command::Rollback(rollback) => rollback.run(&global, &server).await,
        Command::Search(search) => search.run(&global, &server).await,
        Command::Events(events) => events.run(&global, &server).await,
        Command::Snapshot(snapshot) => snapshot.run(&global, &server).await,
        Command::Alias(alias) => alias.run(&global, &server).await,
        Command::Ns(ns) => ns.run(&global, &server).await,
        Command::Groups(groups) => groups.run(&global, &server).await,
        Command::WhoAmI(whoami) => whoami.run(&global, &server).await,
        Command::Token(token) => token.run(&global, &server).await,
        Command::User(user) => user.run(&global, &server).await,
        Command::Role(role) => role.run(&global, &server).await,
        Command::Policy(policy::Policy::Kept(kept)) => kept.run(&global, &server).await,
        Command::Export(export) => export.run(&global, &server).await,
        Command::Import(_)
        | Command::Set(_)
        | Command::Apply(_)
        | Command::Txn(_)
        | Command::Doctor(_)
        | Command::Agent(_)
        | Command::Serve(_)
        | Command::Gateway(_)
        | Command::Repair(_)
        | Command::Backup(_)
        | Command::Restore(_)
        | Command::Migrate(_)
        | Command::Audit(_)
        | Command::Policy(_)
        | Command::Context(_)
        | Command::Completion(_)
        | Command::Man(_)
        | Command::Bench(_) => {
            unreachable!("handled above")
        }
    }
}
