//! Get, Set, Delete, List.

use std::sync::Arc;

use holdfast_api::config_v1::{
    DeleteRequest, DeleteResponse, GetRequest, GetResponse, ListRequest, ListResponse, SetRequest,
    SetResponse, WriteMode as WireMode,
};
use holdfast_api::convert::config as convert;
use holdfast_engine::{Caller, Engine, List, Set};
use holdfast_model::{Entry, WriteMode};

use super::cursor;
use super::error::{Refusal, required};
use super::names::key_rule;
use crate::grpc::call::{Call, Reply};

pub(crate) async fn get(call: Call, request: GetRequest) -> Result<Reply<GetResponse>, Refusal> {
    let entry = find(&call.engine, &call.caller, &request.namespace, &request.key).await?;
    let message = GetResponse { entry: convert::entry(&entry).into(), ..GetResponse::default() };
    Ok(Reply { message: message.into(), revision: Some(entry.mod_revision) })
}

/// The entry of a get, for whoever makes something else of it than the message.
pub(crate) async fn find(
    engine: &Engine,
    caller: &Caller,
    namespace: &str,
    key: &str,
) -> Result<Arc<Entry>, Refusal> {
    required(&[("namespace", namespace), ("key", key)])?;
    Ok(engine.get(caller, namespace, key).await?)
}

pub(crate) async fn set(call: Call, request: SetRequest) -> Result<Reply<SetResponse>, Refusal> {
    required(&[("namespace", &request.namespace), ("key", &request.key)])?;
    let mode = write_mode(request.write_mode.to_i32());
    let SetRequest { namespace, key, value, codec, .. } = request;
    let condition = call.condition;
    let set = Set { namespace, key, value, codec, mode, condition, key_rule };
    let entry = call.engine.set(&call.caller, set).await?;
    let message = SetResponse { entry: convert::entry(&entry).into(), ..SetResponse::default() };
    Ok(Reply { message: message.into(), revision: Some(entry.mod_revision) })
}

/// QUIRK(config.v1): a write mode that nobody knows is an upsert.
fn write_mode(number: i32) -> WriteMode {
    if number == WireMode::WRITE_MODE_CREATE as i32 {
        WriteMode::Create
    } else if number == WireMode::WRITE_MODE_UPDATE as i32 {
        WriteMode::Update
    } else {
        WriteMode::Upsert
    }
}

pub(crate) async fn delete(call: Call, request: DeleteRequest) -> Result<DeleteResponse, Refusal> {
    required(&[("namespace", &request.namespace), ("key", &request.key)])?;
    let (namespace, key) = (&request.namespace, &request.key);
    call.engine.delete_if(&call.caller, namespace, key, call.condition).await?;
    Ok(DeleteResponse::default())
}

pub(crate) async fn list(call: Call, request: ListRequest) -> Result<ListResponse, Refusal> {
    required(&[("namespace", &request.namespace)])?;
    let list = List {
        namespace: request.namespace,
        prefix: request.prefix,
        limit: limit(request.limit),
        after: None,
    };
    let after = match request.cursor.as_str() {
        "" => None,
        text => Some(cursor::key(text)),
    };
    let list = match after.transpose() {
        Ok(after) => List { after, ..list },
        Err(refusal) => {
            // Whether the caller may comes before what is wrong with the cursor.
            call.engine.list(&call.caller, List { limit: Some(1), ..list }).await?;
            return Err(refusal);
        }
    };
    let page = call.engine.list(&call.caller, list).await?;
    let last = page.entries.last().filter(|_| page.more);
    Ok(ListResponse {
        next_cursor: last.map(|entry| cursor::of_key(entry.at.key.as_str())).unwrap_or_default(),
        entries: page.entries.iter().map(|entry| convert::entry(entry)).collect(),
        ..ListResponse::default()
    })
}

/// QUIRK(config.v1): a limit of zero or less asks for everything.
pub(crate) fn limit(wanted: i32) -> Option<usize> {
    usize::try_from(wanted).ok().filter(|limit| *limit > 0)
}
