//! Locks, cached values and messages of peers in the OpenAPI document.

use serde_json::{Value, json};

use super::operation;
use crate::http::openapi::{Part, in_path, in_query, int64_text, json_response, schema};

/// This part of the document.
pub(crate) fn part() -> Part {
    Part { paths: paths(), schemas: schemas() }
}

fn paths() -> Value {
    let names = ["domain", "key"].map(|name| {
        let mut parameter = in_path(name, &format!("The {name}; no white space."));
        parameter["schema"]["pattern"] = json!(r"^\S+$");
        parameter
    });
    let broadcast = |id: &str| json!({ "post": broadcast(id) });
    let stream = |id: &str| json!({ "get": stream(id) });
    json!({
        "/api/cache/ref/{domain}/{key}": {
            "parameters": names, "put": keep("cache.set"), "post": keep("cache.post"),
            "get": kept(), "delete": forget(),
        },
        "/api/mutex/ref/{domain}/{key}": { "parameters": names, "put": unlock("mutex.put") },
        "/api/mutex/ref/{domain}/{key}/lock": {
            "parameters": names, "post": lock("mutex.lock"), "put": lock("mutex.lock.put"),
        },
        "/api/mutex/ref/{domain}/{key}/unlock": {
            "parameters": names, "post": unlock("mutex.unlock"), "put": unlock("mutex.unlock.put"),
        },
        "/api/peer/broadcast": broadcast("peer.broadcast"),
        "/api/peers/broadcast": broadcast("peers.broadcast"),
        "/api/peer/stream": stream("peer.stream"),
        "/api/peers/stream": stream("peers.stream"),
    })
}

fn body(description: &str, schema: Value) -> Value {
    json!({ "description": description, "content": { "application/json": { "schema": schema } } })
}

fn time(name: &str, description: &str) -> Value {
    in_query(name, description, json!({ "type": "string", "format": "date-time" }))
}

fn keep(id: &str) -> Value {
    let ok = json_response("It is kept.", schema("Nothing"));
    let text = json!({ "type": "string", "contentMediaType": "application/json" });
    let parameters = vec![
        in_query("value", "The value as JSON, for who sends no body.", text),
        time("exp", "When it goes; without it: never."),
    ];
    let mut operation = operation(id, "Keeps a value.", parameters, ok, &[404, 408, 413]);
    let description = "The value, or an object whose members `value` and `exp` are meant.";
    operation["requestBody"] = body(description, json!({}));
    operation
}

fn kept() -> Value {
    let ok = json_response("It.", schema("Cache"));
    operation("cache.get", "A value that is kept.", Vec::new(), ok, &[404, 408])
}

fn forget() -> Value {
    let ok = json_response("It is gone.", schema("Nothing"));
    operation("cache.del", "Forgets a value.", Vec::new(), ok, &[404, 408])
}

fn owner(description: &str) -> Value {
    in_query("owner", description, json!({ "type": "string" }))
}

fn lock(id: &str) -> Value {
    let ok = json_response("It is taken.", schema("Locked"));
    let parameters = vec![
        owner("Who takes it; without one the server makes one up."),
        time("exp", "When it runs out; without it: never."),
    ];
    let mut operation = operation(id, "Takes a lock.", parameters, ok, &[404, 408, 409, 413]);
    let members = json!({
        "owner": { "type": "string" }, "exp": { "type": "string", "format": "date-time" },
    });
    let object = json!({ "type": "object", "properties": members });
    operation["requestBody"] = body("The same as members of an object.", object);
    operation
}

fn unlock(id: &str) -> Value {
    let ok = json_response("It is given back.", schema("Nothing"));
    let parameters = vec![owner("Only the lock of this owner.")];
    let mut operation = operation(id, "Gives a lock back.", parameters, ok, &[404, 408, 413]);
    let object = json!({ "type": "object", "properties": { "owner": { "type": "string" } } });
    operation["requestBody"] = body("The same as a member of an object.", object);
    operation
}

fn broadcast(id: &str) -> Value {
    let ok = json_response("It is sent.", schema("Nothing"));
    let mut operation =
        operation(id, "Sends a message to all who listen.", Vec::new(), ok, &[404, 408, 413]);
    let text = || json!({ "type": "string", "pattern": r"^\S+$", "minLength": 1 });
    let message = json!({
        "type": "object",
        "required": ["domain", "channel", "type", "body"],
        "properties": {
            "domain": text(), "channel": text(), "type": text(), "body": { "type": "object" },
        },
    });
    operation["requestBody"] = body("The message.", message);
    operation
}

fn stream(id: &str) -> Value {
    let pattern = |name: &str| {
        let text = format!("The {name}; `*` stands for any run of characters.");
        let pattern = json!({ "type": "string", "pattern": r"^\S+$", "minLength": 1 });
        let mut parameter = in_query(name, &text, pattern);
        parameter["required"] = json!(true);
        parameter
    };
    let mut parameters = ["domain", "channel", "type"].map(pattern).to_vec();
    let group = "Each message is for one of the streams of a group.";
    parameters.push(in_query("consumerGroup", group, json!({ "type": "string" })));
    let ok = json_response(
        "One document on each line: `{\"result\":<message>}`, and `{\"error\":<status>}` when it ends.",
        json!({ "type": "object" }),
    );
    operation(id, "Messages, as they are sent.", parameters, ok, &[404, 408])
}

fn schemas() -> Value {
    let text = || json!({ "type": "string" });
    let object = |required: &[&str], members: Value| json!({ "type": "object", "required": required, "properties": members });
    let time = json!({ "type": ["string", "null"], "format": "date-time" });
    json!({
        "Locked": object(&["owner", "revision"], json!({
            "owner": text(), "revision": int64_text(),
        })),
        "Cache": object(&["domain", "key", "value", "exp"], json!({
            "domain": text(), "key": text(), "value": {}, "exp": time,
        })),
    })
}
