//! A get over HTTP/JSON beside a bare handler.

use super::{Bench, Side, VALUE_BYTES, in_turns};
use crate::Fault;
use crate::report::{Bar, Latency, Line, Section};
use crate::subjects::echo::Echo;
use crate::subjects::holdfast::Holdfast;
use crate::subjects::http::RestGet;

const CONNECTIONS: usize = 64;

pub(crate) async fn measure(bench: &mut Bench) -> Result<Section, Fault> {
    let seed = bench.seed().await?;
    let (keys, hot) = (bench.scale.keys, bench.scale.hot);
    let server = Holdfast::start(bench.work(), Some(&seed), &[])?;
    let echo = Echo::start(bench.work())?;
    let mut section = Section {
        title: "REST get",
        about: format!(
            "`GET /v1/namespaces/{{ns}}/keys/{{key}}` over HTTP/1.1, {CONNECTIONS} connections with one call at a time, {keys} keys of \
             {VALUE_BYTES} bytes; hot: {hot} of them. Beside it: a handler that answers the same number of bytes, on the same \
             HTTP library and accept loop."
        ),
        ..Section::default()
    };
    for (work, among) in [("hot keys", hot), ("all keys", keys)] {
        let ours = RestGet::on(server.port(), CONNECTIONS, among).await?;
        let bare = RestGet::on(echo.port(), CONNECTIONS, among).await?;
        let ours = Side { connections: ours, pid: server.process.pid() };
        let bare = Side { connections: bare, pid: echo.process.pid() };
        let (ours, bare) = in_turns(bench, 1, &ours, &bare).await?;
        let bar = Bar::AtLeast(0.75);
        section.lines.push(Line::rate(work, ours.rate, ("bare handler", bare.rate), bar));
        section.latencies.push(Latency { who: format!("Holdfast, {work}"), seen: ours });
        section.latencies.push(Latency { who: format!("bare, beside {work}"), seen: bare });
    }
    Ok(section)
}
