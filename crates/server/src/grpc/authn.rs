//! Hop 1 of every call: credentials become an `Identity` in the request, or the call ends here.

use std::convert::Infallible;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use holdfast_auth::{AuthError, Credentials, Metadata};
use http::{HeaderMap, Request, Response};
use tonic::Status;
use tonic::body::Body;
use tower::Service;

use super::call::{Shared, observation};
use super::served::Served;
use crate::http::headers::authority;
use crate::listen::Peer;

/// How a dialect says that a caller is not let in.
pub(crate) type Refuse = fn(AuthError) -> Status;

/// Under which name the caller reached the server, in the extensions of a request.
#[derive(Debug, Clone)]
pub(crate) struct Authority(pub(crate) Arc<str>);

/// Asks the guard who calls, before the service inside sees the request.
#[derive(Clone)]
pub(crate) struct Authn {
    inner: Served,
    shared: Arc<Shared>,
    refuse: Refuse,
}

impl Authn {
    /// In front of that service.
    pub(crate) fn new(inner: Served, shared: &Arc<Shared>, refuse: Refuse) -> Self {
        Self { inner, shared: Arc::clone(shared), refuse }
    }

    /// Of the service inside.
    pub(crate) fn name(&self) -> &'static str {
        self.inner.name()
    }
}

type Answer = Pin<Box<dyn Future<Output = Result<Response<Body>, Infallible>> + Send>>;

impl Service<Request<Body>> for Authn {
    type Response = Response<Body>;
    type Error = Infallible;
    type Future = Answer;

    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        self.inner.poll_ready(cx)
    }

    fn call(&mut self, mut request: Request<Body>) -> Answer {
        let clone = self.inner.clone();
        // The one that was polled ready is the one to call.
        let mut inner = std::mem::replace(&mut self.inner, clone);
        let (shared, refuse) = (Arc::clone(&self.shared), self.refuse);
        Box::pin(async move {
            let known = {
                let shown = Shown(request.headers());
                let peer = request.extensions().get::<Peer>();
                let certificate = peer.and_then(|peer| peer.certificate.as_deref());
                let shown = Credentials::new(&shown, peer.map(|peer| peer.address));
                // Every call is a POST.
                let shown = shown
                    .and_certificate(certificate)
                    .made_to(authority(request.uri(), request.headers()), false);
                shared.recognise(&shown, request.uri().path()).await
            };
            match known {
                Ok(identity) => {
                    if let Some(observation) = observation(request.extensions()) {
                        observation.user(identity.shared_user());
                    }
                    // Only policies look at it.
                    if shared.state.policies().is_some()
                        && let Some(name) = authority(request.uri(), request.headers())
                    {
                        let name = Authority(name.into());
                        request.extensions_mut().insert(name);
                    }
                    request.extensions_mut().insert(identity);
                    inner.call(request).await
                }
                Err(error) => {
                    let status = refuse(error);
                    if let Some(observation) = observation(request.extensions()) {
                        observation.method(inner.name());
                    }
                    shared.metrics.answered(inner.name(), status.code(), Duration::ZERO);
                    shared.metrics.state_calls.refused(request.uri().path(), status.code());
                    Ok(status.into_http())
                }
            }
        })
    }
}

/// The metadata of a call: headers that carry text and may carry credentials; those of the transport are left out.
struct Shown<'a>(&'a HeaderMap);

impl Metadata for Shown<'_> {
    fn get(&self, name: &str) -> Option<&str> {
        let all = (!is_transport(name)).then(|| self.0.get_all(name));
        all.into_iter().flatten().find_map(|value| value.to_str().ok())
    }

    fn all(&self) -> Vec<(String, String)> {
        let shown = self.0.iter().filter(|(name, _)| !is_transport(name.as_str()));
        shown
            .filter_map(|(name, value)| Some((name.to_string(), value.to_str().ok()?.to_owned())))
            .collect()
    }
}

fn is_transport(name: &str) -> bool {
    matches!(name, "te" | "content-type" | "user-agent" | "content-length")
        || name.starts_with("grpc-")
}
