//! GetVersions.

use holdfast_api::config_v1::{GetVersionsRequest, GetVersionsResponse};
use holdfast_api::convert::config as convert;
use holdfast_engine::Versions;

use super::cursor;
use super::entries::limit;
use super::error::{Refusal, required};
use super::names::key_rule;
use crate::grpc::call::Call;

pub(crate) async fn get_versions(
    call: Call,
    request: GetVersionsRequest,
) -> Result<GetVersionsResponse, Refusal> {
    required(&[("namespace", &request.namespace), ("key", &request.key)])?;
    let version = u64::try_from(request.version).ok().filter(|version| *version > 0);
    let wanted = Versions {
        namespace: request.namespace,
        key: request.key,
        version,
        limit: limit(request.limit),
        below: None,
        key_rule,
    };
    let below = match request.cursor.as_str() {
        "" => None,
        // Asking for one version needs no cursor, whatever it says.
        _ if version.is_some() => None,
        text => Some(cursor::version(text)),
    };
    let wanted = match below.transpose() {
        Ok(below) => Versions { below, ..wanted },
        Err(refusal) => {
            // Whether the caller may, and whether there is such a key, comes before what is wrong with the cursor.
            call.engine.versions(&call.caller, Versions { limit: Some(1), ..wanted }).await?;
            return Err(refusal);
        }
    };
    let in_force = if version.is_some() { 1 } else { request.limit.max(0) };
    let page = call.engine.versions(&call.caller, wanted).await?;
    let last = page.entries.last().filter(|_| page.more && version.is_none());
    Ok(GetVersionsResponse {
        next_cursor: last.map(|entry| entry.version.to_string()).unwrap_or_default(),
        entries: page.entries.iter().map(convert::entry).collect(),
        limit: in_force,
        ..GetVersionsResponse::default()
    })
}
