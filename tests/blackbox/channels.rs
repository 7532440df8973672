//! Nodes with an event channel: what readiness says of it while its server comes and goes, and deployments that name one.

use std::sync::Arc;
use std::time::Duration;

use buffa::Message as _;
use holdfast_api::stategate::Event;
use holdfast_channel::{EventChannel, Heard, LinkSettings, Subject, Subscription};
use holdfast_channel_nats::NatsSettings;
use holdfast_channel_redis::RedisSettings;
use holdfast_services::{Nats, RabbitMq, Redis, RedisOptions, Service};
use holdfast_tests::server::Launch;
use holdfast_tests::{Server, binary, http};
use serde_json::json;
use tokio::time::{sleep, timeout};

/// How long anything may take.
const PATIENCE: Duration = Duration::from_secs(60);

/// Waits until readiness says `line`, and answers its status.
async fn until(server: &Server, line: &str) -> u16 {
    let said = async {
        loop {
            let answer = http::get(server.admin_port(), "/readyz?verbose").await.expect("asked");
            if answer.text().contains(line) {
                return answer.status;
            }
            sleep(Duration::from_millis(50)).await;
        }
    };
    timeout(PATIENCE, said).await.unwrap_or_else(|_| panic!("never {line:?}: {}", server.log()))
}

async fn with(settings: &str) -> Server {
    Launch::default().settings(settings).start().await
}

/// A node whose channel breaks stays ready, says so, and gets it back.
async fn comes_and_goes(settings: &str, name: &str, service: &Service) {
    let server = with(settings).await;
    let good = format!("[+] channel: {name}");
    assert_eq!(until(&server, &good).await, 200);
    tokio::task::block_in_place(|| service.kill());
    assert_eq!(until(&server, "[!] channel: ").await, 200, "calls are answered without it");
    let config = server.config().await;
    config.set("app", "a", "1").await.expect("writes go on");
    tokio::task::block_in_place(|| service.run());
    until(&server, &good).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nats_comes_and_goes() {
    let Some(nats) = Nats::start("nodes with NATS") else { return };
    for kind in ["nats", "jetstream"] {
        let settings =
            format!("[channel]\nkind = '{kind}'\n[channel.nats]\nservers = '{}'\n", nats.url());
        comes_and_goes(&settings, kind, nats.service()).await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn redis_comes_and_goes() {
    let Some(redis) = Redis::start("nodes with Redis") else { return };
    for stream in [false, true] {
        let settings = format!(
            "[channel]\nkind = 'redis'\n[channel.redis]\nservers = '{}'\nstream = {stream}\n",
            redis.url()
        );
        comes_and_goes(&settings, "redis", redis.service()).await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn rabbitmq_comes_and_goes() {
    let Some(rabbitmq) = RabbitMq::start("nodes with RabbitMQ") else { return };
    let settings = format!(
        "[channel]\nkind = 'rabbitmq'\n[channel.rabbitmq]\nservers = 'amqp://127.0.0.1:{}'\nuser = 'holdfast'\npassword = 'holdfast'\n",
        rabbitmq.service().port()
    );
    comes_and_goes(&settings, "rabbitmq", rabbitmq.service()).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_wrong_password_is_told_and_not_shown() {
    let user = Some(("holdfast".to_owned(), "right".to_owned()));
    let options = RedisOptions { user, ..RedisOptions::default() };
    let Some(redis) = Redis::start_with("nodes with a wrong password", options) else { return };
    let settings = format!(
        "[channel]\nkind = 'redis'\n[channel.redis]\nservers = '{}'\nuser = 'holdfast'\npassword = 'hidden'\n",
        redis.url()
    );
    let server = with(&settings).await;
    assert_eq!(until(&server, "[!] channel: Redis refused: the credentials").await, 200);
    assert!(!server.log().contains("hidden"), "{}", server.log());
}

#[test]
fn a_channel_that_cannot_work_ends_the_start() {
    for (arguments, told) in [
        (["HOLDFAST_CHANNEL__KIND", "redis"], "channel.redis.servers"),
        (["HOLDFAST_CHANNEL__KIND", "kafka"], "channel.kind"),
    ] {
        let home = tempfile::tempdir().expect("a directory");
        let mut command = binary::command();
        command.args(["serve", "--dev"]).current_dir(home.path()).env(arguments[0], arguments[1]);
        let ended = command.output().expect("it runs");
        let said = String::from_utf8_lossy(&ended.stderr);
        assert_eq!(ended.status.code(), Some(2), "{said}");
        assert!(said.contains(told), "{said}");
    }
    let home = tempfile::tempdir().expect("a directory");
    let mut command = binary::command();
    command.args(["serve", "--dev"]).current_dir(home.path()).env("HOLDFAST_CHANNEL__KIND", "nats");
    command.env("HOLDFAST_CHANNEL__NATS__SERVERS", "http://127.0.0.1:4222");
    let ended = command.output().expect("it runs");
    let said = String::from_utf8_lossy(&ended.stderr);
    assert_eq!(ended.status.code(), Some(2), "{said}");
    assert!(said.contains("nats://host:4222"), "{said}");
}

/// Cases T1 to T3 of the contract, with the events on their way as a provider says.
async fn deployment(provider: &str, kind: &str) {
    let launch = Launch::default().closed().variable("STATEGATE_AUTH_DISABLED", "true");
    let launch =
        launch.variable("STATEGATE_STORAGE_PROVIDER", r#"{"name":"embedded","path":"kept"}"#);
    let server = launch.variable("STATEGATE_CHANNEL_PROVIDER", provider).start().await;
    until(&server, &format!("[+] channel: {kind}")).await;
    let client = server.stategate().await;
    let mut stream = client.stream("acme", "message", "").await.expect("live");
    for _ in 0..3 {
        let values = json!({"message": "hello world"});
        client.set("acme", "message", "favorite_quote", values).await.expect("set");
    }
    for _ in 0..3 {
        timeout(PATIENCE, stream.next()).await.expect("in time");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn deployments_with_nats_and_its_streaming() {
    let Some(nats) = Nats::start("deployments with NATS") else { return };
    let address = nats.url();
    deployment(&json!({"name": "nats", "addr": address}).to_string(), "nats").await;
    let stan = json!({"name": "stan", "addr": address, "cluster": "test-cluster"});
    deployment(&stan.to_string(), "jetstream").await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn deployments_with_redis_and_rabbitmq() {
    let user = Some(("stategate".to_owned(), "secret".to_owned()));
    let options = RedisOptions { user, ..RedisOptions::default() };
    let Some(redis) = Redis::start_with("deployments with Redis", options) else { return };
    let Some(rabbitmq) = RabbitMq::start("deployments with RabbitMQ") else { return };
    let address = format!("127.0.0.1:{}", redis.service().port());
    let provider =
        json!({"name": "redis", "addr": address, "user": "stategate", "password": "secret"});
    deployment(&provider.to_string(), "redis").await;
    for name in ["amqp", "rabbitmq"] {
        let address = format!("127.0.0.1:{}", rabbitmq.service().port());
        let provider =
            json!({"name": name, "addr": address, "user": "holdfast", "password": "holdfast"});
        deployment(&provider.to_string(), "rabbitmq").await;
    }
}

/// What listens at the server under the very names, as other consumers of a stategate do.
pub(crate) async fn old_consumer(channel: Arc<dyn EventChannel>) -> Box<dyn Subscription> {
    let subject = Subject::new("stategate/events").expect("a subject");
    let subscription = channel.subscribe(&subject).await.expect("subscribed");
    // As long as the test.
    Box::leak(Box::new(channel));
    subscription
}

pub(crate) async fn next_event(consumer: &mut Box<dyn Subscription>) -> Event {
    loop {
        let heard = timeout(PATIENCE, consumer.next()).await.expect("in time").expect("it is open");
        if let Heard::Message(message) = heard {
            return Event::decode_from_slice(&message).expect("an event");
        }
    }
}

/// Consumers hear what streams show, also of the time when their server was away.
async fn publishes(settings: &str, channel: Arc<dyn EventChannel>, service: Option<&Service>) {
    let server =
        with(&format!("events.subjects = 'stategate, stategate/events'\n{settings}")).await;
    until(&server, "[+] channel: ").await;
    let mut consumer = old_consumer(channel).await;
    let client = server.stategate().await;
    let mut stream = client.stream("acme", "user", "").await.expect("live");
    let values = json!({"name": "Ann", "tags": ["a", {"b": 1}]});
    client.set("acme", "user", "1", values).await.expect("set");
    let streamed = timeout(PATIENCE, stream.next()).await.expect("in time");
    assert_eq!(next_event(&mut consumer).await, streamed);
    let Some(service) = service else { return };
    tokio::task::block_in_place(|| service.kill());
    until(&server, "[!] channel: ").await;
    for key in ["2", "3"] {
        client.set("acme", "user", key, json!({})).await.expect("set");
    }
    tokio::task::block_in_place(|| service.run());
    // Whether the consumer or the server is back first is open: what comes once the consumer listens is heard.
    while timeout(PATIENCE, consumer.next()).await.expect("in time") != Some(Heard::Gap) {}
    client.set("acme", "user", "4", json!({})).await.expect("set");
    loop {
        let event = next_event(&mut consumer).await;
        if event.state.as_option().expect("a state").key == "4" {
            break;
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn events_are_published_for_old_consumers() {
    let bare =
        |servers: String| LinkSettings { prefix: String::new(), ..LinkSettings::new([servers]) };
    if let Some(nats) = Nats::start("events over NATS") {
        let settings =
            format!("[channel]\nkind = 'jetstream'\n[channel.nats]\nservers = '{}'", nats.url());
        let channel = holdfast_channel_nats::open(NatsSettings::new(bare(nats.url())));
        publishes(&settings, channel.expect("settings"), Some(nats.service())).await;
    }
    if let Some(redis) = Redis::start("events over Redis") {
        let settings = format!(
            "[channel]\nkind = 'redis'\n[channel.redis]\nservers = '{}'\nstream = true",
            redis.url()
        );
        let channel = holdfast_channel_redis::open(RedisSettings::new(bare(redis.url())));
        publishes(&settings, channel.expect("settings"), Some(redis.service())).await;
    }
    if let Some(rabbitmq) = RabbitMq::start("events over RabbitMQ") {
        let settings = format!(
            "[channel]\nkind = 'rabbitmq'\n[channel.rabbitmq]\nservers = '{}'",
            rabbitmq.url()
        );
        let channel = holdfast_channel_rabbitmq::open(bare(rabbitmq.url()));
        publishes(&settings, channel.expect("settings"), None).await;
    }
}
