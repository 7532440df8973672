//! Calls about a consumer group that another node has to answer: the one that reads for the group.

use std::sync::Arc;

use holdfast_api::Streaming;
use holdfast_api::stategate::event_service_client::EventServiceClient;
use holdfast_api::stategate::{AckAnswer, AckOpts, Event as Message, StreamOpts};
use http::HeaderMap;
use http::header::{self, HeaderName, HeaderValue};
use tonic::metadata::MetadataMap;
use tonic::transport::Channel;
use tonic::{Code, Extensions, Request, Status};

use crate::grpc::call::Shared;
use crate::nodes::ways::Ways;

/// Says that a call was passed on once: it is not passed on again.
const PASSED_ON: HeaderName = HeaderName::from_static("holdfast-passed-on");
/// The largest event; nodes believe each other.
const EVENT_BYTES: usize = 1 << 30;
/// What is about one connection, and not about the call. Cookies are for the address that a browser knows.
const OF_THE_CONNECTION: [HeaderName; 8] = [
    header::CONNECTION,
    header::COOKIE,
    header::HOST,
    header::ORIGIN,
    header::TE,
    header::TRANSFER_ENCODING,
    header::UPGRADE,
    header::USER_AGENT,
];
/// The same, by how names begin: forms and lengths of messages, deadlines that have passed in part, handshakes, and where a
/// caller says that it is: the other node may believe this one what it would not believe the caller.
const FORMS: [&str; 8] =
    ["accept", "content-", "forwarded", "grpc-", "proxy-", "sec-", "x-forwarded-", "x-real-ip"];

/// A call on its way to another node.
pub(super) struct Relay {
    ways: Ways,
    metadata: MetadataMap,
    passed_on: bool,
}

impl Relay {
    /// For calls that are answered by whichever node reads for their group.
    pub(super) fn of<Q>(shared: &Shared, request: &Request<Q>) -> Self {
        let mut headers = HeaderMap::new();
        let passed_on = request.metadata().contains_key(PASSED_ON.as_str());
        // A log of this node alone is read by nobody else.
        if shared.engine.appended().is_some() && !passed_on {
            headers = request.metadata().clone().into_headers();
            for name in OF_THE_CONNECTION {
                headers.remove(name);
            }
            let forms: Vec<_> = headers.keys().filter(|name| is_form(name)).cloned().collect();
            for name in forms {
                headers.remove(name);
            }
            headers.insert(PASSED_ON, HeaderValue::from_static("1"));
        }
        Self { ways: shared.ways.clone(), metadata: MetadataMap::from_headers(headers), passed_on }
    }

    /// Whether another node passed the call on to this one.
    pub(super) fn is_passed_on(&self) -> bool {
        self.passed_on
    }

    /// The stream of that node; it is live when this answers.
    pub(super) async fn stream(
        &self,
        address: &Arc<str>,
        opts: &StreamOpts,
    ) -> Result<Streaming<Message>, Status> {
        let stream = self.client(address)?.stream(self.request(opts.clone())).await?;
        Ok(stream.into_inner())
    }

    /// What that node says to an acknowledgement.
    pub(super) async fn ack(&self, address: &Arc<str>, opts: AckOpts) -> Result<AckAnswer, Status> {
        Ok(self.client(address)?.ack(self.request(opts)).await?.into_inner())
    }

    fn client(&self, address: &Arc<str>) -> Result<EventServiceClient<Channel>, Status> {
        let way = self.ways.to(address);
        let way = way.map_err(|error| Status::unavailable(format!("node {address}: {error}")))?;
        Ok(EventServiceClient::new(way).max_decoding_message_size(EVENT_BYTES))
    }

    fn request<Q>(&self, message: Q) -> Request<Q> {
        Request::from_parts(self.metadata.clone(), Extensions::default(), message)
    }
}

fn is_form(name: &HeaderName) -> bool {
    FORMS.iter().any(|form| name.as_str().starts_with(form))
}

/// Whether it is the node or the way to it that failed, not the call.
pub(super) fn is_of_the_way(status: &Status) -> bool {
    matches!(status.code(), Code::Unavailable | Code::Unknown | Code::Internal | Code::Cancelled)
}

/// Whether that node does not know the caller: what proves who that is may be bound to a connection.
pub(super) fn is_of_the_caller(status: &Status) -> bool {
    matches!(status.code(), Code::Unauthenticated | Code::PermissionDenied)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_of_one_connection_is_not_passed_on() {
        let is = |name| is_form(&HeaderName::from_static(name));
        for name in ["content-type", "grpc-timeout", "forwarded", "x-forwarded-for", "x-real-ip"] {
            assert!(is(name), "{name}");
        }
        for name in ["authorization", "x-request-id", "traceparent", "x-tenant"] {
            assert!(!is(name), "{name}");
        }
    }
}
