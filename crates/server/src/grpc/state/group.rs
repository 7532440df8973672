//! A stream that shares its events with the others of its consumer group, and what its consumers say of them.

use std::sync::Arc;

use bytes::Bytes;
use holdfast_api::convert::state as convert;
use holdfast_api::stategate::{AckAnswer, AckOpts, Event as Message, StreamOpts};
use holdfast_engine::{Accepts, EngineError, Join, Member, Parcel};
use holdfast_model::Commit;
use uuid::Uuid;

use super::event::{Happened, before, is_shown};
use super::fault::{About, Refusal};
use super::names;
use super::policy::Gate;
use super::stream::{Form, place};
use super::valid::invalid;
use super::wanted::Wanted;
use crate::grpc::call::Call;
use crate::settings::DelEvents;

const STREAM: &str = "failed to stream events";
const ACK: &str = "failed to acknowledge events";

/// A running stream of a group.
pub(super) struct Sharing {
    call: Call,
    opts: StreamOpts,
    gate: Option<Gate>,
    form: Form,
    member: Member,
}

impl Sharing {
    pub(super) async fn begin(
        call: Call,
        opts: StreamOpts,
        gate: Option<Gate>,
        form: Form,
    ) -> Result<Self, Refusal> {
        let about = About { domain: &opts.domain, kind: &opts.r#type, key: None };
        let wanted = Wanted::of(&opts.domain, &opts.r#type);
        let join = Join {
            group: name(&opts.domain, &opts.r#type, &opts.consumer_group),
            filters: vec![wanted.keys()],
            accepts: accepts(wanted, call.knobs.del_events),
            since: place(&call, &opts).await?,
            acknowledges: opts.acknowledge,
            max_unacked: usize::try_from(opts.max_unacked).ok().filter(|most| *most > 0),
        };
        let member = call.engine.join(&call.caller, join).await;
        let member = member.map_err(|error| about.failed(STREAM, &error))?;
        Ok(Self { call, opts, gate, form, member })
    }

    pub(super) async fn next(&mut self) -> Result<Bytes, Refusal> {
        loop {
            let parcel = self.member.next().await.map_err(|error| self.failed(&error))?;
            let message = self.message(&parcel).await?;
            match self.gate.as_ref().map_or(Ok(true), |gate| gate.event(&message))? {
                true => return Ok(self.form.bytes(&message)?),
                false => self.member.refuse(&parcel),
            }
        }
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

/// Groups of different events are different groups, whatever they are called.
fn name(domain: &str, kind: &str, group: &str) -> String {
    serde_json::json!([domain, kind, group]).to_string()
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
pub(super) async fn ack(call: Call, opts: AckOpts) -> Result<AckAnswer, Refusal> {
    let about = About { domain: &opts.domain, kind: &opts.r#type, key: None };
    let (done, returned) = (ids(&opts.ids)?, ids(&opts.returned)?);
    let group = name(&opts.domain, &opts.r#type, &opts.consumer_group);
    let filters = [Wanted::of(&opts.domain, &opts.r#type).keys()];
    let known = call.engine.acknowledge(&call.caller, (&group, &filters), done, returned).await;
    let known = known.map_err(|error| about.failed(ACK, &error))?;
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
