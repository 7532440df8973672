//! `holdfast completion`.

use clap::{Args, CommandFactory as _, ValueEnum};
use clap_complete::Shell as Generated;

use crate::args::Cli;
use crate::failure::Failure;
use crate::output;

/// Print a script that lets a shell complete verbs and options.
#[derive(Debug, Args)]
pub struct Completion {
    /// The shell
    #[arg(value_name = "SHELL")]
    shell: Shell,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum Shell {
    /// In ~/.bashrc: source <(holdfast completion bash)
    Bash,
    /// Into a file _holdfast in a directory of $fpath
    Zsh,
    /// Into ~/.config/fish/completions/holdfast.fish
    Fish,
}

impl Completion {
    /// Prints it.
    pub fn run(self) -> Result<(), Failure> {
        let shell = match self.shell {
            Shell::Bash => Generated::Bash,
            Shell::Zsh => Generated::Zsh,
            Shell::Fish => Generated::Fish,
        };
        let mut script = Vec::new();
        clap_complete::generate(shell, &mut Cli::command(), "holdfast", &mut script);
        output::bytes(&script)
    }
}
