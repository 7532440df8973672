//! `holdfast bench`.

use std::time::Duration;

use clap::{Args, ValueEnum};
use holdfast_dial::Link;
use holdfast_load::calls::{Get, Keys, Set, fill};
use holdfast_load::data::{NAMESPACE, Values};
use holdfast_load::drive::{Load, drive};
use holdfast_load::fanout::{self, Fanout, Watched};
use holdfast_load::measured::Measured;

use crate::args::{Global, duration};
use crate::connect;
use crate::failure::Failure;
use crate::output::{self, Layout};
use crate::screen;
use holdfast_tree::Value;
use holdfast_tree::value::Number;

/// Measure how fast a running server answers.
///
/// Rates and latencies of gets, durable sets, both at once, or of changes on their way to many watchers. It writes keys of its own into
/// a namespace of its own and leaves them there.
#[derive(Debug, Args)]
pub struct Bench {
    /// What to measure
    #[arg(value_enum)]
    work: Work,
    /// Callers; with `watch` watchers
    #[arg(long, default_value_t = 64, value_name = "N", value_parser = clap::value_parser!(u32).range(1..=100_000))]
    clients: u32,
    /// Connections that the callers share
    #[arg(long, default_value_t = 4, value_name = "N", value_parser = clap::value_parser!(u32).range(1..=10_000))]
    connections: u32,
    /// Calls at once of each caller
    #[arg(long, default_value_t = 1, value_name = "N", value_parser = clap::value_parser!(u32).range(1..=10_000))]
    in_flight: u32,
    /// Bytes of a value
    #[arg(long, default_value_t = 200, value_name = "BYTES", value_parser = clap::value_parser!(u32).range(16..))]
    value_size: u32,
    /// Keys that calls are about, each as often as the others
    #[arg(long, default_value_t = 10_000, value_name = "N", value_parser = clap::value_parser!(u64).range(1..))]
    keys: u64,
    /// How long to measure; before that, a tenth of it warms up and does not count
    #[arg(long, default_value = "10s", value_name = "DURATION", value_parser = duration)]
    duration: Duration,
    /// With `mixed`: how many of 100 callers read
    #[arg(long, default_value_t = 75, value_name = "PERCENT", value_parser = clap::value_parser!(u32).range(1..=99))]
    readers: u32,
    /// With `watch`: changes a second
    #[arg(long, default_value_t = 100, value_name = "N", value_parser = clap::value_parser!(u32).range(1..=100_000))]
    changes: u32,
    /// The namespace that the keys are in
    #[arg(long, default_value = NAMESPACE, value_name = "NAMESPACE")]
    within: String,
}

/// What is measured.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Work {
    /// Gets of keys that exist
    Get,
    /// Sets, each durable before it is answered
    Set,
    /// Gets and sets at once
    Mixed,
    /// From a change to the watchers that see it
    Watch,
}

/// One line of the answer. Times in microseconds.
#[derive(Debug)]
struct Row {
    work: &'static str,
    calls: u64,
    per_second: f64,
    p50: f64,
    p90: f64,
    p99: f64,
    p999: f64,
    max: f64,
}

impl Bench {
    /// Fills the keys where there is something to read, measures, and shows one row for each kind of call.
    pub fn run(self, global: &Global) -> Result<(), Failure> {
        // A load generator with one thread would be what is measured.
        let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
        let rows = runtime.block_on(self.measure(global))?;
        show(&rows, global.output.unwrap_or(Layout::Table))
    }

    async fn measure(&self, global: &Global) -> Result<Vec<Row>, Failure> {
        let channels = self.connect(global).await?;
        let keys = Keys::new(&self.within, self.keys);
        let values = Values::of(self.value_size as usize);
        if matches!(self.work, Work::Get | Work::Mixed) {
            screen::note(&format!("writing {} keys into {}", self.keys, self.within));
            fill(channels[0].clone(), &keys, &values).await?;
        }
        match self.work {
            Work::Get => {
                let seen = drive(&self.load(self.clients), &Get::on(channels, &keys)).await?;
                Ok(vec![Row::of("get", seen)])
            }
            Work::Set => {
                let sets = Set::on(channels, &keys, &values);
                Ok(vec![Row::of("set", drive(&self.load(self.clients), &sets).await?)])
            }
            Work::Mixed => {
                let writers = self.connect(global).await?;
                self.mixed(Get::on(channels, &keys), Set::on(writers, &keys, &values)).await
            }
            Work::Watch => self.watch(&channels).await,
        }
    }

    async fn connect(&self, global: &Global) -> Result<Vec<Link>, Failure> {
        let count = self.connections.min(self.clients.saturating_mul(self.in_flight));
        let mut channels = Vec::new();
        for _ in 0..count {
            channels.push(connect::link(global).await?);
        }
        Ok(channels)
    }

    fn load(&self, clients: u32) -> Load {
        Load {
            callers: clients.saturating_mul(self.in_flight) as usize,
            pace: None,
            warmup: self.duration / 10,
            measured: self.duration,
        }
    }

    /// Readers and writers have connections of their own: what is measured is the server, not one connection's queue.
    async fn mixed(&self, gets: Vec<Get>, sets: Vec<Set>) -> Result<Vec<Row>, Failure> {
        let readers = (self.clients * self.readers / 100).clamp(1, self.clients.max(2) - 1);
        let writers = self.clients.max(2) - readers;
        let (reading, writing) = (self.load(readers), self.load(writers));
        let (gets, sets) = tokio::try_join!(drive(&reading, &gets), drive(&writing, &sets))?;
        Ok(vec![Row::of("get", gets), Row::of("set", sets)])
    }

    async fn watch(&self, channels: &[Link]) -> Result<Vec<Row>, Failure> {
        let changes = (self.duration.as_secs_f64() * f64::from(self.changes)).ceil();
        let fanout = Fanout {
            by: Watched::Config,
            namespace: self.within.clone(),
            watchers: self.clients as usize,
            changes: changes.clamp(1.0, 10_000_000.0) as u32,
            pace: Duration::from_secs(1) / self.changes,
            value_size: self.value_size as usize,
        };
        let first = channels.first().ok_or(holdfast_load::LoadError::Nothing)?;
        let seen = fanout::measure(&fanout, first, channels).await?;
        Ok(vec![Row::of("delivery", seen.each), Row::of("last watcher", seen.last)])
    }
}

impl Row {
    fn of(work: &'static str, seen: Measured) -> Self {
        Self {
            work,
            calls: seen.calls,
            per_second: rounded(seen.rate),
            p50: rounded(seen.p50),
            p90: rounded(seen.p90),
            p99: rounded(seen.p99),
            p999: rounded(seen.p999),
            max: rounded(seen.max),
        }
    }

    fn cells(&self) -> Vec<String> {
        let times = [self.p50, self.p90, self.p99, self.p999, self.max].map(time);
        let mut cells =
            vec![self.work.to_owned(), self.calls.to_string(), format!("{:.0}", self.per_second)];
        cells.extend(times);
        cells
    }

    fn document(&self) -> Value {
        let number = |figure: f64| Number::from_f64(figure).map_or(Value::Null, Value::Number);
        let mut members = vec![
            ("work".to_owned(), Value::Text(self.work.to_owned())),
            ("calls".to_owned(), Value::Number(Number::from(self.calls as i64))),
        ];
        for (name, figure) in [
            ("per_second", self.per_second),
            ("p50_us", self.p50),
            ("p90_us", self.p90),
            ("p99_us", self.p99),
            ("p99_9_us", self.p999),
            ("max_us", self.max),
        ] {
            members.push((name.to_owned(), number(figure)));
        }
        Value::Table(members)
    }
}

fn show(rows: &[Row], layout: Layout) -> Result<(), Failure> {
    let headings = ["WORK", "CALLS", "PER SECOND", "P50", "P90", "P99", "P99.9", "LONGEST"];
    match layout {
        Layout::Table => output::table(&headings, rows.iter().map(Row::cells).collect()),
        Layout::Raw => output::lines(rows.iter().map(|row| format!("{:.0}", row.per_second))),
        layout => output::document(&Value::List(rows.iter().map(Row::document).collect()), layout),
    }
}

/// What a clock on a shared machine can know.
fn rounded(figure: f64) -> f64 {
    (figure * 10.0).round() / 10.0
}

/// Microseconds for people.
fn time(micros: f64) -> String {
    match micros {
        ..1_000.0 => format!("{micros:.0} us"),
        1_000.0..1_000_000.0 => format!("{:.2} ms", micros / 1e3),
        _ => format!("{:.2} s", micros / 1e6),
    }
}
