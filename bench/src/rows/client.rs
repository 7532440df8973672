//! What the client library costs: a read from memory, a read over the network beside the generated stub, and doing nothing.

use std::hint::black_box;
use std::time::{Duration, Instant};

use holdfast_api::holdfast_v1::GetRequest;
use holdfast_api::holdfast_v1::holdfast_service_client::HoldfastServiceClient;
use holdfast_client::{Client, Config, Namespace};
use holdfast_load::data::{NAMESPACE, key};
use holdfast_load::dice::Dice;
use holdfast_load::drive::Call;
use tonic::transport::Channel;
use tonic::{Code, Status};

use super::rego::median;
use super::{Bench, Side, VALUE_BYTES, in_turns};
use crate::Fault;
use crate::args::ClientIdle;
use crate::process::{Process, cpu_time, resident};
use crate::report::{Bar, Latency, Line, Section, mebibytes};
use crate::subjects::holdfast::Holdfast;

const CONNECTIONS: usize = 4;
const IN_FLIGHT: usize = 16;
/// Reads between two looks at the clock.
const READS: u32 = 1_000_000;
/// Long enough for ten confirmations.
const IDLE: Duration = Duration::from_secs(30);

pub(crate) async fn measure(bench: &mut Bench) -> Result<Section, Fault> {
    let seed = bench.seed().await?;
    let keys = bench.scale.hot;
    let server = Holdfast::start(bench.work(), Some(&seed), &[])?;
    let endpoint = format!("http://127.0.0.1:{}", server.port());
    let mut lines = memory(bench, &endpoint, keys).await?;
    let stubs = server.connect(CONNECTIONS).await?.into_iter();
    let stub =
        |channel: Channel| Stub { client: HoldfastServiceClient::new(channel), keys, timed: false };
    let stubs: Vec<_> = stubs.map(stub).collect();
    let timed = stubs.iter().cloned().map(|stub| Stub { timed: true, ..stub }).collect();
    let timed = Side { connections: timed, pid: server.process.pid() };
    let bare = Side { connections: stubs, pid: server.process.pid() };
    let client = Client::builder(&endpoint).connections(CONNECTIONS).build()?;
    let ours = Library { client, keys };
    let ours = Side { connections: vec![ours; CONNECTIONS], pid: server.process.pid() };
    let (beside, timed) = in_turns(bench, IN_FLIGHT, &ours, &timed).await?;
    let (ours, bare) = in_turns(bench, IN_FLIGHT, &ours, &bare).await?;
    let of_timed = ("stub with deadline", timed.rate);
    lines.push(Line::rate("get over the network", beside.rate, of_timed, Bar::None));
    lines.push(Line::rate(
        "get over the network",
        ours.rate,
        ("stub", bare.rate),
        Bar::AtLeast(0.9),
    ));
    lines.extend(idle(bench, &endpoint)?);
    Ok(Section {
        title: "Client library",
        about: format!(
            "In this process, on one thread: {READS} reads of 64 of {keys} keys of {VALUE_BYTES} bytes from the memory of a `Config` that follows a \
             server, and of a live value. Then `holdfast.v1/Get` through the library and through the generated stub, {CONNECTIONS} connections with {IN_FLIGHT} calls at once on \
             each. Then a process that follows a namespace in which nothing happens, for {} s.",
            IDLE.as_secs()
        ),
        lines,
        latencies: vec![
            Latency { who: "library".into(), seen: ours },
            Latency { who: "stub".into(), seen: bare },
            Latency { who: "stub with deadline".into(), seen: timed },
        ],
    })
}

async fn memory(bench: &Bench, endpoint: &str, keys: u64) -> Result<Vec<Line>, Fault> {
    let config = Config::over(Client::builder(endpoint).build()?).open()?;
    let namespace = config.namespace(NAMESPACE);
    let mut dice = Dice::new(7);
    let names: Vec<String> = (0..64).map(|_| key(dice.below(keys))).collect();
    namespace.ready().await?;
    for name in &names {
        namespace.get(name).await?;
    }
    let mut rounds = Vec::new();
    for _ in 0..bench.scale.rounds {
        rounds.push(read(&namespace, &names).await?);
    }
    let lends = (0..bench.scale.rounds).map(|_| lend(&namespace, &names)).collect::<Vec<_>>();
    namespace.set("live", &1_u64).await?;
    let live = namespace.live::<u64>("live").await?;
    let look = |_| {
        let began = Instant::now();
        for _ in 0..READS {
            black_box(*black_box(&live).get());
        }
        began.elapsed().as_nanos() as f64 / f64::from(READS)
    };
    let looks = (0..bench.scale.rounds).map(look).collect();
    let nanoseconds = |ns: f64| format!("{ns:.1} ns");
    config.close().await;
    Ok(vec![
        Line::bound("get from memory", median(rounds), nanoseconds, Some(50.0)),
        Line::bound("lent from memory", median(lends), nanoseconds, Some(50.0)),
        Line::bound("Live::get", median(looks), nanoseconds, Some(50.0)),
    ])
}

/// Nanoseconds for one read, on the average of a round.
async fn read(namespace: &Namespace, names: &[String]) -> Result<f64, Fault> {
    let began = Instant::now();
    for name in names.iter().cycle().take(READS as usize) {
        black_box(namespace.get(black_box(name)).await?);
    }
    Ok(began.elapsed().as_nanos() as f64 / f64::from(READS))
}

/// The same of a value that is lent, not kept.
fn lend(namespace: &Namespace, names: &[String]) -> f64 {
    let began = Instant::now();
    for name in names.iter().cycle().take(READS as usize) {
        black_box(namespace.lend(black_box(name), |entry, _| entry.value.len()));
    }
    began.elapsed().as_nanos() as f64 / f64::from(READS)
}

/// A process of its own, whose processor time is nobody else's.
fn idle(bench: &Bench, endpoint: &str) -> Result<Vec<Line>, Fault> {
    let mut command = std::process::Command::new(std::env::current_exe()?);
    command.args(["client-idle", "--endpoint", endpoint]);
    let process = Process::start(&mut command, &bench.work().join("client-idle.log"))?;
    std::thread::sleep(Duration::from_secs(3));
    let before = cpu_time(process.pid())?;
    std::thread::sleep(IDLE);
    let busy = cpu_time(process.pid())?.saturating_sub(before);
    let memory = resident(process.pid())? as f64;
    process.kill();
    let percent = |share: f64| format!("{share:.2}%");
    let share = busy.as_secs_f64() / IDLE.as_secs_f64() * 100.0;
    Ok(vec![
        Line::bound("processor of an idle client", share, percent, Some(2.0)),
        Line::bound("memory of an idle client", memory, mebibytes, None),
    ])
}

/// `holdfast-bench client-idle`: follows a namespace until it is ended.
pub(crate) async fn be_idle(idle: &ClientIdle) -> Result<(), Fault> {
    let config = Config::over(Client::builder(&idle.endpoint).build()?).open()?;
    config.namespace("idle").ready().await?;
    std::future::pending().await
}

/// Gets of the generated stub.
#[derive(Debug, Clone)]
struct Stub {
    client: HoldfastServiceClient<Channel>,
    keys: u64,
    /// Tells the server how long it waits, as the library does.
    timed: bool,
}

impl Call for Stub {
    async fn call(&mut self, dice: &mut Dice) -> Result<(), Status> {
        let name = key(dice.below(self.keys));
        let namespace = NAMESPACE.to_owned();
        let request = GetRequest { namespace, key: name.clone(), ..GetRequest::default() };
        let mut request = tonic::Request::new(request);
        if self.timed {
            request.set_timeout(Duration::from_secs(5));
        }
        let answer = self.client.get(request).await?.into_inner();
        right(answer.entry.as_option().is_some_and(|entry| entry.key == name))
    }
}

/// The same through the library.
#[derive(Debug, Clone)]
struct Library {
    client: Client,
    keys: u64,
}

impl Call for Library {
    async fn call(&mut self, dice: &mut Dice) -> Result<(), Status> {
        let name = key(dice.below(self.keys));
        let got = self.client.get(NAMESPACE, &name).await;
        right(*got.map_err(|error| Status::unknown(error.to_string()))?.key == *name)
    }
}

fn right(right: bool) -> Result<(), Status> {
    if right {
        Ok(())
    } else {
        Err(Status::new(Code::DataLoss, "another answer than was asked for"))
    }
}
