//! The calls of TrustService, over gRPC and under /v2.

use holdfast_api::holdfast_v1::{
    CreateTokenRequest, DeleteRoleRequest, GetRoleRequest, ListRolesRequest, PolicyModule,
    PutPolicyRequest, PutRoleRequest, PutUserRequest,
};
use holdfast_tests::{Failure, http};
use serde_json::{Value, json};
use tonic::Code;

use super::{Closed, owned};

async fn ask(closed: &Closed, method: &str, path: &str, body: Value) -> (u16, Value) {
    let token = format!("Bearer {}", closed.server.root_token());
    let headers = [("authorization", &*token), ("content-type", "application/json")];
    let body = if body.is_null() { String::new() } else { body.to_string() };
    let path = format!("/v2/trust/{path}");
    let answer =
        http::request(closed.server.port(), method, &path, &headers, body.as_bytes()).await;
    let answer = answer.expect("an answer");
    (answer.status, answer.json())
}

fn field(answer: &Value) -> &str {
    answer["details"][0]["metadata"]["field"].as_str().unwrap_or_default()
}

#[tokio::test]
async fn everything_is_a_path_too() {
    let closed = Closed::start().await;
    let rules = json!({"rules": ["read a", "deny read a/secret/**"], "groups": ["ops"]});
    let (status, written) = ask(&closed, "PUT", "roles/ops-role", rules).await;
    assert_eq!(status, 200, "{written}");
    let (_, role) = ask(&closed, "GET", "roles/ops-role", Value::Null).await;
    assert_eq!(
        role["role"],
        json!({
            "name": "ops-role", "rules": ["read a", "deny read a/secret/**"], "groups": ["ops"],
            "revision": written["revision"],
        })
    );
    let (status, _) = ask(&closed, "PUT", "users/ann%40example", json!({"groups": ["ops"]})).await;
    assert_eq!(status, 200);
    let new = json!({"user": "ann@example", "scopes": ["read a"], "ttl": "3600s", "note": "ci"});
    let (status, made) = ask(&closed, "POST", "tokens", new).await;
    assert_eq!(status, 200, "{made}");
    let id = made["id"].as_str().expect("an id");
    let (_, shown) = ask(&closed, "GET", &format!("tokens/{id}"), Value::Null).await;
    let token = &shown["token"];
    assert_eq!((&token["user"], &token["scopes"]), (&json!("ann@example"), &json!(["read a"])));
    assert!(token["expiresAt"].is_string() && !shown.to_string().contains("ecret"), "{shown}");
    let (_, listed) = ask(&closed, "GET", "tokens?user=ann%40example", Value::Null).await;
    assert_eq!(listed["tokens"].as_array().map(Vec::len), Some(1), "{listed}");
    let rotate = format!("tokens/{id}:rotate");
    let (status, rotated) = ask(&closed, "POST", &rotate, json!({"grace": "60s"})).await;
    assert_eq!((status, &rotated["id"]), (200, &made["id"]));
    assert_ne!(rotated["token"], made["token"]);
    let (_, shown) = ask(&closed, "GET", &format!("tokens/{id}"), Value::Null).await;
    assert!(shown["token"]["previousUntil"].is_string(), "{shown}");
    let policy = json!({"modules": [{"file": "a.rego", "text": "package holdfast"}]});
    let (status, _) = ask(&closed, "PUT", "policies/p", policy.clone()).await;
    assert_eq!(status, 200);
    let (_, shown) = ask(&closed, "GET", "policies/p", Value::Null).await;
    assert_eq!(shown["policy"]["modules"], policy["modules"]);
    for path in ["users/ann%40example", "roles/ops-role", "policies/p"] {
        assert_eq!(ask(&closed, "DELETE", path, Value::Null).await.0, 200, "{path}");
        assert_eq!(ask(&closed, "GET", path, Value::Null).await.0, 404, "{path}");
    }
    assert_eq!(ask(&closed, "DELETE", &format!("tokens/{id}"), Value::Null).await.0, 404);
    let (_, known) = ask(&closed, "GET", "whoami", Value::Null).await;
    assert_eq!((&known["user"], &known["roles"]), (&json!("root"), &json!(["admin"])));
}

#[tokio::test]
async fn what_makes_no_sense_is_refused_by_its_path() {
    let closed = Closed::start().await;
    for (method, path, body, status, named) in [
        ("PUT", "roles/r", json!({"rules": ["read a", "fly b"]}), 400, "rules[1]"),
        ("PUT", "roles/r", json!({"rules": [], "users": ["a b"]}), 400, "users[0]"),
        ("PUT", "roles/r", json!({"name": "other"}), 400, "name"),
        ("PUT", "roles/r", json!({"junk": 1}), 400, "junk"),
        ("PUT", "roles/a%20b", json!({}), 400, "name"),
        ("PUT", "users/u", json!({"roles": [""]}), 400, "roles[0]"),
        ("PUT", "policies/p", json!({}), 400, "modules"),
        ("PUT", "policies/p", json!({"modules": [{"text": "x"}]}), 400, "modules[0].file"),
        ("POST", "tokens", json!({}), 400, "user"),
        ("POST", "tokens", json!({"user": "a b"}), 400, "user"),
        ("POST", "tokens", json!({"user": "a", "ttl": "0s"}), 400, "ttl"),
        ("POST", "tokens", json!({"user": "a", "scopes": ["read"]}), 400, "scopes[0]"),
        ("GET", "tokens?junk=1", Value::Null, 400, "junk"),
        ("GET", "tokens?limit=-1", Value::Null, 400, ""),
        ("POST", "tokens/0011223344556677:rotate", json!({"grace": "0s"}), 400, "grace"),
        ("POST", "tokens/0011223344556677:rotate", json!({}), 404, ""),
    ] {
        let (found, answer) = ask(&closed, method, path, body).await;
        assert_eq!((found, field(&answer)), (status, named), "{method} {path}: {answer}");
    }
    assert_eq!(ask(&closed, "POST", "tokens/0011223344556677", json!({})).await.0, 405);
}

/// Two administrators at once: the second one learns that the document is another one than they read.
#[tokio::test]
async fn a_document_is_written_under_a_condition() {
    let closed = Closed::start().await;
    let put = async |rules: &[&str], if_revision| {
        let request = PutRoleRequest {
            name: "r".into(),
            rules: owned(rules),
            if_revision,
            ..PutRoleRequest::default()
        };
        let answer = closed.root.trust().put_role(request).await;
        answer.map(|answer| answer.into_inner().revision).map_err(Failure::from)
    };
    let first = put(&["read a"], Some(0)).await.expect("there was none");
    assert!(put(&["read b"], Some(0)).await.is_err());
    let second = put(&["read b"], Some(first)).await.expect("it is as it was");
    let stale = put(&["read c"], Some(first)).await.expect_err("it has changed");
    assert_eq!((stale.code, &*stale.reason), (Code::Aborted, "CONFLICT"));
    let role = GetRoleRequest { name: "r".into(), ..GetRoleRequest::default() };
    let role = closed.root.trust().get_role(role).await.expect("it is there").into_inner().role;
    assert_eq!((&*role.rules, role.revision), (&owned(&["read b"])[..], second));
}

#[tokio::test]
async fn listings_come_page_by_page() {
    let closed = Closed::start().await;
    for n in 0..25 {
        closed.role(&format!("role-{n:02}"), &["read a"]).await;
    }
    let (mut names, mut cursor) = (Vec::new(), String::new());
    loop {
        let request = ListRolesRequest { limit: 10, cursor, ..ListRolesRequest::default() };
        let page = closed.root.trust().list_roles(request).await.expect("a page").into_inner();
        assert!(page.roles.len() <= 10);
        names.extend(page.roles.into_iter().map(|role| role.name));
        if page.next_cursor.is_empty() {
            break;
        }
        cursor = page.next_cursor;
    }
    assert_eq!(names, (0..25).map(|n| format!("role-{n:02}")).collect::<Vec<_>>());
    // A cursor of one listing is none of another.
    let (_, page) = ask(&closed, "GET", "roles?limit=1", Value::Null).await;
    let cursor = page["nextCursor"].as_str().expect("there are more");
    let (status, _) = ask(&closed, "GET", &format!("users?cursor={cursor}"), Value::Null).await;
    assert_eq!(status, 400);
}

/// A document of a built-in name takes its place, and without it the built-in rules hold again.
#[tokio::test]
async fn built_in_roles_can_be_replaced() {
    let closed = Closed::start().await;
    let token = closed.token("ann", &["reader"]).await.token;
    let rules = async || {
        let request = holdfast_api::holdfast_v1::WhoAmIRequest::default();
        let ann = closed.root.showing(&token);
        ann.trust().who_am_i(request).await.expect("known").into_inner().rules
    };
    assert_eq!(rules().await, ["allow read,list,watch *"]);
    closed.role("reader", &["read a"]).await;
    assert_eq!(rules().await, ["read a"]);
    let delete = DeleteRoleRequest { name: "reader".into(), ..DeleteRoleRequest::default() };
    closed.root.trust().delete_role(delete).await.expect("deleted");
    assert_eq!(rules().await, ["allow read,list,watch *"]);
}

#[tokio::test]
async fn grpc_refuses_what_it_does_not_know() {
    let closed = Closed::start().await;
    let twice = ["a.rego", "a.rego"]
        .map(|file| PolicyModule { file: file.into(), ..PolicyModule::default() });
    let request =
        PutPolicyRequest { name: "p".into(), modules: twice.to_vec(), ..Default::default() };
    let refused = closed.root.trust().put_policy(request).await.expect_err("two of one name");
    assert_eq!(Failure::from(refused).metadata["field"], "modules[1].file");
    let request = PutUserRequest { name: "a/b".into(), ..PutUserRequest::default() };
    let refused = closed.root.trust().put_user(request).await.expect_err("no name");
    assert_eq!(Failure::from(refused).metadata["field"], "name");
    let request = CreateTokenRequest { user: "x".repeat(200), ..CreateTokenRequest::default() };
    assert_eq!(closed.issue(request).await.expect_err("too long").metadata["field"], "user");
}
