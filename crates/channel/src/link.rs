//! A channel over a connection that breaks: what all of them have in common.
//!
//! A backend implements [`Dialer`] and [`Wire`], about one connection; [`Link`] makes of them an [`EventChannel`] that connects
//! again for ever.

mod fuse;
mod keeper;
mod settings;
mod task;

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use bytes::Bytes;
use tokio::sync::{mpsc, oneshot, watch};
use tokio::time::timeout;

use crate::contract::{ChannelCapabilities, EventChannel, Subscription, check_size};
use crate::error::ChannelError;
use crate::fanout::Fanout;
use crate::link::keeper::{Keeper, Order, State};
use crate::subject::Subject;

pub use crate::link::fuse::Fuse;
pub use crate::link::settings::{LinkSettings, Password};
pub use crate::link::task::Task;

/// Makes connections to a server, one at a time.
#[async_trait]
pub trait Dialer: Send + Sync + 'static {
    /// What the channel can do; constant.
    fn capabilities(&self) -> ChannelCapabilities;

    /// Makes a connection. What it hears goes to the fan-out. May be dropped at its time limit.
    async fn dial(&self, heard: Arc<Fanout>) -> Result<Arc<dyn Wire>, ChannelError>;
}

/// One connection to a server. Dropping it ends it.
#[async_trait]
pub trait Wire: Send + Sync + 'static {
    /// Sends a message. The size was checked.
    async fn publish(&self, subject: &Subject, message: Bytes) -> Result<(), ChannelError>;

    /// Begins to hear a subject; live when it returns. Called once for each subject, and never for two at the same time.
    async fn listen(&self, subject: &Subject) -> Result<(), ChannelError>;

    /// No longer hears a subject.
    async fn forget(&self, subject: &Subject) -> Result<(), ChannelError>;

    /// Asks the server for a sign of life.
    async fn ping(&self) -> Result<(), ChannelError>;

    /// Waits until the connection is of no more use, and says why.
    async fn broken(&self) -> ChannelError;
}

/// Subscriptions that wait for the keeper: more than any node has.
const WAITING_ORDERS: usize = 256;

/// An [`EventChannel`] over the connections of a [`Dialer`].
pub struct Link {
    capabilities: ChannelCapabilities,
    fanout: Arc<Fanout>,
    state: watch::Receiver<State>,
    orders: mpsc::Sender<Order>,
    timeout: Duration,
    _keeper: Task,
}

impl Link {
    /// Begins to connect, in a task of the current runtime; answers at once. No call takes longer than `timeout`.
    pub fn new(dialer: impl Dialer, timeout: Duration) -> Self {
        let fanout = Arc::new(Fanout::default());
        let capabilities = dialer.capabilities();
        let (orders, taken) = mpsc::channel(WAITING_ORDERS);
        let (keeper, state) = Keeper::new(dialer, Arc::clone(&fanout), taken, timeout);
        let keeper = Task::spawn(keeper.run());
        Self { capabilities, fanout, state, orders, timeout, _keeper: keeper }
    }

    fn unavailable(&self, why: String) -> ChannelError {
        ChannelError::Unavailable { channel: self.capabilities.name, why }
    }

    /// The connection there is; waits for the first attempt to end one way or the other.
    async fn wire(&self) -> Result<Arc<dyn Wire>, ChannelError> {
        let mut state = self.state.clone();
        let known = state.wait_for(|state| !matches!(state, State::Connecting)).await;
        match &*known.map_err(|_| ChannelError::Closed)? {
            State::Up(wire) => Ok(Arc::clone(wire)),
            State::Down(why) => Err(why.clone()),
            State::Connecting => Err(self.unavailable("it connects".into())),
        }
    }

    /// Waits until the keeper listens to the subject, or it is known that there is no connection.
    async fn until_live(&self, subject: &Subject) {
        let (done, live) = oneshot::channel();
        let order = Order { subject: subject.clone(), done };
        if self.orders.send(order).await.is_err() {
            return;
        }
        let mut state = self.state.clone();
        tokio::select! {
            _ = live => {}
            _ = state.wait_for(|state| matches!(state, State::Down(_))) => {}
        }
    }
}

#[async_trait]
impl EventChannel for Link {
    fn capabilities(&self) -> ChannelCapabilities {
        self.capabilities
    }

    async fn publish(&self, subject: &Subject, message: Bytes) -> Result<(), ChannelError> {
        check_size(&message, self.capabilities.largest_message)?;
        let sent = async { self.wire().await?.publish(subject, message).await };
        let late = || self.unavailable(format!("no answer within {:?}", self.timeout));
        timeout(self.timeout, sent).await.unwrap_or_else(|_| Err(late()))
    }

    async fn subscribe(&self, subject: &Subject) -> Result<Box<dyn Subscription>, ChannelError> {
        let subscription = self.fanout.subscribe(subject);
        // Late or not: the keeper finds the subscription in the fan-out, and tells it of the gap.
        let _ = timeout(self.timeout, self.until_live(subject)).await;
        Ok(subscription)
    }

    async fn healthy(&self) -> Result<(), ChannelError> {
        match &*self.state.borrow() {
            State::Up(_) => Ok(()),
            State::Connecting => Err(self.unavailable("it connects".into())),
            State::Down(why) => Err(why.clone()),
        }
    }
}

impl Drop for Link {
    fn drop(&mut self) {
        self.fanout.close();
    }
}
