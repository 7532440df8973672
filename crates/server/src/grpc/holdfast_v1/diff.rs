//! Diff.

use holdfast_api::convert::holdfast as convert;
use holdfast_api::holdfast_v1::difference::Kind;
use holdfast_api::holdfast_v1::{
    DiffRequest, DiffResponse, Difference as WireDifference, JsonChange as WireJsonChange,
    State as WireState,
};
use holdfast_engine::{Change, Diff, Difference, JsonChange, Moment, State, diff::json};
use holdfast_model::Revision;

use super::cursor::{Cursor, Pages};
use super::error::{Refusal, invalid, invalid_cursor};
use super::moment::moment;
use super::strict::{known, limit, required};
use crate::grpc::call::Call;

pub(crate) async fn diff(call: Call, request: DiffRequest) -> Result<DiffResponse, Refusal> {
    known("", &request.__buffa_unknown_fields)?;
    let first = DiffRequest { limit: 0, cursor: String::new(), ..request.clone() };
    let pages = Pages::of("diff", &first);
    let mut from = state("from", request.from.as_option())?;
    let mut to = state("to", request.to.as_option())?;
    let mut after = None;
    if let Some(cursor) = pages.open(&request.cursor)? {
        let (newer, key) = place(&cursor)?;
        from.moment = Moment::Revision(cursor.revision);
        to.moment = Moment::Revision(newer);
        after = Some(key);
    }
    let (prefix, limit) = (request.prefix, limit(request.limit));
    let page = call.engine.diff(&call.caller, Diff { from, to, prefix, after, limit }).await?;
    let next = page.after.map(|key| {
        let place = [&page.to.0.to_be_bytes()[..], key.as_str().as_bytes()].concat();
        pages.text(&Cursor { revision: page.from, live: false, place })
    });
    let (values, semantic) = (!request.omit_values, request.semantic);
    let difference = |one: &Difference| WireDifference {
        json: if semantic { json_changes(one) } else { Vec::new() },
        ..difference(one, values)
    };
    Ok(DiffResponse {
        differences: page.differences.iter().map(difference).collect(),
        next_cursor: next.unwrap_or_default(),
        from_revision: page.from.0,
        to_revision: page.to.0,
        ..DiffResponse::default()
    })
}

fn state(path: &str, wire: Option<&WireState>) -> Result<State, Refusal> {
    let Some(wire) = wire else { return Err(invalid(path, "is required")) };
    known(path, &wire.__buffa_unknown_fields)?;
    required(&format!("{path}.namespace"), &wire.namespace)?;
    let moment = moment(&format!("{path}.at"), wire.at.as_option())?;
    Ok(State { namespace: wire.namespace.clone(), moment, live: moment.is_live() })
}

/// The revision of the newer state, and the last key.
fn place(cursor: &Cursor) -> Result<(Revision, String), Refusal> {
    let short = || invalid_cursor("it is too short");
    let (newer, key) = cursor.place.split_first_chunk::<8>().ok_or_else(short)?;
    let key = String::from_utf8(key.to_vec());
    let key = key.map_err(|_| invalid_cursor("its place is no name"))?;
    Ok((Revision(u64::from_be_bytes(*newer)), key))
}

/// A difference without what is inside its values.
pub(crate) fn difference(difference: &Difference, values: bool) -> WireDifference {
    let kind = match difference.change {
        Change::Added => Kind::KIND_ADDED,
        Change::Removed => Kind::KIND_REMOVED,
        Change::Changed => Kind::KIND_CHANGED,
    };
    WireDifference {
        key: difference.key.as_str().into(),
        kind: kind.into(),
        old: difference.old.as_deref().map(|entry| convert::entry(entry, values)).into(),
        new: difference.new.as_deref().map(|entry| convert::entry(entry, values)).into(),
        ..WireDifference::default()
    }
}

fn json_changes(difference: &Difference) -> Vec<WireJsonChange> {
    let (Some(old), Some(new)) = (&difference.old, &difference.new) else { return Vec::new() };
    if old.codec.as_str() != "json" || new.codec.as_str() != "json" {
        return Vec::new();
    }
    let changes = json::compare(&old.value, &new.value).unwrap_or_default();
    let wire = |change: JsonChange| WireJsonChange {
        pointer: change.pointer,
        old: change.old.map(|value| value.to_string()),
        new: change.new.map(|value| value.to_string()),
        ..WireJsonChange::default()
    };
    changes.into_iter().map(wire).collect()
}
