//! Set, Get, Del.

use buffa_types::google::protobuf::Empty;
use bytes::Bytes;
use holdfast_api::convert::state as convert;
use holdfast_api::stategate::{State, StateRef};
use holdfast_engine::{EngineError, Set, any_key};
use holdfast_model::{Entry, ErrorKind, WriteMode};
use serde_json::{Map, Value};

use super::fault::{About, Refusal};
use super::locks::fenced;
use super::names;
use super::valid::invalid;
use crate::grpc::call::Call;

pub(super) async fn set(call: Call, state: State) -> Result<Empty, Refusal> {
    let members = convert::members(&state.values).map_err(|why| invalid("Values", &why))?;
    let set = Set {
        namespace: names::namespace_of(&state.domain),
        key: names::key_of(&state.r#type, &state.key),
        value: Bytes::from(Value::Object(members).to_string()),
        codec: String::new(),
        mode: WriteMode::Upsert,
        condition: call.condition.clone(),
        key_rule: any_key,
    };
    let about = About { domain: &state.domain, kind: &state.r#type, key: Some(&state.key) };
    let call = fenced(call, state.fence.as_option())?;
    let written = call.engine.set(&call.caller, set).await;
    written.map_err(|error| about.failed("failed to set state", &error))?;
    Ok(Empty::default())
}

pub(super) async fn get(call: Call, of: StateRef) -> Result<State, Refusal> {
    let (namespace, key) = place(&of);
    let entry = call.engine.get(&call.caller, &namespace, &key).await;
    let entry = entry.map_err(|error| missing_or(&of, "failed to find state", &error))?;
    let values = convert::of_members(&values(&entry)).into();
    let StateRef { domain, r#type, key, .. } = of;
    Ok(State { domain, r#type, key, values, ..State::default() })
}

pub(super) async fn del(call: Call, of: StateRef) -> Result<Empty, Refusal> {
    let call = fenced(call, of.fence.as_option())?;
    let (namespace, key) = place(&of);
    let deleted = call.engine.delete_if(&call.caller, &namespace, &key, call.condition).await;
    deleted.map_err(|error| missing_or(&of, "failed to delete state", &error))?;
    Ok(Empty::default())
}

fn place(of: &StateRef) -> (String, String) {
    (names::namespace_of(&of.domain), names::key_of(&of.r#type, &of.key))
}

/// Names that are too long for the log are not there, either.
fn missing_or(of: &StateRef, info: &str, error: &EngineError) -> Refusal {
    let about = About { domain: &of.domain, kind: &of.r#type, key: Some(&of.key) };
    match error.kind() {
        ErrorKind::InvalidNamespace | ErrorKind::InvalidKey => about.not_found(),
        _ => about.failed(info, error),
    }
}

/// The values of an entry as they are read.
///
/// QUIRK(stategate): a member `_id` is that of the key, so it is not among them.
pub(super) fn values(entry: &Entry) -> Map<String, Value> {
    let mut values = convert::values(&entry.codec, &entry.value);
    values.remove("_id");
    values
}
