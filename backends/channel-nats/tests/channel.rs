//! The conformance suite on real NATS servers, and what is NATS's own.

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use holdfast_channel::{ChannelError, EventChannel, Heard, LinkSettings, Password, Subject};
use holdfast_channel_nats::{JetStream, NatsSettings, Storage, open};
use holdfast_services::{Nats, NatsOptions};
use holdfast_testkit::channel_suite::{self, Backend, run};

struct Server {
    nats: Arc<Nats>,
    jetstream: Option<JetStream>,
}

fn settings(nats: &Nats) -> NatsSettings {
    NatsSettings::new(LinkSettings::new([nats.url()]))
}

#[async_trait]
impl Backend for Server {
    async fn open(&self) -> Arc<dyn EventChannel> {
        open(NatsSettings { jetstream: self.jetstream.clone(), ..settings(&self.nats) })
            .expect("settings")
    }

    async fn interrupt(&self) {
        let nats = Arc::clone(&self.nats);
        tokio::task::spawn_blocking(move || nats.service().restart()).await.expect("restarted");
    }
}

async fn suite(name: &str, jetstream: Option<JetStream>) {
    let Some(nats) = Nats::start(name).map(Arc::new) else { return };
    let make = || async { Server { nats: Arc::clone(&nats), jetstream: jetstream.clone() } };
    run(make).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn core_nats_passes_the_suite() {
    suite("the channel over NATS", None).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn jetstream_in_memory_passes_the_suite() {
    suite("the channel over JetStream", Some(JetStream::default())).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn jetstream_in_files_passes_the_suite() {
    let jetstream = JetStream { storage: Storage::File, ..JetStream::default() };
    suite("the channel over JetStream in files", Some(jetstream)).await;
}

/// Opens a channel that must not connect, and answers why.
async fn fault(settings: NatsSettings) -> ChannelError {
    channel_suite::fault(&*open(settings).expect("settings")).await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn credentials_are_shown_and_wrong_ones_are_told() {
    let user = Some(("holdfast".to_owned(), "secret".to_owned()));
    let options = NatsOptions { user, ..NatsOptions::default() };
    let Some(nats) = Nats::start_with("NATS with a user", options) else { return };
    let with = |user: &str, password: Password| {
        let mut settings = settings(&nats);
        settings.link.user = user.into();
        settings.link.password = password;
        settings
    };
    let file = tempfile::NamedTempFile::new().expect("a file");
    std::fs::write(file.path(), "secret\n").expect("written");
    for password in [Password::Text("secret".into()), Password::File(file.path().into())] {
        channel_suite::works(&*open(with("holdfast", password)).expect("settings")).await;
    }
    for wrong in [with("holdfast", Password::Text("wrong".into())), with("", Password::None)] {
        let fault = fault(wrong).await;
        assert!(matches!(fault, ChannelError::Refused { .. }), "{fault}");
        let sentence = fault.to_string();
        assert!(sentence.contains("credentials") && !sentence.contains("wrong"), "{sentence}");
    }
    // A password that is put right in its file is found there.
    std::fs::write(file.path(), "wrong\n").expect("written");
    let channel = open(with("holdfast", Password::File(file.path().into()))).expect("settings");
    channel_suite::fault(&*channel).await;
    std::fs::write(file.path(), "secret\n").expect("written");
    channel_suite::works(&*channel).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_token_is_shown() {
    let options = NatsOptions { token: Some("secret".into()), ..NatsOptions::default() };
    let Some(nats) = Nats::start_with("NATS with a token", options) else { return };
    let with = |token: &str| {
        let token = Password::Text(token.into());
        NatsSettings { token, ..settings(&nats) }
    };
    channel_suite::works(&*open(with("secret")).expect("settings")).await;
    assert!(matches!(fault(with("other")).await, ChannelError::Refused { .. }));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn tls_trusts_the_authority_of_its_file_alone() {
    let options = NatsOptions { tls: true, ..NatsOptions::default() };
    let Some(nats) = Nats::start_with("NATS with TLS", options) else { return };
    let mut trusting = settings(&nats);
    trusting.link.ca_file = Some(nats.certificates().expect("made").ca.clone());
    channel_suite::works(&*open(trusting).expect("settings")).await;
    let fault = fault(settings(&nats)).await;
    assert!(fault.to_string().contains("certificate"), "{fault}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_server_that_is_not_there_yet_is_waited_for() {
    let Some(nats) = Nats::start("NATS that starts late") else { return };
    channel_suite::starts_late(
        || open(settings(&nats)).expect("settings"),
        || nats.service().kill(),
        || nats.service().run(),
    )
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_frozen_server_is_found_out() {
    let Some(nats) = Nats::start("NATS, frozen") else { return };
    let mut settings = settings(&nats);
    settings.link.timeout = Duration::from_secs(1);
    let channel = open(settings).expect("settings");
    channel_suite::works(&*channel).await;
    nats.service().freeze();
    channel_suite::fault(&*channel).await;
    nats.service().thaw();
    channel_suite::works(&*channel).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn jetstream_repeats_what_was_missed_while_a_node_was_cut_off() {
    let Some(nats) = Nats::start("JetStream that repeats") else { return };
    let jetstream = Some(JetStream { storage: Storage::File, ..JetStream::default() });
    let settings = NatsSettings { jetstream, ..settings(&nats) };
    let subject = Subject::new("repeats").expect("a subject");
    let channel = open(settings.clone()).expect("settings");
    let mut subscription = channel.subscribe(&subject).await.expect("subscribed");
    channel.publish(&subject, "before".into()).await.expect("published");
    while subscription.next().await != Some(Heard::Message("before".into())) {}
    // Whoever is faster: the other's message is heard in any case.
    nats.service().restart();
    let other = open(settings).expect("settings");
    channel_suite::until_healthy(&*other).await;
    other.publish(&subject, "missed".into()).await.expect("published");
    while subscription.next().await != Some(Heard::Message("missed".into())) {}
}

#[test]
fn settings_that_cannot_work_are_refused() {
    let good = NatsSettings::new(LinkSettings::new(["nats://127.0.0.1:1"]));
    let none = LinkSettings::new(Vec::<String>::new());
    let no_server = NatsSettings::new(none);
    let mut wildcard = good.clone();
    wildcard.link.prefix = "a.*.".into();
    let mut no_dot = good.clone();
    no_dot.link.prefix = "a".into();
    no_dot.jetstream = Some(JetStream::default());
    let mut half = good.clone();
    half.link.cert_file = Some("cert.pem".into());
    let mut name = good;
    name.jetstream = Some(JetStream { stream: "a.b".into(), ..JetStream::default() });
    for wrong in [no_server, wildcard, no_dot, half, name] {
        assert!(matches!(open(wrong), Err(ChannelError::Settings(_))));
    }
}
