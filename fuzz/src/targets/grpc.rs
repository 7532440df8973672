//! Messages and frames, through the door that gRPC clients use.

use axum::body::Body;
use bytes::{BufMut, Bytes, BytesMut};
use http::{HeaderMap, Request, Version};
use serde_json::Value;
use tonic::{Code, Status};

use crate::bed::{Answer, ask};

/// All methods but those of trust. Inputs of the corpus name them by their place: new ones go to the end.
const METHODS: &[&str] = &[
    "config.v1.ConfigService/Get",
    "config.v1.ConfigService/Set",
    "config.v1.ConfigService/Delete",
    "config.v1.ConfigService/List",
    "config.v1.ConfigService/GetVersions",
    "config.v1.ConfigService/Snapshot",
    "config.v1.ConfigService/Watch",
    "config.v1.ConfigService/CheckAccess",
    "config.v1.ConfigService/SetAlias",
    "config.v1.ConfigService/DeleteAlias",
    "config.v1.ConfigService/GetAlias",
    "config.v1.ConfigService/ListAliases",
    "config.v1.ConfigService/ListCodecs",
    "config.v1.ConfigService/ListNamespaces",
    "holdfast.v1.HoldfastService/Commit",
    "holdfast.v1.HoldfastService/Watch",
    "holdfast.v1.HoldfastService/Txn",
    "holdfast.v1.HoldfastService/Get",
    "holdfast.v1.HoldfastService/List",
    "holdfast.v1.HoldfastService/Snapshot",
    "holdfast.v1.HoldfastService/History",
    "holdfast.v1.HoldfastService/Diff",
    "holdfast.v1.HoldfastService/Rollback",
    "holdfast.v1.HoldfastService/Events",
    "holdfast.v1.HoldfastService/Search",
    "stategate.StateService/Set",
    "stategate.StateService/Get",
    "stategate.StateService/Del",
    "stategate.StateService/Search",
    "stategate.EventService/Stream",
    "stategate.EventService/Search",
    "stategate.EventService/Get",
    "stategate.EntityService/Set",
    "stategate.EntityService/Edit",
    "stategate.EntityService/Revert",
    "stategate.EntityService/Get",
    "stategate.EntityService/Del",
    "stategate.EntityService/Search",
    "stategate.PeerService/Broadcast",
    "stategate.PeerService/Stream",
    "stategate.CacheService/Set",
    "stategate.CacheService/Get",
    "stategate.CacheService/Del",
    "stategate.MutexService/Lock",
    "stategate.MutexService/Unlock",
];

/// What the contract of stategate calls INTERNAL although it is the caller's fault: a filter that is none.
const NO_FILTER: [&str; 4] = [
    "failed to decode query string",
    "failed to search states",
    "failed to search entities",
    "failed to search events",
];

/// Whether a message of stategate says that about a filter.
pub(crate) fn is_no_filter(message: &str) -> bool {
    let envelope: Value = serde_json::from_str(message).unwrap_or_default();
    envelope["info"].as_str().is_some_and(|info| NO_FILTER.contains(&info))
}

const KINDS: [&str; 5] = [
    "application/grpc",
    "application/grpc+proto",
    "application/grpc-web",
    "application/grpc-web+proto",
    "application/grpc-web-text",
];

/// A message behind a right frame.
pub(crate) fn message(data: &[u8]) {
    let Some((&method, message)) = data.split_first() else { return };
    let method = METHODS[usize::from(method) % METHODS.len()];
    let (code, why) = call(method, framed(message));
    if method.starts_with("stategate.") && code == Code::Internal && is_no_filter(&why) {
        return;
    }
    assert!(
        !matches!(code, Code::Internal | Code::Unknown | Code::DataLoss),
        "{method}: {code:?} {why}"
    );
}

/// Any bytes as the body of a call. What is wrong with a frame is INTERNAL by the protocol's own definition.
pub(crate) fn frames(data: &[u8]) {
    let Some((&[method, kind], body)) = data.split_first_chunk() else { return };
    let method = METHODS[usize::from(method) % METHODS.len()];
    let answer = post(method, KINDS[usize::from(kind) % KINDS.len()], Bytes::copy_from_slice(body));
    if let Some((code, why)) = status(&answer) {
        assert!(!matches!(code, Code::Unknown | Code::DataLoss), "{method}: {code:?} {why}");
    }
}

/// Calls a method with a message; how it ended. A stream that goes on has not failed.
pub(crate) fn call(method: &str, body: Bytes) -> (Code, String) {
    status(&post(method, KINDS[0], body)).unwrap_or((Code::Ok, String::new()))
}

/// A message behind its five bytes.
pub(crate) fn framed(message: &[u8]) -> Bytes {
    let mut framed = BytesMut::with_capacity(message.len() + 5);
    framed.put_u8(0);
    framed.put_u32(u32::try_from(message.len()).unwrap_or(u32::MAX));
    framed.put_slice(message);
    framed.freeze()
}

fn post(method: &str, kind: &str, body: Bytes) -> Answer {
    // gRPC-Web is what browsers speak, over any version of HTTP; gRPC itself needs the second.
    let version = if kind.contains("web") { Version::HTTP_11 } else { Version::HTTP_2 };
    let request = Request::post(format!("/{method}")).version(version);
    let request = request.header("content-type", kind).header("te", "trailers");
    let answer = ask(request.body(Body::from(body)).expect("a request"));
    assert!(answer.status.is_success(), "{method}: gRPC says 200 and a status: {}", answer.status);
    answer
}

fn status(answer: &Answer) -> Option<(Code, String)> {
    let of = |headers: &HeaderMap| {
        Status::from_header_map(headers).map(|status| (status.code(), status.message().to_owned()))
    };
    of(&answer.headers).or_else(|| of(&answer.trailers))
}
