//! The load generator: some connections, some calls in flight on each, every answer awaited before the next call.

use std::future::Future;
use std::time::{Duration, Instant};

use tokio::task::JoinSet;
use tonic::Status;

use crate::Fault;
use crate::dice::Dice;
use crate::measured::{Measured, TICK};
use crate::process::cpu_time;

/// A call that is made over and over. A clone makes its calls on the same connection.
pub(crate) trait Call: Clone + Send + 'static {
    /// Makes one call and looks at its answer.
    fn call(&mut self, dice: &mut Dice) -> impl Future<Output = Result<(), Status>> + Send;
}

/// How calls are made.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Load {
    /// At once on each connection.
    pub(crate) in_flight: usize,
    /// Time from one call to the next of the same caller; `None`: no pause.
    pub(crate) pace: Option<Duration>,
    /// Before anything counts.
    pub(crate) warmup: Duration,
    /// What counts.
    pub(crate) measured: Duration,
}

/// From where to where calls count.
#[derive(Debug, Clone, Copy)]
struct Window {
    from: Instant,
    until: Instant,
}

/// Makes calls on all connections at once. `server` is the process whose processor time is told.
///
/// # Errors
/// The first call that fails ends the run: a fast wrong answer must not count.
pub(crate) async fn drive<C: Call>(
    load: &Load,
    connections: &[C],
    server: u32,
) -> Result<Measured, Fault> {
    let from = Instant::now() + load.warmup;
    let window = Window { from, until: from + load.measured };
    let mut callers = JoinSet::new();
    for (number, connection) in connections.iter().enumerate() {
        for caller in 0..load.in_flight {
            let dice = Dice::new((number * load.in_flight + caller) as u64 ^ seed());
            callers.spawn(work(connection.clone(), dice, window, load.pace));
        }
    }
    tokio::time::sleep_until(window.from.into()).await;
    let before = cpu_time(server)?;
    tokio::time::sleep_until(window.until.into()).await;
    let cpu = cpu_time(server)?.saturating_sub(before);
    let mut latencies = Vec::new();
    while let Some(ended) = callers.join_next().await {
        latencies.extend(ended??);
    }
    Measured::of(&latencies, load.measured, cpu)
}

/// Another one for each round.
fn seed() -> u64 {
    use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
    static ROUND: AtomicU64 = AtomicU64::new(1);
    Dice::new(ROUND.fetch_add(1, Relaxed)).roll()
}

async fn work<C: Call>(
    mut call: C,
    mut dice: Dice,
    window: Window,
    pace: Option<Duration>,
) -> Result<Vec<u32>, Status> {
    let mut latencies = Vec::new();
    let first = pace.map_or(Duration::ZERO, |pace| pace.mul_f64(dice.below(1_000) as f64 / 1e3));
    let mut due = Instant::now() + first;
    loop {
        let began = match pace {
            None => Instant::now(),
            Some(pace) => begin_at(&mut due, pace).await,
        };
        if began >= window.until {
            return Ok(latencies);
        }
        call.call(&mut dice).await?;
        let ended = Instant::now();
        if (window.from..window.until).contains(&ended) {
            let ticks = (ended - began).as_nanos() / TICK.as_nanos();
            latencies.push(u32::try_from(ticks).unwrap_or(u32::MAX));
        }
    }
}

/// A call that has to wait for the one before it began when it was due, not when it was made.
async fn begin_at(due: &mut Instant, pace: Duration) -> Instant {
    let this = *due;
    *due += pace;
    if this <= Instant::now() {
        return this;
    }
    tokio::time::sleep_until(this.into()).await;
    // How late a timer wakes us is not the server's doing.
    Instant::now()
}
