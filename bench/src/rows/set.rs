//! Durable set beside etcd's put.

use holdfast_load::calls::{Keys, Set};
use holdfast_load::data::{NAMESPACE, Values};
use holdfast_load::measured::{Measured, median};

use super::{Bench, Side, VALUE_BYTES, in_turns};
use crate::Fault;
use crate::drive::drive;
use crate::machine;
use crate::report::{Bar, Latency, Line, Section, micros};
use crate::subjects::echo::Echo;
use crate::subjects::etcd::{Etcd, Put};
use crate::subjects::holdfast::Holdfast;

/// Writers on how many connections, each with so many calls at once.
const WRITERS: [(usize, usize, f64); 3] = [(1, 1, 1.2), (4, 16, 1.5), (4, 125, 1.5)];
/// Larger values, by 64 writers.
const LARGE: [(usize, &str); 2] = [(16 << 10, "16 KiB"), (1 << 20, "1 MiB")];
/// Keys that large values are written to.
const LARGE_KEYS: u64 = 500;

pub(crate) async fn measure(bench: &mut Bench) -> Result<Section, Fault> {
    let keys = bench.scale.keys;
    let mut section = Section {
        title: "Durable set",
        about: format!(
            "`config.v1/Set` beside etcd's `Put`, both over existing keys, uniform over {keys} keys ({LARGE_KEYS} for the large \
             values). Writers are callers that wait for each answer; up to 64 on 4 connections with 16 each, 500 on 4 with \
             125 each, one alone on one. An answer comes when the write is on disk, on both sides."
        ),
        ..Section::default()
    };
    small(bench, &mut section).await?;
    for (bytes, size) in LARGE {
        let pair = Pair::start(bench, bytes, LARGE_KEYS, false).await?;
        let (ours, theirs) = pair.measure(bench, 4, 16).await?;
        note(&mut section, &format!("64 writers, {size}"), &ours, &theirs, Bar::None);
    }
    Ok(section)
}

async fn small(bench: &mut Bench, section: &mut Section) -> Result<(), Fault> {
    let pair = Pair::start(bench, VALUE_BYTES, bench.scale.keys, true).await?;
    for (connections, in_flight, bar) in WRITERS {
        let (ours, theirs) = pair.measure(bench, connections, in_flight).await?;
        let writers = connections * in_flight;
        let work = format!("{writers} writer{}, 200 B", if writers == 1 { "" } else { "s" });
        note(section, &work, &ours, &theirs, Bar::AtLeast(bar));
        if writers == 1 {
            section.lines.push(alone(bench, &pair).await?);
        }
        if writers == 64 {
            for (name, ours, theirs) in
                [("p99", ours.p99, theirs.p99), ("p99.9", ours.p999, theirs.p999)]
            {
                let work = format!("{work}: {name}");
                section.lines.push(Line::time(&work, ours, ("etcd", theirs), Bar::AtMost(1.0)));
            }
        }
    }
    Ok(())
}

/// One writer beside the least that it can wait: a flush, and the way there and back; in turns.
async fn alone(bench: &Bench, pair: &Pair) -> Result<Line, Fault> {
    const FLUSHES: usize = 500;
    let echo = Echo::start(bench.work())?;
    let bare = echo.side(1, pair.keys).await?;
    let ours = pair.ours(1).await?;
    let load = bench.load(1);
    let (mut sets, mut least) = (Vec::new(), Vec::new());
    for _ in 0..bench.scale.rounds {
        sets.push(drive(&load, &ours.connections, ours.pid).await?.p50);
        let way = drive(&load, &bare.connections, bare.pid).await?.p50;
        least.push((machine::flush(bench.work(), FLUSHES)?, way));
    }
    let set = median(sets.into_iter());
    let flush = median(least.iter().map(|(flush, _)| *flush));
    let way = median(least.iter().map(|(_, way)| *way));
    let ratio = set / (flush + way);
    Ok(Line {
        work: "1 writer: p50 beside a flush and a round trip".into(),
        holdfast: micros(set),
        beside: format!("flush {} + echo {}", micros(flush), micros(way)),
        figure: format!("{ratio:.2}x"),
        bar: "at most 1.3x".into(),
        met: Some(ratio <= 1.3),
    })
}

fn note(section: &mut Section, work: &str, ours: &Measured, theirs: &Measured, bar: Bar) {
    section.lines.push(Line::rate(work, ours.rate, ("etcd", theirs.rate), bar));
    section.latencies.push(Latency { who: format!("Holdfast, {work}"), seen: *ours });
    section.latencies.push(Latency { who: format!("etcd, {work}"), seen: *theirs });
}

/// Both servers over the same keys.
struct Pair {
    holdfast: Holdfast,
    etcd: Etcd,
    keys: u64,
    values: Values,
}

impl Pair {
    async fn start(bench: &mut Bench, bytes: usize, keys: u64, full: bool) -> Result<Self, Fault> {
        let seed = if full { Some(bench.seed().await?) } else { None };
        let holdfast = Holdfast::start(bench.work(), seed.as_deref(), &[])?;
        let etcd = Etcd::start(bench.work())?;
        if full {
            eprintln!("bench: filling etcd");
            etcd.fill(keys, bytes).await?;
        }
        Ok(Self { holdfast, etcd, keys, values: Values::of(bytes) })
    }

    async fn ours(&self, connections: usize) -> Result<Side<Set>, Fault> {
        let channels = self.holdfast.connect(connections).await?;
        let connections = Set::on(channels, &Keys::new(NAMESPACE, self.keys), &self.values);
        Ok(Side { connections, pid: self.holdfast.process.pid() })
    }

    async fn theirs(&self, connections: usize) -> Result<Side<Put>, Fault> {
        let channels = self.etcd.connect(connections).await?;
        let connections = Put::on(channels, self.keys, &self.values);
        Ok(Side { connections, pid: self.etcd.process.pid() })
    }

    async fn measure(
        &self,
        bench: &Bench,
        connections: usize,
        in_flight: usize,
    ) -> Result<(Measured, Measured), Fault> {
        let (ours, theirs) = (self.ours(connections).await?, self.theirs(connections).await?);
        in_turns(bench, in_flight, &ours, &theirs).await
    }
}
