//! What fields answer.

use async_graphql::{Error, SimpleObject};
use buffa_types::google::protobuf::{Struct, Timestamp};
use holdfast_api::stategate as wire;

use crate::scalars::{Any, Map, Time};

/// The current values of a key.
#[derive(SimpleObject)]
pub(crate) struct Entity {
    domain: String,
    #[graphql(name = "type")]
    kind: String,
    key: String,
    values: Map,
    /// Of the last one that a search found, when there may be more: for the next search.
    pub(crate) cursor: Option<String>,
}

/// What happened to an entity.
#[derive(SimpleObject)]
pub(crate) struct Event {
    /// A UUID of version 4.
    id: String,
    /// As the event left it; of a removal, as it was before.
    entity: Entity,
    /// Those of the caller.
    claims: Map,
    /// Nanoseconds since 1970: more digits than a double can hold.
    time: i64,
    /// The method that made it; one that ends in `/Del` removed the entity.
    method: String,
    /// The commit of the log in which it stands.
    revision: i64,
    /// In a group: another stream may have got it before.
    redelivered: bool,
    /// Of the last one that a search found, when there may be more: for the next search.
    pub(crate) cursor: Option<String>,
}

/// A message of a peer.
#[derive(SimpleObject)]
pub(crate) struct PeerMessage {
    /// A UUID of version 4.
    id: String,
    domain: String,
    channel: String,
    #[graphql(name = "type")]
    kind: String,
    body: Map,
    /// Those of the sender.
    claims: Map,
    /// Nanoseconds since 1970: more digits than a double can hold.
    time: i64,
}

/// A value that is kept.
#[derive(SimpleObject)]
pub(crate) struct Cache {
    domain: String,
    key: String,
    value: Option<Any>,
    /// Until when.
    exp: Option<Time>,
}

/// A lock that was taken.
#[derive(SimpleObject)]
pub(crate) struct Locked {
    /// Who has it now.
    owner: String,
    /// For the fences of writes: it rises each time the lock is taken anew.
    revision: i64,
}

fn map(members: Option<&Struct>) -> Result<Map, Error> {
    Ok(members.map(Map::of).transpose()?.unwrap_or_default())
}

fn time(exp: Option<Timestamp>) -> Option<Time> {
    exp.map(Time)
}

impl TryFrom<wire::Entity> for Entity {
    type Error = Error;

    fn try_from(entity: wire::Entity) -> Result<Self, Error> {
        let values = map(entity.values.as_option())?;
        let wire::Entity { domain, r#type, key, .. } = entity;
        Ok(Self { domain, kind: r#type, key, values, cursor: None })
    }
}

impl TryFrom<wire::Event> for Event {
    type Error = Error;

    fn try_from(event: wire::Event) -> Result<Self, Error> {
        let claims = map(event.claims.as_option())?;
        let wire::State { domain, r#type, key, values, .. } =
            event.state.into_option().unwrap_or_default();
        let values = map(values.as_option())?;
        Ok(Self {
            id: event.id,
            entity: Entity { domain, kind: r#type, key, values, cursor: None },
            claims,
            time: event.time,
            method: event.method,
            revision: event.revision,
            redelivered: event.redelivered,
            cursor: None,
        })
    }
}

impl TryFrom<wire::PeerMessage> for PeerMessage {
    type Error = Error;

    fn try_from(message: wire::PeerMessage) -> Result<Self, Error> {
        let (body, claims) = (map(message.body.as_option())?, map(message.claims.as_option())?);
        let wire::PeerMessage { id, domain, channel, r#type, time, .. } = message;
        Ok(Self { id, domain, channel, kind: r#type, body, claims, time })
    }
}

impl TryFrom<wire::Cache> for Cache {
    type Error = Error;

    fn try_from(cache: wire::Cache) -> Result<Self, Error> {
        let wire::Cache { domain, key, value, exp, .. } = cache;
        let value = value.as_option().map(holdfast_api::convert::state::json).transpose();
        let value = value.map_err(Error::new)?.map(Any);
        Ok(Self { domain, key, value, exp: time(exp.into_option()) })
    }
}

impl From<wire::Locked> for Locked {
    fn from(wire::Locked { owner, revision, .. }: wire::Locked) -> Self {
        Self { owner, revision }
    }
}
