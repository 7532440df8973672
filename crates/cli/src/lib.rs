//! The command line of Holdfast: the server, and every verb a person or a script needs to talk to one.
//!
//! - [`args`]: what a command line may say. **Start here**, then go to the verb in [`verbs`]
//! - [`verbs`]: one file for each verb: its arguments and its story
//! - [`connect`]: the way to a server; [`credentials`]: who calls; [`read`]: whole listings; [`commit`]: batches of writes; [`single`]: writes of one key
//! - [`failure`]: what can go wrong, as a sentence and an exit code
//! - [`record`], [`change`], [`changes`], [`output`], [`screen`]: how entries and changes are shown
//! - [`moment`]: which state a verb reads
//! - [`source`]: files of configuration as keys; [`plan`]: what an import or an apply would change
//! - [`contexts`]: servers that were given a name; [`place`]: files that are replaced as a whole
//!
//! Invariants: what a script reads goes to stdout, everything else to stderr; colour and progress only on a terminal.

pub mod args;
pub mod change;
pub mod changes;
pub mod commit;
pub mod connect;
pub mod contexts;
pub mod credentials;
#[cfg(test)]
mod docs;
pub mod failure;
pub mod moment;
pub mod output;
pub mod place;
pub mod plan;
pub mod read;
pub mod record;
pub mod screen;
pub mod single;
pub mod source;
pub mod verbs;

use std::process::ExitCode;

use clap::{CommandFactory, FromArgMatches};
use holdfast_api::status::exit;

/// Runs the command line of this process.
pub fn main() -> ExitCode {
    // The parser would count what the environment says as an argument and complain instead.
    if std::env::args_os().len() < 2 {
        let shown = args::Cli::command().print_help();
        return ExitCode::from(if shown.is_ok() { exit::USAGE } else { exit::ERROR });
    }
    let matches = args::Cli::command().get_matches();
    let cli = match args::Cli::from_arg_matches(&matches) {
        Ok(cli) => cli,
        Err(error) => error.format(&mut args::Cli::command()).exit(),
    };
    match verbs::run(cli, &matches) {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            if let Some(sentence) = failure.sentence() {
                screen::complain(&sentence);
            }
            ExitCode::from(failure.exit_code())
        }
    }
}
