//! The paths of config.v1 in the OpenAPI document.

use serde_json::{Map, Value, json};

use crate::http::openapi::{
    Part, failures, in_header, in_path, in_query, int32, int64_text, json_response, schema,
    text_response,
};

/// This dialect's part of the document.
pub(crate) fn part() -> Part {
    Part { paths: paths(), schemas: schemas() }
}

const KEY: &str = "/v1/namespaces/{namespace}/keys/{key}";
const KEY_TEXT: &str = "The key; slashes may be raw or encoded. Of a GET, a raw last segment `versions` or `diff` is no part of it.";

fn paths() -> Value {
    json!({
        "/v1/namespaces": { "get": list_namespaces() },
        "/v1/namespaces/{namespace}/keys": { "parameters": [namespace()], "get": list() },
        KEY: {
            "parameters": [namespace(), in_path("key", KEY_TEXT)],
            "get": get(), "post": set(), "delete": delete(),
        },
        format!("{KEY}/versions"): {
            "parameters": [namespace(), in_path("key", "The key.")], "get": versions(),
        },
        format!("{KEY}/diff"): {
            "parameters": [namespace(), in_path("key", "The key.")], "get": diff(),
        },
        "/v1/namespaces/{namespace}/snapshot": { "parameters": [namespace()], "get": snapshot() },
        "/v1/namespaces/{namespace}/access": {
            "parameters": [namespace()],
            "get": access("checkAccess"), "head": access("checkAccessHead"),
        },
        "/v1/codecs": { "get": simple("listCodecs", "The codecs that the server looks into.", "ListCodecsResponse", &[]) },
        "/v1/aliases": { "get": simple("listAliases", "Every alias, by name.", "ListAliasesResponse", &[]) },
        "/v1/aliases/{alias}": {
            "parameters": [in_path("alias", "The alias; slashes may be raw or encoded.")],
            "get": simple("getAlias", "One alias.", "AliasResponse", &[404]),
            "put": set_alias(),
            "delete": simple("deleteAlias", "Removes an alias.", "Empty", &[404]),
        },
        "/v1/watch": { "get": watch() },
    })
}

fn namespace() -> Value {
    let mut parameter = in_path("namespace", "The namespace.");
    parameter["schema"]["pattern"] = json!("^[a-zA-Z0-9][a-zA-Z0-9_.:-]*$");
    parameter["schema"]["maxLength"] = json!(255);
    parameter
}

/// An operation that answers JSON.
fn operation(id: &str, summary: &str, parameters: Vec<Value>, ok: Value, fails: &[u16]) -> Value {
    let mut responses = failures(fails);
    responses.insert("200".into(), ok);
    json!({
        "operationId": id, "summary": summary, "tags": ["config.v1"], "parameters": parameters,
        "responses": responses,
    })
}

fn simple(id: &str, summary: &str, answer: &str, fails: &[u16]) -> Value {
    operation(id, summary, Vec::new(), json_response("It.", schema(answer)), fails)
}

fn with_body(mut operation: Value, name: &str) -> Value {
    operation["requestBody"] = json!({
        "description": "JSON, whatever the content type. Members that nobody knows are passed over.",
        "content": { "application/json": { "schema": schema(name) } },
    });
    operation
}

fn tagged(mut response: Value, what: &str) -> Value {
    response["headers"] =
        json!({ "ETag": { "description": what, "schema": { "type": "string" } } });
    response
}

fn not_modified(mut operation: Value) -> Value {
    operation["responses"]["304"] =
        json!({ "description": "The tag of If-None-Match is the current one." });
    operation
}

const REVISION: &str = "The revision that wrote the entry.";

fn entry() -> Value {
    tagged(json_response("The entry.", schema("EntryResponse")), REVISION)
}

fn get() -> Value {
    let tag = in_header("If-None-Match", "Tags that the caller has: 304 when one is current.");
    not_modified(operation("get", "The current entry of a key.", vec![tag], entry(), &[404]))
}

fn conditions() -> Vec<Value> {
    let mut one = in_header("If-Match", "One tag, or `*`: the entry has to be this one, or any.");
    one["schema"]["pattern"] = json!(r#"^(\*|"[0-9]+")$"#);
    let mut none = in_header("If-None-Match", "`*`: there must be no entry.");
    none["schema"]["const"] = json!("*");
    vec![one, none]
}

fn set() -> Value {
    let fails = [404, 408, 409, 412, 413];
    with_body(operation("set", "Writes a key.", conditions(), entry(), &fails), "SetRequest")
}

fn delete() -> Value {
    let ok = json_response("It is gone.", schema("Empty"));
    operation("delete", "Removes a key.", conditions(), ok, &[404, 412])
}

fn page(limit: &str) -> Vec<Value> {
    let cursor = "Where the page before ended: its `nextCursor`.";
    vec![in_query("limit", limit, int32()), in_query("cursor", cursor, json!({ "type": "string" }))]
}

fn prefix(what: &str) -> Value {
    in_query("prefix", what, json!({ "type": "string" }))
}

fn list() -> Value {
    let mut parameters = page("The most entries; 0 or none: all.");
    parameters.push(prefix("Only keys that begin with this."));
    let ok = json_response("A page, by key.", schema("ListResponse"));
    operation("list", "The entries of a namespace.", parameters, ok, &[])
}

fn list_namespaces() -> Value {
    let mut parameters = page("The most names; 0 or none: 50. At most 500.");
    parameters.push(prefix("Only names that begin with this."));
    let ok = json_response("A page, by name.", schema("ListNamespacesResponse"));
    operation("listNamespaces", "The namespaces that have entries.", parameters, ok, &[])
}

fn versions() -> Value {
    let mut parameters = page("The most versions; 0 or none: all.");
    let version = json!({ "type": "integer", "format": "int64" });
    parameters.push(in_query("version", "Just this one; 0 or none: all.", version));
    let ok = json_response("A page, newest first.", schema("GetVersionsResponse"));
    operation("getVersions", "The versions of a key.", parameters, ok, &[404])
}

fn snapshot() -> Value {
    let seen = "The `etag` that the caller has. Also `ifNoneMatch`.";
    let parameters = vec![
        in_query("if_none_match", seen, json!({ "type": "string" })),
        in_header("If-None-Match", "Tags that the caller has: 304 when one is current."),
    ];
    let ok = json_response("The entries, by key.", schema("SnapshotResponse"));
    let ok = tagged(ok, "The `etag` of the body.");
    not_modified(operation("snapshot", "All entries of a namespace.", parameters, ok, &[]))
}

fn access(id: &str) -> Value {
    let mut ok = json_response("What the caller may do.", schema("CheckAccessResponse"));
    let words = json!({ "type": "string", "enum": ["read-write", "read", "write", "none"] });
    ok["headers"] =
        json!({ "X-Access-Level": { "description": "The same in one word.", "schema": words } });
    if id.ends_with("Head") {
        ok["content"] = json!({});
    }
    operation(id, "What the caller may do in a namespace.", Vec::new(), ok, &[])
}

fn set_alias() -> Value {
    let ok = json_response("The alias.", schema("AliasResponse"));
    let summary = "Sets a new alias; to change one, remove it first.";
    let operation = operation("setAlias", summary, Vec::new(), ok, &[408, 409, 413]);
    with_body(operation, "SetAliasRequest")
}

fn diff() -> Value {
    let version = || json!({ "type": "integer", "format": "int64" });
    let required = |name| {
        let mut parameter = in_query(name, "A version; 0 or less: the current one.", version());
        parameter["required"] = json!(true);
        parameter
    };
    let semantic = "Also which members of the JSON values differ.";
    let parameters = vec![
        required("v1"),
        required("v2"),
        in_query("semantic", semantic, json!({ "type": "boolean", "default": false })),
    ];
    let mut responses = Map::new();
    for (status, what) in [
        ("400", "A version is missing or no number."),
        ("401", "The caller is not known."),
        ("403", "The caller may not."),
        ("404", "There is no such key or version."),
        ("500", "Anything else."),
    ] {
        responses.insert(status.into(), text_response(what));
    }
    responses.insert("200".into(), json_response("Both versions.", schema("Diff")));
    json!({
        "operationId": "diff", "summary": "Two versions of a key side by side.",
        "tags": ["config.v1"], "parameters": parameters, "responses": responses,
    })
}

fn watch() -> Value {
    let many = |name: &str, what: &str| {
        let texts = json!({
            "type": "array", "maxItems": 100, "items": { "type": "string", "maxLength": 256 },
        });
        let mut parameter = in_query(name, what, texts);
        parameter["style"] = json!("form");
        parameter["explode"] = json!(true);
        parameter
    };
    json!({
        "operationId": "watch",
        "summary": "Changes as server-sent events, without end.",
        "tags": ["config.v1"],
        "parameters": [
            many("namespaces", "Only these; none: all."),
            many("prefixes", "Only keys that begin with one of these; none: all."),
            in_header("Last-Event-ID", "The revision behind which to begin; 0: the oldest there is."),
        ],
        "responses": {
            "200": {
                "description": "Blocks: `set`, `delete`, `alias_set`, `alias_delete`, `reset`, `error`; comments and bookmarks in between.",
                "content": { "text/event-stream": { "schema": { "type": "string" } } },
            },
            "400": text_response("Too much to filter by."),
        },
    })
}

fn object(properties: Value) -> Value {
    let names: Vec<_> = properties.as_object().into_iter().flat_map(Map::keys).cloned().collect();
    json!({ "type": "object", "required": names, "properties": properties })
}

fn many(name: &str) -> Value {
    json!({ "type": "array", "items": schema(name) })
}

fn schemas() -> Value {
    let text = || json!({ "type": "string" });
    let time = || json!({ "type": ["string", "null"], "format": "date-time" });
    let base64 = || json!({ "type": "string", "contentEncoding": "base64" });
    let modes =
        ["WRITE_MODE_UNSPECIFIED", "WRITE_MODE_UPSERT", "WRITE_MODE_CREATE", "WRITE_MODE_UPDATE"];
    json!({
        "Entry": object(json!({
            "namespace": text(), "key": text(), "value": base64(), "codec": text(),
            "type": { "type": "integer", "description": "1 whole number, 2 number, 3 text, 4 truth value, 11 anything else." },
            "version": int64_text(), "createdAt": time(), "updatedAt": time(),
        })),
        "EntryResponse": object(json!({ "entry": schema("Entry") })),
        "SetRequest": {
            "type": "object",
            "properties": {
                "value": { "type": "string", "contentEncoding": "base64", "description": "Either alphabet, with padding or without." },
                "codec": { "type": "string", "description": "Empty: json." },
                "writeMode": { "description": "Also `write_mode`.", "enum": modes },
            },
        },
        "ListResponse": object(json!({ "entries": many("Entry"), "nextCursor": text() })),
        "GetVersionsResponse": object(json!({
            "entries": many("Entry"), "nextCursor": text(), "limit": int32(),
        })),
        "SnapshotResponse": object(json!({
            "entries": many("Entry"), "etag": text(), "notModified": { "type": "boolean" },
        })),
        "CheckAccessResponse": object(json!({
            "canRead": { "type": "boolean" }, "canWrite": { "type": "boolean" },
        })),
        "ListCodecsResponse": object(json!({ "codecs": { "type": "array", "items": text() } })),
        "ListNamespacesResponse": object(json!({
            "namespaces": { "type": "array", "items": text() }, "nextCursor": text(),
        })),
        "Alias": object(json!({
            "alias": text(), "target": text(), "version": int64_text(), "createdAt": time(),
        })),
        "AliasResponse": object(json!({ "alias": schema("Alias") })),
        "ListAliasesResponse": object(json!({ "aliases": many("Alias") })),
        "SetAliasRequest": {
            "type": "object", "required": ["target"],
            "properties": { "target": { "type": "string", "pattern": "^[a-zA-Z0-9_.-]+$" } },
        },
        "Empty": { "type": "object", "additionalProperties": false },
        "Diff": {
            "type": "object",
            "required": ["namespace", "key", "v1", "v2", "changed"],
            "properties": {
                "namespace": text(), "key": text(),
                "v1": { "type": "integer" }, "v2": { "type": "integer" },
                "v1_value": base64(), "v2_value": base64(), "v1_codec": text(), "v2_codec": text(),
                "changed": { "type": "boolean", "description": "Bytes or codec differ." },
                "changes": {
                    "type": ["array", "null"],
                    "description": "Only when asked for; null when a value is no JSON.",
                    "items": {
                        "type": "object", "required": ["pointer"],
                        "properties": { "pointer": text(), "old": {}, "new": {} },
                    },
                },
            },
        },
    })
}
