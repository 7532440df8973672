//! Entities: Set, Edit, Revert, Get, Del. An entity is a state under a newer name.

use buffa_types::google::protobuf::{Empty, Struct};
use bytes::Bytes;
use holdfast_api::stategate::{Entity, EntityRef, EventRef};
use holdfast_engine::{Edit, EngineError, Revert};
use holdfast_model::{Codec, Entry, ErrorKind};
use serde_json::{Map, Value};

use super::event_get::{id_of, no_event};
use super::fault::{Noun, Refusal};
use super::locks::fenced;
use super::merge::merge;
use super::one::{One, members};
use super::states;
use super::valid::Reverting;
use crate::grpc::call::Call;

pub(super) async fn set(call: Call, entity: Entity) -> Result<Empty, Refusal> {
    let call = fenced(call, entity.fence.as_option())?;
    let Entity { domain, r#type: kind, key, values, .. } = entity;
    one(domain, kind, key).set(&call, &values).await?;
    Ok(Empty::default())
}

pub(super) async fn get(call: Call, of: EntityRef) -> Result<Entity, Refusal> {
    let one = one(of.domain, of.r#type, of.key);
    let values = one.get(&call).await?;
    Ok(with(one, values))
}

pub(super) async fn del(call: Call, of: EntityRef) -> Result<Empty, Refusal> {
    let call = fenced(call, of.fence.as_option())?;
    one(of.domain, of.r#type, of.key).del(&call).await?;
    Ok(Empty::default())
}

/// Reading, merging and writing are one step: what others write meanwhile is not lost.
pub(super) async fn edit(call: Call, entity: Entity) -> Result<Entity, Refusal> {
    let call = fenced(call, entity.fence.as_option())?;
    let Entity { domain, r#type: kind, key, values, .. } = entity;
    let one = one(domain, kind, key);
    let changes = members(&values)?;
    if changes.is_empty() {
        let values = one.get(&call).await?;
        return Ok(with(one, values));
    }
    let change = |entry: &Entry| changed(entry, &changes);
    let (namespace, key) = one.place();
    let condition = call.condition.clone();
    let edit = Edit { namespace, key, change: &change, condition };
    let edited = call.engine.edit(&call.caller, edit).await;
    let edited = edited.map_err(|error| one.missing_or("edit", &error))?;
    Ok(with(one, states::wire_values(&edited)))
}

/// The members of the entry with the changes among them.
fn changed(entry: &Entry, changes: &Map<String, Value>) -> Result<Bytes, EngineError> {
    let other = "the entry is no JSON object; another dialect wrote it, and Set replaces it";
    let no_object = || EngineError::InvalidValue(other.into());
    if entry.codec.as_str() != Codec::json().as_str() {
        return Err(no_object());
    }
    let parsed = serde_json::from_slice(&entry.value);
    let Ok(Value::Object(mut members)) = parsed else { return Err(no_object()) };
    merge(&mut members, changes.clone()).map_err(EngineError::InvalidValue)?;
    Ok(Bytes::from(Value::Object(members).to_string()))
}

/// The values of an event of this very entity are written again.
pub(super) async fn revert(call: Call, Reverting(of): Reverting) -> Result<Entity, Refusal> {
    let Some(id) = id_of(&of.id) else { return Err(no_event(&of)) };
    let call = fenced(call, of.fence.as_option())?;
    let one = one(of.domain.clone(), of.r#type.clone(), of.key.clone());
    let (namespace, key) = one.place();
    let condition = call.condition.clone();
    let revert = Revert { namespace, key, id, condition };
    let reverted = call.engine.revert(&call.caller, revert).await;
    let reverted = reverted.map_err(|error| unreverted(&one, &of, &error))?;
    Ok(with(one, states::wire_values(&reverted)))
}

fn unreverted(one: &One, of: &EventRef, error: &EngineError) -> Refusal {
    match error.kind() {
        ErrorKind::VersionNotFound | ErrorKind::InvalidNamespace | ErrorKind::InvalidKey => {
            no_event(of)
        }
        _ => one.said().failed("failed to revert entity", error),
    }
}

fn one(domain: String, kind: String, key: String) -> One {
    One { noun: Noun::Entity, domain, kind, key }
}

fn with(one: One, values: Struct) -> Entity {
    let One { domain, kind, key, .. } = one;
    Entity { domain, r#type: kind, key, values: values.into(), ..Entity::default() }
}
