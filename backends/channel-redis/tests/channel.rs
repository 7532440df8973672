//! The conformance suite on real Redis servers, and what is Redis's own.

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use holdfast_channel::{ChannelError, EventChannel, LinkSettings, Password};
use holdfast_channel_redis::{RedisSettings, Stream, open};
use holdfast_services::{Redis, RedisOptions};
use holdfast_testkit::channel_suite::{self, Backend, run};

struct Server {
    redis: Arc<Redis>,
    stream: Option<Stream>,
}

fn settings(redis: &Redis) -> RedisSettings {
    RedisSettings::new(LinkSettings::new([redis.url()]))
}

/// Publish and subscribe, and streams.
fn both(settings: &RedisSettings) -> [RedisSettings; 2] {
    [None, Some(Stream::default())].map(|stream| RedisSettings { stream, ..settings.clone() })
}

#[async_trait]
impl Backend for Server {
    async fn open(&self) -> Arc<dyn EventChannel> {
        open(RedisSettings { stream: self.stream, ..settings(&self.redis) }).expect("settings")
    }

    async fn interrupt(&self) {
        let redis = Arc::clone(&self.redis);
        tokio::task::spawn_blocking(move || redis.service().restart()).await.expect("restarted");
    }
}

async fn suite(name: &str, stream: Option<Stream>) {
    let Some(redis) = Redis::start(name).map(Arc::new) else { return };
    run(|| async { Server { redis: Arc::clone(&redis), stream } }).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn publish_and_subscribe_passes_the_suite() {
    suite("the channel over Redis", None).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn streams_pass_the_suite() {
    suite("the channel over Redis streams", Some(Stream::default())).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn credentials_are_shown_and_wrong_ones_are_told() {
    let user = Some(("holdfast".to_owned(), "secret".to_owned()));
    let options = RedisOptions { user, ..RedisOptions::default() };
    let Some(redis) = Redis::start_with("Redis with a user", options) else { return };
    let with = |user: &str, password: &str| {
        let mut settings = settings(&redis);
        settings.link.user = user.into();
        if !password.is_empty() {
            settings.link.password = Password::Text(password.into());
        }
        settings
    };
    for right in both(&with("holdfast", "secret")) {
        channel_suite::works(&*open(right).expect("settings")).await;
    }
    for wrong in [with("holdfast", "wrong"), with("", ""), with("", "secret")] {
        let fault = channel_suite::fault(&*open(wrong).expect("settings")).await;
        assert!(matches!(fault, ChannelError::Refused { .. }), "{fault}");
        let sentence = fault.to_string();
        assert!(sentence.contains("credentials") && !sentence.contains("secret"), "{sentence}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn tls_trusts_the_authority_of_its_file_alone() {
    let options = RedisOptions { tls: true, ..RedisOptions::default() };
    let Some(redis) = Redis::start_with("Redis with TLS", options) else { return };
    let mut trusting = settings(&redis);
    trusting.link.ca_file = Some(redis.certificates().expect("made").ca.clone());
    for trusting in both(&trusting) {
        channel_suite::works(&*open(trusting).expect("settings")).await;
    }
    let fault = channel_suite::fault(&*open(settings(&redis)).expect("settings")).await;
    assert!(fault.to_string().contains("certificate"), "{fault}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_client_shows_its_certificate() {
    let lines = vec!["tls-auth-clients yes".to_owned()];
    let options = RedisOptions { tls: true, lines, ..RedisOptions::default() };
    let Some(redis) = Redis::start_with("Redis with certificates of clients", options) else {
        return;
    };
    let certificates = redis.certificates().expect("made");
    let mut bare = settings(&redis);
    bare.link.ca_file = Some(certificates.ca.clone());
    let mut shown = bare.clone();
    shown.link.cert_file = Some(certificates.client_cert.clone());
    shown.link.key_file = Some(certificates.client_key.clone());
    channel_suite::works(&*open(shown).expect("settings")).await;
    channel_suite::fault(&*open(bare).expect("settings")).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_server_that_is_not_there_yet_is_waited_for() {
    let Some(redis) = Redis::start("Redis that starts late") else { return };
    for settings in both(&settings(&redis)) {
        channel_suite::starts_late(
            || open(settings.clone()).expect("settings"),
            || redis.service().kill(),
            || redis.service().run(),
        )
        .await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_frozen_server_is_found_out() {
    let Some(redis) = Redis::start("Redis, frozen") else { return };
    let mut settings = settings(&redis);
    settings.link.timeout = Duration::from_secs(1);
    for settings in both(&settings) {
        let channel = open(settings).expect("settings");
        channel_suite::works(&*channel).await;
        redis.service().freeze();
        channel_suite::fault(&*channel).await;
        redis.service().thaw();
        channel_suite::works(&*channel).await;
    }
}

#[test]
fn settings_that_cannot_work_are_refused() {
    let good = RedisSettings::new(LinkSettings::new(["redis://127.0.0.1:1"]));
    let mut no_address = good.clone();
    no_address.link.servers = vec!["http://127.0.0.1".into()];
    let nothing = RedisSettings { stream: Some(Stream { max_messages: 0 }), ..good };
    for wrong in [no_address, nothing] {
        assert!(matches!(open(wrong), Err(ChannelError::Settings(_))));
    }
}
