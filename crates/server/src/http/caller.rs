//! Hop 1 over HTTP: who calls, before any handler looks at the request.

use std::net::IpAddr;

use axum::extract::{FromRef, FromRequestParts};
use holdfast_auth::{AuthError, Credentials, Identity};
use holdfast_model::Precondition;
use http::request::Parts;
use tonic::metadata::MetadataValue;
use tonic::{Request, Status};

use super::Face;
use super::fault::Fault;
use super::headers::metadata;
use crate::grpc::call::{Extras, deadline_of};
use crate::grpc::config_v1;
use crate::listen::Peer;

/// A caller whom the guard recognised; no handler reaches a use case without one.
#[derive(Debug, Clone)]
pub struct Known {
    /// Who.
    pub identity: Identity,
    /// `Grpc-Timeout`, as it was written.
    timeout: Option<String>,
}

impl Known {
    /// Asks the guard. A program that embeds the router may have put an [`Identity`] into the request's extensions: then
    /// that is who calls. Nothing that comes over the network can.
    ///
    /// # Errors
    /// What the guard says of a caller whom it does not recognise.
    pub async fn recognise(face: &Face, parts: &Parts) -> Result<Self, AuthError> {
        let identity = match parts.extensions.get::<Identity>() {
            Some(identity) => identity.clone(),
            None => {
                let peer: Option<IpAddr> = parts.extensions.get::<Peer>().map(|peer| peer.0);
                let shown = Credentials::new(metadata(&parts.headers, peer), peer);
                face.shared.engine.guard().authenticate(&shown).await?
            }
        };
        let timeout = parts.headers.get("grpc-timeout").and_then(|value| value.to_str().ok());
        let timeout = timeout.filter(|text| deadline_of(text).is_some()).map(str::to_owned);
        Ok(Self { identity, timeout })
    }

    /// The message as a call of this caller, for a service.
    pub fn asks<Q>(&self, message: Q) -> Request<Q> {
        self.asks_if(message, Precondition::default())
    }

    /// The same under a condition on the entry that it writes.
    pub fn asks_if<Q>(&self, message: Q, condition: Precondition) -> Request<Q> {
        let mut request = Request::new(message);
        request.extensions_mut().insert(self.identity.clone());
        request.extensions_mut().insert(Extras { condition });
        if let Some(timeout) = self.timeout.as_deref().and_then(|t| MetadataValue::try_from(t).ok())
        {
            request.metadata_mut().insert("grpc-timeout", timeout);
        }
        request
    }
}

impl<S> FromRequestParts<S> for Known
where
    S: Send + Sync,
    Face: FromRef<S>,
{
    type Rejection = Fault;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Fault> {
        let face = Face::from_ref(state);
        Self::recognise(&face, parts).await.map_err(|error| {
            let status: Status = config_v1::refuse(error);
            face.shared.metrics.answered("http", status.code(), std::time::Duration::ZERO);
            status.into()
        })
    }
}
