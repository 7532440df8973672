//! The terminal: what is one, and what only goes there.

use std::io::{IsTerminal, Write};
use std::time::Duration;

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

/// A colour of text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ink {
    /// For what is new.
    Green,
    /// For what goes.
    Red,
    /// For what changes.
    Yellow,
    /// For what is beside the point.
    Dim,
}

/// Writes colour, or does not.
#[derive(Debug, Clone, Copy)]
pub struct Paint {
    on: bool,
}

impl Paint {
    /// For stdout: on a terminal, unless `NO_COLOR` is set.
    pub fn stdout() -> Self {
        Self { on: std::io::stdout().is_terminal() && wanted() }
    }

    fn stderr() -> Self {
        Self { on: std::io::stderr().is_terminal() && wanted() }
    }

    /// The text in this colour.
    pub fn ink(self, ink: Ink, text: &str) -> String {
        let code = match ink {
            Ink::Green => 32,
            Ink::Red => 31,
            Ink::Yellow => 33,
            Ink::Dim => 2,
        };
        if self.on { format!("\u{1b}[{code}m{text}\u{1b}[0m") } else { text.to_owned() }
    }
}

fn wanted() -> bool {
    std::env::var_os("NO_COLOR").is_none_or(|value| value.is_empty())
}

/// A sentence about a failure, on stderr.
pub fn complain(sentence: &str) {
    let prefix = Paint::stderr().ink(Ink::Red, "error:");
    // There is nowhere left to report that stderr is gone.
    let _ = writeln!(std::io::stderr(), "{prefix} {sentence}");
}

/// A remark for the person who watches, on stderr.
pub fn note(sentence: &str) {
    let _ = writeln!(std::io::stderr(), "{}", Paint::stderr().ink(Ink::Dim, sentence));
}

/// A progress bar over `total` steps, drawn on stderr when that is a terminal.
pub fn progress(total: u64, what: &'static str) -> ProgressBar {
    let bar = ProgressBar::with_draw_target(Some(total), ProgressDrawTarget::stderr_with_hz(10));
    // A template without faults cannot be refused.
    if let Ok(style) = ProgressStyle::with_template("{msg:>8} [{bar:32}] {pos}/{len}") {
        bar.set_style(style.progress_chars("=> "));
    }
    bar.set_message(what);
    bar.enable_steady_tick(Duration::from_millis(200));
    bar
}
