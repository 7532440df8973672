//! Watch: one message for each event, from now on.

use std::collections::VecDeque;
use std::sync::Arc;

use buffa::Message;
use bytes::Bytes;
use futures::stream;
use holdfast_api::Encoded;
use holdfast_api::config_v1::{ChangeType, Entry, WatchRequest, WatchResponse};
use holdfast_api::convert::{config as convert, time};
use holdfast_engine::{Alias, Delivery, Matched, Start, Watch, Watcher, Which};
use holdfast_model::{Commit, Event, Filter, Prefix};
use tonic::Status;

use super::error::Refusal;
use crate::grpc::call::{Call, Streamed};

/// The place of this dialect among the encoded forms that the hub keeps beside a commit.
const SLOT: usize = 0;

/// One encoded message for each event, in order; `None` where config.v1 has no word for it.
type Messages = Vec<Option<Bytes>>;

pub(crate) async fn watch(
    call: Call,
    request: WatchRequest,
) -> Result<Streamed<WatchResponse>, Refusal> {
    let watcher = call.engine.watch(&call.caller, wanted(request)).await?;
    let state = Some(Messaging { watcher, ready: VecDeque::new() });
    Ok(Box::pin(stream::unfold(state, |state| async move {
        let mut messaging = state?;
        match messaging.next().await {
            Ok(message) => Some((Ok(Encoded::Bytes(message)), Some(messaging))),
            Err(refusal) => Some((Err(Status::from(refusal)), None)),
        }
    })))
}

/// The watch that a request of this dialect asks for: from now on.
pub(crate) fn wanted(request: WatchRequest) -> Watch {
    let prefixes = request.prefixes.into_iter().map(Prefix::new).collect();
    Watch {
        filters: vec![Filter { namespaces: request.namespaces, prefixes }],
        // QUIRK(config.v1): alias events go to every watcher, whatever it filters.
        aliases: true,
        start: Start::Now,
        bookmark: None,
        resync: false,
    }
}

struct Messaging {
    watcher: Watcher,
    ready: VecDeque<Bytes>,
}

impl Messaging {
    async fn next(&mut self) -> Result<Bytes, Refusal> {
        loop {
            if let Some(message) = self.ready.pop_front() {
                return Ok(message);
            }
            // There is neither initial state nor a bookmark in this dialect.
            if let Delivery::Commit(matched) = self.watcher.next().await? {
                self.ready.extend(messages(&matched));
            }
        }
    }
}

/// The messages of a commit for one watcher: the bytes are shared by all.
fn messages(matched: &Matched) -> Vec<Bytes> {
    let all: Option<Arc<Messages>> = matched.commit.encoded(SLOT, encode);
    let all = all.unwrap_or_else(|| Arc::new(encode(matched.commit.commit())));
    match &matched.events {
        Which::All => all.iter().flatten().cloned().collect(),
        Which::Some(indexes) => {
            indexes.iter().filter_map(|index| all.get(*index as usize)?.clone()).collect()
        }
    }
}

fn encode(commit: &Commit) -> Messages {
    let encoded = |event| message(event, commit).map(|message| message.encode_to_bytes());
    commit.events.iter().map(encoded).collect()
}

/// The message of an event; `None` where config.v1 has no word for it.
pub(crate) fn message(event: &Event, commit: &Commit) -> Option<WatchResponse> {
    match Alias::name_of(&event.at) {
        Some(alias) => Some(alias_change(alias, event, commit)),
        None => convert::change(event, commit.time),
    }
}

/// QUIRK(config.v1): an alias is shown as an entry without a namespace whose value is the quoted target.
fn alias_change(alias: &str, event: &Event, commit: &Commit) -> WatchResponse {
    let names = Entry { key: alias.into(), ..Entry::default() };
    let (change, entry) = if event.kind.removes() {
        (ChangeType::CHANGE_TYPE_ALIAS_DELETE, names)
    } else {
        let entry = Entry {
            value: event.value.clone(),
            codec: event.codec.as_str().into(),
            r#type: event.value_type.number().into(),
            version: convert::version(event.version),
            created_at: time(event.created_at).into(),
            updated_at: time(commit.time).into(),
            ..names
        };
        (ChangeType::CHANGE_TYPE_ALIAS_SET, entry)
    };
    WatchResponse { r#type: change.into(), entry: entry.into(), ..WatchResponse::default() }
}
