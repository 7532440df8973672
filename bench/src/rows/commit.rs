//! A commit of many writes beside etcd's transaction.

use holdfast_load::calls::{Commit, Keys};
use holdfast_load::data::{NAMESPACE, Values};

use super::{Bench, Side, VALUE_BYTES, in_turns};
use crate::Fault;
use crate::report::{Bar, Latency, Line, Section};
use crate::subjects::etcd::{Etcd, Txn};
use crate::subjects::holdfast::Holdfast;

const WRITES: u64 = 64;
const CONNECTIONS: usize = 4;
const IN_FLIGHT: usize = 4;

pub(crate) async fn measure(bench: &mut Bench) -> Result<Section, Fault> {
    let seed = bench.seed().await?;
    let keys = bench.scale.keys;
    let holdfast = Holdfast::start(bench.work(), Some(&seed), &[])?;
    let etcd = Etcd::start(bench.work())?;
    etcd.fill(keys, VALUE_BYTES).await?;
    let values = Values::of(VALUE_BYTES);
    let ours = Side {
        connections: Commit::on(
            holdfast.connect(CONNECTIONS).await?,
            &Keys::new(NAMESPACE, keys),
            WRITES,
            &values,
        ),
        pid: holdfast.process.pid(),
    };
    let theirs = Side {
        connections: Txn::on(etcd.connect(CONNECTIONS).await?, keys, WRITES, &values),
        pid: etcd.process.pid(),
    };
    let (ours, theirs) = in_turns(bench, IN_FLIGHT, &ours, &theirs).await?;
    let bar = Bar::AtLeast(3.0);
    let line = Line::rate("commits of 64 writes", ours.rate, ("etcd", theirs.rate), bar);
    Ok(Section {
        title: "Commit",
        about: format!(
            "`holdfast.v1/Commit` of {WRITES} writes beside etcd's `Txn` of {WRITES} puts, {VALUE_BYTES} bytes each, to different existing \
             keys out of {keys}, {} at once on {CONNECTIONS} connections.",
            CONNECTIONS * IN_FLIGHT
        ),
        lines: vec![line],
        latencies: vec![
            Latency { who: "Holdfast".into(), seen: ours },
            Latency { who: "etcd".into(), seen: theirs },
        ],
    })
}
