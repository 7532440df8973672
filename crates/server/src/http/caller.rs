//! Hop 1 over HTTP: who calls, before any handler looks at the request.

use std::net::IpAddr;
use std::time::Instant;

use axum::extract::{FromRef, FromRequestParts};
use holdfast_auth::{AuthError, Credentials, Identity};
use holdfast_engine::Origin;
use holdfast_model::Precondition;
use http::request::Parts;
use tonic::metadata::{MetadataMap, MetadataValue};
use tonic::{Request, Status};

use super::fault::Fault;
use super::headers::{Shown, authority, forwarded};
use super::{Behind, Face, websocket};
use crate::grpc::call::{Extras, Shared, deadline_of, observation, origin};
use crate::grpc::config_v1;
use crate::listen::Peer;
use crate::observe::Observation;

/// A caller whom the guard recognised, or will be asked to where the guard is; no handler reaches a use case without one.
#[derive(Debug, Clone)]
pub struct Known {
    who: Who,
    /// `Grpc-Timeout`, as it was written.
    timeout: Option<String>,
    origin: Origin,
    observation: Option<Observation>,
}

#[derive(Debug, Clone)]
enum Who {
    /// Recognised by the guard of this process.
    Identity(Identity),
    /// What they showed, for the guard of the server behind a gateway.
    Shown(MetadataMap),
}

impl Known {
    /// Asks the guard. A program that embeds the router may have put an [`Identity`] into the request's extensions: then
    /// that is who calls. Nothing that comes over the network can.
    ///
    /// # Errors
    /// What the guard says of a caller whom it does not recognise.
    pub async fn recognise(face: &Face, parts: &Parts) -> Result<Self, AuthError> {
        Self::recognise_by(face, None, parts).await
    }

    /// The same, by the guard of another dialect in place of the face's own.
    pub(crate) async fn recognise_by(
        face: &Face,
        guard: Option<&Shared>,
        parts: &Parts,
    ) -> Result<Self, AuthError> {
        // Who connected is what headers are completed with; who calls may be behind.
        let direct: Option<IpAddr> = parts.extensions.get::<Peer>().map(|peer| peer.direct);
        let who = match (&face.behind, parts.extensions.get::<Identity>()) {
            (Behind::Upstream(_), _) => Who::Shown(forwarded(&parts.headers, direct)),
            (Behind::Engine(_), Some(identity)) => Who::Identity(identity.clone()),
            (Behind::Engine(here), None) => {
                let metadata = Shown::of(&parts.headers, direct);
                let shown = credentials(&metadata, parts);
                let guard = guard.unwrap_or(here);
                Who::Identity(guard.recognise(&shown, parts.uri.path()).await?)
            }
        };
        let observation = observation(&parts.extensions);
        if let (Some(observation), Who::Identity(identity)) = (&observation, &who) {
            observation.user(identity.shared_user());
        }
        let timeout = parts.headers.get("grpc-timeout").and_then(|value| value.to_str().ok());
        let timeout = timeout.filter(|text| deadline_of(text).is_some()).map(str::to_owned);
        Ok(Self { who, timeout, origin: origin(&parts.extensions), observation })
    }

    /// The same as config.v1 refuses callers, counted.
    pub(crate) async fn of(face: &Face, parts: &Parts) -> Result<Self, Fault> {
        Self::recognise(face, parts).await.map_err(|error| {
            let status: Status = config_v1::refuse(error);
            face.metrics.answered("http", status.code(), std::time::Duration::ZERO);
            status.into()
        })
    }

    /// Who, where the guard of this process knows them.
    #[must_use]
    pub fn identity(&self) -> Option<&Identity> {
        match &self.who {
            Who::Identity(identity) => Some(identity),
            Who::Shown(_) => None,
        }
    }

    /// From where.
    pub(crate) fn origin(&self) -> &Origin {
        &self.origin
    }

    /// The request, to be observed.
    pub(crate) fn observation(&self) -> Option<Observation> {
        self.observation.clone()
    }

    /// Until when an answer is of use.
    pub(crate) fn deadline(&self) -> Option<Instant> {
        deadline_of(self.timeout.as_deref()?)
    }

    /// The message as a call of this caller, for a service.
    pub fn asks<Q>(&self, message: Q) -> Request<Q> {
        self.asks_if(message, Precondition::default())
    }

    /// The same with metadata, for rules that look at it.
    pub(crate) fn asks_showing<Q>(&self, message: Q, metadata: MetadataMap) -> Request<Q> {
        let mut request = self.asks(message);
        let own = std::mem::replace(request.metadata_mut(), metadata);
        if let Some(timeout) = own.get("grpc-timeout") {
            request.metadata_mut().insert("grpc-timeout", timeout.clone());
        }
        request
    }

    /// The same under a condition on the entry that it writes.
    pub fn asks_if<Q>(&self, message: Q, condition: Precondition) -> Request<Q> {
        let mut request = Request::new(message);
        match &self.who {
            Who::Identity(identity) => {
                request.extensions_mut().insert(identity.clone());
            }
            Who::Shown(metadata) => *request.metadata_mut() = metadata.clone(),
        }
        let (origin, observation) = (self.origin.clone(), self.observation.clone());
        request.extensions_mut().insert(Extras { condition, origin, observation });
        if let Some(timeout) = self.timeout.as_deref().and_then(|t| MetadataValue::try_from(t).ok())
        {
            request.metadata_mut().insert("grpc-timeout", timeout);
        }
        request
    }
}

/// What a request shows. A page of another site cannot read the answer to a GET, but what comes over a socket it can.
pub(crate) fn credentials<'a>(metadata: &'a Shown<'a>, parts: &'a Parts) -> Credentials<'a> {
    let peer = parts.extensions.get::<Peer>();
    let certificate = peer.and_then(|peer| peer.certificate.as_deref());
    let safe = parts.method.is_safe() && !websocket::is_asked_for(&parts.headers);
    Credentials::new(metadata, peer.map(|peer| peer.address))
        .and_certificate(certificate)
        .made_to(authority(&parts.uri, &parts.headers), safe)
}

impl<S> FromRequestParts<S> for Known
where
    S: Send + Sync,
    Face: FromRef<S>,
{
    type Rejection = Fault;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Fault> {
        let face = Face::from_ref(state);
        Self::of(&face, parts).await
    }
}
