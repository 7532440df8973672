//! Changes to many readers of event streams, beside a bare broadcast of shared bytes; and what an idle reader costs.

use std::time::{Duration, Instant};

use holdfast_api::config_v1::SetRequest;
use holdfast_api::config_v1::config_service_client::ConfigServiceClient;
use holdfast_load::data::{NAMESPACE, Values};
use holdfast_load::dice::Dice;
use holdfast_load::drive::ticks;
use holdfast_load::measured::{Measured, median};
use tonic::transport::Channel;

use super::{Bench, VALUE_BYTES};
use crate::Fault;
use crate::process::{peak_resident, resident};
use crate::report::{Bar, Latency, Line, Section, mebibytes, micros};
use crate::subjects::echo::Echo;
use crate::subjects::holdfast::Holdfast;
use crate::subjects::http::Crowd;

const STALLED: usize = 100;
const BURST: usize = 100;
/// Single changes of a round.
const CHANGES: usize = 20;
const PATH: &str = "/v1/watch";
/// What was allocated on the way is given back, and the first bookmarks are over.
const SETTLED: Duration = Duration::from_secs(3);

pub(crate) async fn measure(bench: &mut Bench) -> Result<Section, Fault> {
    let readers = bench.scale.readers;
    let mut holdfast = Holdfast::start(bench.work(), None, &[])?;
    let echo = Echo::start(bench.work())?;
    let publisher = Publisher::to(&holdfast).await?;
    let mut seen: [Vec<Measured>; 2] = Default::default();
    let mut bursts: [Vec<f64>; 2] = Default::default();
    let mut each: [Vec<f64>; 2] = Default::default();
    for _ in 0..bench.scale.rounds {
        // One crowd after the other: both together are more connections than a process may have on many systems.
        let mut ours = Side::gather(holdfast.port(), holdfast.process.pid(), readers).await?;
        seen[0].push(singles(&mut ours.crowd, async || publisher.set().await).await?);
        bursts[0].push(burst(&mut ours.crowd, async || publisher.burst().await).await?);
        each[0].push(ours.each);
        drop(ours);
        let mut bare = Side::gather(echo.port(), echo.process.pid(), readers).await?;
        seen[1].push(singles(&mut bare.crowd, async || echo.publish(1).await).await?);
        bursts[1].push(burst(&mut bare.crowd, async || echo.publish(BURST).await).await?);
        each[1].push(bare.each);
    }
    let [one, bare_one] = seen.map(|rounds| Measured::median(&rounds));
    let [burst, bare_burst] = bursts.map(|rounds| median(rounds.into_iter()));
    // Later crowds find memory that the first one needed.
    let [idle, each] = each.map(|rounds| rounds.into_iter().fold(0.0, f64::max));
    let head = publisher.head().await?;
    holdfast = holdfast.restart(false)?;
    let began = Instant::now();
    let crowd = Crowd::gather(holdfast.port(), PATH, Some(head), (readers, 0)).await?;
    let live = began.elapsed().as_secs_f64() * 1e6;
    let peak = peak_resident(holdfast.process.pid())? as f64;
    let bound = idle * 2.0 * crowd.len() as f64 + 64.0 * f64::from(1 << 20);
    Ok(Section {
        title: "Server-sent events",
        about: format!(
            "{readers} readers of `/v1/watch`, each on a connection of its own, and {STALLED} that never read. From the call of a change \
             until the last reader has it, {CHANGES} changes a round; then {BURST} changes at once. Beside it: a handler that sends \
             shared bytes of the same length from a broadcast channel, on the same HTTP library and accept loop, where a \
             change is neither written nor made durable. Memory: resident bytes more than before the readers came, for each. \
             At last the server is killed and started again, and all readers resume from the last event."
        ),
        lines: vec![
            Line::time(
                "one change: p99 to the last reader",
                one.p99,
                ("broadcast", bare_one.p99),
                Bar::AtMost(1.0),
            ),
            Line::time("100 changes at once", burst, ("broadcast", bare_burst), Bar::AtMost(0.8)),
            Line::bound(
                "memory of an idle reader",
                idle,
                kibibytes,
                Some((each + 1024.0).min(20.0 * 1024.0)),
            ),
            Line::bound("memory of a reader of the broadcast", each, kibibytes, None),
            Line::bound("all live again after SIGKILL and restart", live, micros, None),
            Line::bound("peak memory of that", peak, mebibytes, Some(bound)),
        ],
        latencies: vec![
            Latency { who: "Holdfast, to the last reader".into(), seen: one },
            Latency { who: "broadcast, to the last reader".into(), seen: bare_one },
        ],
    })
}

/// A crowd, and what each of its readers costs the server.
struct Side {
    crowd: Crowd,
    each: f64,
}

impl Side {
    async fn gather(port: u16, pid: u32, readers: usize) -> Result<Self, Fault> {
        let before = resident(pid)?;
        let crowd = Crowd::gather(port, PATH, None, (readers, STALLED)).await?;
        tokio::time::sleep(SETTLED).await;
        let more = resident(pid)?.saturating_sub(before);
        Ok(Self { each: more as f64 / (readers + STALLED) as f64, crowd })
    }
}

/// One change after the other, each when everybody had the one before.
async fn singles(
    crowd: &mut Crowd,
    publish: impl AsyncFn() -> Result<(), Fault>,
) -> Result<Measured, Fault> {
    let (mut latencies, from) = (Vec::new(), Instant::now());
    for _ in 0..CHANGES {
        let began = Instant::now();
        publish().await?;
        latencies.push(ticks(crowd.all_had_one_more().await?.saturating_duration_since(began)));
    }
    Ok(Measured::of(&latencies, from.elapsed())?)
}

/// Until everybody had all changes, in microseconds.
async fn burst(
    crowd: &mut Crowd,
    publish: impl AsyncFn() -> Result<(), Fault>,
) -> Result<f64, Fault> {
    let began = Instant::now();
    publish().await?;
    let mut last = began;
    for _ in 0..BURST {
        last = crowd.all_had_one_more().await?;
    }
    Ok(last.saturating_duration_since(began).as_secs_f64() * 1e6)
}

/// Changes one key of a Holdfast.
struct Publisher {
    client: ConfigServiceClient<Channel>,
    values: Values,
}

impl Publisher {
    async fn to(server: &Holdfast) -> Result<Self, Fault> {
        let channel = server.connect(1).await?.pop().ok_or("no connection")?;
        Ok(Self { client: ConfigServiceClient::new(channel), values: Values::of(VALUE_BYTES) })
    }

    async fn set(&self) -> Result<(), Fault> {
        let request = SetRequest {
            namespace: NAMESPACE.into(),
            key: "changed".into(),
            value: self.values.pick(&mut Dice::new(1)),
            ..SetRequest::default()
        };
        self.client.clone().set(request).await?;
        Ok(())
    }

    async fn burst(&self) -> Result<(), Fault> {
        let sets = (0..BURST).map(|_| self.set());
        futures::future::try_join_all(sets).await.map(drop)
    }

    /// The revision of the newest change: there are no others.
    async fn head(&self) -> Result<u64, Fault> {
        let request = holdfast_api::config_v1::GetRequest {
            namespace: NAMESPACE.into(),
            key: "changed".into(),
            ..Default::default()
        };
        let answer = self.client.clone().get(request).await?.into_inner();
        let entry = answer.entry.into_option().ok_or("no entry")?;
        Ok(u64::try_from(entry.version)?)
    }
}

fn kibibytes(bytes: f64) -> String {
    format!("{:.1} KiB", bytes / 1024.0)
}
