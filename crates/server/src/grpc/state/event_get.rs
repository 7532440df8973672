//! Get: one event of the past.

use holdfast_api::convert::state as convert;
use holdfast_api::stategate::{Event as Message, EventRef};
use holdfast_model::ErrorKind;
use tonic::Code;
use uuid::Uuid;

use super::event::{is_forgotten, is_shown};
use super::events::{Found, keys};
use super::fault::{About, Noun, Refusal, Said, envelope};
use super::names;
use crate::grpc::call::Call;

/// Without a key: that of any key of the type.
pub(super) async fn get(call: Call, of: EventRef) -> Result<Message, Refusal> {
    let Some(id) = id_of(&of.id) else { return Err(no_event(&of)) };
    let only = (!of.key.is_empty()).then(|| names::key_of(&of.r#type, &of.key));
    let filter = keys(&of.domain, &of.r#type);
    let found = match call.engine.event(&call.caller, filter, only, id).await {
        Ok(found) => found,
        Err(error) if error.kind() == ErrorKind::InvalidNamespace => None,
        Err(error) => return Err(said(&of).failed("failed to find event", &error)),
    };
    let Some(logged) = found else { return Err(no_event(&of)) };
    if !is_shown(call.knobs.del_events, logged.commit(), logged.event()) {
        return Err(no_event(&of));
    }
    let forgotten = is_forgotten(&call, &logged).await;
    if forgotten.map_err(|error| said(&of).failed("failed to find event", &error))? {
        return Err(no_event(&of));
    }
    let found = Found::of(&call, logged).await;
    let found = found.map_err(|error| said(&of).failed("failed to find event", &error))?;
    let happened = found.happened();
    if happened.kind != of.r#type { Err(no_event(&of)) } else { Ok(happened.message()) }
}

/// The id in the log of the event that is called so; `None`: it is called nothing.
pub(super) fn id_of(shown: &str) -> Option<Uuid> {
    Uuid::try_parse(shown).ok().map(convert::shown_event)
}

fn said(of: &EventRef) -> Said<'_> {
    let key = Some(of.key.as_str()).filter(|key| !key.is_empty());
    About { domain: &of.domain, kind: &of.r#type, key }.said(Noun::Entity)
}

/// There is no such event.
pub(super) fn no_event(of: &EventRef) -> Refusal {
    let mut metadata = said(of).metadata();
    metadata.insert("event_id".into(), of.id.as_str().into());
    Refusal(envelope(Code::NotFound, "failed to find event", metadata))
}
