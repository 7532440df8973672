//! Answers given while the database is away say so.

use axum::Router;
use axum::extract::{Request, State};
use axum::middleware::{self, Next};
use axum::response::Response;
use holdfast_engine::Engine;
use http::{HeaderName, HeaderValue};

/// Whole seconds for which the shared store has not answered: an answer with it may be that old. Of a gRPC call it is metadata.
pub(crate) const STALE: HeaderName = HeaderName::from_static("holdfast-stale");

/// Marks what these routes answer while the store of the engine is cut off.
pub(crate) fn marked(routes: Router, engine: &Engine) -> Router {
    if engine.appended().is_none() {
        return routes;
    }
    routes.layer(middleware::from_fn_with_state(engine.clone(), mark))
}

async fn mark(State(engine): State<Engine>, request: Request, next: Next) -> Response {
    let mut response = next.run(request).await;
    if let Some((age, _)) = engine.cut_off() {
        response.headers_mut().insert(STALE, HeaderValue::from(age.as_secs()));
    }
    response
}
