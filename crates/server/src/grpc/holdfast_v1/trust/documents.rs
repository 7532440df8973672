//! Users, roles and policies: put, get, list, delete.

use std::collections::BTreeMap;

use buffa::{Message, UnknownFields};
use holdfast_api::holdfast_v1::{
    DeletePolicyRequest, DeletePolicyResponse, DeleteRoleRequest, DeleteRoleResponse,
    DeleteUserRequest, DeleteUserResponse, GetPolicyRequest, GetPolicyResponse, GetRoleRequest,
    GetRoleResponse, GetUserRequest, GetUserResponse, ListPoliciesRequest, ListPoliciesResponse,
    ListRolesRequest, ListRolesResponse, ListUsersRequest, ListUsersResponse, PolicyModule,
    PutPolicyRequest, PutPolicyResponse, PutRoleRequest, PutRoleResponse, PutUserRequest,
    PutUserResponse,
};
use holdfast_auth::trust::document::{PolicyDocument, RoleDocument, UserDocument};
use holdfast_auth::trust::{Document, Kind};
use holdfast_engine::Stored;
use holdfast_model::Revision;

use super::Changed;
use super::shown::{policy, role, user};
use crate::grpc::call::Call;
use crate::grpc::holdfast_v1::cursor::{Cursor, Pages};
use crate::grpc::holdfast_v1::error::{Refusal, invalid};
use crate::grpc::holdfast_v1::strict::{known, limit, required};

pub(super) async fn put_user(call: Call, request: PutUserRequest) -> Changed<PutUserResponse> {
    checked(&request.__buffa_unknown_fields, &request.name)?;
    let PutUserRequest { name, roles, groups, disabled, note, if_revision, .. } = request;
    let document = Document::User(UserDocument { roles, groups, disabled, note });
    let revision = put(&call, Kind::User, &name, &document, if_revision).await?;
    Ok((PutUserResponse { revision: revision.0, ..PutUserResponse::default() }, revision))
}

pub(super) async fn put_role(call: Call, request: PutRoleRequest) -> Changed<PutRoleResponse> {
    checked(&request.__buffa_unknown_fields, &request.name)?;
    let PutRoleRequest { name, rules, users, groups, note, if_revision, .. } = request;
    let document = Document::Role(RoleDocument { rules, users, groups, note });
    let revision = put(&call, Kind::Role, &name, &document, if_revision).await?;
    Ok((PutRoleResponse { revision: revision.0, ..PutRoleResponse::default() }, revision))
}

pub(super) async fn put_policy(
    call: Call,
    request: PutPolicyRequest,
) -> Changed<PutPolicyResponse> {
    checked(&request.__buffa_unknown_fields, &request.name)?;
    let PutPolicyRequest { name, modules, note, if_revision, .. } = request;
    let document = Document::Policy(PolicyDocument { modules: by_file(modules)?, note });
    let revision = put(&call, Kind::Policy, &name, &document, if_revision).await?;
    Ok((PutPolicyResponse { revision: revision.0, ..PutPolicyResponse::default() }, revision))
}

fn by_file(modules: Vec<PolicyModule>) -> Result<BTreeMap<String, String>, Refusal> {
    if modules.is_empty() {
        return Err(invalid("modules", "is required: a policy has at least one file"));
    }
    let mut files = BTreeMap::new();
    for (index, module) in modules.into_iter().enumerate() {
        let path = format!("modules[{index}]");
        known(&path, &module.__buffa_unknown_fields)?;
        required(&format!("{path}.file"), &module.file)?;
        if files.insert(module.file, module.text).is_some() {
            return Err(invalid(format!("{path}.file"), "is the name of another module too"));
        }
    }
    Ok(files)
}

async fn put(
    call: &Call,
    kind: Kind,
    name: &str,
    document: &Document,
    expected: Option<u64>,
) -> Result<Revision, Refusal> {
    let json = document.to_json().to_string();
    let expected = expected.map(Revision);
    let put = call.engine.put_document_if(&call.caller, kind, name, json.as_bytes(), expected);
    Ok(put.await?)
}

pub(super) async fn get_user(
    call: Call,
    request: GetUserRequest,
) -> Result<GetUserResponse, Refusal> {
    checked(&request.__buffa_unknown_fields, &request.name)?;
    let stored = call.engine.get_document(&call.caller, Kind::User, &request.name).await?;
    Ok(GetUserResponse { user: user(stored).into(), ..GetUserResponse::default() })
}

pub(super) async fn get_role(
    call: Call,
    request: GetRoleRequest,
) -> Result<GetRoleResponse, Refusal> {
    checked(&request.__buffa_unknown_fields, &request.name)?;
    let stored = call.engine.get_document(&call.caller, Kind::Role, &request.name).await?;
    Ok(GetRoleResponse { role: role(stored).into(), ..GetRoleResponse::default() })
}

pub(super) async fn get_policy(
    call: Call,
    request: GetPolicyRequest,
) -> Result<GetPolicyResponse, Refusal> {
    checked(&request.__buffa_unknown_fields, &request.name)?;
    let stored = call.engine.get_document(&call.caller, Kind::Policy, &request.name).await?;
    Ok(GetPolicyResponse { policy: policy(stored).into(), ..GetPolicyResponse::default() })
}

pub(super) async fn list_users(
    call: Call,
    request: ListUsersRequest,
) -> Result<ListUsersResponse, Refusal> {
    known("", &request.__buffa_unknown_fields)?;
    let (first, asked) = (ListUsersRequest::default(), (&*request.cursor, request.limit));
    let (found, next_cursor) = page(&call, Kind::User, "users", &first, asked, |_| true).await?;
    let users = found.into_iter().map(user).collect();
    Ok(ListUsersResponse { users, next_cursor, ..ListUsersResponse::default() })
}

pub(super) async fn list_roles(
    call: Call,
    request: ListRolesRequest,
) -> Result<ListRolesResponse, Refusal> {
    known("", &request.__buffa_unknown_fields)?;
    let (first, asked) = (ListRolesRequest::default(), (&*request.cursor, request.limit));
    let (found, next_cursor) = page(&call, Kind::Role, "roles", &first, asked, |_| true).await?;
    let roles = found.into_iter().map(role).collect();
    Ok(ListRolesResponse { roles, next_cursor, ..ListRolesResponse::default() })
}

pub(super) async fn list_policies(
    call: Call,
    request: ListPoliciesRequest,
) -> Result<ListPoliciesResponse, Refusal> {
    known("", &request.__buffa_unknown_fields)?;
    let (first, asked) = (ListPoliciesRequest::default(), (&*request.cursor, request.limit));
    let all = |_: &Stored| true;
    let (found, next_cursor) = page(&call, Kind::Policy, "policies", &first, asked, all).await?;
    let policies = found.into_iter().map(policy).collect();
    Ok(ListPoliciesResponse { policies, next_cursor, ..ListPoliciesResponse::default() })
}

/// A page of documents and the cursor behind it. `asked`: cursor and limit of the request; `first`: the rest of it.
pub(super) async fn page<M: Message>(
    call: &Call,
    kind: Kind,
    listing: &str,
    first: &M,
    (cursor, wanted): (&str, u32),
    keep: impl Fn(&Stored) -> bool + Send,
) -> Result<(Vec<Stored>, String), Refusal> {
    let pages = Pages::of(listing, first);
    let after = pages.open(cursor)?.as_ref().map(Cursor::text).transpose()?;
    let found = call
        .engine
        .list_documents(&call.caller, kind, after.as_deref(), limit(wanted), keep)
        .await?;
    // Names are the places: pages show what there is when they are read.
    let last = found.documents.last().filter(|_| found.more);
    let next = last.map(|stored| {
        let place = stored.name.as_bytes().to_vec();
        pages.text(&Cursor { revision: Revision(0), live: true, place })
    });
    Ok((found.documents, next.unwrap_or_default()))
}

pub(super) async fn delete_user(
    call: Call,
    request: DeleteUserRequest,
) -> Changed<DeleteUserResponse> {
    checked(&request.__buffa_unknown_fields, &request.name)?;
    let done = call.engine.delete_user(&call.caller, &request.name).await?;
    let answer = DeleteUserResponse {
        revision: done.revision.0,
        revoked: done.revoked,
        ..DeleteUserResponse::default()
    };
    Ok((answer, done.revision))
}

pub(super) async fn delete_role(
    call: Call,
    request: DeleteRoleRequest,
) -> Changed<DeleteRoleResponse> {
    checked(&request.__buffa_unknown_fields, &request.name)?;
    let revision = call.engine.delete_document(&call.caller, Kind::Role, &request.name).await?;
    Ok((DeleteRoleResponse { revision: revision.0, ..DeleteRoleResponse::default() }, revision))
}

pub(super) async fn delete_policy(
    call: Call,
    request: DeletePolicyRequest,
) -> Changed<DeletePolicyResponse> {
    checked(&request.__buffa_unknown_fields, &request.name)?;
    let revision = call.engine.delete_document(&call.caller, Kind::Policy, &request.name).await?;
    Ok((DeletePolicyResponse { revision: revision.0, ..DeletePolicyResponse::default() }, revision))
}

fn checked(unknown: &UnknownFields, name: &str) -> Result<(), Refusal> {
    known("", unknown)?;
    required("name", name)
}
