//! The kinds of work, and the run over them.

mod client;
mod commit;
mod get;
mod list;
mod mixed;
mod nodes;
mod past;
mod rego;
mod rest;
mod set;
mod sse;
mod start;
mod state;
mod trust;

pub(crate) use client::be_idle;

use std::path::{Path, PathBuf};

use clap::ValueEnum;
use holdfast_load::drive::{Call, Load};
use holdfast_load::measured::Measured;
use tempfile::TempDir;

use crate::Fault;
use crate::args::{RowName, Run};
use crate::drive::drive;
use crate::report::{self, Section};
use crate::scale::Scale;
use crate::seed::Seed;
use crate::{machine, subjects};

/// Bytes of a value where a row does not say otherwise.
const VALUE_BYTES: usize = 200;

/// What every row needs.
pub(crate) struct Bench {
    scale: Scale,
    work: TempDir,
    /// Made for the first row that needs it.
    seed: Option<Seed>,
}

impl Bench {
    fn work(&self) -> &Path {
        self.work.path()
    }

    /// A directory with all keys, to be copied.
    async fn seed(&mut self) -> Result<PathBuf, Fault> {
        if self.seed.is_none() {
            eprintln!("bench: filling {} keys", self.scale.keys);
            self.seed = Some(Seed::make(self.work.path(), self.scale.keys, VALUE_BYTES).await?);
        }
        self.seed.as_ref().map(Seed::path).ok_or_else(|| "no seed".into())
    }

    /// So many calls at once on each connection, without a pause.
    fn load(&self, in_flight: usize) -> Load {
        let Scale { warmup, measured, .. } = self.scale;
        Load { callers: in_flight, pace: None, warmup, measured }
    }
}

/// One side of a comparison: the calls on its connections, and its process.
struct Side<C> {
    connections: Vec<C>,
    pid: u32,
}

/// Measures both sides in turns; the medians of their rounds.
async fn in_turns<A: Call, B: Call>(
    bench: &Bench,
    in_flight: usize,
    a: &Side<A>,
    b: &Side<B>,
) -> Result<(Measured, Measured), Fault> {
    let load = bench.load(in_flight);
    let (mut ours, mut theirs) = (Vec::new(), Vec::new());
    for _ in 0..bench.scale.rounds {
        ours.push(drive(&load, &a.connections, a.pid).await?);
        theirs.push(drive(&load, &b.connections, b.pid).await?);
    }
    Ok((Measured::median(&ours), Measured::median(&theirs)))
}

/// `holdfast-bench run`.
pub(crate) async fn run(run: &Run) -> Result<(), Fault> {
    // Before anything takes its time.
    subjects::holdfast::binary()?;
    std::fs::create_dir_all(&run.work)?;
    let work = TempDir::with_prefix_in("run-", run.work.canonicalize()?)?;
    let scale = if run.quick { Scale::QUICK } else { Scale::FULL };
    let facts = machine::facts(work.path())?;
    let mut bench = Bench { scale, work, seed: None };
    let rows =
        if run.rows.is_empty() { RowName::value_variants().to_vec() } else { run.rows.clone() };
    let (mut sections, mut failed) = (Vec::new(), Vec::new());
    for row in rows {
        eprintln!("bench: {row:?}");
        // What was measured before and after it is not lost with it.
        let measured = match measure(&mut bench, row).await {
            Ok(measured) => measured,
            Err(fault) => {
                eprintln!("bench: {row:?}: {fault}");
                failed.push(row);
                continue;
            }
        };
        let text = report::section(&measured)?;
        println!("{text}");
        sections.push(text);
    }
    let document = report::document(&facts, &sections)?;
    report::write(&run.work.join("benchmarks.md"), &document)?;
    if !failed.is_empty() {
        return Err(format!("not measured: {failed:?}").into());
    }
    // A part of a run, or a small one, is nothing to quote.
    if run.rows.is_empty() && !run.quick {
        report::write(Path::new("docs/benchmarks.md"), &document)?;
    }
    Ok(())
}

async fn measure(bench: &mut Bench, row: RowName) -> Result<Section, Fault> {
    match row {
        RowName::Get => get::measure(bench).await,
        RowName::Rest => rest::measure(bench).await,
        RowName::Sse => sse::measure(bench).await,
        RowName::Set => set::measure(bench).await,
        RowName::Commit => commit::measure(bench).await,
        RowName::List => list::measure(bench).await,
        RowName::Past => past::measure(bench).await,
        RowName::Mixed => mixed::measure(bench).await,
        RowName::Start => start::measure(bench).await,
        RowName::Rego => rego::measure(bench).await,
        RowName::Trust => trust::measure(bench).await,
        RowName::Client => client::measure(bench).await,
        RowName::State => state::measure(bench).await,
        RowName::Nodes => nodes::measure(bench).await,
    }
}
