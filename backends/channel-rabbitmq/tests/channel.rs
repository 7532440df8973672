//! The conformance suite on a real RabbitMQ server, and what is RabbitMQ's own.

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use holdfast_channel::{ChannelError, EventChannel, LinkSettings, Password};
use holdfast_channel_rabbitmq::open;
use holdfast_services::{RabbitMq, RabbitMqOptions};
use holdfast_testkit::channel_suite::{self, Backend, run};

struct Server(Arc<RabbitMq>);

fn settings(rabbitmq: &RabbitMq) -> LinkSettings {
    LinkSettings::new([rabbitmq.url()])
}

#[async_trait]
impl Backend for Server {
    async fn open(&self) -> Arc<dyn EventChannel> {
        open(settings(&self.0)).expect("settings")
    }

    async fn interrupt(&self) {
        let rabbitmq = Arc::clone(&self.0);
        tokio::task::spawn_blocking(move || rabbitmq.service().restart()).await.expect("restarted");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn rabbitmq_passes_the_suite() {
    let Some(rabbitmq) = RabbitMq::start("the channel over RabbitMQ").map(Arc::new) else { return };
    run(|| async { Server(Arc::clone(&rabbitmq)) }).await;
}

/// One server for what needs no suite: it takes long to start.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn credentials_late_starts_and_frozen_servers() {
    let options = RabbitMqOptions {
        user: Some(("holdfast".into(), "secret".into())),
        ..RabbitMqOptions::default()
    };
    let Some(rabbitmq) = RabbitMq::start_with("RabbitMQ with a user", options) else { return };
    let address = format!("amqp://127.0.0.1:{}", rabbitmq.service().port());
    let with = |user: &str, password: &str| LinkSettings {
        user: user.into(),
        password: Password::Text(password.into()),
        timeout: Duration::from_secs(3),
        ..LinkSettings::new([&address])
    };
    let right = || open(with("holdfast", "secret")).expect("settings");
    channel_suite::works(&*right()).await;
    for wrong in [with("holdfast", "wrong"), LinkSettings::new([&address])] {
        let fault = channel_suite::fault(&*open(wrong).expect("settings")).await;
        assert!(matches!(fault, ChannelError::Refused { .. }), "{fault}");
        let sentence = fault.to_string();
        assert!(sentence.contains("refused") && !sentence.contains("secret"), "{sentence}");
    }
    let nowhere =
        LinkSettings { servers: vec![format!("{address}/nowhere")], ..with("holdfast", "secret") };
    let fault = channel_suite::fault(&*open(nowhere).expect("settings")).await;
    assert!(fault.to_string().contains("nowhere"), "{fault}");
    channel_suite::starts_late(right, || rabbitmq.service().kill(), || rabbitmq.service().run())
        .await;
    let channel = right();
    channel_suite::works(&*channel).await;
    rabbitmq.service().freeze();
    channel_suite::fault(&*channel).await;
    rabbitmq.service().thaw();
    channel_suite::works(&*channel).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn tls_trusts_the_authority_of_its_file_alone() {
    let options = RabbitMqOptions {
        tls: true,
        lines: vec![
            "ssl_options.verify = verify_peer".into(),
            "ssl_options.fail_if_no_peer_cert = true".into(),
        ],
        ..RabbitMqOptions::default()
    };
    let Some(rabbitmq) = RabbitMq::start_with("RabbitMQ with TLS", options) else { return };
    let certificates = rabbitmq.certificates().expect("made");
    let strange = settings(&rabbitmq);
    let bare = LinkSettings { ca_file: Some(certificates.ca.clone()), ..strange.clone() };
    let trusting = LinkSettings {
        cert_file: Some(certificates.client_cert.clone()),
        key_file: Some(certificates.client_key.clone()),
        ..bare.clone()
    };
    channel_suite::works(&*open(trusting).expect("settings")).await;
    let fault = channel_suite::fault(&*open(strange).expect("settings")).await;
    assert!(fault.to_string().contains("certificate"), "{fault}");
    channel_suite::fault(&*open(bare).expect("settings")).await;
}

#[test]
fn settings_that_cannot_work_are_refused() {
    for servers in [vec![], vec!["http://127.0.0.1".to_owned()]] {
        assert!(matches!(open(LinkSettings::new(servers)), Err(ChannelError::Settings(_))));
    }
}
