//! Where every call of stategate begins and ends: the caller is known by then; the request is held against what has to be true
//! of it; the handler runs.

use std::future::Future;

use holdfast_api::Encoded;
use holdfast_auth::AuthError;
use holdfast_engine::EngineError;
use tonic::{Request, Response, Status};

use super::fault::Refusal;
use super::valid::Checked;
use crate::grpc::call::{self, Call, Shared, Streamed};
use crate::rate;

/// What a caller is told who is not let in.
pub(crate) fn refuse(error: AuthError) -> Status {
    if let AuthError::TooOften(wait) = error {
        return rate::exceeded(wait);
    }
    let error = EngineError::Auth(error);
    Status::new(holdfast_api::status::row(error.kind()).code, error.to_string())
}

/// A unary call.
pub(super) async fn unary<Q, A, F>(
    shared: &Shared,
    method: &'static str,
    request: Request<Q>,
    handle: impl FnOnce(Call, Q) -> F,
) -> Result<Response<Encoded<A>>, Status>
where
    Q: Checked,
    F: Future<Output = Result<A, Refusal>>,
{
    call::unary(shared, method, request, async |call, request: Q| {
        request.check()?;
        handle(call, request).await
    })
    .await
}

/// A call that is answered by a stream.
pub(super) async fn streaming<Q, A, F>(
    shared: &Shared,
    method: &'static str,
    request: Request<Q>,
    handle: impl FnOnce(Call, Q) -> F,
) -> Result<Response<Streamed<A>>, Status>
where
    Q: Checked,
    F: Future<Output = Result<Streamed<A>, Refusal>>,
    A: Send + 'static,
{
    call::streaming(shared, method, request, async |call, request: Q| {
        request.check()?;
        handle(call, request).await
    })
    .await
}
