//! Who hears what.

use holdfast_channel::Subject;

use super::{Backend, assert_silent, message, open, publish, subject, subscribe};

pub(super) async fn a_message_reaches_every_subscriber_of_its_subject(backend: &dyn Backend) {
    let channel = open(backend).await;
    let (subject, other) = (subject("a"), subject("b"));
    let mut several = Vec::new();
    for _ in 0..3 {
        several.push(subscribe(&*channel, &subject).await);
    }
    let mut elsewhere = subscribe(&*channel, &other).await;
    publish(&*channel, &subject, "one").await;
    publish(&*channel, &subject, "two").await;
    for subscription in &mut several {
        let mut heard = [message(subscription).await, message(subscription).await];
        heard.sort();
        assert_eq!(heard, ["one", "two"]);
        assert_silent(subscription).await;
    }
    assert_silent(&mut elsewhere).await;
}

/// What is a pattern, a separator or a level of names to one server or another is none here.
pub(super) async fn subjects_are_compared_byte_by_byte(backend: &dyn Backend) {
    let channel = open(backend).await;
    let base = subject("s");
    let endings = ["", ".", "..", ".a", ".a.", ".a..b", ".a.b", ".A.b", "/a/b", ":a", "-", "_"];
    let subjects: Vec<Subject> = endings
        .iter()
        .map(|ending| Subject::new(&format!("{base}{ending}")).expect("a subject"))
        .collect();
    let mut subscriptions = Vec::new();
    for subject in &subjects {
        subscriptions.push(subscribe(&*channel, subject).await);
    }
    for subject in &subjects {
        publish(&*channel, subject, subject.as_str().to_owned()).await;
    }
    for (subject, subscription) in subjects.iter().zip(&mut subscriptions) {
        assert_eq!(message(subscription).await, subject.as_str());
    }
    for subscription in &mut subscriptions {
        assert_silent(subscription).await;
    }
    let longest = format!("{base}{}", "x".repeat(Subject::MAX_BYTES - base.as_str().len()));
    let longest = Subject::new(&longest).expect("a subject");
    let mut subscription = subscribe(&*channel, &longest).await;
    publish(&*channel, &longest, "long").await;
    assert_eq!(message(&mut subscription).await, "long");
}

pub(super) async fn nothing_of_before_the_subscription_is_heard(backend: &dyn Backend) {
    let channel = open(backend).await;
    let subject = subject("before");
    for _ in 0..3 {
        publish(&*channel, &subject, "nobody listens").await;
    }
    let mut first = subscribe(&*channel, &subject).await;
    publish(&*channel, &subject, "first").await;
    assert_eq!(message(&mut first).await, "first");
    let mut second = subscribe(&*channel, &subject).await;
    publish(&*channel, &subject, "second").await;
    assert_eq!(message(&mut second).await, "second");
    assert_eq!(message(&mut first).await, "second");
}

pub(super) async fn two_instances_hear_each_other(backend: &dyn Backend) {
    let (one, two) = (open(backend).await, open(backend).await);
    let subject = subject("both");
    let mut at_one = subscribe(&*one, &subject).await;
    let mut at_two = subscribe(&*two, &subject).await;
    for (from, text) in [(&one, "from one"), (&two, "from two")] {
        publish(&**from, &subject, text).await;
        assert_eq!(message(&mut at_one).await, text);
        assert_eq!(message(&mut at_two).await, text);
    }
}

pub(super) async fn any_bytes_come_back_as_they_were(backend: &dyn Backend) {
    let channel = open(backend).await;
    let subject = subject("bytes");
    let mut subscription = subscribe(&*channel, &subject).await;
    let every: Vec<u8> = (0..=255).cycle().take(70_000).collect();
    let payloads =
        [Vec::new(), vec![0], b"\r\n\r\n".to_vec(), "größer ✓".into(), vec![0xff, 0xfe], every];
    for payload in payloads {
        publish(&*channel, &subject, payload.clone()).await;
        assert_eq!(message(&mut subscription).await, payload);
    }
}

pub(super) async fn a_subscription_that_is_dropped_disturbs_nobody(backend: &dyn Backend) {
    let channel = open(backend).await;
    let subject = subject("dropped");
    let mut stays = subscribe(&*channel, &subject).await;
    for number in 0..20 {
        let goes = subscribe(&*channel, &subject).await;
        if number % 2 == 0 {
            drop(goes);
            publish(&*channel, &subject, "x").await;
        } else {
            publish(&*channel, &subject, "x").await;
            drop(goes);
        }
        assert_eq!(message(&mut stays).await, "x");
    }
    drop(stays);
    publish(&*channel, &subject, "nobody").await;
    let mut again = subscribe(&*channel, &subject).await;
    publish(&*channel, &subject, "again").await;
    // The channel may still listen for those who went, and what they did not hear may be under way.
    while message(&mut again).await != "again" {}
}
