//! Callers that make one kind of call over and over, every answer awaited before the next call.

use std::future::Future;
use std::time::{Duration, Instant};

use tokio::task::JoinSet;
use tonic::Status;

use crate::LoadError;
use crate::dice::Dice;
use crate::measured::{Measured, TICK};

/// A call that is made over and over. A clone makes its calls on the same connection.
pub trait Call: Clone + Send + 'static {
    /// Makes one call and looks at its answer.
    fn call(&mut self, dice: &mut Dice) -> impl Future<Output = Result<(), Status>> + Send;
}

/// How calls are made.
#[derive(Debug, Clone, Copy)]
pub struct Load {
    /// Calls at once, dealt out to the connections in turn.
    pub callers: usize,
    /// Time from one call to the next of the same caller; `None`: no pause.
    pub pace: Option<Duration>,
    /// Before anything counts.
    pub warmup: Duration,
    /// What counts.
    pub measured: Duration,
}

/// From where to where calls count.
#[derive(Debug, Clone, Copy)]
pub struct Window {
    /// The end of the warm-up.
    pub from: Instant,
    /// The end of the run.
    pub until: Instant,
}

/// Callers at work. Dropped, they end where they are.
#[derive(Debug)]
pub struct Running {
    /// When calls count.
    pub window: Window,
    callers: JoinSet<Result<Vec<u32>, Status>>,
}

/// Sends all callers off.
pub fn start<C: Call>(load: &Load, connections: &[C]) -> Running {
    let from = Instant::now() + load.warmup;
    let window = Window { from, until: from + load.measured };
    let mut callers = JoinSet::new();
    let seed = seed();
    for (number, connection) in connections.iter().cycle().take(load.callers).enumerate() {
        let dice = Dice::new(number as u64 ^ seed);
        callers.spawn(work(connection.clone(), dice, window, load.pace));
    }
    Running { window, callers }
}

/// Sends all callers off and waits for what they saw.
///
/// # Errors
/// Those of [`Running::finish`].
pub async fn drive<C: Call>(load: &Load, connections: &[C]) -> Result<Measured, LoadError> {
    start(load, connections).finish().await
}

impl Running {
    /// Waits until all callers are done.
    ///
    /// # Errors
    /// The first call that failed, at once; [`LoadError::Nothing`] when none was answered while it counted.
    pub async fn finish(mut self) -> Result<Measured, LoadError> {
        let mut latencies = Vec::new();
        while let Some(ended) = self.callers.join_next().await {
            latencies.extend(ended??);
        }
        Measured::of(&latencies, self.window.until - self.window.from)
    }
}

/// Another one for each run.
fn seed() -> u64 {
    use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
    static RUN: AtomicU64 = AtomicU64::new(1);
    Dice::new(RUN.fetch_add(1, Relaxed)).roll()
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
            latencies.push(ticks(ended - began));
        }
    }
}

/// In the unit that latencies are kept in.
pub fn ticks(took: Duration) -> u32 {
    u32::try_from(took.as_nanos() / TICK.as_nanos()).unwrap_or(u32::MAX)
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
