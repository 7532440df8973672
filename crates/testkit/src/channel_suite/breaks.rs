//! Connections that break, and channels that are closed.

use std::time::Duration;

use holdfast_channel::Heard;
use tokio::time::timeout;

use super::{
    Backend, PATIENCE, message, next, open, publish, subject, subscribe, try_publish, until_healthy,
};

pub(super) async fn after_an_interruption_there_is_a_gap_and_then_messages(backend: &dyn Backend) {
    let (one, two) = (open(backend).await, open(backend).await);
    if !one.capabilities().shared {
        // Within a process there is no connection that could break.
        return;
    }
    let subjects = [subject("first"), subject("second")];
    let mut heard = Vec::new();
    for subject in &subjects {
        heard.push((subject, subscribe(&*one, subject).await));
        heard.push((subject, subscribe(&*two, subject).await));
    }
    for (subject, subscription) in &mut heard {
        publish(&*one, subject, "before").await;
        assert_eq!(message(subscription).await, "before");
    }
    for _ in 0..2 {
        backend.interrupt().await;
        for (_, subscription) in &mut heard {
            while next(subscription).await != Heard::Gap {}
        }
        until_healthy(&*one).await;
        until_healthy(&*two).await;
        for (subject, subscription) in &mut heard {
            // What is published as soon as the channel is well again may still meet the last of the old connection.
            let sent = async {
                while try_publish(&*two, subject, "after").await.is_err() {
                    tokio::time::sleep(Duration::from_millis(50)).await;
                }
            };
            timeout(PATIENCE, sent).await.expect("published in time");
            while message(subscription).await != "after" {}
        }
    }
}

pub(super) async fn closing_ends_subscriptions(backend: &dyn Backend) {
    let channel = open(backend).await;
    let subject = subject("closed");
    let mut subscription = subscribe(&*channel, &subject).await;
    publish(&*channel, &subject, "last words").await;
    assert_eq!(message(&mut subscription).await, "last words");
    if channel.capabilities().shared {
        drop(channel);
        let ended = async { while subscription.next().await.is_some() {} };
        timeout(PATIENCE, ended).await.expect("it ends in time");
    }
}
