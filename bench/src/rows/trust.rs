//! The same work with tokens and roles, beside the server that lets everybody in.

use std::process::Command;
use std::time::Duration;

use holdfast_dial::{Bearer, IntoLink, Link};
use holdfast_load::calls::{Get, Keys, Set};
use holdfast_load::data::{NAMESPACE, Values};
use holdfast_load::drive::Call;
use holdfast_load::fanout::{self, Delivered, Fanout, Watched};
use holdfast_load::measured::median;

use super::{Bench, Side, VALUE_BYTES, in_turns};
use crate::Fault;
use crate::report::{Bar, Latency, Line, Section};
use crate::subjects::echo::Echo;
use crate::subjects::holdfast::{Holdfast, binary};

const CONNECTIONS: usize = 4;
const GETS: usize = 64;
const WRITES: usize = 16;
const WATCHERS: usize = 1_000;
/// What an application's role looks like: some rules that are not about what it does, and a `deny`.
const RULES: [&str; 5] = [
    "allow read,list,watch shared/**",
    "allow read,list other-{a,b}/team/*/**",
    "deny * bench/secret/**",
    "allow read,write,list,watch bench*",
    "allow write,delete scratch",
];

pub(crate) async fn measure(bench: &mut Bench) -> Result<Section, Fault> {
    let seed = bench.seed().await?;
    let (keys, hot) = (bench.scale.keys, bench.scale.hot);
    let open = Holdfast::start(bench.work(), Some(&seed), &[])?;
    let closed = Holdfast::start_guarded(bench.work(), Some(&seed))?;
    let caller = bearer(&closed)?;
    let mut section = Section {
        title: "With tokens and roles",
        about: format!(
            "The server as it is without `--dev`, asked with a token whose user has a role of {} rules, beside the same server \
             with `--dev`, in turns. Get: hot keys, {CONNECTIONS} connections with {GETS} calls at once, beside the bare echo server \
             too. Set: 64 writers of {VALUE_BYTES} bytes. Watch: {WATCHERS} watchers of one key on {CONNECTIONS} connections, a \
             change every 20 ms, from the call of the change until the last watcher has it.",
            RULES.len()
        ),
        ..Section::default()
    };

    let hot = Keys::new(NAMESPACE, hot);
    let echo = Echo::start(bench.work())?;
    let bare = echo.side(CONNECTIONS, keys).await?;
    let ours = side(&closed, Get::on(links(&closed, &caller).await?, &hot));
    let theirs = side(&open, Get::on(open.connect(CONNECTIONS).await?, &hot));
    note(bench, &mut section, ("get", GETS), &ours, ("--dev", &theirs), Bar::None).await?;
    note(bench, &mut section, ("get", GETS), &ours, ("echo", &bare), Bar::AtLeast(0.8)).await?;

    let (all, values) = (Keys::new(NAMESPACE, keys), Values::of(VALUE_BYTES));
    let ours = side(&closed, Set::on(links(&closed, &caller).await?, &all, &values));
    let theirs = side(&open, Set::on(open.connect(CONNECTIONS).await?, &all, &values));
    note(bench, &mut section, ("set", WRITES), &ours, ("--dev", &theirs), Bar::None).await?;

    watch(bench, &mut section, (&closed, &caller), &open).await?;
    Ok(section)
}

fn side<C>(server: &Holdfast, connections: Vec<C>) -> Side<C> {
    Side { connections, pid: server.process.pid() }
}

async fn note<A: Call, B: Call>(
    bench: &Bench,
    section: &mut Section,
    (work, in_flight): (&str, usize),
    ours: &Side<A>,
    (beside, theirs): (&str, &Side<B>),
    bar: Bar,
) -> Result<(), Fault> {
    let (ours, theirs) = in_turns(bench, in_flight, ours, theirs).await?;
    let work = format!("{work} beside {beside}");
    section.lines.push(Line::rate(&work, ours.rate, (beside, theirs.rate), bar));
    section.latencies.push(Latency { who: format!("Holdfast, {work}"), seen: ours });
    section.latencies.push(Latency { who: format!("{beside}, the same"), seen: theirs });
    Ok(())
}

async fn watch(
    bench: &Bench,
    section: &mut Section,
    (closed, caller): (&Holdfast, &Bearer),
    open: &Holdfast,
) -> Result<(), Fault> {
    let fanout = Fanout {
        by: Watched::Config,
        namespace: NAMESPACE.into(),
        watchers: WATCHERS,
        changes: 200,
        pace: Duration::from_millis(20),
        value_size: VALUE_BYTES,
    };
    let (with, without) = (links(closed, caller).await?, open.connect(CONNECTIONS).await?);
    let (mut ours, mut theirs) = (Vec::new(), Vec::new());
    for _ in 0..bench.scale.rounds {
        ours.push(fanout::measure(&fanout, &with[0], &with).await?);
        theirs.push(fanout::measure(&fanout, &without[0], &without).await?);
    }
    let last = |seen: &[Delivered]| median(seen.iter().map(|one| one.last.p50));
    let work = format!("change at the last of {WATCHERS} watchers");
    section.lines.push(Line::time(&work, last(&ours), ("--dev", last(&theirs)), Bar::None));
    Ok(())
}

async fn links(server: &Holdfast, caller: &Bearer) -> Result<Vec<Link>, Fault> {
    let channels = server.connect(CONNECTIONS).await?;
    Ok(channels.into_iter().map(|channel| caller.clone().on(channel).into_link()).collect())
}

/// A token of a user with the role, as an administrator would make it.
fn bearer(server: &Holdfast) -> Result<Bearer, Fault> {
    let root = server.root_token()?;
    let run = |arguments: &[&str]| -> Result<String, Fault> {
        let endpoint = format!("http://127.0.0.1:{}", server.port());
        let mut command = Command::new(binary()?);
        command.args(arguments).args(["-o", "raw", "--endpoint", &endpoint]);
        let output = command.env("HOLDFAST_TOKEN", &root).output()?;
        if !output.status.success() {
            let said = String::from_utf8_lossy(&output.stderr);
            return Err(format!("holdfast {arguments:?}: {said}").into());
        }
        Ok(String::from_utf8(output.stdout)?.trim().to_owned())
    };
    let rules = RULES.iter().flat_map(|rule| ["--rule", rule]);
    run(&["role", "set", "bench"].into_iter().chain(rules).collect::<Vec<_>>())?;
    let token = run(&["token", "create", "--user", "bench", "--role", "bench"])?;
    Bearer::of(&token).ok_or_else(|| format!("{token:?} is no token").into())
}
