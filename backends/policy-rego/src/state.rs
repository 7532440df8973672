//! The policies of the stategate dialect: one for requests, one for responses.

use regorus::Value;
use serde_json::{Map, Value as Json};

use crate::answer::Answer;
use crate::error::{LoadError, RunError};
use crate::loaded::Loaded;
use crate::modules::Modules;
use crate::settings::{Dialect, Limits, RegoSettings};
use crate::source;

/// The rule that decides, in both.
pub const STATE_ALLOW: &str = "data.stategate.authz.allow";

/// Request and response policy. One that is not set denies everything.
pub struct StatePolicies {
    requests: Option<Loaded>,
    responses: Option<Loaded>,
}

/// What a policy is told of a call: the contract's input document.
#[derive(Debug, Clone, Copy)]
pub struct Call<'a> {
    /// The payload of the caller's token.
    pub claims: &'a Map<String, Json>,
    /// `/stategate.StateService/Set`.
    pub method: &'a str,
    /// Metadata as it came; the first value of a name counts.
    pub metadata: &'a [(String, String)],
    /// The request as protobuf JSON without unset fields; for what a stream sends, the event; else an empty object.
    pub body: &'a Json,
    /// Whether the client sends a stream.
    pub client_stream: bool,
    /// Whether the server sends one. The methods of v0.5.0 say false, as their contract does.
    pub server_stream: bool,
}

/// Why a call or an event is not let through.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum StateRefusal {
    /// The policy said something else than yes: PermissionDenied, or an event that is not sent.
    #[error("{0}")]
    Denied(&'static str),
    /// The policy failed: Internal. The cause is for the log.
    #[error("{message}")]
    Failed {
        /// What the caller is told.
        message: &'static str,
        /// What happened.
        cause: RunError,
    },
}

const REQUEST_DENIED: &str = "request authorization = denied";
const RESPONSE_DENIED: &str = "response authorization = denied";
const FAILED: &str = "failed to evaluate authz policy";
const FAILED_IN_STREAM: &str = "failed to evaluate authz policy during server stream";

impl StatePolicies {
    /// Policies as the settings have them: base64 of Rego v0. `None`: not set.
    ///
    /// # Errors
    /// Why one of them cannot be put in force; the server does not start without it.
    pub fn new(
        requests: Option<&str>,
        responses: Option<&str>,
        limits: Limits,
    ) -> Result<Self, LoadError> {
        let load = |text: &str| source::base64(text).and_then(|modules| load(&modules, limits));
        Ok(Self {
            requests: requests.map(load).transpose()?,
            responses: responses.map(load).transpose()?,
        })
    }

    /// Whether a call may be made.
    ///
    /// # Errors
    /// Why not.
    pub fn request(&self, call: &Call<'_>) -> Result<(), StateRefusal> {
        decide(self.requests.as_ref(), call, REQUEST_DENIED, FAILED)
    }

    /// Whether the answer of a unary call may be given. What the call did is done.
    ///
    /// # Errors
    /// Why not.
    pub fn response(&self, call: &Call<'_>) -> Result<(), StateRefusal> {
        decide(self.responses.as_ref(), call, RESPONSE_DENIED, FAILED)
    }

    /// Whether an event may be sent. When it is denied, the stream goes on without it.
    ///
    /// # Errors
    /// Why not.
    pub fn event(&self, call: &Call<'_>) -> Result<(), StateRefusal> {
        decide(self.responses.as_ref(), call, RESPONSE_DENIED, FAILED_IN_STREAM)
    }
}

fn load(modules: &Modules, limits: Limits) -> Result<Loaded, LoadError> {
    let settings = RegoSettings {
        allow: STATE_ALLOW.into(),
        dialect: Dialect::V0,
        limits,
        kept_decisions: 0,
        ..RegoSettings::default()
    };
    Loaded::new(modules, &settings, 1)
}

fn decide(
    policy: Option<&Loaded>,
    call: &Call<'_>,
    denied: &'static str,
    message: &'static str,
) -> Result<(), StateRefusal> {
    let Some(policy) = policy else { return Err(StateRefusal::Denied(denied)) };
    let value = policy.decide(document(call));
    let value = value.map_err(|cause| StateRefusal::Failed { message, cause })?;
    match Answer::of(&value) {
        Answer::Allowed => Ok(()),
        Answer::Denied | Answer::NoDecision => Err(StateRefusal::Denied(denied)),
    }
}

/// `{"claims", "method", "metadata", "body", "client_stream", "server_stream"}`.
fn document(call: &Call<'_>) -> Value {
    let mut metadata = Map::new();
    for (name, value) in call.metadata {
        metadata.entry(name.as_str()).or_insert_with(|| value.as_str().into());
    }
    let members = [
        ("claims", Json::Object(call.claims.clone()).into()),
        ("method", call.method.into()),
        ("metadata", Json::Object(metadata).into()),
        ("body", call.body.clone().into()),
        ("client_stream", call.client_stream.into()),
        ("server_stream", call.server_stream.into()),
    ];
    let named = members.map(|(name, value): (&str, Value)| (name.into(), value));
    named.into_iter().collect::<regorus::value::Object>().into()
}
