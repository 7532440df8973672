//! Cases 1 to 3 and 21: deployments over a database and a channel, named by their provider variables.

use std::time::{Duration, Instant};

use holdfast_services::{Nats, Postgres};
use holdfast_tests::stategate::values;
use holdfast_tests::{Server, Shared, http};
use serde_json::json;

use super::policies::{ALL, deployment, john};
use super::streams::events_of_three_sets;

const PATIENCE: Duration = Duration::from_secs(60);

/// A log of the run, or of servers of the test's own, which have to live as long.
fn log() -> Option<(Shared, Option<(Postgres, Nats)>)> {
    if let Some(shared) = Shared::of_the_run() {
        return Some((shared, None));
    }
    let suite = "deployments over a database";
    let own = (Postgres::start(suite)?, Nats::start(suite)?);
    Some((Shared::new(&own.0.url(), Some(&own.1.url())), Some(own)))
}

/// A server of a deployment that believes tokens, with policies that allow everything. It looks at the log by itself only after the test.
async fn server(shared: &Shared) -> Server {
    let launch = deployment(Some(ALL), Some(ALL)).variable("HOLDFAST_JWT__UNVERIFIED", "true");
    let launch = launch.variable("HOLDFAST_NODES__POLL_INTERVAL", "1h");
    let server = launch.over(shared).start().await;
    let began = Instant::now();
    while !says(&server, "[+] channel: ").await {
        assert!(began.elapsed() < PATIENCE, "no channel: {}", server.log());
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    server
}

async fn says(server: &Server, line: &str) -> bool {
    let path = "/readyz?verbose";
    http::get(server.admin_port(), path).await.expect("asked").text().contains(line)
}

/// As the original's suite was run: with authentication, by the token of its clients.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn cases_1_to_3_with_policies_and_a_token() {
    let Some((shared, _own)) = log() else { return };
    let server = server(&shared).await;
    events_of_three_sets(&server.stategate().await.showing(&john())).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn case_21_what_one_server_sets_another_one_streams() {
    let Some((shared, _own)) = log() else { return };
    let (one, other) = (server(&shared).await, server(&shared).await);
    let clients =
        [one.stategate().await.showing(&john()), other.stategate().await.showing(&john())];
    for (writer, reader) in [(0, 1), (1, 0)] {
        let mut stream = clients[reader].stream("acme", "message", "").await.expect("live");
        for n in 0..20 {
            let sent = json!({"n": n, "by": writer});
            clients[writer].set("acme", "message", "k", sent.clone()).await.expect("set");
            assert_eq!(clients[reader].get("acme", "message", "k").await.expect("there"), sent);
            assert_eq!(values(&stream.next().await.state), sent);
        }
    }
}
