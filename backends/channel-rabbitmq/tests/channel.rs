//! The conformance suite on a real RabbitMQ server, and what is RabbitMQ's own.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use holdfast_channel::{ChannelError, EventChannel, LinkSettings, Password};
use holdfast_channel_rabbitmq::open;
use holdfast_services::{RabbitMq, RabbitMqOptions};
use holdfast_testkit::channel_suite::{self, Backend, run};
use rcgen::{BasicConstraints, CertificateParams, IsCa, KeyPair};

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
    channel_suite::works(&*open(trusting.clone()).expect("settings")).await;
    // Whom this machine trusts did not sign it, nor did another authority, even where the node has a certificate to show.
    let home = tempfile::tempdir().expect("a directory");
    let another = LinkSettings { ca_file: Some(authority(home.path())), ..trusting.clone() };
    for strange in [strange, another] {
        let fault = channel_suite::fault(&*open(strange).expect("settings")).await;
        assert!(matches!(fault, ChannelError::Unavailable { .. }), "{fault}");
        let sentence = fault.to_string();
        assert!(sentence.contains("invalid peer certificate: UnknownIssuer"), "{sentence}");
    }
    channel_suite::fault(&*open(bare).expect("settings")).await;
    files_that_are_of_no_use(&trusting, home.path()).await;
}

/// An authority that signed nothing.
fn authority(home: &Path) -> PathBuf {
    let key = KeyPair::generate().expect("a key");
    let mut authority = CertificateParams::new(Vec::new()).expect("names");
    authority.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    let file = home.join("another.pem");
    fs::write(&file, authority.self_signed(&key).expect("an authority").pem()).expect("a file");
    file
}

/// They are named, with what is wrong.
async fn files_that_are_of_no_use(right: &LinkSettings, home: &Path) {
    let (missing, empty) = (home.join("missing.pem"), home.join("empty.pem"));
    fs::write(&empty, "# nothing yet\n").expect("a file");
    let another = right.ca_file.clone();
    for (settings, says) in [
        (LinkSettings { ca_file: Some(missing.clone()), ..right.clone() }, "missing.pem: "),
        (LinkSettings { ca_file: Some(empty.clone()), ..right.clone() }, "empty.pem: no certif"),
        (LinkSettings { cert_file: Some(missing.clone()), ..right.clone() }, "missing.pem: "),
        (LinkSettings { key_file: Some(missing), ..right.clone() }, "missing.pem: "),
        (LinkSettings { key_file: Some(empty), ..right.clone() }, "empty.pem: "),
        // A certificate of somebody whose key this is not.
        (LinkSettings { cert_file: another, ..right.clone() }, "certificates cannot be used: "),
    ] {
        let fault = channel_suite::fault(&*open(settings).expect("settings")).await;
        assert!(matches!(fault, ChannelError::Settings(_)), "{fault}");
        assert!(fault.to_string().contains(says), "{says}: {fault}");
    }
}

#[test]
fn settings_that_cannot_work_are_refused() {
    for servers in [vec![], vec!["http://127.0.0.1".to_owned()]] {
        assert!(matches!(open(LinkSettings::new(servers)), Err(ChannelError::Settings(_))));
    }
}
