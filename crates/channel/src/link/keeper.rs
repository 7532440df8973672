//! The task that keeps a connection.

use std::collections::HashSet;
use std::sync::Arc;
use std::time::Duration;

use backon::{BackoffBuilder as _, ExponentialBackoff, ExponentialBuilder};
use tokio::sync::{mpsc, oneshot, watch};
use tokio::time::{Instant, MissedTickBehavior, interval_at, sleep, timeout};

use crate::error::ChannelError;
use crate::fanout::Fanout;
use crate::link::{Dialer, Wire};
use crate::subject::Subject;

/// Between two signs of life: who is cut off without a word is found out this much later.
const PING: Duration = Duration::from_secs(5);
/// The first pause before another attempt, without jitter.
const LEAST_PAUSE: Duration = Duration::from_millis(50);
/// The longest. It doubles until here, and jitter at most doubles it again.
const MOST_PAUSE: Duration = Duration::from_secs(4);

/// What is known of the connection.
pub(super) enum State {
    /// The first attempt has not ended.
    Connecting,
    /// There is one.
    Up(Arc<dyn Wire>),
    /// There is none, and why.
    Down(ChannelError),
}

/// Listen to a subject and say so.
pub(super) struct Order {
    pub(super) subject: Subject,
    pub(super) done: oneshot::Sender<()>,
}

pub(super) struct Keeper<D> {
    dialer: D,
    fanout: Arc<Fanout>,
    state: watch::Sender<State>,
    orders: mpsc::Receiver<Order>,
    timeout: Duration,
}

impl<D: Dialer> Keeper<D> {
    pub(super) fn new(
        dialer: D,
        fanout: Arc<Fanout>,
        orders: mpsc::Receiver<Order>,
        timeout: Duration,
    ) -> (Self, watch::Receiver<State>) {
        let (state, seen) = watch::channel(State::Connecting);
        (Self { dialer, fanout, state, orders, timeout }, seen)
    }

    /// Connects, keeps the connection, and begins again when it broke. It ends by being aborted.
    pub(super) async fn run(mut self) {
        let mut pauses = pauses();
        loop {
            let began = Instant::now();
            let why = match self.dial().await {
                Ok(wire) => self.keep(wire).await,
                Err(why) => why,
            };
            self.go_down(why);
            if began.elapsed() > 2 * MOST_PAUSE {
                pauses = self::pauses();
            }
            sleep(pauses.next().unwrap_or(MOST_PAUSE)).await;
        }
    }

    /// Says it once, and not for every attempt.
    fn go_down(&self, why: ChannelError) {
        let news = match &*self.state.borrow() {
            State::Down(before) => before != &why,
            State::Connecting | State::Up(_) => true,
        };
        if news {
            tracing::warn!(channel = self.name(), %why, "not connected; it is tried on and on");
        }
        self.state.send_replace(State::Down(why));
    }

    fn name(&self) -> &'static str {
        self.dialer.capabilities().name
    }

    async fn dial(&self) -> Result<Arc<dyn Wire>, ChannelError> {
        self.within("connecting", self.dialer.dial(Arc::clone(&self.fanout))).await
    }

    /// Serves until the connection is of no more use, and says why.
    async fn keep(&mut self, wire: Arc<dyn Wire>) -> ChannelError {
        let mut listening = HashSet::new();
        if let Err(why) = self.catch_up(&*wire, &mut listening).await {
            return why;
        }
        self.state.send_replace(State::Up(Arc::clone(&wire)));
        tracing::info!(channel = self.name(), "connected");
        let mut ticks = interval_at(Instant::now() + PING, PING);
        ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
        loop {
            let ended = tokio::select! {
                why = wire.broken() => Err(why),
                order = self.orders.recv() => match order {
                    Some(order) => self.obey(&*wire, &mut listening, order).await,
                    None => Err(ChannelError::Closed),
                },
                _ = ticks.tick() => self.look_after(&*wire, &mut listening).await,
            };
            if let Err(why) = ended {
                return why;
            }
        }
    }

    async fn obey(
        &self,
        wire: &dyn Wire,
        listening: &mut HashSet<Subject>,
        order: Order,
    ) -> Result<(), ChannelError> {
        if !listening.contains(&order.subject) {
            self.within("subscribing", wire.listen(&order.subject)).await?;
            listening.insert(order.subject.clone());
        }
        if order.done.send(()).is_err() {
            // It did not wait so long, and may have missed something.
            self.fanout.gap(&order.subject);
        }
        Ok(())
    }

    async fn look_after(
        &self,
        wire: &dyn Wire,
        listening: &mut HashSet<Subject>,
    ) -> Result<(), ChannelError> {
        self.within("asking for a sign of life", wire.ping()).await?;
        let wanted: HashSet<Subject> = self.fanout.subjects().into_iter().collect();
        let unwanted: Vec<Subject> = listening.difference(&wanted).cloned().collect();
        for subject in unwanted {
            self.within("unsubscribing", wire.forget(&subject)).await?;
            listening.remove(&subject);
        }
        self.catch_up(wire, listening).await
    }

    /// Listens to what is subscribed to and not listened to: after a new connection everything, else what was not ordered in
    /// time. Those subscriptions may have missed something.
    async fn catch_up(
        &self,
        wire: &dyn Wire,
        listening: &mut HashSet<Subject>,
    ) -> Result<(), ChannelError> {
        for subject in self.fanout.subjects() {
            if !listening.contains(&subject) {
                self.within("subscribing", wire.listen(&subject)).await?;
                self.fanout.gap(&subject);
                listening.insert(subject);
            }
        }
        Ok(())
    }

    async fn within<T>(
        &self,
        doing: &str,
        call: impl Future<Output = Result<T, ChannelError>>,
    ) -> Result<T, ChannelError> {
        let late = || ChannelError::Unavailable {
            channel: self.name(),
            why: format!("{doing} took longer than {:?}", self.timeout),
        };
        timeout(self.timeout, call).await.unwrap_or_else(|_| Err(late()))
    }
}

fn pauses() -> ExponentialBackoff {
    ExponentialBuilder::default()
        .with_min_delay(LEAST_PAUSE)
        .with_max_delay(MOST_PAUSE)
        .with_jitter()
        .without_max_times()
        .build()
}
