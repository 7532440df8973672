//! The paths of trust. Summaries and messages come from the `.proto`.

use prost_types::FileDescriptorProto;
use serde_json::{Map, Value, json};

use super::{METHODS, PACKAGE, SERVICES, comment, of_query, operation};
use crate::http::openapi::{in_path, json_response, schema};
use crate::http::v2::query::Parameter;
use crate::http::v2::trust::{PAGE, TOKENS};

/// A method of a path: the call that it makes, and what it takes beside the path.
type Row = (&'static str, &'static str, &'static str, &'static [Parameter]);

const ROWS: [Row; 18] = [
    ("/v2/trust/whoami", "get", "WhoAmI", &[]),
    ("/v2/trust/tokens", "get", "ListTokens", &TOKENS),
    ("/v2/trust/tokens", "post", "CreateToken", &[]),
    ("/v2/trust/tokens/{id}", "get", "GetToken", &[]),
    ("/v2/trust/tokens/{id}", "delete", "RevokeToken", &[]),
    ("/v2/trust/tokens/{id}:rotate", "post", "RotateToken", &[]),
    ("/v2/trust/users", "get", "ListUsers", &PAGE),
    ("/v2/trust/users/{name}", "get", "GetUser", &[]),
    ("/v2/trust/users/{name}", "put", "PutUser", &[]),
    ("/v2/trust/users/{name}", "delete", "DeleteUser", &[]),
    ("/v2/trust/roles", "get", "ListRoles", &PAGE),
    ("/v2/trust/roles/{name}", "get", "GetRole", &[]),
    ("/v2/trust/roles/{name}", "put", "PutRole", &[]),
    ("/v2/trust/roles/{name}", "delete", "DeleteRole", &[]),
    ("/v2/trust/policies", "get", "ListPolicies", &PAGE),
    ("/v2/trust/policies/{name}", "get", "GetPolicy", &[]),
    ("/v2/trust/policies/{name}", "put", "PutPolicy", &[]),
    ("/v2/trust/policies/{name}", "delete", "DeletePolicy", &[]),
];

/// All of them.
pub(super) fn paths(file: &FileDescriptorProto) -> Map<String, Value> {
    let mut paths = Map::new();
    for row in ROWS {
        let item = paths.entry(row.0).or_insert_with(|| item(row.0));
        item[row.1] = of(file, row);
    }
    paths
}

fn item(path: &str) -> Value {
    let name = path.split(['{', '}']).nth(1);
    match name {
        Some(name) => json!({ "parameters": [in_path(name, &format!("The {name}."))] }),
        None => json!({}),
    }
}

fn of(file: &FileDescriptorProto, (_, method, call, parameters): Row) -> Value {
    let ok = json_response("Done.", schema(&format!("{PACKAGE}.{call}Response")));
    let id = format!("holdfast.trust.{}", call.to_ascii_lowercase());
    let mut operation = operation(&id, &summary(file, call), of_query(parameters), ok);
    if matches!(method, "post" | "put") {
        let body = schema(&format!("{PACKAGE}.{call}Request"));
        operation["requestBody"] =
            json!({ "required": true, "content": { "application/json": { "schema": body } } });
    }
    operation
}

fn summary(file: &FileDescriptorProto, call: &str) -> String {
    let mut methods = file.service.iter().flat_map(|service| &service.method);
    let place = methods.position(|method| method.name() == call).unwrap_or_default();
    comment(file, &[SERVICES, 0, METHODS, i32::try_from(place).unwrap_or_default()])
}

#[cfg(test)]
mod tests {
    use super::*;
    use prost::Message as _;
    use prost_types::FileDescriptorSet;

    #[test]
    fn every_call_has_a_path() {
        let set = FileDescriptorSet::decode(holdfast_api::FILE_DESCRIPTOR_SET).expect("it reads");
        let file = set.file.iter().find(|file| file.name().ends_with("trust.proto"));
        let file = file.expect("it is there");
        for method in file.service.iter().flat_map(|service| &service.method) {
            assert!(ROWS.iter().any(|row| row.2 == method.name()), "{}", method.name());
            assert!(summary(file, method.name()).len() > 5, "{}", method.name());
        }
        let paths = paths(file);
        assert!(paths["/v2/trust/users/{name}"]["put"]["requestBody"].is_object());
        assert_eq!(paths["/v2/trust/tokens/{id}:rotate"]["parameters"][0]["name"], "id");
    }
}
