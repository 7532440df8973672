//! TrustService: tokens, users, roles and policies.
//!
//! - `tokens`: what is made, rotated and revoked; `documents`: what is put, read and deleted
//! - `shown`: documents as messages

mod documents;
mod shown;
mod tokens;

use std::future::Future;
use std::time::SystemTime;

use buffa_types::google::protobuf::Timestamp as WireTime;
use holdfast_api::Encoded;
use holdfast_api::holdfast_v1::trust_service_server::TrustService;
use holdfast_api::holdfast_v1::{
    CreateTokenRequest, CreateTokenResponse, DeletePolicyRequest, DeletePolicyResponse,
    DeleteRoleRequest, DeleteRoleResponse, DeleteUserRequest, DeleteUserResponse, GetPolicyRequest,
    GetPolicyResponse, GetRoleRequest, GetRoleResponse, GetTokenRequest, GetTokenResponse,
    GetUserRequest, GetUserResponse, ListPoliciesRequest, ListPoliciesResponse, ListRolesRequest,
    ListRolesResponse, ListTokensRequest, ListTokensResponse, ListUsersRequest, ListUsersResponse,
    PutPolicyRequest, PutPolicyResponse, PutRoleRequest, PutRoleResponse, PutUserRequest,
    PutUserResponse, RevokeTokenRequest, RevokeTokenResponse, RotateTokenRequest,
    RotateTokenResponse, WhoAmIRequest, WhoAmIResponse,
};
use holdfast_model::Revision;
use tonic::{Request, Response, Status, async_trait};

use super::HoldfastV1;
use super::error::Refusal;
use super::strict::known;
use crate::grpc::call::{Call, Shared, unary};

type Answer<A> = Result<Response<Encoded<A>>, Status>;

/// A message and the revision that the call made.
type Changed<A> = Result<(A, Revision), Refusal>;

/// A call that changes who may do what: it answers when that is in force, so that the caller's next call sees it.
async fn changing<Q, A, F>(
    shared: &Shared,
    method: &'static str,
    request: Request<Q>,
    handle: impl FnOnce(Call, Q) -> F,
) -> Answer<A>
where
    F: Future<Output = Changed<A>>,
{
    unary(shared, method, request, async |call, request| {
        let (answer, revision) = handle(call, request).await?;
        if let Some(keeper) = &shared.keeper {
            keeper.caught_up(revision).await;
        }
        Ok::<A, Refusal>(answer)
    })
    .await
}

async fn who_am_i(call: Call, request: WhoAmIRequest) -> Result<WhoAmIResponse, Refusal> {
    known("", &request.__buffa_unknown_fields)?;
    let standing = call.engine.standing(&call.caller);
    let facts = call.caller.identity.facts();
    Ok(WhoAmIResponse {
        user: facts.user.clone(),
        groups: facts.groups.clone(),
        roles: standing.roles,
        scopes: facts.scopes.clone().unwrap_or_default(),
        credential: facts.credential.clone(),
        expires_at: facts.expires.map(at).into(),
        rules: standing.rules,
        server_version: env!("CARGO_PKG_VERSION").to_owned(),
        ..WhoAmIResponse::default()
    })
}

fn at(end: SystemTime) -> WireTime {
    shown::seconds(end.duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default().as_secs())
}

#[async_trait]
impl TrustService for HoldfastV1 {
    async fn who_am_i(&self, request: Request<WhoAmIRequest>) -> Answer<WhoAmIResponse> {
        unary(&self.shared, "holdfast.v1/WhoAmI", request, who_am_i).await
    }

    async fn create_token(
        &self,
        request: Request<CreateTokenRequest>,
    ) -> Answer<CreateTokenResponse> {
        changing(&self.shared, "holdfast.v1/CreateToken", request, tokens::create).await
    }

    async fn get_token(&self, request: Request<GetTokenRequest>) -> Answer<GetTokenResponse> {
        unary(&self.shared, "holdfast.v1/GetToken", request, tokens::get).await
    }

    async fn list_tokens(&self, request: Request<ListTokensRequest>) -> Answer<ListTokensResponse> {
        unary(&self.shared, "holdfast.v1/ListTokens", request, tokens::list).await
    }

    async fn revoke_token(
        &self,
        request: Request<RevokeTokenRequest>,
    ) -> Answer<RevokeTokenResponse> {
        changing(&self.shared, "holdfast.v1/RevokeToken", request, tokens::revoke).await
    }

    async fn rotate_token(
        &self,
        request: Request<RotateTokenRequest>,
    ) -> Answer<RotateTokenResponse> {
        changing(&self.shared, "holdfast.v1/RotateToken", request, tokens::rotate).await
    }

    async fn put_user(&self, request: Request<PutUserRequest>) -> Answer<PutUserResponse> {
        changing(&self.shared, "holdfast.v1/PutUser", request, documents::put_user).await
    }

    async fn get_user(&self, request: Request<GetUserRequest>) -> Answer<GetUserResponse> {
        unary(&self.shared, "holdfast.v1/GetUser", request, documents::get_user).await
    }

    async fn list_users(&self, request: Request<ListUsersRequest>) -> Answer<ListUsersResponse> {
        unary(&self.shared, "holdfast.v1/ListUsers", request, documents::list_users).await
    }

    async fn delete_user(&self, request: Request<DeleteUserRequest>) -> Answer<DeleteUserResponse> {
        changing(&self.shared, "holdfast.v1/DeleteUser", request, documents::delete_user).await
    }

    async fn put_role(&self, request: Request<PutRoleRequest>) -> Answer<PutRoleResponse> {
        changing(&self.shared, "holdfast.v1/PutRole", request, documents::put_role).await
    }

    async fn get_role(&self, request: Request<GetRoleRequest>) -> Answer<GetRoleResponse> {
        unary(&self.shared, "holdfast.v1/GetRole", request, documents::get_role).await
    }

    async fn list_roles(&self, request: Request<ListRolesRequest>) -> Answer<ListRolesResponse> {
        unary(&self.shared, "holdfast.v1/ListRoles", request, documents::list_roles).await
    }

    async fn delete_role(&self, request: Request<DeleteRoleRequest>) -> Answer<DeleteRoleResponse> {
        changing(&self.shared, "holdfast.v1/DeleteRole", request, documents::delete_role).await
    }

    async fn put_policy(&self, request: Request<PutPolicyRequest>) -> Answer<PutPolicyResponse> {
        changing(&self.shared, "holdfast.v1/PutPolicy", request, documents::put_policy).await
    }

    async fn get_policy(&self, request: Request<GetPolicyRequest>) -> Answer<GetPolicyResponse> {
        unary(&self.shared, "holdfast.v1/GetPolicy", request, documents::get_policy).await
    }

    async fn list_policies(
        &self,
        request: Request<ListPoliciesRequest>,
    ) -> Answer<ListPoliciesResponse> {
        unary(&self.shared, "holdfast.v1/ListPolicies", request, documents::list_policies).await
    }

    async fn delete_policy(
        &self,
        request: Request<DeletePolicyRequest>,
    ) -> Answer<DeletePolicyResponse> {
        changing(&self.shared, "holdfast.v1/DeletePolicy", request, documents::delete_policy).await
    }
}
