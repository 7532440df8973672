//! CheckAccess and ListCodecs.

use axum::extract::State;
use holdfast_api::config_v1::{CheckAccessRequest, CheckAccessResponse, ListCodecsRequest};
use http::HeaderValue;

use super::keys::shown;
use super::shown::Shown;
use crate::http::Face;
use crate::http::caller::Known;
use crate::http::fault::Answer;
use crate::http::json;
use crate::http::path::InNamespace;

/// What the caller may do, in one word: for a HEAD request, which has no body.
const LEVEL: &str = "x-access-level";

/// GET of what the caller may do in a namespace.
pub(super) async fn check(
    State(face): State<Face>,
    known: Known,
    InNamespace(namespace): InNamespace,
) -> Answer {
    let request = CheckAccessRequest { namespace, ..CheckAccessRequest::default() };
    let answer = face.config.check_access(known.asks(request)).await?;
    let access: CheckAccessResponse = answer.into_inner().into_message()?;
    let mut response = json::answer(&Shown(&access))?;
    let level = HeaderValue::from_static(level(access.can_read, access.can_write));
    response.headers_mut().insert(LEVEL, level);
    Ok(response)
}

fn level(read: bool, write: bool) -> &'static str {
    match (read, write) {
        (true, true) => "read-write",
        (true, false) => "read",
        (false, true) => "write",
        (false, false) => "none",
    }
}

/// GET of the codecs that the server looks into.
pub(super) async fn codecs(State(face): State<Face>, known: Known) -> Answer {
    shown(face.config.list_codecs(known.asks(ListCodecsRequest::default())).await?)
}
