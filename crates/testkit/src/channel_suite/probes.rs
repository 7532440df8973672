//! What the tests of one backend ask of a channel beyond the suite.

use std::sync::Arc;
use std::time::Duration;

use holdfast_channel::{ChannelError, EventChannel, Heard};
use tokio::time::{sleep, timeout};

use super::{PATIENCE, message, next, publish, subject, subscribe};

/// Between two looks.
const LOOK: Duration = Duration::from_millis(20);

/// Waits until messages can pass.
pub async fn until_healthy(channel: &dyn EventChannel) {
    let healthy = async {
        while channel.healthy().await.is_err() {
            sleep(LOOK).await;
        }
    };
    let late = timeout(PATIENCE, healthy).await.is_err();
    assert!(!late, "not healthy in time: {:?}", channel.healthy().await);
}

/// Waits until messages can pass, and passes one.
pub async fn works(channel: &dyn EventChannel) {
    until_healthy(channel).await;
    let subject = subject("works");
    let mut subscription = subscribe(channel, &subject).await;
    publish(channel, &subject, "works").await;
    assert_eq!(message(&mut subscription).await, "works");
}

/// Waits until no message can pass, and answers why.
pub async fn fault(channel: &dyn EventChannel) -> ChannelError {
    let unhealthy = async {
        loop {
            // What does not connect says so only after its first attempt.
            let _ = channel.publish(&subject("fault"), "x".into()).await;
            if let Err(why) = channel.healthy().await {
                return why;
            }
            sleep(LOOK).await;
        }
    };
    timeout(PATIENCE, unhealthy).await.expect("it is found out in time")
}

/// A channel whose server is away opens, refuses messages in time, and works once the server is there.
pub async fn starts_late(
    open: impl Fn() -> Arc<dyn EventChannel>,
    end: impl Fn(),
    start: impl Fn(),
) {
    end();
    let channel = open();
    let subject = subject("late");
    let mut subscription = subscribe(&*channel, &subject).await;
    let why = fault(&*channel).await;
    assert!(matches!(why, ChannelError::Unavailable { .. }), "{why}");
    let lost = channel.publish(&subject, "lost".into()).await;
    assert!(matches!(lost, Err(ChannelError::Unavailable { .. })), "{lost:?}");
    tokio::task::block_in_place(start);
    assert_eq!(next(&mut subscription).await, Heard::Gap);
    until_healthy(&*channel).await;
    publish(&*channel, &subject, "heard").await;
    assert_eq!(message(&mut subscription).await, "heard");
}
