//! What probes and tools of a stategate deployment find at the port of metrics.

use axum::Router;
use axum::http::{StatusCode, header};
use axum::response::IntoResponse;
use axum::routing::get;

/// What there is instead of Go's profiles.
const PROFILES: &str = "\
profiles

This server is no Go program, so there are no Go profiles here.
  cmdline   how it was started, without arguments

For where its time goes: perf record -p <pid>. For its memory: /metrics.
";

/// `/debug/pprof/`, and 200 for whatever else is asked.
pub(crate) fn routes() -> Router {
    Router::new()
        .route("/debug/pprof/", get(|| async { text(PROFILES.to_owned()) }))
        .route("/debug/pprof/cmdline", get(|| async { text(program()) }))
        .route("/debug/pprof/{profile}", get(no_profile))
        .fallback(|| async { StatusCode::OK })
}

/// Arguments may hold secrets.
fn program() -> String {
    std::env::args().next().unwrap_or_default()
}

async fn no_profile() -> impl IntoResponse {
    (StatusCode::NOT_IMPLEMENTED, text(PROFILES.to_owned()))
}

fn text(text: String) -> impl IntoResponse {
    ([(header::CONTENT_TYPE, "text/plain; charset=utf-8")], text)
}
