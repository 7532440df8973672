//! How much passes, and how much waits.

use holdfast_channel::{ChannelError, Heard, LARGEST_MESSAGE};

use super::{
    Backend, assert_silent, message, next, open, publish, subject, subscribe, try_publish,
};

pub(super) async fn the_largest_message_passes_and_a_larger_one_is_refused(backend: &dyn Backend) {
    let channel = open(backend).await;
    let subject = subject("large");
    let mut subscription = subscribe(&*channel, &subject).await;
    let largest = channel.capabilities().largest_message;
    assert!(largest >= 64 << 10, "an event of usual size has to pass: {largest}");
    let payload = vec![0xa5; largest];
    publish(&*channel, &subject, payload.clone()).await;
    assert!(message(&mut subscription).await == payload, "it came back changed");
    let refused = try_publish(&*channel, &subject, vec![1; largest + 1]).await;
    assert_eq!(refused, Err(ChannelError::TooLarge { size: largest + 1, largest }));
    assert_silent(&mut subscription).await;
    publish(&*channel, &subject, "small").await;
    assert_eq!(message(&mut subscription).await, "small");
}

/// Messages of a burst, more than any backlog has room for.
const BURST: usize = 5_000;

pub(super) async fn a_slow_subscriber_hears_a_gap_and_delays_nobody(backend: &dyn Backend) {
    let channel = open(backend).await;
    let subject = subject("slow");
    let mut slow = subscribe(&*channel, &subject).await;
    let mut keen = subscribe(&*channel, &subject).await;
    for number in 0..BURST {
        publish(&*channel, &subject, number.to_string()).await;
        // It keeps up; in no promised order, so it only counts.
        message(&mut keen).await;
    }
    publish(&*channel, &subject, "last").await;
    while message(&mut keen).await != "last" {}
    let mut heard = 0;
    let mut gap = false;
    loop {
        match next(&mut slow).await {
            Heard::Gap => gap = true,
            Heard::Message(text) if text == "last" => break,
            Heard::Message(_) => heard += 1,
        }
    }
    assert!(gap, "it missed some and was not told");
    assert!(heard < BURST, "all of it was kept");
}

pub(super) async fn what_waits_is_bounded_in_bytes(backend: &dyn Backend) {
    let channel = open(backend).await;
    let subject = subject("heavy");
    let mut slow = subscribe(&*channel, &subject).await;
    let mut keen = subscribe(&*channel, &subject).await;
    let payload = vec![b'x'; channel.capabilities().largest_message];
    // Three times what may wait, however small the largest message is.
    let sent = (24 * LARGEST_MESSAGE).div_ceil(payload.len()).min(1_000);
    for _ in 0..sent {
        publish(&*channel, &subject, payload.clone()).await;
        message(&mut keen).await;
    }
    publish(&*channel, &subject, "last").await;
    while message(&mut keen).await != "last" {}
    let mut bytes = 0;
    let mut gap = false;
    loop {
        match next(&mut slow).await {
            Heard::Gap => gap = true,
            Heard::Message(text) if text == "last" => break,
            Heard::Message(text) => bytes += text.len(),
        }
    }
    assert!(gap && bytes < sent / 2 * payload.len(), "gap {gap}, {bytes} bytes");
}
