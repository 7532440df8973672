//! Consumer groups: which there are and how far they are, and that one goes.

use holdfast_api::convert::time;
use holdfast_api::holdfast_v1::{
    ConsumerGroup, DeleteGroupRequest, DeleteGroupResponse, ListGroupsRequest, ListGroupsResponse,
};
use holdfast_engine::KnownGroup;

use super::cursor::{Cursor, Pages};
use super::error::Refusal;
use super::strict::{known, limit, required};
use crate::grpc::call::Call;
use crate::grpc::state::GroupName;

pub(super) async fn list(
    call: Call,
    request: ListGroupsRequest,
) -> Result<ListGroupsResponse, Refusal> {
    known("", &request.__buffa_unknown_fields)?;
    let first = ListGroupsRequest { limit: 0, cursor: String::new(), ..request.clone() };
    let pages = Pages::of("groups", &first);
    let after = pages.open(&request.cursor)?.map(|cursor| cursor.text()).transpose()?;
    let domain = Some(request.domain).filter(|domain| !domain.is_empty());
    let namespaces = domain.as_deref().map(|domain| GroupName::events_in(domain).namespaces);
    let namespace = namespaces.iter().flatten().next();
    let events_of = |name: &str| {
        let group = GroupName::of(name)?;
        let is_wanted = domain.as_ref().is_none_or(|domain| *domain == group.domain);
        is_wanted.then(|| group.events())
    };
    let which = (after.as_deref(), limit(request.limit));
    let page = call
        .engine
        .list_groups(&call.caller, namespace.map(String::as_str), events_of, which)
        .await?;
    let head = call.engine.head();
    let next = page.groups.last().filter(|_| page.more).map(|last| {
        let place = last.name.clone().into_bytes();
        pages.text(&Cursor { revision: head.revision, live: true, place })
    });
    Ok(ListGroupsResponse {
        groups: page.groups.into_iter().filter_map(shown).collect(),
        next_cursor: next.unwrap_or_default(),
        revision: head.revision.0,
        oldest_revision: head.floors.events.0,
        ..ListGroupsResponse::default()
    })
}

fn shown(group: KnownGroup) -> Option<ConsumerGroup> {
    let GroupName { domain, kind, name } = GroupName::of(&group.name)?;
    let count = |count: usize| u32::try_from(count).unwrap_or(u32::MAX);
    Some(ConsumerGroup {
        domain,
        r#type: kind,
        name,
        revision: group.done.0,
        behind: group.behind,
        members: count(group.members),
        waiting: count(group.waiting),
        in_flight: count(group.under_way),
        node: group.node.as_deref().unwrap_or_default().to_owned(),
        kept_at: time(group.written).into(),
        ..ConsumerGroup::default()
    })
}

pub(super) async fn delete(
    call: Call,
    request: DeleteGroupRequest,
) -> Result<DeleteGroupResponse, Refusal> {
    known("", &request.__buffa_unknown_fields)?;
    let DeleteGroupRequest { domain, r#type: kind, name, .. } = request;
    for (member, value) in [("domain", &domain), ("type", &kind), ("name", &name)] {
        required(member, value)?;
    }
    let group = GroupName { domain, kind, name };
    call.engine.delete_group(&call.caller, &group.in_log(), &group.events()).await?;
    Ok(DeleteGroupResponse::default())
}
