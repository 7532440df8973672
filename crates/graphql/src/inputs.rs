//! What fields take: the messages of the services, by the names of their members in the proto file.

use async_graphql::InputObject;
use holdfast_api::stategate as wire;

use crate::scalars::{Any, Map, Time};

/// The lock under which something is written: it is refused when somebody else has the lock by then.
#[derive(InputObject)]
pub(crate) struct Fence {
    domain: String,
    key: String,
    /// What `acquireMutex` answered.
    revision: i64,
}

impl From<Fence> for wire::Fence {
    fn from(Fence { domain, key, revision }: Fence) -> Self {
        Self { domain, key, revision, ..Self::default() }
    }
}

/// The name of an entity.
#[derive(InputObject)]
pub(crate) struct EntityRef {
    domain: String,
    #[graphql(name = "type")]
    kind: String,
    key: String,
    /// For `delEntity`.
    fence: Option<Fence>,
}

impl From<EntityRef> for wire::EntityRef {
    fn from(EntityRef { domain, kind, key, fence }: EntityRef) -> Self {
        let fence = fence.map(wire::Fence::from).into();
        Self { domain, r#type: kind, key, fence, ..Self::default() }
    }
}

/// An entity that is written or changed.
#[derive(InputObject)]
pub(crate) struct EntityInput {
    domain: String,
    #[graphql(name = "type")]
    kind: String,
    key: String,
    values: Map,
    fence: Option<Fence>,
}

impl From<EntityInput> for wire::Entity {
    fn from(EntityInput { domain, kind, key, values, fence }: EntityInput) -> Self {
        let fence = fence.map(wire::Fence::from).into();
        let values = values.into_struct().into();
        Self { domain, r#type: kind, key, values, fence, ..Self::default() }
    }
}

/// The name of an event.
#[derive(InputObject)]
pub(crate) struct EventRef {
    domain: String,
    #[graphql(name = "type")]
    kind: String,
    key: String,
    /// A UUID of version 4.
    id: String,
    /// For `revertEntity`.
    fence: Option<Fence>,
}

impl From<EventRef> for wire::EventRef {
    fn from(EventRef { domain, kind, key, id, fence }: EventRef) -> Self {
        let fence = fence.map(wire::Fence::from).into();
        Self { domain, r#type: kind, key, id, fence, ..Self::default() }
    }
}

/// In place of the order of the log.
#[derive(InputObject)]
pub(crate) struct Sort {
    /// A path into the document, with dots.
    field: String,
    /// The highest first.
    #[graphql(default)]
    reverse: bool,
}

impl From<Sort> for wire::Sort {
    fn from(Sort { field, reverse }: Sort) -> Self {
        Self { field, reverse, ..Self::default() }
    }
}

/// Which entities are looked for.
#[derive(InputObject)]
#[graphql(rename_fields = "snake_case")]
pub(crate) struct SearchEntityOpts {
    domain: String,
    #[graphql(name = "type")]
    kind: String,
    /// A filter as JSON text. Empty: everything.
    query_string: Option<String>,
    /// At most so many; above zero.
    pub(crate) limit: i32,
    /// So many are passed over first.
    offset: Option<i32>,
    sort: Option<Sort>,
    /// The `cursor` of the last one that the search before found.
    cursor: Option<String>,
}

impl From<SearchEntityOpts> for wire::SearchEntityOpts {
    fn from(opts: SearchEntityOpts) -> Self {
        Self {
            domain: opts.domain,
            r#type: opts.kind,
            query_string: opts.query_string.unwrap_or_default(),
            limit: opts.limit,
            offset: opts.offset.unwrap_or_default(),
            sort: opts.sort.map(wire::Sort::from).into(),
            cursor: opts.cursor.unwrap_or_default(),
            ..Self::default()
        }
    }
}

/// Which events are looked for.
#[derive(InputObject)]
#[graphql(rename_fields = "snake_case")]
pub(crate) struct SearchEventOpts {
    domain: String,
    #[graphql(name = "type")]
    kind: String,
    /// Of one key. Empty: of all.
    key: Option<String>,
    /// A filter as JSON text. Empty: everything.
    query_string: Option<String>,
    /// Not before this time, in nanoseconds since 1970.
    min: Option<i64>,
    /// Not after this time, in nanoseconds since 1970.
    max: Option<i64>,
    /// At most so many; above zero.
    pub(crate) limit: i64,
    /// So many are passed over first.
    offset: Option<i64>,
    sort: Option<Sort>,
    /// The `cursor` of the last one that the search before found.
    cursor: Option<String>,
}

impl From<SearchEventOpts> for wire::SearchEventOpts {
    fn from(opts: SearchEventOpts) -> Self {
        Self {
            domain: opts.domain,
            r#type: opts.kind,
            key: opts.key.unwrap_or_default(),
            query_string: opts.query_string.unwrap_or_default(),
            min: opts.min.unwrap_or_default(),
            max: opts.max.unwrap_or_default(),
            limit: opts.limit,
            offset: opts.offset.unwrap_or_default(),
            sort: opts.sort.map(wire::Sort::from).into(),
            cursor: opts.cursor.unwrap_or_default(),
            ..Self::default()
        }
    }
}

/// Whose events are wanted.
#[derive(InputObject)]
#[graphql(rename_fields = "snake_case")]
pub(crate) struct StreamEventOpts {
    /// `*` stands for any run of characters, in the type too.
    domain: String,
    #[graphql(name = "type")]
    kind: String,
    /// Streams of one group share the events.
    consumer_group: Option<String>,
    /// Events behind this revision, or behind the event of this id; `0`: all that are kept.
    since: Option<String>,
    /// In a group: what was processed is told by `ackEvents`.
    acknowledge: Option<bool>,
    /// In a group: at most so many events are under way to this stream.
    max_unacked: Option<i32>,
}

impl From<StreamEventOpts> for wire::StreamOpts {
    fn from(opts: StreamEventOpts) -> Self {
        Self {
            domain: opts.domain,
            r#type: opts.kind,
            consumer_group: opts.consumer_group.unwrap_or_default(),
            since: opts.since.unwrap_or_default(),
            acknowledge: opts.acknowledge.unwrap_or_default(),
            max_unacked: opts.max_unacked.unwrap_or_default(),
            ..Self::default()
        }
    }
}

/// What became of events that a stream of a group got.
#[derive(InputObject)]
#[graphql(rename_fields = "snake_case")]
pub(crate) struct AckOpts {
    domain: String,
    #[graphql(name = "type")]
    kind: String,
    consumer_group: String,
    /// Were processed.
    ids: Option<Vec<String>>,
    /// Could not be processed: are for another one at once.
    returned: Option<Vec<String>>,
}

impl From<AckOpts> for wire::AckOpts {
    fn from(AckOpts { domain, kind, consumer_group, ids, returned }: AckOpts) -> Self {
        let (ids, returned) = (ids.unwrap_or_default(), returned.unwrap_or_default());
        Self { domain, r#type: kind, consumer_group, ids, returned, ..Self::default() }
    }
}

/// A message for those who listen.
#[derive(InputObject)]
pub(crate) struct MessageInput {
    domain: String,
    channel: String,
    #[graphql(name = "type")]
    kind: String,
    body: Map,
}

impl From<MessageInput> for wire::Message {
    fn from(MessageInput { domain, channel, kind, body }: MessageInput) -> Self {
        let body = body.into_struct().into();
        Self { domain, channel, r#type: kind, body, ..Self::default() }
    }
}

/// Whose messages are wanted.
#[derive(InputObject)]
#[graphql(rename_fields = "snake_case")]
pub(crate) struct StreamMessageOpts {
    /// `*` stands for any run of characters, in the channel and the type too.
    domain: String,
    channel: String,
    #[graphql(name = "type")]
    kind: String,
    /// Each message is for one of the streams of a group.
    consumer_group: Option<String>,
}

impl From<StreamMessageOpts> for wire::StreamMessageOpts {
    fn from(opts: StreamMessageOpts) -> Self {
        let StreamMessageOpts { domain, channel, kind, consumer_group } = opts;
        let consumer_group = consumer_group.unwrap_or_default();
        Self { domain, channel, r#type: kind, consumer_group, ..Self::default() }
    }
}

/// The name of a value that is kept.
#[derive(InputObject)]
pub(crate) struct CacheRef {
    domain: String,
    key: String,
}

impl From<CacheRef> for wire::CacheRef {
    fn from(CacheRef { domain, key }: CacheRef) -> Self {
        Self { domain, key, ..Self::default() }
    }
}

/// A value to keep.
#[derive(InputObject)]
pub(crate) struct CacheInput {
    domain: String,
    key: String,
    value: Any,
    /// Until when; without it: for good.
    exp: Option<Time>,
}

impl From<CacheInput> for wire::Cache {
    fn from(CacheInput { domain, key, value, exp }: CacheInput) -> Self {
        let exp = exp.map(|Time(exp)| exp).into();
        let value = holdfast_api::convert::state::of_json(&value.0).into();
        Self { domain, key, value, exp, ..Self::default() }
    }
}

/// The name of a lock.
#[derive(InputObject)]
pub(crate) struct MutexRef {
    domain: String,
    key: String,
    /// Only while this owner has it. Empty: whoever has it.
    owner: Option<String>,
}

impl From<MutexRef> for wire::MutexRef {
    fn from(MutexRef { domain, key, owner }: MutexRef) -> Self {
        Self { domain, key, owner: owner.unwrap_or_default(), ..Self::default() }
    }
}

/// A lock to take.
#[derive(InputObject)]
pub(crate) struct MutexInput {
    domain: String,
    key: String,
    /// Until when at the latest; without it: until it is given back.
    exp: Option<Time>,
    /// Who takes it. Empty: the server makes one up.
    owner: Option<String>,
}

impl From<MutexInput> for wire::Mutex {
    fn from(MutexInput { domain, key, exp, owner }: MutexInput) -> Self {
        let exp = exp.map(|Time(exp)| exp).into();
        Self { domain, key, exp, owner: owner.unwrap_or_default(), ..Self::default() }
    }
}
