//! What every handler of this dialect gets: who calls, and the message.

use axum::body::Body;
use axum::extract::{FromRequest, FromRequestParts};
use http::Request;
use http::request::Parts;
use serde::de::DeserializeOwned;
use tonic::Status;

use super::fault;
use crate::grpc::holdfast_v1::{self, HoldfastV1};
use crate::http::Face;
use crate::http::caller::Known;
use crate::http::fault::Fault;
use crate::http::json::Strict;

/// A caller whom the guard recognised, and the service that gRPC calls too.
pub(super) struct Asked {
    known: Known,
    pub(super) service: HoldfastV1,
}

impl Asked {
    /// The message as a call of this caller.
    pub(super) fn by<Q>(&self, message: Q) -> tonic::Request<Q> {
        self.known.asks(message)
    }
}

impl FromRequestParts<Face> for Asked {
    type Rejection = Fault;

    async fn from_request_parts(parts: &mut Parts, face: &Face) -> Result<Self, Fault> {
        let known = Known::recognise(face, parts).await.map_err(|error| {
            let status: Status = holdfast_v1::refuse(error);
            face.metrics.answered("http", status.code(), std::time::Duration::ZERO);
            fault::of(status)
        })?;
        let service = HoldfastV1::new(face.here().map_err(fault::of)?.clone());
        Ok(Self { known, service })
    }
}

/// A request message as JSON, of which every byte has to make sense.
pub(super) struct Message<M>(pub(super) M);

impl<M: DeserializeOwned> FromRequest<Face> for Message<M> {
    type Rejection = Fault;

    async fn from_request(request: Request<Body>, face: &Face) -> Result<Self, Fault> {
        let read = Strict::from_request(request, face).await;
        read.map(|Strict(message)| Self(message)).map_err(fault::of_request)
    }
}
