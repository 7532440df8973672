//! A stream that shares its events with the others of its consumer group, and what its consumers say of them.

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use holdfast_api::Streaming;
use holdfast_api::convert::state as convert;
use holdfast_api::stategate::{AckAnswer, AckOpts, Event as Message, StreamOpts};
use holdfast_engine::{Accepts, EngineError, Join, Member, Parcel};
use holdfast_model::Commit;
use uuid::Uuid;

use super::event::{Happened, before, is_shown};
use super::fault::{About, Refusal};
use super::group_name::GroupName;
use super::names;
use super::policy::Gate;
use super::relay::{Relay, is_of_the_caller, is_of_the_way};
use super::stream::{Form, place};
use super::valid::invalid;
use super::wanted::Wanted;
use crate::grpc::call::Call;
use crate::settings::DelEvents;

const STREAM: &str = "failed to stream events";
const ACK: &str = "failed to acknowledge events";
/// Between two tries to reach the node that reads for a group.
const PAUSE: Duration = Duration::from_millis(250);
/// So many take longer than a node that has ended keeps its turn.
const TRIES: u32 = 40;

/// A running stream of a group.
pub(super) struct Sharing {
    call: Call,
    opts: StreamOpts,
    gate: Option<Gate>,
    form: Form,
    relay: Relay,
    source: Source,
}

/// Where events come from.
enum Source {
    /// This node, which reads for the group, or waits until it does.
    Here(Box<Member>),
    /// The node that reads for the group.
    There(Box<Streaming<Message>>),
}

impl Sharing {
    pub(super) async fn begin(
        call: Call,
        relay: Relay,
        opts: StreamOpts,
        gate: Option<Gate>,
        form: Form,
    ) -> Result<Self, Refusal> {
        let source = find(&call, &relay, &opts).await?;
        Ok(Self { call, opts, gate, form, relay, source })
    }

    pub(super) async fn next(&mut self) -> Result<Bytes, Refusal> {
        loop {
            match &mut self.source {
                Source::Here(member) => match member.next().await {
                    Ok(parcel) => {
                        if let Some(bytes) = self.own(&parcel).await? {
                            return Ok(bytes);
                        }
                        continue;
                    }
                    Err(EngineError::ReadElsewhere { .. }) => {}
                    Err(error) => return Err(self.failed(&error)),
                },
                // That node has asked its guard about each event.
                Source::There(stream) => match stream.message().await {
                    Ok(Some(message)) => return Ok(self.form.bytes(&message)?),
                    Err(status) if !is_of_the_way(&status) => return Err(status.into()),
                    Ok(None) | Err(_) => tokio::time::sleep(PAUSE).await,
                },
            }
            self.source = find(&self.call, &self.relay, &self.opts).await?;
        }
    }

    /// An event of this node, if it passes the gate; if not, it is for another member.
    async fn own(&self, parcel: &Parcel) -> Result<Option<Bytes>, Refusal> {
        let message = self.message(parcel).await?;
        if self.gate.as_ref().map_or(Ok(true), |gate| gate.event(&message))? {
            return Ok(Some(self.form.bytes(&message)?));
        }
        if let Source::Here(member) = &self.source {
            member.refuse(parcel);
        }
        Ok(None)
    }

    async fn message(&self, parcel: &Parcel) -> Result<Message, Refusal> {
        let commit = parcel.matched.commit.commit();
        let event = &commit.events[parcel.index];
        let happened = if event.leaves_entry() {
            Happened::of(commit, parcel.index)
        } else {
            let before = before(&self.call.engine, &self.call.caller, event).await;
            let before = before.map_err(|error| self.failed(&error))?;
            Happened::removal(commit, parcel.index, before.as_deref())
        };
        Ok(Message { redelivered: parcel.redelivered, ..happened.message() })
    }

    fn failed(&self, error: &EngineError) -> Refusal {
        let about = About { domain: &self.opts.domain, kind: &self.opts.r#type, key: None };
        about.failed(STREAM, error)
    }
}

/// A membership here, or on the node that reads for the group.
async fn find(call: &Call, relay: &Relay, opts: &StreamOpts) -> Result<Source, Refusal> {
    let about = About { domain: &opts.domain, kind: &opts.r#type, key: None };
    let wanted = Wanted::of(&opts.domain, &opts.r#type);
    let group = GroupName {
        domain: opts.domain.clone(),
        kind: opts.r#type.clone(),
        name: opts.consumer_group.clone(),
    };
    let mut join = Join {
        group: group.in_log(),
        filters: vec![wanted.keys()],
        accepts: accepts(wanted, call.knobs.del_events),
        since: place(call, opts).await?,
        acknowledges: opts.acknowledge,
        max_unacked: usize::try_from(opts.max_unacked).ok().filter(|most| *most > 0),
        waits: false,
    };
    let mut tries = 0;
    loop {
        let address = match call.engine.join(&call.caller, join.clone()).await {
            Ok(member) => return Ok(Source::Here(Box::new(member))),
            Err(EngineError::ReadElsewhere { address }) if !relay.is_passed_on() => address,
            Err(error) => return Err(about.failed(STREAM, &error)),
        };
        match relay.stream(&address, opts).await {
            Ok(stream) => return Ok(Source::There(Box::new(stream))),
            Err(status) if is_of_the_caller(&status) => join.waits = true,
            // That node has just ended, and another one, or this one, reads soon; or there is no way from here to there.
            Err(status) if is_of_the_way(&status) => {
                tries += 1;
                join.waits = tries >= TRIES;
                tracing::debug!(%address, %status, "the node that reads for a consumer group does not answer");
                tokio::time::sleep(PAUSE).await;
            }
            Err(status) => return Err(status.into()),
        }
    }
}

/// Whether an event is one of those.
fn accepts(wanted: Wanted, removals: DelEvents) -> Accepts {
    Arc::new(move |commit: &Commit, index| {
        let event = &commit.events[index];
        let kind = || names::state_of(event.at.key.as_str()).0;
        is_shown(removals, commit, event) && wanted.lets(event.at.namespace.as_str(), &kind())
    })
}

/// What became of events.
pub(super) async fn ack(call: Call, relay: Relay, opts: AckOpts) -> Result<AckAnswer, Refusal> {
    let about = About { domain: &opts.domain, kind: &opts.r#type, key: None };
    let (done, returned) = (ids(&opts.ids)?, ids(&opts.returned)?);
    let group = GroupName {
        domain: opts.domain.clone(),
        kind: opts.r#type.clone(),
        name: opts.consumer_group.clone(),
    };
    let of = (&*group.in_log(), &[group.events()][..]);
    let known = call.engine.acknowledge(&call.caller, of, done, returned).await;
    let known = match known {
        Err(EngineError::ReadElsewhere { address }) if !relay.is_passed_on() => {
            return Ok(relay.ack(&address, opts).await?);
        }
        known => known.map_err(|error| about.failed(ACK, &error))?,
    };
    Ok(AckAnswer { acknowledged: i64::try_from(known).unwrap_or(i64::MAX), ..AckAnswer::default() })
}

fn ids(texts: &[String]) -> Result<Vec<Uuid>, Refusal> {
    let id = |text: &String| {
        let id = Uuid::try_parse(text)
            .map_err(|_| invalid("Ids", &format!("value '{text}' must be the id of an event")));
        Ok(convert::shown_event(id?))
    };
    texts.iter().map(id).collect()
}
