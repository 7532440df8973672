//! Who calls: asked anew for each operation on a socket, since what they showed may have ended.

use async_trait::async_trait;
use holdfast_graphql::{Caller, Reception};
use http::request::Parts;
use http::{HeaderValue, header};
use tonic::Status;

use crate::grpc::state::Stategate;
use crate::http::fault::Fault;
use crate::http::state::asked::{metadata, recognised};
use crate::http::{Face, only_config};

/// The request by which somebody came.
pub(super) struct Door {
    face: Face,
    service: Stategate,
    parts: Parts,
}

impl Door {
    pub(super) fn new(face: &Face, parts: Parts) -> Result<Self, Fault> {
        let service = face.state.clone().ok_or_else(only_config)?;
        Ok(Self { face: face.clone(), service, parts })
    }

    async fn known(&self, parts: &Parts) -> Caller {
        match recognised(&self.face, self.service.shared(), parts).await {
            Ok(known) => Caller::like(known.asks_showing((), metadata(parts))),
            Err(fault) => Caller::refused(fault.status),
        }
    }
}

#[async_trait]
impl Reception for Door {
    async fn caller(&self, authorization: Option<&str>) -> Caller {
        let Some(text) = authorization else { return self.known(&self.parts).await };
        let Ok(value) = HeaderValue::from_str(text) else {
            return Caller::refused(Status::unauthenticated("Bad authorization string"));
        };
        let mut parts = self.parts.clone();
        parts.headers.insert(header::AUTHORIZATION, value);
        self.known(&parts).await
    }
}
