//! Gets beside writers, and beside writers and compaction.

use std::time::Duration;

use holdfast_load::calls::{Get, Keys, Set};
use holdfast_load::data::{NAMESPACE, Values};
use holdfast_load::drive::Load;
use holdfast_load::measured::Measured;

use super::{Bench, VALUE_BYTES};
use crate::Fault;
use crate::drive::drive;
use crate::report::{Bar, Latency, Line, Section};
use crate::subjects::holdfast::Holdfast;

/// Keeps so little of the past that compaction never rests while anybody writes.
const COMPACTING: [(&str, &str); 1] = [("HOLDFAST_RETENTION__MAX_REVISIONS", "1000")];
/// Calls at once on each of the four connections when readers do not pause.
const BUSY: usize = 64;
/// With a pause: 16 readers, 2,000 gets a second.
const CALM: usize = 4;
const PACE: Duration = Duration::from_millis(8);

pub(crate) async fn measure(bench: &mut Bench) -> Result<Section, Fault> {
    let seed = bench.seed().await?;
    let plain = Holdfast::start(bench.work(), Some(&seed), &[])?;
    let compacting = Holdfast::start(bench.work(), Some(&seed), &COMPACTING)?;
    let mut section = Section {
        title: "Get beside writes",
        about: format!(
            "`config.v1/Get` of hot keys on 4 connections, alone, beside 64 writers of {VALUE_BYTES} bytes on 4 connections of their own, \
             and beside the same with retention set to 1,000 revisions, so that compaction runs all the time. Once with {BUSY} \
             calls at once on each connection, and once with 2,000 gets a second in all, where the least delay shows."
        ),
        ..Section::default()
    };
    let busy = bench.load(BUSY);
    let calm = Load { pace: Some(PACE), ..bench.load(CALM) };
    for (readers, load) in [("256 readers", busy), ("2,000 gets a second", calm)] {
        let mut seen: [Vec<Measured>; 3] = Default::default();
        for _ in 0..bench.scale.rounds {
            seen[0].push(gets(bench, &plain, &load).await?);
            seen[1].push(beside_writers(bench, &plain, &load).await?);
            seen[2].push(beside_writers(bench, &compacting, &load).await?);
        }
        let [alone, writes, both] = seen.map(|rounds| Measured::median(&rounds));
        for (beside, with) in [("64 writers", writes), ("64 writers and compaction", both)] {
            let work = format!("p99 of {readers} beside {beside}");
            let bar = Bar::AtMost(3.0);
            section.lines.push(Line::time(&work, with.p99, ("alone", alone.p99), bar));
        }
        let kinds = [("alone", alone), ("64 writers", writes), ("and compaction", both)];
        let row = |(beside, seen)| Latency { who: format!("{readers}, {beside}"), seen };
        section.latencies.extend(kinds.map(row));
    }
    Ok(section)
}

async fn gets(bench: &Bench, server: &Holdfast, load: &Load) -> Result<Measured, Fault> {
    let readers = Get::on(server.connect(4).await?, &Keys::new(NAMESPACE, bench.scale.hot));
    drive(load, &readers, server.process.pid()).await
}

async fn beside_writers(bench: &Bench, server: &Holdfast, load: &Load) -> Result<Measured, Fault> {
    let values = Values::of(VALUE_BYTES);
    let writers =
        Set::on(server.connect(4).await?, &Keys::new(NAMESPACE, bench.scale.keys), &values);
    let writes = bench.load(16);
    let (gets, writes) =
        tokio::join!(gets(bench, server, load), drive(&writes, &writers, server.process.pid()));
    writes?;
    gets
}
