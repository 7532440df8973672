//! The paths of services whose calls have paths of their own. Summaries and messages come from the `.proto`.

use prost_types::FileDescriptorProto;
use serde_json::{Map, Value, json};

use super::{METHODS, PACKAGE, SERVICES, comment, of_query, operation};
use crate::http::openapi::{in_path, json_response, schema};
use crate::http::v2::groups;
use crate::http::v2::query::Parameter;
use crate::http::v2::trust::{PAGE, TOKENS};

/// A method of a path: the call that it makes, and what it takes beside the path.
pub(super) type Row = (&'static str, &'static str, &'static str, &'static [Parameter]);

/// Of TrustService: all calls.
pub(super) const TRUST: [Row; 18] = [
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

/// Of AdminService: all but backups, which are a stream of bytes.
pub(super) const ADMIN: [Row; 2] = [
    ("/v2/groups", "get", "ListGroups", &groups::LIST),
    ("/v2/groups/{domain}/{type}/{name}", "delete", "DeleteGroup", &[]),
];

/// The paths of a file.
pub(super) fn of(file: &FileDescriptorProto, prefix: &str, rows: &[Row]) -> Map<String, Value> {
    let mut paths = Map::new();
    for row in rows {
        let item = paths.entry(row.0).or_insert_with(|| item(row.0));
        item[row.1] = asked(file, prefix, row);
    }
    paths
}

fn item(path: &str) -> Value {
    let names = path.split(['{', '}']).skip(1).step_by(2);
    let names: Vec<Value> = names.map(|name| in_path(name, &format!("The {name}."))).collect();
    if names.is_empty() { json!({}) } else { json!({ "parameters": names }) }
}

fn asked(file: &FileDescriptorProto, prefix: &str, (_, method, call, parameters): &Row) -> Value {
    let ok = json_response("Done.", schema(&format!("{PACKAGE}.{call}Response")));
    let id = format!("{prefix}.{}", call.to_ascii_lowercase());
    let mut operation = operation(&id, &summary(file, call), of_query(parameters), ok);
    if matches!(*method, "post" | "put") {
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
        let named = |name| set.file.iter().find(|file| file.name().ends_with(name));
        let trust = named("trust.proto").expect("it is there");
        let admin = named("admin.proto").expect("it is there");
        for (file, rows, apart) in [(trust, &TRUST[..], ""), (admin, &ADMIN[..], "Backup")] {
            for method in file.service.iter().flat_map(|service| &service.method) {
                let has_path = rows.iter().any(|row| row.2 == method.name());
                assert_eq!(has_path, method.name() != apart, "{}", method.name());
                assert!(summary(file, method.name()).len() > 5, "{}", method.name());
            }
        }
        let paths = of(trust, "holdfast.trust", &TRUST);
        assert!(paths["/v2/trust/users/{name}"]["put"]["requestBody"].is_object());
        assert_eq!(paths["/v2/trust/tokens/{id}:rotate"]["parameters"][0]["name"], "id");
        let paths = of(admin, "holdfast.admin", &ADMIN);
        let removal = &paths["/v2/groups/{domain}/{type}/{name}"];
        assert_eq!(removal["parameters"][2]["name"], "name");
        assert_eq!(removal["delete"]["operationId"], "holdfast.admin.deletegroup");
    }
}
