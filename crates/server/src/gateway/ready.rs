//! Liveness and readiness of a gateway: it is worth as much as its upstream.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use axum::Router;
use axum::extract::State;
use axum::routing::get;
use http::StatusCode;
use tokio::time::timeout;
use tonic_health::pb::HealthCheckRequest;
use tonic_health::pb::health_check_response::ServingStatus;
use tonic_health::pb::health_client::HealthClient;

use super::Upstream;

/// A supervisor does not wait long either.
const ANSWER: Duration = Duration::from_secs(2);

/// Answers the question whether this gateway should get calls.
#[derive(Clone)]
pub(super) struct Ready {
    upstream: Upstream,
    stopping: Arc<AtomicBool>,
}

impl Ready {
    pub(super) fn new(upstream: Upstream) -> Self {
        Self { upstream, stopping: Arc::new(AtomicBool::new(false)) }
    }

    /// From now on the gateway is not ready.
    pub(super) fn stop(&self) {
        self.stopping.store(true, Ordering::Relaxed);
    }

    /// `/livez` and `/readyz`.
    pub(super) fn routes(&self) -> Router {
        Router::new()
            .route("/livez", get(|| async { "ok\n" }))
            .route("/readyz", get(readyz))
            .with_state(self.clone())
    }

    /// Why calls are not welcome; `None` when they are.
    async fn against(&self) -> Option<String> {
        if self.stopping.load(Ordering::Relaxed) {
            return Some("serving: the gateway is shutting down".into());
        }
        let mut client = HealthClient::new(self.upstream.channel());
        let asked = client.check(HealthCheckRequest { service: String::new() });
        match timeout(ANSWER, asked).await {
            Ok(Ok(answer)) if answer.get_ref().status() == ServingStatus::NotServing => {
                Some("upstream: it takes no calls".into())
            }
            // A server that does not know the question, or not the one who asks, is there.
            Ok(Err(status)) if std::error::Error::source(&status).is_some() => {
                Some("upstream: it cannot be reached".into())
            }
            Ok(_) => None,
            Err(_) => Some(format!("upstream: no answer within {ANSWER:?}")),
        }
    }
}

async fn readyz(State(ready): State<Ready>) -> (StatusCode, String) {
    match ready.against().await {
        None => (StatusCode::OK, "ok\n".into()),
        Some(why) => (StatusCode::SERVICE_UNAVAILABLE, format!("[-] {why}\nnot ready\n")),
    }
}
