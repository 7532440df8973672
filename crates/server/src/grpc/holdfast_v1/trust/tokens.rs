//! CreateToken, GetToken, ListTokens, RevokeToken, RotateToken.

use std::time::Duration;

use holdfast_api::holdfast_v1::{
    CreateTokenRequest, CreateTokenResponse, GetTokenRequest, GetTokenResponse, ListTokensRequest,
    ListTokensResponse, RevokeTokenRequest, RevokeTokenResponse, RotateTokenRequest,
    RotateTokenResponse,
};
use holdfast_auth::trust::Kind;
use holdfast_engine::{NewToken, Stored};

use super::Changed;
use super::documents::page;
use super::shown::{seconds, token};
use crate::grpc::call::Call;
use crate::grpc::holdfast_v1::error::Refusal;
use crate::grpc::holdfast_v1::strict::{known, required, span};

pub(super) async fn create(
    call: Call,
    request: CreateTokenRequest,
) -> Changed<CreateTokenResponse> {
    known("", &request.__buffa_unknown_fields)?;
    required("user", &request.user)?;
    let new = NewToken {
        user: request.user,
        roles: request.roles,
        groups: request.groups,
        scopes: (!request.scopes.is_empty()).then_some(request.scopes),
        ttl: span(|| "ttl".into(), request.ttl.as_option())?,
        note: request.note,
    };
    let issued = call.engine.create_token(&call.caller, new).await?;
    let answer = CreateTokenResponse {
        token: issued.token.reveal(),
        id: issued.token.id,
        expires_at: issued.expires.map(seconds).into(),
        revision: issued.revision.0,
        ..CreateTokenResponse::default()
    };
    Ok((answer, issued.revision))
}

pub(super) async fn get(call: Call, request: GetTokenRequest) -> Result<GetTokenResponse, Refusal> {
    known("", &request.__buffa_unknown_fields)?;
    required("id", &request.id)?;
    let stored = call.engine.get_document(&call.caller, Kind::Token, &request.id).await?;
    Ok(GetTokenResponse { token: token(stored).into(), ..GetTokenResponse::default() })
}

pub(super) async fn list(
    call: Call,
    request: ListTokensRequest,
) -> Result<ListTokensResponse, Refusal> {
    known("", &request.__buffa_unknown_fields)?;
    let first = ListTokensRequest { limit: 0, cursor: String::new(), ..request.clone() };
    let of_user = |stored: &Stored| request.user.is_empty() || stored.json["user"] == *request.user;
    let asked = (&*request.cursor, request.limit);
    let (found, next_cursor) = page(&call, Kind::Token, "tokens", &first, asked, of_user).await?;
    let tokens = found.into_iter().map(token).collect();
    Ok(ListTokensResponse { tokens, next_cursor, ..ListTokensResponse::default() })
}

pub(super) async fn revoke(
    call: Call,
    request: RevokeTokenRequest,
) -> Changed<RevokeTokenResponse> {
    known("", &request.__buffa_unknown_fields)?;
    required("id", &request.id)?;
    let revision = call.engine.delete_document(&call.caller, Kind::Token, &request.id).await?;
    let answer = RevokeTokenResponse { revision: revision.0, ..RevokeTokenResponse::default() };
    Ok((answer, revision))
}

pub(super) async fn rotate(
    call: Call,
    request: RotateTokenRequest,
) -> Changed<RotateTokenResponse> {
    known("", &request.__buffa_unknown_fields)?;
    required("id", &request.id)?;
    let grace = span(|| "grace".into(), request.grace.as_option())?.unwrap_or(Duration::ZERO);
    let issued = call.engine.rotate_token(&call.caller, &request.id, grace).await?;
    let answer = RotateTokenResponse {
        token: issued.token.reveal(),
        id: issued.token.id,
        expires_at: issued.expires.map(seconds).into(),
        revision: issued.revision.0,
        ..RotateTokenResponse::default()
    };
    Ok((answer, issued.revision))
}
