//! SetAlias, DeleteAlias, GetAlias, ListAliases.

use axum::extract::State;
use holdfast_api::config_v1::{
    DeleteAliasRequest, GetAliasRequest, ListAliasesRequest, SetAliasRequest,
};

use super::keys::shown;
use crate::http::Face;
use crate::http::caller::Known;
use crate::http::fault::Answer;
use crate::http::json::Lenient;
use crate::http::path::Named;

/// PUT. The name of the path wins over that of the body.
pub(super) async fn set(
    State(face): State<Face>,
    known: Known,
    Named(alias): Named,
    Lenient(body): Lenient<SetAliasRequest>,
) -> Answer {
    let request = SetAliasRequest { alias, ..body };
    shown(face.config.set_alias(known.asks(request)).await?)
}

/// GET.
pub(super) async fn get(State(face): State<Face>, known: Known, Named(alias): Named) -> Answer {
    let request = GetAliasRequest { alias, ..GetAliasRequest::default() };
    shown(face.config.get_alias(known.asks(request)).await?)
}

/// DELETE.
pub(super) async fn delete(State(face): State<Face>, known: Known, Named(alias): Named) -> Answer {
    let request = DeleteAliasRequest { alias, ..DeleteAliasRequest::default() };
    shown(face.config.delete_alias(known.asks(request)).await?)
}

/// GET of all.
pub(super) async fn list(State(face): State<Face>, known: Known) -> Answer {
    shown(face.config.list_aliases(known.asks(ListAliasesRequest::default())).await?)
}
