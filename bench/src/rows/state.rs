//! States and their events beside the same work through config.v1.

use std::time::Duration;

use holdfast_load::calls::{Get, Keys, List, Set};
use holdfast_load::data::{NAMESPACE, PER_PREFIX, Values};
use holdfast_load::drive::Call;
use holdfast_load::fanout::{self, Delivered, Fanout, Watched};
use holdfast_load::measured::median;
use holdfast_load::states::StateCall;

use super::{Bench, Side, VALUE_BYTES, in_turns};
use crate::Fault;
use crate::report::{Bar, Latency, Line, Section};
use crate::subjects::holdfast::Holdfast;

const CONNECTIONS: usize = 4;
const IN_FLIGHT: usize = 16;
const WATCHERS: usize = 100;
/// No dialect costs more than a quarter over config.v1.
const RATE: Bar = Bar::AtLeast(0.8);
const TIME: Bar = Bar::AtMost(1.25);

pub(crate) async fn measure(bench: &mut Bench) -> Result<Section, Fault> {
    let seed = bench.seed().await?;
    let keys = bench.scale.hot;
    let server = Holdfast::start(bench.work(), Some(&seed), &[])?;
    let pid = server.process.pid();
    let (named, values) = (Keys::new(NAMESPACE, keys), Values::of(VALUE_BYTES));
    let mut section = Section {
        title: "States",
        about: format!(
            "stategate over gRPC beside config.v1 on the same server and the same {keys} keys of about {VALUE_BYTES} bytes, {CONNECTIONS} \
             connections with {IN_FLIGHT} calls at once on each. A search reads the {PER_PREFIX} states of a type, a list the same \
             entries. Changes are made by config.v1 and followed by {WATCHERS} watchers."
        ),
        ..Section::default()
    };
    let side = |connections| Side { connections, pid };
    // Sets first: what they wrote are objects, as states are.
    let sets = side(StateCall::set(server.connect(CONNECTIONS).await?, keys, &values));
    let config = Set::on(server.connect(CONNECTIONS).await?, &named, &values);
    note(bench, &mut section, "set", &sets, &Side { connections: config, pid }).await?;
    let gets = side(StateCall::get(server.connect(CONNECTIONS).await?, keys));
    let config = Get::on(server.connect(CONNECTIONS).await?, &named);
    note(bench, &mut section, "get", &gets, &Side { connections: config, pid }).await?;
    for (work, filter) in [("search", ""), ("search by a filter", r#"{"value":{"$gt":""}}"#)] {
        let search = side(StateCall::search(server.connect(CONNECTIONS).await?, keys, filter));
        let page = i32::try_from(PER_PREFIX)?;
        let config = List::on(server.connect(CONNECTIONS).await?, &named, page);
        note(bench, &mut section, work, &search, &Side { connections: config, pid }).await?;
    }
    stream(bench, &mut section, &server).await?;
    Ok(section)
}

async fn note<A: Call, B: Call>(
    bench: &Bench,
    section: &mut Section,
    work: &str,
    ours: &Side<A>,
    theirs: &Side<B>,
) -> Result<(), Fault> {
    let (state, config) = in_turns(bench, IN_FLIGHT, ours, theirs).await?;
    section.lines.push(Line::rate(work, state.rate, ("config.v1", config.rate), RATE));
    section.latencies.push(Latency { who: format!("stategate, {work}"), seen: state });
    section.latencies.push(Latency { who: format!("config.v1, beside {work}"), seen: config });
    Ok(())
}

async fn stream(bench: &Bench, section: &mut Section, server: &Holdfast) -> Result<(), Fault> {
    let fanout = |by| Fanout {
        by,
        namespace: NAMESPACE.into(),
        watchers: WATCHERS,
        changes: 200,
        pace: Duration::from_millis(20),
        value_size: VALUE_BYTES,
    };
    let channels = server.connect(CONNECTIONS).await?;
    let (mut state, mut config) = (Vec::new(), Vec::new());
    for _ in 0..bench.scale.rounds {
        state.push(fanout::measure(&fanout(Watched::State), &channels[0], &channels).await?);
        config.push(fanout::measure(&fanout(Watched::Config), &channels[0], &channels).await?);
    }
    let last = |seen: &[Delivered]| median(seen.iter().map(|one| one.last.p50));
    let work = format!("change at the last of {WATCHERS} watchers");
    section.lines.push(Line::time(&work, last(&state), ("config.v1", last(&config)), TIME));
    Ok(())
}
