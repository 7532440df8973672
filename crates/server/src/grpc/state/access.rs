//! Where every call of stategate begins and ends: the caller is known by then; the request policy is asked; the request is held
//! against what has to be true of it; the handler runs; the response policy is asked.

use std::future::Future;

use holdfast_api::Encoded;
use holdfast_auth::AuthError;
use holdfast_engine::EngineError;
use serde::Serialize;
use serde_json::Value;
use tonic::{Request, Response, Status};

use super::fault::Refusal;
use super::policy::{self, Gate};
use super::valid::Checked;
use crate::grpc::call::{self, Call, Reply, Shared, Streamed};
use crate::rate;
use crate::trust::state::NO_CLAIMS;

/// What a caller is told who is not let in.
pub(crate) fn refuse(error: AuthError) -> Status {
    if let AuthError::TooOften(wait) = error {
        return rate::exceeded(wait);
    }
    if error == AuthError::Failed(NO_CLAIMS.into()) {
        return Status::internal(NO_CLAIMS);
    }
    let error = EngineError::Auth(error);
    Status::new(holdfast_api::status::row(error.kind()).code, error.to_string())
}

/// A request as policies see it; one that cannot be said in JSON makes no sense.
fn body(request: &impl Serialize) -> Result<Value, Status> {
    policy::body(request).map_err(|status| Status::invalid_argument(status.message()))
}

/// A unary call.
pub(super) async fn unary<Q, A, M, F>(
    shared: &Shared,
    method: &'static str,
    request: Request<Q>,
    handle: impl FnOnce(Call, Q) -> F,
) -> Result<Response<Encoded<M>>, Status>
where
    Q: Checked + Serialize,
    F: Future<Output = Result<A, Refusal>>,
    A: Into<Reply<M>>,
{
    let gate = Gate::of(shared, method, &request);
    call::unary(shared, method, request, async |call, request: Q| {
        let Some(gate) = gate else {
            request.check()?;
            return handle(call, request).await;
        };
        let body = body(&request)?;
        gate.request(&body)?;
        request.check()?;
        let answer = handle(call, request).await?;
        gate.response(&body)?;
        Ok(answer)
    })
    .await
}

/// A call that is answered by a stream; each event has to pass the gate.
pub(super) async fn streaming<Q, A, F>(
    shared: &Shared,
    method: &'static str,
    request: Request<Q>,
    handle: impl FnOnce(Call, Q, Option<Gate>) -> F,
) -> Result<Response<Streamed<A>>, Status>
where
    Q: Checked + Serialize,
    F: Future<Output = Result<Streamed<A>, Refusal>>,
    A: Send + 'static,
{
    let gate = Gate::of(shared, method, &request);
    call::streaming(shared, method, request, async |call, request: Q| {
        if let Some(gate) = &gate {
            gate.stream(&body(&request)?)?;
        }
        request.check()?;
        handle(call, request, gate).await
    })
    .await
}
