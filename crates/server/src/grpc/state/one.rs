//! What is done with one state or entity: the same under both names.

use buffa_types::google::protobuf::Struct;
use bytes::Bytes;
use holdfast_api::convert::state as convert;
use holdfast_engine::{EngineError, Set, any_key};
use holdfast_model::{ErrorKind, WriteMode};
use serde_json::{Map, Value};

use super::fault::{About, Noun, Refusal, Said};
use super::valid::invalid;
use super::{names, states};
use crate::grpc::call::Call;

/// One of them.
#[derive(Debug)]
pub(super) struct One {
    pub(super) noun: Noun,
    pub(super) domain: String,
    pub(super) kind: String,
    pub(super) key: String,
}

impl One {
    /// Writes it, whatever was there.
    pub(super) async fn set(&self, call: &Call, values: &Struct) -> Result<(), Refusal> {
        let (namespace, key) = self.place();
        let set = Set {
            namespace,
            key,
            value: Bytes::from(Value::Object(members(values)?).to_string()),
            codec: String::new(),
            mode: WriteMode::Upsert,
            condition: call.condition.clone(),
            key_rule: any_key,
        };
        let info = format!("failed to set {}", self.noun.word());
        let written = call.engine.set(&call.caller, set).await;
        written.map(drop).map_err(|error| self.said().failed(&info, &error))
    }

    /// Its values.
    pub(super) async fn get(&self, call: &Call) -> Result<Struct, Refusal> {
        let (namespace, key) = self.place();
        let entry = call.engine.get(&call.caller, &namespace, &key).await;
        let entry = entry.map_err(|error| self.missing_or("find", &error))?;
        Ok(states::wire_values(&entry))
    }

    /// Removes it.
    pub(super) async fn del(&self, call: &Call) -> Result<(), Refusal> {
        let (namespace, key) = self.place();
        let condition = call.condition.clone();
        let deleted = call.engine.delete_if(&call.caller, &namespace, &key, condition).await;
        deleted.map_err(|error| self.missing_or("delete", &error))
    }

    /// Namespace and key.
    pub(super) fn place(&self) -> (String, String) {
        (names::namespace_of(&self.domain), names::key_of(&self.kind, &self.key))
    }

    pub(super) fn said(&self) -> Said<'_> {
        let about = About { domain: &self.domain, kind: &self.kind, key: Some(&self.key) };
        about.said(self.noun)
    }

    /// Names that are too long for the log are not there, either.
    pub(super) fn missing_or(&self, verb: &str, error: &EngineError) -> Refusal {
        match error.kind() {
            ErrorKind::InvalidNamespace | ErrorKind::InvalidKey => self.said().not_found(),
            _ => self.said().failed(&format!("failed to {verb} {}", self.noun.word()), error),
        }
    }
}

/// The members of values that a request has.
pub(super) fn members(values: &Struct) -> Result<Map<String, Value>, Refusal> {
    convert::members(values).map_err(|why| invalid("Values", &why).into())
}
