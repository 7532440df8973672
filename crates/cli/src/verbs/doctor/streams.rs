//! Whether the server says that it is well, whether watches work, and how fast answers come.

use std::time::{Duration, Instant};

use holdfast_api::config_v1::{self, CheckAccessRequest};
use holdfast_api::convert;
use holdfast_api::holdfast_v1::{Filter, WatchRequest};
use tonic::transport::Channel;
use tonic::{Code, Request};
use tonic_health::pb::HealthCheckRequest;
use tonic_health::pb::health_check_response::ServingStatus;
use tonic_health::pb::health_client::HealthClient;

use super::finding::{Finding, State};
use super::network::shown_time;
use super::rights::Apis;
use crate::connect::Server;
use crate::failure::Failure;

/// The shortest that servers take: a watch with nothing to tell says soon that it lives.
const BOOKMARK: Duration = Duration::from_millis(100);
/// A watch of config.v1 never says that it lives; one that is refused says so within this.
const REFUSED_WITHIN: Duration = Duration::from_millis(500);
/// So many calls tell how long one takes.
const CALLS: usize = 5;
/// A median above this is a warning.
const SLOW: Duration = Duration::from_secs(1);

/// What the server says of itself and its store.
pub(super) async fn health(server: &Server, channel: Channel) -> Finding {
    let mut client = HealthClient::new(channel);
    let request = server.request(HealthCheckRequest { service: String::new() });
    match server.answer(client.check(request)).await {
        Ok(answer) if answer.status() == ServingStatus::Serving => {
            Finding::ok("health", "the server and its store are ready")
        }
        Ok(_) => Finding::barred(
            "health",
            "the server is not ready: it starts, stops, or its store failed",
            "its log says why",
        ),
        Err(Failure::Server(status)) if status.code() == Code::Unimplemented => {
            Finding::new("health", State::Unknown, "the server does not tell how it is")
        }
        Err(failure) => Finding::failed("health", &failure, ""),
    }
}

/// Opens a watch and waits for a sign of life.
pub(super) async fn watch(server: &Server, apis: &Apis, namespace: &str) -> Finding {
    if apis.has_holdfast() {
        bookmark(server, namespace).await
    } else {
        plain(server, namespace).await
    }
}

async fn bookmark(server: &Server, namespace: &str) -> Finding {
    let filter = Filter { namespace: namespace.into(), ..Filter::default() };
    let request = WatchRequest {
        filters: vec![filter],
        bookmark_interval: convert::duration(BOOKMARK).into(),
        ..WatchRequest::default()
    };
    let begun = Instant::now();
    let seen = async {
        let mut client = server.holdfast.clone();
        let mut stream = server.own(client.watch(Request::new(request))).await?;
        server.next(&mut stream).await
    };
    match seen.await {
        Ok(Some(_)) => {
            Finding::ok("watch", format!("told something in {}", shown_time(begun.elapsed())))
        }
        Ok(None) => Finding::barred("watch", "the server ended it at once", "its log says why"),
        Err(failure) => Finding::failed("watch", &failure, "does a proxy hold streams back?"),
    }
}

async fn plain(server: &Server, namespace: &str) -> Finding {
    let request = config_v1::WatchRequest {
        namespaces: vec![namespace.into()],
        ..config_v1::WatchRequest::default()
    };
    let mut client = server.config.clone();
    let refused = async {
        let mut stream = client.watch(Request::new(request)).await?.into_inner();
        stream.message().await
    };
    match tokio::time::timeout(REFUSED_WITHIN, refused).await {
        Err(_) | Ok(Ok(Some(_))) => Finding::ok("watch", "it was not refused"),
        Ok(Ok(None)) => Finding::barred("watch", "the server ended it at once", "its log says why"),
        Ok(Err(status)) => Finding::failed("watch", &status.into(), ""),
    }
}

/// How long an answer takes.
pub(super) async fn round_trip(server: &Server, namespace: &str) -> Finding {
    let mut times = Vec::new();
    for _ in 0..CALLS {
        let request =
            CheckAccessRequest { namespace: namespace.into(), ..CheckAccessRequest::default() };
        let begun = Instant::now();
        let answer =
            server.answer(server.config.clone().check_access(server.request(request))).await;
        if let Err(failure) = answer {
            return Finding::failed("round trip", &failure, "");
        }
        times.push(begun.elapsed());
    }
    times.sort();
    let median = times[CALLS / 2];
    let said = format!("{} (the median of {CALLS} calls)", shown_time(median));
    match median > SLOW {
        true => Finding::new("round trip", State::Warn, said)
            .advised("is the server busy, or far away? A longer --timeout may be needed"),
        false => Finding::ok("round trip", said),
    }
}
