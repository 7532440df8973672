//! gRPC: the calls of the service descriptors.

use buffa::Message;
use bytes::Bytes;
use holdfast_api::{FILE_DESCRIPTOR_SET, config_v1, holdfast_v1, stategate};
use holdfast_tests::{client, raw};
use prost::Message as _;
use prost_types::FileDescriptorSet;
use serde_json::json;
use tonic::Code;

use super::{Column, Door, NONE, Needs, TRUST, Table, Verdict, leaks, of_alias, of_space};

/// Method, request as JSON, door, what it needs.
type Row = (&'static str, serde_json::Value, Door, Needs);

fn config() -> Vec<Row> {
    use Door::{Closed, Filtered, Known};
    let (at_key, at_alias) =
        (json!({"namespace":"nsmarker","key":"k"}), json!({"alias":"aliasmarker"}));
    let space = json!({"namespace":"nsmarker"});
    vec![
        ("Get", at_key.clone(), Closed, of_space("read")),
        (
            "Set",
            json!({"namespace":"nsmarker","key":"k","value":"MQ=="}),
            Closed,
            of_space("write"),
        ),
        ("Delete", at_key.clone(), Closed, of_space("delete")),
        ("List", space.clone(), Closed, of_space("read,list")),
        ("GetVersions", at_key, Closed, of_space("read")),
        ("Snapshot", space.clone(), Closed, of_space("read")),
        ("Watch", json!({"namespaces":["nsmarker"]}), Closed, of_space("read,watch")),
        ("CheckAccess", space, Known, NONE),
        ("SetAlias", json!({"alias":"aliasmarker","target":"k"}), Closed, of_alias("write")),
        ("DeleteAlias", at_alias.clone(), Closed, of_alias("delete")),
        ("GetAlias", at_alias, Closed, of_alias("read")),
        ("ListAliases", json!({}), Filtered, of_alias("read,list")),
        ("ListCodecs", json!({}), Filtered, of_space("list")),
        ("ListNamespaces", json!({}), Filtered, of_space("read,list")),
    ]
}

fn holdfast() -> Vec<Row> {
    use Door::{Closed, Filtered};
    let (at_key, space) =
        (json!({"namespace":"nsmarker","key":"k"}), json!({"namespace":"nsmarker"}));
    let write = json!({"namespace":"nsmarker","key":"k","put":{"value":"MQ=="}});
    let past = json!({"namespace":"nsmarker","at":{"revision":"1"}});
    let filters = json!({"filters":[{"namespace":"nsmarker"}]});
    vec![
        ("Commit", json!({"writes":[write]}), Closed, of_space("write")),
        ("Txn", json!({"then":{"writes":[write]}}), Closed, of_space("write")),
        ("Get", at_key.clone(), Closed, of_space("read")),
        ("List", space.clone(), Closed, of_space("read,list")),
        ("Snapshot", space.clone(), Closed, of_space("read")),
        ("History", at_key, Closed, of_space("read")),
        ("Diff", json!({"from":past,"to":space}), Closed, of_space("read")),
        (
            "Rollback",
            json!({"namespace":"nsmarker","key":"k","revision":"1","dryRun":true}),
            Closed,
            of_space("read,write,delete"),
        ),
        ("Events", filters.clone(), Closed, of_space("read,list")),
        ("Search", json!({"pattern":"marker"}), Filtered, of_space("read,list")),
        ("Watch", filters, Closed, of_space("read,watch")),
    ]
}

fn trust() -> Vec<Row> {
    use Door::{Closed, Known};
    let mut rows = vec![
        ("WhoAmI", json!({}), Known, NONE),
        ("CreateToken", json!({"user":"usermarker"}), Closed, TRUST),
        ("PutUser", json!({"name":"usermarker"}), Closed, TRUST),
        ("PutRole", json!({"name":"rolemarker","rules":["read nowhere"]}), Closed, TRUST),
        (
            "PutPolicy",
            json!({"name":"row","modules":[{"file":"a.rego","text":"package holdfast"}]}),
            Closed,
            TRUST,
        ),
        ("GetUser", json!({"name":"usermarker"}), Closed, TRUST),
        ("GetRole", json!({"name":"rolemarker"}), Closed, TRUST),
    ];
    for method in ["GetToken", "RevokeToken", "RotateToken"] {
        rows.push((method, json!({"id":"0011223344556677"}), Closed, TRUST));
    }
    for method in ["ListTokens", "ListUsers", "ListRoles", "ListPolicies"] {
        rows.push((method, json!({}), Closed, TRUST));
    }
    for method in ["DeleteUser", "DeleteRole", "GetPolicy", "DeletePolicy"] {
        rows.push((method, json!({"name":"nobody"}), Closed, TRUST));
    }
    rows
}

fn admin() -> Vec<Row> {
    use Door::{Closed, Filtered};
    let group = json!({"domain":"nsmarker","type":"t","name":"g"});
    vec![
        ("Backup", json!({}), Closed, TRUST),
        ("ListGroups", json!({}), Filtered, of_space("watch")),
        ("DeleteGroup", group, Closed, of_space("admin")),
    ]
}

fn states() -> Vec<Row> {
    use Door::Closed;
    // The namespace of the table has an entry `k`, which is a state of no type.
    let of = json!({"domain":"nsmarker","type":"_","key":"k"});
    let state = json!({"domain":"nsmarker","type":"_","key":"k","values":{"a":1}});
    let search = json!({"domain":"nsmarker","type":"_","limit":"10"});
    vec![
        ("Set", state, Closed, of_space("write")),
        ("Get", of.clone(), Closed, of_space("read")),
        ("Del", of, Closed, of_space("delete")),
        ("Search", search, Closed, of_space("read,list")),
    ]
}

fn events() -> Vec<Row> {
    use Door::Closed;
    let stream = json!({"domain":"nsmarker","type":"_"});
    let search = json!({"domain":"nsmarker","type":"_","limit":"10"});
    let of = json!({"domain":"nsmarker","type":"_","key":"k","id":EVENT});
    vec![
        ("Stream", stream, Closed, of_space("read,watch")),
        (
            "Ack",
            json!({"domain":"nsmarker","type":"_","consumerGroup":"g"}),
            Closed,
            of_space("read,watch"),
        ),
        ("Search", search, Closed, of_space("read,list")),
        ("Get", of, Closed, of_space("read,list")),
    ]
}

/// The id of no event.
const EVENT: &str = "6f5902ac-2370-4b32-8cb4-94d7a4b5d1b1";

fn entities() -> Vec<Row> {
    use Door::Closed;
    let of = json!({"domain":"nsmarker","type":"_","key":"k"});
    let entity = json!({"domain":"nsmarker","type":"_","key":"k","values":{"a":1}});
    let event = json!({"domain":"nsmarker","type":"_","key":"k","id":EVENT});
    let search = json!({"domain":"nsmarker","type":"_","limit":10});
    vec![
        ("Set", entity.clone(), Closed, of_space("write")),
        ("Edit", entity, Closed, of_space("read,write")),
        ("Revert", event, Closed, of_space("read,list,write")),
        ("Get", of.clone(), Closed, of_space("read")),
        ("Del", of, Closed, of_space("delete")),
        ("Search", search, Closed, of_space("read,list")),
    ]
}

fn peers() -> Vec<Row> {
    use Door::Closed;
    let name = json!({"domain":"nsmarker","channel":"c","type":"t"});
    let message = json!({"domain":"nsmarker","channel":"c","type":"t","body":{"a":1}});
    vec![
        ("Broadcast", message, Closed, of_space("write")),
        ("Stream", name, Closed, of_space("watch")),
    ]
}

fn cache() -> Vec<Row> {
    use Door::Closed;
    let of = json!({"domain":"nsmarker","key":"k"});
    let value = json!({"domain":"nsmarker","key":"k","value":"valuemarker"});
    vec![
        ("Set", value, Closed, of_space("write")),
        ("Get", of.clone(), Closed, of_space("read")),
        ("Del", of, Closed, of_space("delete")),
    ]
}

fn mutexes() -> Vec<Row> {
    let of = json!({"domain":"nsmarker","key":"k"});
    ["Lock", "Unlock"].map(|method| (method, of.clone(), Door::Closed, of_space("write"))).to_vec()
}

/// The request as bytes of its message.
fn encoded(service: &str, method: &str, request: &serde_json::Value) -> Bytes {
    macro_rules! by_name {
        ($module:ident: $($name:literal => $message:ident),* $(,)?) => {
            match method {
                $($name => serde_json::from_value::<$module::$message>(request.clone())
                    .expect(method).encode_to_bytes(),)*
                other => panic!("{service}/{other} has no message here"),
            }
        };
    }
    if service == "config.v1.ConfigService" {
        return by_name!(config_v1:
            "Get" => GetRequest, "Set" => SetRequest, "Delete" => DeleteRequest,
            "List" => ListRequest, "GetVersions" => GetVersionsRequest,
            "Snapshot" => SnapshotRequest, "Watch" => WatchRequest,
            "CheckAccess" => CheckAccessRequest, "SetAlias" => SetAliasRequest,
            "DeleteAlias" => DeleteAliasRequest, "GetAlias" => GetAliasRequest,
            "ListAliases" => ListAliasesRequest, "ListCodecs" => ListCodecsRequest,
            "ListNamespaces" => ListNamespacesRequest,
        );
    }
    if service == "stategate.StateService" {
        return by_name!(stategate:
            "Set" => State, "Get" => StateRef, "Del" => StateRef, "Search" => SearchStateOpts,
        );
    }
    if service == "stategate.EventService" {
        return by_name!(stategate:
            "Stream" => StreamOpts, "Search" => SearchEventOpts, "Get" => EventRef,
            "Ack" => AckOpts,
        );
    }
    if service == "stategate.EntityService" {
        return by_name!(stategate:
            "Set" => Entity, "Edit" => Entity, "Revert" => EventRef, "Get" => EntityRef,
            "Del" => EntityRef, "Search" => SearchEntityOpts,
        );
    }
    if service == "stategate.PeerService" {
        return by_name!(stategate: "Broadcast" => Message, "Stream" => StreamMessageOpts);
    }
    if service == "stategate.CacheService" {
        return by_name!(stategate: "Set" => Cache, "Get" => CacheRef, "Del" => CacheRef);
    }
    if service == "stategate.MutexService" {
        return by_name!(stategate: "Lock" => Mutex, "Unlock" => MutexRef);
    }
    by_name!(holdfast_v1:
        "Commit" => CommitRequest, "Txn" => TxnRequest, "Get" => GetRequest,
        "List" => ListRequest, "Snapshot" => SnapshotRequest, "History" => HistoryRequest,
        "Diff" => DiffRequest, "Rollback" => RollbackRequest, "Events" => EventsRequest,
        "Search" => SearchRequest, "Watch" => WatchRequest, "WhoAmI" => WhoAmIRequest,
        "CreateToken" => CreateTokenRequest, "GetToken" => GetTokenRequest,
        "ListTokens" => ListTokensRequest, "RevokeToken" => RevokeTokenRequest,
        "RotateToken" => RotateTokenRequest, "PutUser" => PutUserRequest,
        "GetUser" => GetUserRequest, "ListUsers" => ListUsersRequest,
        "DeleteUser" => DeleteUserRequest, "PutRole" => PutRoleRequest,
        "GetRole" => GetRoleRequest, "ListRoles" => ListRolesRequest,
        "DeleteRole" => DeleteRoleRequest, "PutPolicy" => PutPolicyRequest,
        "GetPolicy" => GetPolicyRequest, "ListPolicies" => ListPoliciesRequest,
        "DeletePolicy" => DeletePolicyRequest, "Backup" => BackupRequest,
        "ListGroups" => ListGroupsRequest, "DeleteGroup" => DeleteGroupRequest,
    )
}

#[tokio::test]
async fn every_call_keeps_its_door() {
    let table = Table::start().await;
    let channel = client::connect(table.closed.server.port()).await;
    let files = FileDescriptorSet::decode(FILE_DESCRIPTOR_SET).expect("descriptors").file;
    let mut checked = 0;
    for file in &files {
        for service in &file.service {
            let name = format!("{}.{}", file.package(), service.name());
            let rows = match service.name() {
                "ConfigService" => config(),
                "HoldfastService" => holdfast(),
                "TrustService" => trust(),
                "AdminService" => admin(),
                "StateService" => states(),
                "EventService" => events(),
                "EntityService" => entities(),
                "PeerService" => peers(),
                "CacheService" => cache(),
                "MutexService" => mutexes(),
                other => panic!("{other} has no table"),
            };
            assert_eq!(rows.len(), service.method.len(), "a row for each call of {name}");
            for method in &service.method {
                let row = rows.iter().find(|row| row.0 == method.name());
                let row = row.unwrap_or_else(|| panic!("{name}/{} has no row", method.name()));
                for column in Column::TOKENS {
                    check(&table, &channel, &name, row, method.server_streaming(), column).await;
                    table.refill().await;
                    checked += 1;
                }
            }
        }
    }
    assert!(checked > 40 * Column::TOKENS.len());
}

async fn check(
    table: &Table,
    channel: &tonic::transport::Channel,
    service: &str,
    (method, request, door, needs): &Row,
    streams: bool,
    column: Column,
) {
    let what = format!("{service}/{method} by {column:?}");
    let token = table.token(column, *needs).await;
    let message = encoded(service, method, request);
    let path = format!("/{service}/{method}");
    let answer = raw::showing(channel, &path, message, token.as_deref(), streams).await;
    let code = answer.as_ref().err().map_or(Code::Ok, |failure| failure.code);
    match door.verdict(column, false) {
        Verdict::Unauthenticated => assert_eq!(code, Code::Unauthenticated, "{what}"),
        Verdict::Denied => assert_eq!(code, Code::PermissionDenied, "{what}"),
        Verdict::Answered => {
            let refused = [
                Code::Unauthenticated,
                Code::PermissionDenied,
                Code::Internal,
                Code::Unimplemented,
                Code::Unknown,
            ];
            assert!(!refused.contains(&code), "{what}: {answer:?}");
        }
    }
    if column != Column::Right {
        assert!(!answer.is_ok_and(|bytes| leaks(&bytes)), "{what}");
    }
}
