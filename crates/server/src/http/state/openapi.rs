//! The paths of stategate in the OpenAPI document.

pub(crate) mod coordination;
pub(crate) mod graphql;

use serde_json::{Map, Value, json};

use crate::http::openapi::{
    Part, failures, in_path, in_query, int32, int64_text, json_response, schema,
};

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
            "parameters": path,
            "get": get(&STATE), "post": set(&STATE, "post"), "delete": del(&STATE),
        },
        "/api/state/search": { "get": search_states() },
        "/api/entity/ref/{domain}/{type}/{key}": {
            "parameters": path,
            "get": get(&ENTITY), "put": set(&ENTITY, "put"), "post": set(&ENTITY, "post"),
            "patch": edit(), "delete": del(&ENTITY),
        },
        "/api/entity/ref/{domain}/{type}/{key}/revert": {
            "parameters": path, "put": revert("put"), "post": revert("post"),
        },
        "/api/entity/search": { "get": search_entities() },
        "/api/events/ref/{domain}/{type}/{key}/{id}": {
            "parameters": path, "get": event(&V05),
        },
        "/api/events/search": { "get": search_events(&V05) },
        "/api/events/stream": { "get": stream(&V05) },
        "/api/events/ack": { "post": acknowledge("state.ack") },
        "/api/event/ref/{domain}/{type}/{key}/{id}": {
            "parameters": path, "get": event(&NEWEST),
        },
        "/api/event/search": { "get": search_events(&NEWEST) },
        "/api/event/stream": { "get": stream(&NEWEST) },
        "/api/event/ack": { "post": acknowledge("event.ack") },
    })
}

/// One of the two names of what is kept.
struct Noun {
    /// In ids of operations and in sentences.
    word: &'static str,
    schema: &'static str,
}

const STATE: Noun = Noun { word: "state", schema: "State" };
const ENTITY: Noun = Noun { word: "entity", schema: "Entity" };

/// One of the two dialects of events.
struct Dialect {
    /// The first part of ids.
    id: &'static str,
    event: &'static str,
    page: &'static str,
    /// What `extended` adds to events.
    adds: &'static str,
}

const V05: Dialect = Dialect {
    id: "state",
    event: "StateEvent",
    page: "StateEvents",
    adds: "`method` and `revision`",
};
const NEWEST: Dialect =
    Dialect { id: "entity", event: "EntityEvent", page: "EntityEvents", adds: "`revision`" };

/// An operation that answers JSON.
fn operation(id: &str, summary: &str, parameters: Vec<Value>, ok: Value, fails: &[u16]) -> Value {
    let mut responses = failures(fails);
    responses.insert("200".into(), ok);
    json!({
        "operationId": id, "summary": summary, "tags": ["stategate"], "parameters": parameters,
        "responses": responses,
    })
}

fn get(noun: &Noun) -> Value {
    let ok = json_response("It.", schema(noun.schema));
    let summary = format!("The {} of a key.", noun.word);
    operation(&format!("{}.get", noun.word), &summary, Vec::new(), ok, &[404])
}

/// With the lock under which something is written.
fn fenced(mut parameters: Vec<Value>) -> Vec<Value> {
    let text = || json!({ "type": "string" });
    let revision = json!({ "type": "integer", "format": "int64", "minimum": 1 });
    parameters.extend([
        in_query("fence.domain", "Of the lock under which it is done.", text()),
        in_query("fence.key", "Of that lock.", text()),
        in_query("fence.revision", "What `lock` said.", revision),
    ]);
    parameters
}

fn with_values(mut operation: Value) -> Value {
    operation["requestBody"] = json!({
        "description": "The values, or an object whose member `values` has them.",
        "content": { "application/json": { "schema": { "type": "object" } } },
    });
    operation
}

fn set(noun: &Noun, method: &str) -> Value {
    let ok = json_response("It is written.", schema("Nothing"));
    let (id, summary) =
        (format!("{}.set.{method}", noun.word), format!("Writes the {}.", noun.word));
    with_values(operation(&id, &summary, fenced(vec![json_values()]), ok, WRITES))
}

/// How writes fail, beside what any call may fail with.
const WRITES: &[u16] = &[404, 408, 413];

fn json_values() -> Value {
    in_query(
        "values",
        "The values as JSON, for who sends no body.",
        json!({ "type": "string", "contentMediaType": "application/json" }),
    )
}

fn edit() -> Value {
    let ok = json_response("The whole of it.", schema(ENTITY.schema));
    let summary = "Puts values into the entity; a name with dots reaches into one.";
    with_values(operation("entity.edit", summary, fenced(vec![json_values()]), ok, WRITES))
}

fn revert(method: &str) -> Value {
    let mut id = in_query("id", "Of an event of this entity.", event_id());
    id["required"] = json!(true);
    let ok = json_response("The entity, as the event left it.", schema(ENTITY.schema));
    let summary = "Writes what an event left.";
    operation(&format!("entity.revert.{method}"), summary, fenced(vec![id]), ok, WRITES)
}

fn event_id() -> Value {
    json!({ "type": "string", "format": "uuid" })
}

fn del(noun: &Noun) -> Value {
    let ok = json_response("It is gone.", schema("Nothing"));
    let summary = format!("Removes the {}; its events stay.", noun.word);
    let id = format!("{}.del", noun.word);
    operation(&id, &summary, fenced(Vec::new()), ok, &[404])
}

fn event(dialect: &Dialect) -> Value {
    let mut id = in_path("id", "A UUID of version 4.");
    id["schema"] = event_id();
    let ok = json_response("It.", schema(dialect.event));
    let parameters = vec![id, extended(dialect.adds)];
    operation(&format!("{}.event", dialect.id), "One event of the past.", parameters, ok, &[404])
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

fn window(adds: &str) -> Vec<Value> {
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
        extended(adds),
    ]
}

fn extended(what: &str) -> Value {
    let text = format!("With what others of this API did not have: {what}.");
    in_query("extended", &text, json!({ "type": "boolean" }))
}

fn search_states() -> Value {
    let ok = json_response("Those found.", schema("StateValues"));
    let parameters = [of_type(), window("`nextCursor`")].concat();
    operation("state.search", "States of a type, by their creation.", parameters, ok, &[408])
}

fn search_entities() -> Value {
    let ok = json_response("Those found.", schema("Entities"));
    let mut parameters = [of_type(), window("`nextCursor`")].concat();
    for parameter in &mut parameters {
        let least = match parameter["name"].as_str() {
            Some("limit") => 1,
            Some("offset") => i32::MIN,
            _ => continue,
        };
        parameter["schema"] = int32();
        parameter["schema"]["minimum"] = json!(least);
    }
    operation("entity.search", "Entities of a type, by their creation.", parameters, ok, &[408])
}

fn search_events(dialect: &Dialect) -> Value {
    let time = || json!({ "type": "integer", "format": "int64" });
    let adds = format!("`nextCursor`, and of events {}", dialect.adds);
    let mut parameters = [of_type(), window(&adds)].concat();
    parameters.extend([
        in_query("key", "Of one key.", json!({ "type": "string" })),
        in_query("min", "Not before, in nanoseconds since 1970.", time()),
        in_query("max", "Not after, in nanoseconds since 1970.", time()),
    ]);
    let ok = json_response("Those found.", schema(dialect.page));
    let id = format!("{}.events", dialect.id);
    operation(&id, "Events of a type, oldest first.", parameters, ok, &[404, 408])
}

fn stream(dialect: &Dialect) -> Value {
    let mut parameters = of_type();
    for parameter in &mut parameters {
        let name = parameter["name"].as_str().unwrap_or_default();
        let text = format!("The {name}, with `*` for any run of characters; no white space.");
        parameter["description"] = json!(text);
    }
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
    parameters.push(extended(dialect.adds));
    let ok = json_response(
        "One document on each line: `{\"result\":<event>}`, and `{\"error\":<status>}` when it ends.",
        json!({ "type": "object" }),
    );
    operation(
        &format!("{}.stream", dialect.id),
        "Events of a type, as they happen.",
        parameters,
        ok,
        &[404],
    )
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
    let mut newest = object(json!({
        "id": text(), "entity": schema("Entity"), "claims": any_object, "time": int64_text(),
        "method": text(),
    }));
    newest["properties"]["revision"] = int64_text();
    newest["properties"]["redelivered"] = json!({ "type": "boolean" });
    let one = object(json!({
        "domain": text(), "type": text(), "key": text(), "values": any_object,
    }));
    let page = |name: &str, of: &str| {
        let mut page = object(json!({ name: { "type": "array", "items": schema(of) } }));
        page["properties"]["nextCursor"] = text();
        page
    };
    json!({
        "Nothing": { "type": "object", "maxProperties": 0 },
        "State": one,
        "Entity": one,
        "StateAcknowledged": object(json!({ "acknowledged": int64_text() })),
        "StateEvent": event,
        "EntityEvent": newest,
        "StateValues": page("stateValues", "State"),
        "StateEvents": page("events", "StateEvent"),
        "Entities": page("entities", "Entity"),
        "EntityEvents": page("events", "EntityEvent"),
    })
}
