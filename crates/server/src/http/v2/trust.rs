//! Tokens, users, roles and policies as paths: TrustService over HTTP.

use axum::Router;
use axum::extract::State;
use axum::routing::get;
use holdfast_api::holdfast_v1::trust_service_server::TrustService;
use holdfast_api::holdfast_v1::{
    CreateTokenRequest, DeletePolicyRequest, DeleteRoleRequest, DeleteUserRequest,
    GetPolicyRequest, GetRoleRequest, GetTokenRequest, GetUserRequest, ListPoliciesRequest,
    ListRolesRequest, ListTokensRequest, ListUsersRequest, PutPolicyRequest, PutRoleRequest,
    PutUserRequest, RevokeTokenRequest, RotateTokenRequest, WhoAmIRequest,
};
use http::Uri;

use super::asked::{Asked, Message};
use super::fault::{self, answered, shown};
use super::query::{Parameter, message, small, text};
use super::resources::part;
use crate::http::Face;
use crate::http::fault::{Answer, Fault};
use crate::http::query::Query;

/// What a listing takes.
pub(super) const PAGE: [Parameter; 2] = [small("limit"), text("cursor")];
pub(super) const TOKENS: [Parameter; 3] = [text("user"), small("limit"), text("cursor")];

/// What stands behind the id of a token that is to be rotated.
const ROTATE: &str = ":rotate";

/// All paths of trust.
pub(super) fn routes() -> Router<Face> {
    Router::new()
        .route("/v2/trust/whoami", get(who_am_i))
        .route("/v2/trust/tokens", get(list_tokens).post(create_token))
        .route("/v2/trust/tokens/{id}", get(get_token).delete(revoke_token).post(rotate_token))
        .route("/v2/trust/users", get(list_users))
        .route("/v2/trust/users/{name}", get(get_user).put(put_user).delete(delete_user))
        .route("/v2/trust/roles", get(list_roles))
        .route("/v2/trust/roles/{name}", get(get_role).put(put_role).delete(delete_role))
        .route("/v2/trust/policies", get(list_policies))
        .route("/v2/trust/policies/{name}", get(get_policy).put(put_policy).delete(delete_policy))
}

/// The last segment of `/v2/trust/users/{name}`, decoded.
fn named(uri: &Uri) -> Result<String, Fault> {
    part(uri.path().split('/').nth(4).unwrap_or_default())
}

/// A name in the body beside the one in the path has to be the same.
fn agreed(in_path: String, in_body: &str, member: &str) -> Result<String, Fault> {
    if in_body.is_empty() || in_body == in_path {
        return Ok(in_path);
    }
    Err(fault::invalid(member, "is another one than in the path"))
}

async fn who_am_i(asked: Asked, query: Query) -> Answer {
    let request: WhoAmIRequest = message(&query, &[], &[])?;
    let answer = answered(asked.service.who_am_i(asked.by(request)).await)?;
    shown(&answered(answer.into_inner().into_message())?)
}

async fn create_token(
    State(_): State<Face>,
    asked: Asked,
    Message(request): Message<CreateTokenRequest>,
) -> Answer {
    let answer = answered(asked.service.create_token(asked.by(request)).await)?;
    shown(&answered(answer.into_inner().into_message())?)
}

async fn list_tokens(asked: Asked, query: Query) -> Answer {
    let request: ListTokensRequest = message(&query, &TOKENS, &[])?;
    let answer = answered(asked.service.list_tokens(asked.by(request)).await)?;
    shown(&answered(answer.into_inner().into_message())?)
}

async fn get_token(asked: Asked, uri: Uri, query: Query) -> Answer {
    let request: GetTokenRequest = message(&query, &[], &[("id", named(&uri)?)])?;
    let answer = answered(asked.service.get_token(asked.by(request)).await)?;
    shown(&answered(answer.into_inner().into_message())?)
}

async fn revoke_token(asked: Asked, uri: Uri, query: Query) -> Answer {
    let request: RevokeTokenRequest = message(&query, &[], &[("id", named(&uri)?)])?;
    let answer = answered(asked.service.revoke_token(asked.by(request)).await)?;
    shown(&answered(answer.into_inner().into_message())?)
}

async fn rotate_token(
    State(_): State<Face>,
    asked: Asked,
    uri: Uri,
    Message(mut request): Message<RotateTokenRequest>,
) -> Answer {
    let last = named(&uri)?;
    let Some(id) = last.strip_suffix(ROTATE) else { return Err(Fault::method_not_allowed()) };
    request.id = agreed(id.to_owned(), &request.id, "id")?;
    let answer = answered(asked.service.rotate_token(asked.by(request)).await)?;
    shown(&answered(answer.into_inner().into_message())?)
}

async fn list_users(asked: Asked, query: Query) -> Answer {
    let request: ListUsersRequest = message(&query, &PAGE, &[])?;
    let answer = answered(asked.service.list_users(asked.by(request)).await)?;
    shown(&answered(answer.into_inner().into_message())?)
}

async fn get_user(asked: Asked, uri: Uri, query: Query) -> Answer {
    let request: GetUserRequest = message(&query, &[], &[("name", named(&uri)?)])?;
    let answer = answered(asked.service.get_user(asked.by(request)).await)?;
    shown(&answered(answer.into_inner().into_message())?)
}

async fn put_user(
    State(_): State<Face>,
    asked: Asked,
    uri: Uri,
    Message(mut request): Message<PutUserRequest>,
) -> Answer {
    request.name = agreed(named(&uri)?, &request.name, "name")?;
    let answer = answered(asked.service.put_user(asked.by(request)).await)?;
    shown(&answered(answer.into_inner().into_message())?)
}

async fn delete_user(asked: Asked, uri: Uri, query: Query) -> Answer {
    let request: DeleteUserRequest = message(&query, &[], &[("name", named(&uri)?)])?;
    let answer = answered(asked.service.delete_user(asked.by(request)).await)?;
    shown(&answered(answer.into_inner().into_message())?)
}

async fn list_roles(asked: Asked, query: Query) -> Answer {
    let request: ListRolesRequest = message(&query, &PAGE, &[])?;
    let answer = answered(asked.service.list_roles(asked.by(request)).await)?;
    shown(&answered(answer.into_inner().into_message())?)
}

async fn get_role(asked: Asked, uri: Uri, query: Query) -> Answer {
    let request: GetRoleRequest = message(&query, &[], &[("name", named(&uri)?)])?;
    let answer = answered(asked.service.get_role(asked.by(request)).await)?;
    shown(&answered(answer.into_inner().into_message())?)
}

async fn put_role(
    State(_): State<Face>,
    asked: Asked,
    uri: Uri,
    Message(mut request): Message<PutRoleRequest>,
) -> Answer {
    request.name = agreed(named(&uri)?, &request.name, "name")?;
    let answer = answered(asked.service.put_role(asked.by(request)).await)?;
    shown(&answered(answer.into_inner().into_message())?)
}

async fn delete_role(asked: Asked, uri: Uri, query: Query) -> Answer {
    let request: DeleteRoleRequest = message(&query, &[], &[("name", named(&uri)?)])?;
    let answer = answered(asked.service.delete_role(asked.by(request)).await)?;
    shown(&answered(answer.into_inner().into_message())?)
}

async fn list_policies(asked: Asked, query: Query) -> Answer {
    let request: ListPoliciesRequest = message(&query, &PAGE, &[])?;
    let answer = answered(asked.service.list_policies(asked.by(request)).await)?;
    shown(&answered(answer.into_inner().into_message())?)
}

async fn get_policy(asked: Asked, uri: Uri, query: Query) -> Answer {
    let request: GetPolicyRequest = message(&query, &[], &[("name", named(&uri)?)])?;
    let answer = answered(asked.service.get_policy(asked.by(request)).await)?;
    shown(&answered(answer.into_inner().into_message())?)
}

async fn put_policy(
    State(_): State<Face>,
    asked: Asked,
    uri: Uri,
    Message(mut request): Message<PutPolicyRequest>,
) -> Answer {
    request.name = agreed(named(&uri)?, &request.name, "name")?;
    let answer = answered(asked.service.put_policy(asked.by(request)).await)?;
    shown(&answered(answer.into_inner().into_message())?)
}

async fn delete_policy(asked: Asked, uri: Uri, query: Query) -> Answer {
    let request: DeletePolicyRequest = message(&query, &[], &[("name", named(&uri)?)])?;
    let answer = answered(asked.service.delete_policy(asked.by(request)).await)?;
    shown(&answered(answer.into_inner().into_message())?)
}
