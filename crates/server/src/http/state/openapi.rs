//! The paths of stategate in the OpenAPI document.

use serde_json::{Map, Value, json};

use crate::http::openapi::{Part, failures, in_path, in_query, int64_text, json_response, schema};

/// This dialect's part of the document.
pub(crate) fn part() -> Part {
    Part { paths: paths(), schemas: schemas() }
}

fn paths() -> Value {
    let path = ["domain", "type", "key"].map(|name| {
        let mut parameter = in_path(name, &format!("The {name}; no white space."));
        parameter["schema"]["pattern"] = json!(r"^\S+$");
        parameter
    });
    json!({
        "/api/state/ref/{domain}/{type}/{key}": {
            "parameters": path, "get": get(), "post": set(), "delete": del(),
        },
        "/api/state/search": { "get": search_states() },
        "/api/events/search": { "get": search_events() },
        "/api/events/stream": { "get": stream() },
        "/api/events/ack": { "post": acknowledge("state.ack") },
        "/api/event/ack": { "post": acknowledge("event.ack") },
    })
}

/// An operation that answers JSON.
fn operation(id: &str, summary: &str, parameters: Vec<Value>, ok: Value, fails: &[u16]) -> Value {
    let mut responses = failures(fails);
    responses.insert("200".into(), ok);
    json!({
        "operationId": id, "summary": summary, "tags": ["stategate"], "parameters": parameters,
        "responses": responses,
    })
}

fn get() -> Value {
    let ok = json_response("It.", schema("State"));
    operation("state.get", "The state of a key.", Vec::new(), ok, &[404])
}

fn set() -> Value {
    let ok = json_response("It is written.", schema("Nothing"));
    let json_values = in_query(
        "values",
        "The values as JSON, for who sends no body.",
        json!({ "type": "string", "contentMediaType": "application/json" }),
    );
    let mut operation =
        operation("state.set", "Writes a state.", vec![json_values], ok, &[404, 408, 413]);
    operation["requestBody"] = json!({
        "description": "The values, or an object whose member `values` has them.",
        "content": { "application/json": { "schema": { "type": "object" } } },
    });
    operation
}

fn del() -> Value {
    let ok = json_response("It is gone.", schema("Nothing"));
    operation("state.del", "Removes a state; its events stay.", Vec::new(), ok, &[404])
}

fn of_type() -> Vec<Value> {
    let required = |name: &str| {
        let mut parameter = in_query(
            name,
            &format!("The {name}; no white space."),
            json!({ "type": "string", "pattern": r"^\S+$", "minLength": 1 }),
        );
        parameter["required"] = json!(true);
        parameter
    };
    vec![required("domain"), required("type")]
}

fn window() -> Vec<Value> {
    let number = |minimum: i64| json!({ "type": "integer", "format": "int64", "minimum": minimum, "maximum": i64::MAX });
    let text = || json!({ "type": "string" });
    let filter = "A filter in MongoDB's query language, as JSON.";
    let mut limit = in_query("limit", "At most so many.", number(1));
    limit["required"] = json!(true);
    vec![
        in_query("queryString", filter, text()),
        limit,
        in_query("offset", "So many are passed over first.", number(i64::MIN)),
        in_query("cursor", "Where the page before ended: its `nextCursor`.", text()),
        in_query("sort.field", "A path by which to sort.", text()),
        in_query("sort.reverse", "The highest first.", json!({ "type": "boolean" })),
        extended("`nextCursor`, and `method` and `revision` of events"),
    ]
}

fn extended(what: &str) -> Value {
    let text = format!("With what v0.5.0 did not have: {what}.");
    in_query("extended", &text, json!({ "type": "boolean" }))
}

fn search_states() -> Value {
    let ok = json_response("Those found.", schema("StateValues"));
    let parameters = [of_type(), window()].concat();
    operation("state.search", "States of a type, by their creation.", parameters, ok, &[408])
}

fn search_events() -> Value {
    let time = || json!({ "type": "integer", "format": "int64" });
    let mut parameters = [of_type(), window()].concat();
    parameters.extend([
        in_query("key", "Of one key.", json!({ "type": "string" })),
        in_query("min", "Not before, in nanoseconds since 1970.", time()),
        in_query("max", "Not after, in nanoseconds since 1970.", time()),
    ]);
    let ok = json_response("Those found.", schema("StateEvents"));
    operation("state.events", "Events of a type, oldest first.", parameters, ok, &[404, 408])
}

fn stream() -> Value {
    let mut parameters = of_type();
    let since = "Events behind this revision or the event of this id; `0`: all that are kept.";
    parameters.push(in_query("since", since, json!({ "type": "string" })));
    let group = "Streams of one group share the events: each is for one of them.";
    parameters.push(in_query(
        "consumerGroup",
        group,
        json!({ "type": "string", "maxLength": 255 }),
    ));
    let acknowledge =
        "In a group: what was processed is told to `/api/events/ack`; the rest comes again.";
    parameters.push(in_query("acknowledge", acknowledge, json!({ "type": "boolean" })));
    let most = "In a group: at most so many events are under way.";
    parameters.push(in_query(
        "maxUnacked",
        most,
        json!({ "type": "integer", "format": "int32", "minimum": 0, "maximum": i32::MAX }),
    ));
    parameters.push(extended("`method` and `revision`"));
    let ok = json_response(
        "One document on each line: `{\"result\":<event>}`, and `{\"error\":<status>}` when it ends.",
        json!({ "type": "object" }),
    );
    operation("state.stream", "Events of a type, as they happen.", parameters, ok, &[404])
}

/// The same by both spellings of the path.
fn acknowledge(id: &str) -> Value {
    let ok = json_response("How many of the ids were under way.", schema("StateAcknowledged"));
    let summary = "Tells what became of the events that a stream of a group got.";
    let mut operation = operation(id, summary, Vec::new(), ok, &[408, 413]);
    let text = || json!({ "type": "string", "pattern": r"^\S+$", "minLength": 1 });
    let ids = |about: &str| {
        json!({
            "type": "array", "description": about, "items": { "type": "string", "format": "uuid" },
        })
    };
    let message = json!({
        "type": "object", "required": ["domain", "type", "consumerGroup"], "properties": {
            "domain": text(), "type": text(),
            "consumerGroup": { "type": "string", "minLength": 1, "maxLength": 255 },
            "ids": ids("Were processed."),
            "returned": ids("Could not be processed: are for another stream at once."),
        },
    });
    operation["requestBody"] =
        json!({ "required": true, "content": { "application/json": { "schema": message } } });
    operation
}

fn schemas() -> Value {
    let text = || json!({ "type": "string" });
    let object = |members: Value| {
        let names: Vec<&String> = members.as_object().into_iter().flat_map(Map::keys).collect();
        json!({ "type": "object", "required": names, "properties": members })
    };
    let any_object = json!({ "type": ["object", "null"] });
    let mut event = object(json!({
        "id": text(), "state": schema("State"), "claims": any_object, "time": int64_text(),
    }));
    event["properties"]["method"] = text();
    event["properties"]["revision"] = int64_text();
    event["properties"]["redelivered"] = json!({ "type": "boolean" });
    let page = |name: &str, of: &str| {
        let mut page = object(json!({ name: { "type": "array", "items": schema(of) } }));
        page["properties"]["nextCursor"] = text();
        page
    };
    json!({
        "Nothing": { "type": "object", "maxProperties": 0 },
        "State": object(json!({
            "domain": text(), "type": text(), "key": text(), "values": any_object,
        })),
        "StateAcknowledged": object(json!({ "acknowledged": int64_text() })),
        "StateEvent": event,
        "StateValues": page("stateValues", "State"),
        "StateEvents": page("events", "StateEvent"),
    })
}
