//! What is printed, and written into `docs/benchmarks.md`.

use std::fmt::Write;
use std::path::Path;

use holdfast_load::measured::Measured;

use crate::Fault;

/// Everything about one kind of work.
#[derive(Debug, Default)]
pub(crate) struct Section {
    pub(crate) title: &'static str,
    /// What was done, so that somebody else could do it again.
    pub(crate) about: String,
    pub(crate) lines: Vec<Line>,
    pub(crate) latencies: Vec<Latency>,
}

/// One figure against its bar.
#[derive(Debug)]
pub(crate) struct Line {
    pub(crate) work: String,
    pub(crate) holdfast: String,
    pub(crate) beside: String,
    /// What is held against the bar.
    pub(crate) figure: String,
    pub(crate) bar: String,
    /// `None`: there is no bar, the figure is told.
    pub(crate) met: Option<bool>,
}

/// Rates and latencies of one side.
#[derive(Debug)]
pub(crate) struct Latency {
    pub(crate) who: String,
    pub(crate) seen: Measured,
}

/// Which way a bar is.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Bar {
    AtLeast(f64),
    AtMost(f64),
    None,
}

impl Bar {
    fn met(self, figure: f64) -> Option<bool> {
        match self {
            Self::AtLeast(bar) => Some(figure >= bar),
            Self::AtMost(bar) => Some(figure <= bar),
            Self::None => None,
        }
    }
}

impl Line {
    /// Holdfast's rate as a multiple of another one.
    pub(crate) fn rate(work: &str, ours: f64, beside: (&str, f64), bar: Bar) -> Self {
        Self::ratio(work, (ours, &rate), beside, bar)
    }

    /// Holdfast's time as a multiple of another one.
    pub(crate) fn time(work: &str, ours: f64, beside: (&str, f64), bar: Bar) -> Self {
        Self::ratio(work, (ours, &micros), beside, bar)
    }

    fn ratio(
        work: &str,
        (ours, show): (f64, &dyn Fn(f64) -> String),
        (who, theirs): (&str, f64),
        bar: Bar,
    ) -> Self {
        let ratio = ours / theirs;
        Self {
            work: work.into(),
            holdfast: show(ours),
            beside: format!("{who} {}", show(theirs)),
            figure: format!("{ratio:.2}x"),
            bar: match bar {
                Bar::AtLeast(bar) => format!("at least {bar}x"),
                Bar::AtMost(bar) => format!("at most {bar}x"),
                Bar::None => String::new(),
            },
            met: bar.met(ratio),
        }
    }

    /// A figure that has to stay below a bound of its own.
    pub(crate) fn bound(
        work: &str,
        ours: f64,
        show: impl Fn(f64) -> String,
        bound: Option<f64>,
    ) -> Self {
        Self {
            work: work.into(),
            holdfast: show(ours),
            beside: String::new(),
            figure: show(ours),
            bar: bound.map_or_else(String::new, |bound| format!("at most {}", show(bound))),
            met: bound.map(|bound| ours <= bound),
        }
    }
}

/// `12.3k/s`
pub(crate) fn rate(per_second: f64) -> String {
    match per_second {
        r if r >= 99_950.0 => format!("{:.0}k/s", r / 1e3),
        r if r >= 1_000.0 => format!("{:.1}k/s", r / 1e3),
        r => format!("{r:.0}/s"),
    }
}

/// Microseconds as a person would say them.
pub(crate) fn micros(us: f64) -> String {
    match us {
        us if us >= 999_500.0 => format!("{:.2} s", us / 1e6),
        us if us >= 9_950.0 => format!("{:.0} ms", us / 1e3),
        us if us >= 999.5 => format!("{:.2} ms", us / 1e3),
        us if us >= 9.95 => format!("{us:.0} us"),
        us => format!("{us:.1} us"),
    }
}

/// Bytes in MiB.
pub(crate) fn mebibytes(bytes: f64) -> String {
    format!("{:.0} MiB", bytes / f64::from(1 << 20))
}

/// The tables of one section.
pub(crate) fn section(section: &Section) -> Result<String, Fault> {
    let mut text = format!("## {}\n\n{}\n\n", section.title, section.about);
    text += "| work | Holdfast | beside it | figure | bar | |\n|---|---|---|---|---|---|\n";
    for line in &section.lines {
        let met = match line.met {
            Some(true) => "met",
            Some(false) => "**missed**",
            None => "",
        };
        writeln!(
            text,
            "| {} | {} | {} | {} | {} | {met} |",
            line.work, line.holdfast, line.beside, line.figure, line.bar
        )?;
    }
    if !section.latencies.is_empty() {
        text +=
            "\n| | calls | p50 | p90 | p99 | p99.9 | longest | server processor time a call |\n";
        text += "|---|---|---|---|---|---|---|---|\n";
        for Latency { who, seen } in &section.latencies {
            let cpu = seen.cpu.map(micros).unwrap_or_default();
            let [p50, p90, p99, p999, max] =
                [seen.p50, seen.p90, seen.p99, seen.p999, seen.max].map(micros);
            let rate = rate(seen.rate);
            writeln!(text, "| {who} | {rate} | {p50} | {p90} | {p99} | {p999} | {max} | {cpu} |")?;
        }
    }
    Ok(text)
}

/// The whole document.
pub(crate) fn document(facts: &[String], sections: &[String]) -> Result<String, Fault> {
    let mut text = String::from(INTRODUCTION);
    for fact in facts {
        writeln!(text, "- {fact}")?;
    }
    for section in sections {
        write!(text, "\n{section}")?;
    }
    Ok(text)
}

/// Writes it.
pub(crate) fn write(path: &Path, text: &str) -> Result<(), Fault> {
    std::fs::write(path, text)?;
    println!("written: {}", path.display());
    Ok(())
}

const INTRODUCTION: &str = "\
# Benchmarks

Written by `make bench`; `bench/run` with names of rows measures only those, and `BENCH_QUICK=1` takes a tenth of the
keys. Do not edit by hand. What was tried where a bar is missed stands in [performance.md](performance.md).

All servers are processes of their own on one machine, and so is the load: what the client takes is missing to the
server, on every side alike. The client is the same code for all (tonic, the same codec, the same connections and
payloads), values are JSON texts of random letters. Sides are measured in turns, and every figure is the median of its
rounds, each figure by itself. Holdfast runs as `holdfast serve --dev`, with metrics on; its guard lets everybody do everything;
the section With tokens and roles is about the other one.

";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_missed_bar_is_seen() {
        let line = |ours, bar| Line::rate("set", ours, ("etcd", 20_000.0), bar);
        assert_eq!(line(30_000.0, Bar::AtLeast(1.5)).met, Some(true));
        assert_eq!(line(29_000.0, Bar::AtLeast(1.5)).met, Some(false));
        assert_eq!(line(29_000.0, Bar::AtMost(1.5)).met, Some(true));
        assert_eq!(line(1.0, Bar::None).met, None);
        let shown = line(29_000.0, Bar::AtLeast(1.5));
        let section = Section { title: "T", lines: vec![shown], ..Section::default() };
        let text = super::section(&section).expect("text");
        let row = "| set | 29.0k/s | etcd 20.0k/s | 1.45x | at least 1.5x | **missed** |";
        assert!(text.contains(row), "{text}");
    }

    #[test]
    fn times_are_readable() {
        let shown = [5.25, 40.0, 1_500.0, 25_000.0, 1_200_000.0].map(micros);
        assert_eq!(shown, ["5.2 us", "40 us", "1.50 ms", "25 ms", "1.20 s"]);
    }
}
