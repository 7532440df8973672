//! GraphQL in the OpenAPI document: that it is there, and the form of what comes and goes. What can be asked its own introspection says.

use serde_json::{Value, json};

use super::operation;
use crate::http::openapi::{Part, in_query, json_response, schema};

/// How a request fails that is none, beside what any call may fail with.
const FAILURES: [u16; 5] = [400, 405, 408, 413, 415];

/// This part of the document.
pub(crate) fn part() -> Part {
    Part { paths: json!({ "/api/graphql": { "get": get(), "post": post() } }), schemas: schemas() }
}

fn get() -> Value {
    let json = || json!({ "type": "string", "contentMediaType": "application/json" });
    let text = || json!({ "type": "string" });
    let parameters = vec![
        in_query(
            "query",
            "What is asked; may be left out where a hash in `extensions` stands for it.",
            text(),
        ),
        in_query("operationName", "Which of several operations.", text()),
        in_query("variables", "An object.", json()),
        in_query("extensions", "An object: `persistedQuery`.", json()),
    ];
    let summary = "Asks in GraphQL for what changes nothing. As a WebSocket of `graphql-transport-ws` or `graphql-ws`: anything.";
    asked("graphql.get", summary, parameters, answer(schema("GraphqlAnswer")))
}

fn post() -> Value {
    let several = json!({ "oneOf": [
        schema("GraphqlAnswer"), { "type": "array", "items": schema("GraphqlAnswer") },
    ] });
    let mut operation = asked("graphql.post", "Asks in GraphQL.", Vec::new(), answer(several));
    let form = json!({
        "type": "object", "required": ["operations", "map"],
        "properties": { "operations": { "type": "string" }, "map": { "type": "string" } },
    });
    let one = || {
        json!({ "schema": { "oneOf": [
        schema("GraphqlRequest"),
        { "type": "array", "items": schema("GraphqlRequest"), "minItems": 1, "maxItems": 10 },
    ] } })
    };
    operation["requestBody"] = json!({
        "required": true,
        "content": { "application/json": one(), "multipart/form-data": { "schema": form } },
    });
    operation
}

/// What fails for a field is told beside the data; a request that is none fails in the same form.
fn asked(id: &str, summary: &str, parameters: Vec<Value>, ok: Value) -> Value {
    let mut operation = operation(id, summary, parameters, ok, &[404]);
    for status in FAILURES {
        let failed = json_response("It is no request that is answered.", schema("GraphqlAnswer"));
        operation["responses"][status.to_string()] = failed;
    }
    operation
}

fn answer(schema: Value) -> Value {
    json_response("Data, and what failed.", schema)
}

fn schemas() -> Value {
    let object = || json!({ "type": ["object", "null"] });
    let error = json!({
        "type": "object",
        "required": ["message"],
        "properties": {
            "message": { "type": "string" },
            "locations": { "type": "array", "items": { "type": "object" } },
            "path": { "type": "array", "items": { "type": ["string", "integer"] } },
            "extensions": {
                "type": "object",
                "properties": { "code": { "type": "string", "description": "For programs." } },
            },
        },
    });
    json!({
        "GraphqlRequest": {
            "type": "object",
            "properties": {
                "query": { "type": "string" }, "operationName": { "type": ["string", "null"] },
                "variables": object(), "extensions": object(),
            },
        },
        "GraphqlAnswer": {
            "type": "object",
            "properties": {
                "data": object(),
                "errors": { "type": "array", "items": error },
                "extensions": { "type": "object" },
            },
        },
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_too_large_or_not_by_get_has_the_form_of_graphql() {
        let paths = part().paths;
        for method in ["get", "post"] {
            let responses = &paths["/api/graphql"][method]["responses"];
            for status in FAILURES {
                let schema =
                    responses[status.to_string()].pointer("/content/application~1json/schema");
                assert_eq!(schema, Some(&schema_of_answers()), "{method} {status}");
            }
            assert!(responses["429"].is_object(), "{method}: what any call may fail with");
        }
    }

    fn schema_of_answers() -> Value {
        schema("GraphqlAnswer")
    }
}
