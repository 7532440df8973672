//! The request and the response policy around a call of stategate.

use std::sync::Arc;

use holdfast_auth::Identity;
use holdfast_policy_rego::state::{Call, StatePolicies, StateRefusal};
use serde::Serialize;
use serde_json::{Map, Value};
use tonic::{Request, Status};

use super::peers;
use crate::grpc::authn::Authority;
use crate::grpc::call::Shared;

/// The policies, and what they are told of one call.
pub(super) struct Gate {
    policies: Arc<StatePolicies>,
    who: Identity,
    method: &'static str,
    metadata: Vec<(String, String)>,
}

impl Gate {
    /// `None`: no policy is asked here.
    pub(super) fn of<Q>(
        shared: &Shared,
        method: &'static str,
        request: &Request<Q>,
    ) -> Option<Self> {
        let policies = Arc::clone(shared.state.policies()?);
        // Without one the call is refused before it begins.
        let who = request.extensions().get::<Identity>()?.clone();
        Some(Self { policies, who, method, metadata: metadata(request) })
    }

    /// Whether the call may be made.
    pub(super) fn request(&self, body: &Value) -> Result<(), Status> {
        let call = Call { metadata: &self.metadata, ..self.call(body) };
        self.policies.request(&call).map_err(refused)
    }

    /// The same for a call that is answered by a stream: once as every such call looks before its message is read, and with that.
    pub(super) fn stream(&self, body: &Value) -> Result<(), Status> {
        self.request(&Value::Object(Map::new()))?;
        self.request(body)
    }

    /// Whether the answer may be given. What the call did is done.
    pub(super) fn response(&self, body: &Value) -> Result<(), Status> {
        // There is no metadata of answers.
        self.policies.response(&self.call(body)).map_err(refused)
    }

    /// Whether a message of a stream may be sent.
    pub(super) fn event(&self, event: &impl Serialize) -> Result<bool, Status> {
        let mut body = body(event)?;
        // Policies of later versions know the state of an event by its newer name.
        if let Some(state) = body.get("state").cloned() {
            body["entity"] = state;
        }
        match self.policies.event(&self.call(&body)) {
            Ok(()) => Ok(true),
            Err(StateRefusal::Denied(_)) => Ok(false),
            Err(failed) => Err(refused(failed)),
        }
    }

    fn call<'a>(&'a self, body: &'a Value) -> Call<'a> {
        Call {
            claims: &self.who.facts().claims,
            method: self.method,
            metadata: &[],
            body,
            client_stream: false,
            // QUIRK(stategate): v0.5.0 says false of its streams, too.
            server_stream: self.method == peers::STREAM,
        }
    }
}

/// A message as policies see it: protobuf JSON without what is not set.
pub(super) fn body(message: &impl Serialize) -> Result<Value, Status> {
    serde_json::to_value(message)
        .map_err(|error| Status::internal(format!("the message does not encode: {error}")))
}

fn refused(refusal: StateRefusal) -> Status {
    match refusal {
        StateRefusal::Denied(words) => Status::permission_denied(words),
        StateRefusal::Failed { message, cause } => {
            tracing::error!(error = %cause, "{message}");
            Status::internal(message)
        }
    }
}

/// Every text, and under which name the caller reached the server.
fn metadata<Q>(request: &Request<Q>) -> Vec<(String, String)> {
    let authority = request.extensions().get::<Authority>();
    let authority = authority.map(|Authority(name)| (":authority".to_owned(), name.to_string()));
    let texts = request.metadata().as_ref().iter().filter_map(|(name, value)| {
        Some((name.as_str().to_owned(), value.to_str().ok()?.to_owned()))
    });
    authority.into_iter().chain(texts).collect()
}
