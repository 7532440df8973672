//! Nodes with an event channel: what readiness says of it while its server comes and goes, and deployments that name one.

use std::time::Duration;

use futures::StreamExt;
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
        let event = timeout(PATIENCE, stream.next()).await.expect("in time");
        event.expect("the stream goes on").expect("an event");
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
