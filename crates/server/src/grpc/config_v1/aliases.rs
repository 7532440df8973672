//! SetAlias, DeleteAlias, GetAlias, ListAliases.

use holdfast_api::config_v1::{
    Alias as WireAlias, DeleteAliasRequest, DeleteAliasResponse, GetAliasRequest, GetAliasResponse,
    ListAliasesRequest, ListAliasesResponse, SetAliasRequest, SetAliasResponse,
};
use holdfast_api::convert::{config as convert, time};
use holdfast_engine::Alias;

use super::error::{Refusal, required};
use super::names::key_rule;
use crate::grpc::call::Call;

pub(crate) async fn set(call: Call, request: SetAliasRequest) -> Result<SetAliasResponse, Refusal> {
    required(&[("alias", &request.alias), ("target", &request.target)])?;
    let (alias, target) = (&request.alias, &request.target);
    let alias = call.engine.set_alias(&call.caller, alias, target, key_rule).await?;
    Ok(SetAliasResponse { alias: wire(alias).into(), ..SetAliasResponse::default() })
}

pub(crate) async fn delete(
    call: Call,
    request: DeleteAliasRequest,
) -> Result<DeleteAliasResponse, Refusal> {
    required(&[("alias", &request.alias)])?;
    call.engine.delete_alias(&call.caller, &request.alias).await?;
    Ok(DeleteAliasResponse::default())
}

pub(crate) async fn get(call: Call, request: GetAliasRequest) -> Result<GetAliasResponse, Refusal> {
    required(&[("alias", &request.alias)])?;
    let alias = call.engine.get_alias(&call.caller, &request.alias).await?;
    Ok(GetAliasResponse { alias: wire(alias).into(), ..GetAliasResponse::default() })
}

pub(crate) async fn list(
    call: Call,
    _request: ListAliasesRequest,
) -> Result<ListAliasesResponse, Refusal> {
    let aliases = call.engine.list_aliases(&call.caller).await?;
    let aliases = aliases.into_iter().map(wire).collect();
    Ok(ListAliasesResponse { aliases, ..ListAliasesResponse::default() })
}

fn wire(alias: Alias) -> WireAlias {
    WireAlias {
        alias: alias.alias,
        target: alias.target,
        version: convert::version(alias.version),
        created_at: time(alias.created_at).into(),
        ..WireAlias::default()
    }
}
