//! `/openapi.json`: what is served over HTTP, as OpenAPI 3.1. Each dialect describes its own paths and schemas beside its
//! handlers; here they become one document.

use std::sync::LazyLock;

use axum::Router;
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use bytes::Bytes;
use http::header;
use serde_json::{Map, Value, json};

use super::fault::Fault;
use super::{state, v1, v2};

/// Built once; it does not depend on settings.
static DOCUMENT: LazyLock<Bytes> = LazyLock::new(|| document().to_string().into());

/// The dialects that are described, each by itself.
const DIALECTS: &[fn() -> Part] = &[
    v1::openapi::part,
    v2::openapi::part,
    state::openapi::part,
    state::openapi::coordination::part,
    state::openapi::graphql::part,
];

/// What a dialect adds to the document.
pub(crate) struct Part {
    /// Path items by path.
    pub(crate) paths: Value,
    /// Schemas by name; no two dialects use one name.
    pub(crate) schemas: Value,
}

/// The path of the document. Whoever may connect may read it: it says nothing about data.
pub(crate) fn routes<S: Clone + Send + Sync + 'static>() -> Router<S> {
    Router::new()
        .route("/openapi.json", get(serve))
        .method_not_allowed_fallback(|| async { Fault::method_not_allowed() })
}

async fn serve() -> Response {
    ([(header::CONTENT_TYPE, "application/json")], DOCUMENT.clone()).into_response()
}

/// The whole document.
#[must_use]
pub fn document() -> Value {
    let (mut paths, mut schemas) = (Map::new(), Map::new());
    paths.insert("/openapi.json".into(), own_path());
    schemas.insert("Status".into(), status_schema());
    for part in DIALECTS.iter().map(|part| part()) {
        extend(&mut paths, part.paths);
        extend(&mut schemas, part.schemas);
    }
    json!({
        "openapi": "3.1.0",
        "info": {
            "title": "Holdfast",
            "summary": "Configuration and application state, with history and watches.",
            "version": env!("CARGO_PKG_VERSION"),
            "license": { "name": "Apache-2.0 OR MIT", "identifier": "Apache-2.0 OR MIT" },
        },
        "servers": [{ "url": "/" }],
        "security": [{}, { "bearer": [] }],
        "paths": paths,
        "components": {
            "schemas": schemas,
            "securitySchemes": { "bearer": { "type": "http", "scheme": "bearer" } },
        },
    })
}

fn extend(to: &mut Map<String, Value>, from: Value) {
    if let Value::Object(members) = from {
        to.extend(members);
    }
}

fn own_path() -> Value {
    json!({ "get": {
        "operationId": "openapi",
        "summary": "This document.",
        "security": [{}],
        "responses": { "200": json_response("OpenAPI 3.1.", json!({ "type": "object" })) },
    } })
}

fn status_schema() -> Value {
    json!({
        "type": "object",
        "description": "google.rpc.Status: what failed.",
        "required": ["code", "message", "details"],
        "properties": {
            "code": { "type": "integer", "description": "The gRPC code." },
            "message": { "type": "string" },
            "details": { "type": "array", "items": {
                "type": "object",
                "required": ["@type"],
                "properties": {
                    "@type": { "type": "string" },
                    "reason": { "type": "string", "description": "For programs: see docs/errors.md." },
                    "domain": { "type": "string" },
                    "metadata": { "type": "object", "additionalProperties": { "type": "string" } },
                },
            } },
        },
    })
}

/// A reference to a schema of the document.
pub(crate) fn schema(name: &str) -> Value {
    json!({ "$ref": format!("#/components/schemas/{name}") })
}

/// A JSON answer.
pub(crate) fn json_response(description: &str, schema: Value) -> Value {
    json!({ "description": description, "content": { "application/json": { "schema": schema } } })
}

/// A plain-text answer.
pub(crate) fn text_response(description: &str) -> Value {
    json!({
        "description": description,
        "content": { "text/plain": { "schema": { "type": "string" } } },
    })
}

/// The failures that any call may end with, and those that this one may.
pub(crate) fn failures(more: &[u16]) -> Map<String, Value> {
    const ALWAYS: [u16; 8] = [400, 401, 403, 429, 499, 500, 503, 504];
    let statuses = ALWAYS.iter().chain(more);
    statuses.map(|status| (status.to_string(), failure(*status))).collect()
}

fn failure(status: u16) -> Value {
    let description = match status {
        400 => "The request makes no sense.",
        401 => "The caller is not known.",
        403 => "The caller may not.",
        404 => "There is no such thing.",
        408 => "The body did not arrive in time.",
        409 => "It exists already, or something else is in the way.",
        410 => "The revision is no longer kept, or of another log.",
        412 => "The condition of a header did not hold.",
        413 => "The body is too large.",
        415 => "The body is not JSON.",
        422 => "The idempotency key was used for another request.",
        429 => "A limit is reached, or disk space is short.",
        499 => "The caller went away.",
        501 => "This server cannot do that.",
        503 => "The server is stopping, or cannot answer for the moment.",
        504 => "The deadline passed.",
        _ => "A fault of this server.",
    };
    json_response(description, schema("Status"))
}

/// A parameter of a path.
pub(crate) fn in_path(name: &str, description: &str) -> Value {
    json!({
        "name": name, "in": "path", "required": true, "description": description,
        "schema": { "type": "string", "minLength": 1 },
    })
}

/// A parameter of a query that is there once or not at all.
pub(crate) fn in_query(name: &str, description: &str, schema: Value) -> Value {
    json!({ "name": name, "in": "query", "description": description, "schema": schema })
}

/// A header.
pub(crate) fn in_header(name: &str, description: &str) -> Value {
    json!({
        "name": name, "in": "header", "description": description, "schema": { "type": "string" },
    })
}

/// A whole number of 32 bits.
pub(crate) fn int32() -> Value {
    json!({ "type": "integer", "format": "int32", "minimum": i32::MIN, "maximum": i32::MAX })
}

/// A whole number of 64 bits, as the text that JSON of protobuf makes of it.
pub(crate) fn int64_text() -> Value {
    json!({ "type": "string", "pattern": "^-?[0-9]+$" })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Every reference leads somewhere, and every operation has a name of its own.
    #[test]
    fn the_document_holds_together() {
        let document = document();
        let text = document.to_string();
        for reference in text.split("\"$ref\":\"#").skip(1) {
            let pointer = reference.split('"').next().expect("a text");
            assert!(document.pointer(pointer).is_some(), "{pointer}");
        }
        let mut names: Vec<_> = text.split("\"operationId\":\"").skip(1).collect();
        names.iter_mut().for_each(|name| *name = name.split('"').next().expect("a text"));
        let all = names.len();
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), all);
        assert!(all > 15, "{all} operations");
    }
}
