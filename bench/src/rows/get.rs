//! Unary get beside a bare echo server.

use holdfast_load::calls::{Get, Keys};
use holdfast_load::data::NAMESPACE;

use super::{Bench, Side, VALUE_BYTES, in_turns};
use crate::Fault;
use crate::report::{Bar, Latency, Line, Section};
use crate::subjects::echo::Echo;
use crate::subjects::holdfast::Holdfast;

const CONNECTIONS: usize = 4;
const IN_FLIGHT: usize = 64;
/// A cache that holds next to nothing: every get asks the store.
const NO_CACHE: [(&str, &str); 1] = [("HOLDFAST_CACHE_BYTES", "64KiB")];

pub(crate) async fn measure(bench: &mut Bench) -> Result<Section, Fault> {
    let seed = bench.seed().await?;
    let (keys, hot) = (bench.scale.keys, bench.scale.hot);
    let echo = Echo::start(bench.work())?;
    let bare = echo.side(CONNECTIONS, keys).await?;
    let mut section = Section {
        title: "Get",
        about: format!(
            "`config.v1/Get`, {CONNECTIONS} connections with {IN_FLIGHT} calls at once on each, {keys} keys of {VALUE_BYTES} bytes. Hot: \
             uniform over {hot} keys, which the cache holds. Missed: uniform over all keys, with a cache of 64 KiB, so that \
             the store is asked every time. All: uniform over all keys with the default cache of 256 MiB. Beside it: the same \
             call answered by a handler that only builds the answer, on the same libraries and accept loop."
        ),
        ..Section::default()
    };
    let rows: [(_, &[_], _, _); 3] = [
        ("hot keys", &[], hot, Bar::AtLeast(0.8)),
        ("all keys", &[], keys, Bar::None),
        ("missed keys", &NO_CACHE, keys, Bar::None),
    ];
    for (work, settings, among, bar) in rows {
        let server = Holdfast::start(bench.work(), Some(&seed), settings)?;
        let connections = Get::on(server.connect(CONNECTIONS).await?, &Keys::new(NAMESPACE, among));
        let ours = Side { connections, pid: server.process.pid() };
        let (ours, theirs) = in_turns(bench, IN_FLIGHT, &ours, &bare).await?;
        section.lines.push(Line::rate(work, ours.rate, ("echo", theirs.rate), bar));
        section.latencies.push(Latency { who: format!("Holdfast, {work}"), seen: ours });
        section.latencies.push(Latency { who: format!("echo, beside {work}"), seen: theirs });
    }
    Ok(section)
}

impl Echo {
    /// Asked for the same keys as the other side, so that the client does the same work.
    pub(super) async fn side(&self, connections: usize, keys: u64) -> Result<Side<Get>, Fault> {
        let connections = Get::on(self.connect(connections).await?, &Keys::new(NAMESPACE, keys));
        Ok(Side { connections, pid: self.process.pid() })
    }
}
