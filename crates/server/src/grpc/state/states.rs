//! Set, Get, Del.

use buffa_types::google::protobuf::{Empty, Struct};
use holdfast_api::convert::state as convert;
use holdfast_api::stategate::{State, StateRef};
use holdfast_model::Entry;
use serde_json::{Map, Value};

use super::fault::{Noun, Refusal};
use super::locks::fenced;
use super::one::One;
use crate::grpc::call::Call;

pub(super) async fn set(call: Call, state: State) -> Result<Empty, Refusal> {
    let call = fenced(call, state.fence.as_option())?;
    let State { domain, r#type: kind, key, values, .. } = state;
    let one = One { noun: Noun::State, domain, kind, key };
    one.set(&call, &values).await?;
    Ok(Empty::default())
}

pub(super) async fn get(call: Call, of: StateRef) -> Result<State, Refusal> {
    let one = named(of);
    let values = one.get(&call).await?.into();
    let One { domain, kind, key, .. } = one;
    Ok(State { domain, r#type: kind, key, values, ..State::default() })
}

pub(super) async fn del(call: Call, of: StateRef) -> Result<Empty, Refusal> {
    let call = fenced(call, of.fence.as_option())?;
    named(of).del(&call).await?;
    Ok(Empty::default())
}

fn named(of: StateRef) -> One {
    let StateRef { domain, r#type: kind, key, .. } = of;
    One { noun: Noun::State, domain, kind, key }
}

/// The values of an entry as they are read.
///
/// QUIRK(stategate): a member `_id` is that of the key, so it is not among them.
pub(super) fn values(entry: &Entry) -> Map<String, Value> {
    let mut values = convert::values(&entry.codec, &entry.value);
    values.remove("_id");
    values
}

/// The same as answers have them.
pub(super) fn wire_values(entry: &Entry) -> Struct {
    let mut values = convert::struct_of(&entry.codec, &entry.value);
    values.fields.remove("_id");
    values
}
