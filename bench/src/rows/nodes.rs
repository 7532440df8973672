//! Nodes over PostgreSQL: beside a bare pool, three beside one, and the way of a change from one to another.

mod propagation;

use holdfast_load::calls::{Get, Keys, Set, fill};
use holdfast_load::data::{NAMESPACE, Values};
use holdfast_load::drive::Call;

use super::{Bench, Side, VALUE_BYTES, in_turns};
use crate::Fault;
use crate::drive::drive;
use crate::report::{Bar, Latency, Line, Section};
use crate::subjects::database::{Bare, Database, Numbers};
use crate::subjects::holdfast::Holdfast;

/// Callers on how many connections, each with so many calls at once.
const CALLERS: [(usize, usize); 2] = [(1, 1), (4, 16)];
/// Connections of the bare pool: no caller waits for one.
const POOL: u32 = 64;
const NODES: usize = 3;

/// Settings of a node over this database.
fn over<'a>(url: &'a str, more: &[(&'static str, &'a str)]) -> Vec<(&'static str, &'a str)> {
    let store = [("HOLDFAST_STORE__KIND", "postgres"), ("HOLDFAST_STORE__POSTGRES__URL", url)];
    [&store, more].concat()
}

pub(crate) async fn measure(bench: &mut Bench) -> Result<Section, Fault> {
    let keys = bench.scale.hot;
    let mut section = Section {
        title: "Nodes over PostgreSQL",
        about: format!(
            "PostgreSQL with `fsync`, {keys} keys of {VALUE_BYTES} bytes, data among the temporary files of the system. `config.v1/Set` \
             and `Get` of a node beside a pool of {POOL} connections in the load's own process, which sends the statement of such a set \
             for each write by itself: rows of the same number and size, the revision from a sequence, or from a row that every write \
             locks. {NODES} nodes with NATS beside one, the same 64 writers. Then the way of a change: 500 sets, 20 ms apart, on one \
             node, until a watcher on another has it, for each channel; the poll interval is 250 ms."
        ),
        ..Section::default()
    };
    let database = Database::start()?;
    let url = database.url();
    let node = Holdfast::start(bench.work(), None, &over(&url, &[]))?;
    let named = Keys::new(NAMESPACE, keys);
    let values = Values::of(VALUE_BYTES);
    fill(node.connect(1).await?.remove(0), &named, &values).await?;
    let pid = node.process.pid();
    // Rows of single sets, for the sizes of the bare ones.
    let sets = Set::on(node.connect(1).await?, &named, &values);
    drive(&bench.load(1), &sets, pid).await?;
    let bare = database.bare(POOL, keys, &values).await?;
    database.settle().await?;
    writes(bench, &mut section, &node, &bare, &database).await?;
    reads(bench, &mut section, &node, &bare, &database).await?;
    drop(node);
    drop(bare);
    spread(bench, &mut section, &url).await?;
    propagation::measure(bench, &mut section, &url).await?;
    Ok(section)
}

async fn writes(
    bench: &Bench,
    section: &mut Section,
    node: &Holdfast,
    bare: &Bare,
    database: &Database,
) -> Result<(), Fault> {
    let named = Keys::new(NAMESPACE, bench.scale.hot);
    let values = Values::of(VALUE_BYTES);
    for (connections, in_flight) in CALLERS {
        let callers = connections * in_flight;
        for (numbers, who) in
            [(Numbers::Sequence, "pool, a sequence"), (Numbers::Row, "pool, a revision row")]
        {
            let bar = if callers > 1 && numbers == Numbers::Sequence {
                Bar::AtLeast(2.5)
            } else {
                Bar::None
            };
            let ours = Set::on(node.connect(connections).await?, &named, &values);
            let ours = Side { connections: ours, pid: node.process.pid() };
            let theirs = bare.puts(numbers).into_iter().cycle().take(connections).collect();
            let theirs = Side { connections: theirs, pid: database.pid() };
            let work = format!("set, {callers} at once");
            note(bench, section, &work, in_flight, &ours, (who, &theirs), bar).await?;
        }
    }
    Ok(())
}

async fn reads(
    bench: &Bench,
    section: &mut Section,
    node: &Holdfast,
    bare: &Bare,
    database: &Database,
) -> Result<(), Fault> {
    let named = Keys::new(NAMESPACE, bench.scale.hot);
    for (connections, in_flight) in CALLERS {
        let ours = Get::on(node.connect(connections).await?, &named);
        let ours = Side { connections: ours, pid: node.process.pid() };
        let theirs = bare.gets().into_iter().cycle().take(connections).collect();
        let theirs = Side { connections: theirs, pid: database.pid() };
        let work = format!("get, {} at once", connections * in_flight);
        note(bench, section, &work, in_flight, &ours, ("pool", &theirs), Bar::None).await?;
    }
    Ok(())
}

async fn note<A: Call, B: Call>(
    bench: &Bench,
    section: &mut Section,
    work: &str,
    in_flight: usize,
    ours: &Side<A>,
    (who, theirs): (&str, &Side<B>),
    bar: Bar,
) -> Result<(), Fault> {
    let (ours, theirs) = in_turns(bench, in_flight, ours, theirs).await?;
    section.lines.push(Line::rate(work, ours.rate, (who, theirs.rate), bar));
    section.latencies.push(Latency { who: format!("Holdfast, {work}"), seen: ours });
    // The first process of a database does none of its work.
    let theirs = holdfast_load::measured::Measured { cpu: None, ..theirs };
    section.latencies.push(Latency { who: format!("{who}, {work}"), seen: theirs });
    Ok(())
}

/// The same writers, all at one node or dealt out to three.
async fn spread(bench: &Bench, section: &mut Section, url: &str) -> Result<(), Fault> {
    let nats =
        holdfast_services::Nats::start("bench").ok_or("NATS is not installed: make setup")?;
    let nats_url = nats.url();
    let settings = over(
        url,
        &[("HOLDFAST_CHANNEL__KIND", "nats"), ("HOLDFAST_CHANNEL__NATS__SERVERS", &nats_url)],
    );
    let start = |_| Holdfast::start(bench.work(), None, &settings);
    let nodes = (0..NODES).map(start).collect::<Result<Vec<_>, _>>()?;
    let named = Keys::new(NAMESPACE, bench.scale.hot);
    let values = Values::of(VALUE_BYTES);
    // 63 or 64 of them: a number of connections that both sides can divide.
    const CONNECTIONS: usize = 12;
    const IN_FLIGHT: usize = 5;
    let mut all = Vec::new();
    for connection in 0..CONNECTIONS {
        all.extend(nodes[connection % NODES].connect(1).await?);
    }
    let three = Side { connections: Set::on(all, &named, &values), pid: nodes[0].process.pid() };
    let one = Set::on(nodes[0].connect(CONNECTIONS).await?, &named, &values);
    let one = Side { connections: one, pid: nodes[0].process.pid() };
    let (three, one) = in_turns(bench, IN_FLIGHT, &three, &one).await?;
    let work = format!("set, {} at once, {NODES} nodes", CONNECTIONS * IN_FLIGHT);
    section.lines.push(Line::rate(&work, three.rate, ("one node", one.rate), Bar::AtLeast(0.8)));
    section.latencies.push(Latency { who: work, seen: three });
    section.latencies.push(Latency { who: "the same at one node".into(), seen: one });
    Ok(())
}
