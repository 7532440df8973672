//! The paths of holdfast.v1 in the OpenAPI document. Calls, messages and their descriptions come from the same `.proto` that
//! the code is made from, so they cannot disagree with it.

mod paths;

use std::collections::BTreeSet;

use prost::Message as _;
use prost_types::field_descriptor_proto::{Label, Type};
use prost_types::{
    DescriptorProto, EnumDescriptorProto, FieldDescriptorProto, FileDescriptorProto,
    FileDescriptorSet,
};
use serde_json::{Map, Value, json};

use super::query::{Kind, Parameter};
use super::resources;
use crate::http::openapi::{
    Part, failures, in_header, in_path, in_query, int64_text, json_response, schema,
};

const PACKAGE: &str = "holdfast.v1";
/// The files whose calls have paths of their own, with those, and what their operations are called by.
const WITH_PATHS: [(&str, &str, &[paths::Row]); 2] = [
    ("/trust.proto", "holdfast.trust", &paths::TRUST),
    ("/admin.proto", "holdfast.admin", &paths::ADMIN),
];
const TIMESTAMP: &str = ".google.protobuf.Timestamp";
const DURATION: &str = ".google.protobuf.Duration";
/// What a call may end with, beside what any may.
const FAILURES: [u16; 7] = [404, 408, 409, 410, 413, 415, 422];

/// Field numbers in the path of a comment.
const MESSAGES: i32 = 4;
const SERVICES: i32 = 6;
const FIELDS: i32 = 2;
const METHODS: i32 = 2;

/// This dialect's part of the document.
pub(crate) fn part() -> Part {
    let set = FileDescriptorSet::decode(holdfast_api::FILE_DESCRIPTOR_SET).unwrap_or_default();
    let (mut schemas, mut paths) = (Map::new(), Map::new());
    for file in set.file.iter().filter(|file| file.package() == PACKAGE) {
        schemas.extend(self::schemas(file));
        let own = WITH_PATHS.iter().find(|(name, ..)| file.name().ends_with(name));
        paths.extend(match own {
            Some((_, prefix, rows)) => paths::of(file, prefix, rows),
            None => calls(file),
        });
    }
    for (path, item) in of_resources() {
        let Value::Object(item) = item else { continue };
        match paths.entry(path).or_insert_with(|| json!({})) {
            Value::Object(known) => known.extend(item),
            _ => continue,
        }
    }
    Part { paths: paths.into(), schemas: schemas.into() }
}

/// Every call as a POST; the watch answers a stream.
fn calls(file: &FileDescriptorProto) -> Map<String, Value> {
    let methods = file.service.iter().flat_map(|service| &service.method);
    let item = |(index, method): (usize, &prost_types::MethodDescriptorProto)| {
        let name = method.name().to_ascii_lowercase();
        let place = i32::try_from(index).unwrap_or_default();
        let summary = comment(file, &[SERVICES, 0, METHODS, place]);
        let ok = if method.server_streaming() {
            stream()
        } else {
            json_response("Done.", schema(short(method.output_type())))
        };
        let mut operation = operation(&format!("holdfast.{name}"), &summary, Vec::new(), ok);
        operation["requestBody"] = json!({
            "required": true,
            "content": { "application/json": { "schema": schema(short(method.input_type())) } },
        });
        (format!("/v2/{name}"), json!({ "post": operation }))
    };
    methods.enumerate().map(item).collect()
}

/// What can be read as a path.
fn of_resources() -> Map<String, Value> {
    let get = |name: &str, summary: &str, answer: &str, parameters: &[Parameter]| {
        let ok = json_response("It.", schema(&format!("{PACKAGE}.{answer}Response")));
        let id = format!("holdfast.{name}.read");
        json!({ "get": operation(&id, summary, of_query(parameters), ok) })
    };
    let with = |mut item: Value, names: &[&str]| {
        let parameters: Vec<Value> =
            names.iter().map(|name| in_path(name, &format!("The {name}."))).collect();
        item["parameters"] = parameters.into();
        item
    };
    let namespace = "/v2/namespaces/{namespace}";
    let mut paths = Map::new();
    for (path, item, names) in [
        (
            "keys",
            get("list", "Entries of a namespace, by key.", "List", &resources::LIST),
            &["namespace"][..],
        ),
        ("keys/{key}", get("get", "An entry.", "Get", &resources::GET), &["namespace", "key"]),
        (
            "history/{key}",
            get("history", "What happened to a key.", "History", &resources::HISTORY),
            &["namespace", "key"],
        ),
        (
            "snapshot",
            get("snapshot", "All entries of a namespace.", "Snapshot", &resources::SNAPSHOT),
            &["namespace"],
        ),
    ] {
        paths.insert(format!("{namespace}/{path}"), with(item, names));
    }
    for (path, item) in [
        ("/v2/search", get("search", "Entries with a text in them.", "Search", &resources::SEARCH)),
        ("/v2/events", get("events", "Events of the log.", "Events", &resources::EVENTS)),
        ("/v2/watch", json!({ "get": watch() })),
    ] {
        paths.insert(path.to_owned(), item);
    }
    paths
}

fn watch() -> Value {
    let mut parameters = of_query(&resources::WATCH);
    parameters.push(in_header("Last-Event-ID", "The token behind which to go on."));
    operation("holdfast.watch.read", "Commits as they happen, without end.", parameters, stream())
}

fn stream() -> Value {
    let text = json!({ "schema": { "type": "string" } });
    json!({
        "description": "Frames: as server-sent events `initial`, `commit`, `reset`, `error`, with bookmarks in between; or one on each line.",
        "content": { "text/event-stream": text, "application/x-ndjson": text },
    })
}

fn operation(id: &str, summary: &str, parameters: Vec<Value>, ok: Value) -> Value {
    let mut responses = failures(&FAILURES);
    responses.insert("200".into(), ok);
    json!({
        "operationId": id, "summary": summary, "tags": [PACKAGE], "parameters": parameters,
        "responses": responses,
    })
}

fn of_query(parameters: &[Parameter]) -> Vec<Value> {
    let shown = |parameter: &Parameter| {
        let schema = match parameter.kind {
            Kind::Text => json!({ "type": "string" }),
            Kind::Flag => json!({ "type": "boolean" }),
            Kind::Small => json!({ "type": "integer", "minimum": 0, "maximum": u32::MAX }),
            Kind::Texts => json!({ "type": "array", "items": { "type": "string" } }),
            Kind::Moment => json!({ "type": "string" }),
        };
        let what = match parameter.kind {
            Kind::Moment => "Of which state; one of revision, time, at_least and behind.",
            _ => "As of the request message.",
        };
        in_query(parameter.name, what, schema)
    };
    parameters.iter().map(shown).collect()
}

/// Every message. What can be a part of a request takes no other members than these.
fn schemas(file: &FileDescriptorProto) -> Map<String, Value> {
    let mut asked = BTreeSet::new();
    for message in file.message_type.iter().filter(|m| m.name().ends_with("Request")) {
        reach(file, message, &mut asked);
    }
    let shown = |(index, message): (usize, &DescriptorProto)| {
        let place = i32::try_from(index).unwrap_or_default();
        let mut shown = json!({
            "type": "object",
            "properties": properties(file, message, place),
        });
        let comment = comment(file, &[MESSAGES, place]);
        if !comment.is_empty() {
            shown["description"] = comment.into();
        }
        if asked.contains(message.name()) {
            shown["additionalProperties"] = false.into();
        }
        (format!("{PACKAGE}.{}", message.name()), shown)
    };
    file.message_type.iter().enumerate().map(shown).collect()
}

fn reach<'a>(
    file: &'a FileDescriptorProto,
    of: &'a DescriptorProto,
    found: &mut BTreeSet<&'a str>,
) {
    if !found.insert(of.name()) {
        return;
    }
    for field in of.field.iter().filter(|field| field.r#type() == Type::Message) {
        let inner = file
            .message_type
            .iter()
            .find(|m| field.type_name().ends_with(&format!(".{}", m.name())));
        if let Some(inner) = inner {
            reach(file, inner, found);
        }
    }
}

fn properties(file: &FileDescriptorProto, message: &DescriptorProto, place: i32) -> Value {
    let shown = |(index, field): (usize, &FieldDescriptorProto)| {
        let number = i32::try_from(index).unwrap_or_default();
        let comment = comment(file, &[MESSAGES, place, FIELDS, number]);
        let mut one = field_schema(file, message, field);
        if field.label() == Label::Repeated {
            one = json!({ "type": "array", "items": one });
        }
        if !comment.is_empty() {
            one["description"] = comment.into();
        }
        (field.json_name().to_owned(), one)
    };
    Value::Object(message.field.iter().enumerate().map(shown).collect())
}

fn field_schema(
    file: &FileDescriptorProto,
    message: &DescriptorProto,
    field: &FieldDescriptorProto,
) -> Value {
    match field.r#type() {
        Type::Bool => json!({ "type": "boolean" }),
        Type::Bytes => json!({ "type": "string", "contentEncoding": "base64" }),
        Type::Uint32 => json!({ "type": "integer", "minimum": 0, "maximum": u32::MAX }),
        Type::Int32 => crate::http::openapi::int32(),
        Type::Int64 => int64_text(),
        Type::Uint64 => json!({ "type": "string", "pattern": "^[0-9]+$", "maxLength": 20 }),
        Type::Enum => {
            let name = field.type_name().rsplit('.').next().unwrap_or_default();
            let known = message.enum_type.iter().chain(&file.enum_type);
            let known = known.filter(|one| one.name() == name);
            let names = |one: &EnumDescriptorProto| -> Vec<String> {
                one.value.iter().map(|value| value.name().to_owned()).collect()
            };
            json!({ "type": "string", "enum": known.flat_map(names).collect::<Vec<_>>() })
        }
        Type::Message if field.type_name() == TIMESTAMP => {
            json!({ "type": "string", "format": "date-time" })
        }
        Type::Message if field.type_name() == DURATION => {
            json!({ "type": "string", "pattern": "^[0-9]+(\\.[0-9]{1,9})?s$" })
        }
        Type::Message => schema(short(field.type_name())),
        _ => json!({ "type": "string" }),
    }
}

/// `.holdfast.v1.Entry` -> `holdfast.v1.Entry`.
fn short(name: &str) -> &str {
    name.trim_start_matches('.')
}

/// What the `.proto` says above a declaration, on one line.
fn comment(file: &FileDescriptorProto, path: &[i32]) -> String {
    let locations = file.source_code_info.iter().flat_map(|info| &info.location);
    let said = locations.filter(|location| location.path == path);
    let text: Vec<&str> = said.flat_map(|l| l.leading_comments().split_whitespace()).collect();
    text.join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_call_and_message_is_described() {
        let part = part();
        for path in ["/v2/commit", "/v2/txn", "/v2/watch", "/v2/rollback"] {
            let call = &part.paths[path]["post"];
            assert!(call["summary"].as_str().is_some_and(|text| text.len() > 20), "{path}");
        }
        let put = &part.schemas["holdfast.v1.Put"];
        assert_eq!(put["additionalProperties"], false);
        assert_eq!(put["properties"]["ttl"]["pattern"], "^[0-9]+(\\.[0-9]{1,9})?s$");
        assert_eq!(put["properties"]["mode"]["enum"][2], "WRITE_MODE_CREATE");
        assert!(part.schemas["holdfast.v1.Entry"]["additionalProperties"].is_null());
        assert!(part.paths["/v2/groups"]["get"].is_object());
        assert!(part.paths.get("/v2/backup").is_none(), "nothing answers there");
        assert!(
            part.paths["/v2/search"]["get"].is_object()
                && part.paths["/v2/search"]["post"].is_object()
        );
    }
}
