//! Changes on stdout.

use crate::args::Global;
use crate::change::Change;
use crate::failure::Failure;
use crate::output::{self, Layout};
use crate::record::{printable, to_second};
use crate::screen::{Ink, Paint};
use holdfast_tree::Format;

/// Writes one change after the other, each at once.
#[derive(Debug, Clone, Copy)]
pub struct Printer {
    layout: Layout,
    paint: Paint,
}

impl Printer {
    /// In the layout of the command line.
    pub fn new(global: &Global) -> Self {
        Self { layout: global.output.unwrap_or(Layout::Table), paint: Paint::stdout() }
    }

    /// Writes one.
    pub fn print(self, change: &Change) -> Result<(), Failure> {
        match self.layout {
            Layout::Raw => output::line(&change.record.key),
            Layout::Json => output::line(&change.document().to_string()),
            Layout::Yaml => {
                let text = Format::Yaml.write(&change.document()).unwrap_or_default();
                output::bytes(format!("---\n{text}").as_bytes())
            }
            Layout::Table => output::line(&self.line(change)),
        }
    }

    fn line(self, change: &Change) -> String {
        let ink = match change.word {
            "set" | "alias-set" => Ink::Green,
            "initial" => Ink::Dim,
            _ => Ink::Red,
        };
        let record = &change.record;
        let time = to_second(change.time);
        let word = format!("{:<7}", change.word);
        let mut rest = format!("{}/{}", printable(&record.namespace), printable(&record.key));
        if !record.codec.is_empty() {
            rest = format!("{rest}  v{}  {}", record.version, record.preview());
        }
        if let Some(width) = output::width() {
            let taken = time.len() + word.len() + 4;
            rest = output::cut(&rest, width.saturating_sub(taken));
        }
        format!("{}  {}  {rest}", self.paint.ink(Ink::Dim, &time), self.paint.ink(ink, &word))
    }
}
