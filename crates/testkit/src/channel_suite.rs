//! The conformance suite of [`EventChannel`]: each behaviour of its contract, checked on a real channel.
//!
//! A channel implements [`Backend`] (about ten lines) and calls [`run`] in a test of a runtime with several threads.

mod bounds;
mod breaks;
mod delivery;
mod probes;

use std::future::Future;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use bytes::Bytes;
use futures::future::BoxFuture;
use holdfast_channel::{ChannelError, EventChannel, Heard, Subject, Subscription};
use tokio::time::timeout;

pub use probes::{fault, starts_late, until_healthy, works};

/// Opens instances of one channel: over one server, or within this process.
#[async_trait]
pub trait Backend: Send + Sync {
    /// One more instance.
    async fn open(&self) -> Arc<dyn EventChannel>;

    /// Breaks every connection to the server and makes it one that can be reached again, as a restart does. Asked only of
    /// channels that have one.
    async fn interrupt(&self);
}

/// How long anything may take before it counts as lost.
const PATIENCE: Duration = Duration::from_secs(60);
/// How long nothing must happen.
const SILENCE: Duration = Duration::from_millis(300);

type Case = for<'a> fn(&'a dyn Backend) -> BoxFuture<'a, ()>;

/// Runs every case, each on a backend that `make` answers (it may be the same server each time: cases use subjects of their
/// own).
pub async fn run<B: Backend, F: Future<Output = B>>(make: impl Fn() -> F) {
    for (name, case) in CASES {
        println!("channel case: {name}");
        case(&make().await).await;
    }
}

macro_rules! cases {
    ($($room:ident :: $case:ident),* $(,)?) => {
        &[$((stringify!($case), |backend| Box::pin($room::$case(backend)))),*]
    };
}

/// Name and body of every case.
pub const CASES: &[(&str, Case)] = cases![
    delivery::a_message_reaches_every_subscriber_of_its_subject,
    delivery::subjects_are_compared_byte_by_byte,
    delivery::nothing_of_before_the_subscription_is_heard,
    delivery::two_instances_hear_each_other,
    delivery::any_bytes_come_back_as_they_were,
    delivery::a_subscription_that_is_dropped_disturbs_nobody,
    bounds::the_largest_message_passes_and_a_larger_one_is_refused,
    bounds::a_slow_subscriber_hears_a_gap_and_delays_nobody,
    bounds::what_waits_is_bounded_in_bytes,
    breaks::after_an_interruption_there_is_a_gap_and_then_messages,
    breaks::closing_ends_subscriptions,
];

/// A subject that no other case and no other run uses.
fn subject(name: &str) -> Subject {
    let unique = uuid::Uuid::new_v4().simple();
    Subject::new(&format!("suite.{unique}.{name}")).expect("a subject")
}

async fn subscribe(channel: &dyn EventChannel, subject: &Subject) -> Box<dyn Subscription> {
    let live = timeout(PATIENCE, channel.subscribe(subject)).await;
    live.expect("subscribed in time").expect("subscribed")
}

async fn publish(channel: &dyn EventChannel, subject: &Subject, message: impl Into<Bytes>) {
    try_publish(channel, subject, message).await.expect("published");
}

async fn try_publish(
    channel: &dyn EventChannel,
    subject: &Subject,
    message: impl Into<Bytes>,
) -> Result<(), ChannelError> {
    let sent = timeout(PATIENCE, channel.publish(subject, message.into())).await;
    sent.expect("an answer in time")
}

/// What is heard next; it must come.
async fn next(subscription: &mut Box<dyn Subscription>) -> Heard {
    let heard = timeout(PATIENCE, subscription.next()).await.expect("something is heard in time");
    heard.expect("the channel is open")
}

/// The next message; gaps at the beginning, which a server that was slow to answer makes, are passed over.
async fn message(subscription: &mut Box<dyn Subscription>) -> Bytes {
    loop {
        if let Heard::Message(message) = next(subscription).await {
            return message;
        }
    }
}

/// Nothing is heard for a while.
async fn assert_silent(subscription: &mut Box<dyn Subscription>) {
    if let Ok(heard) = timeout(SILENCE, subscription.next()).await {
        panic!("heard {heard:?}");
    }
}

/// An open instance whose server can be reached.
async fn open(backend: &dyn Backend) -> Arc<dyn EventChannel> {
    let channel = backend.open().await;
    until_healthy(&*channel).await;
    channel
}
