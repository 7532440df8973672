//! Events of the log as events of stategate: every write of every dialect is one.

use std::borrow::Cow;
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};
use std::sync::{Arc, OnceLock};

use holdfast_api::convert::state::{self as convert, FoundStates};
use holdfast_api::stategate::{Event as Message, State};
use holdfast_engine::{Caller, Engine, EngineError, Logged};
use holdfast_model::{Commit, Entry, ErrorKind, Event, Timestamp};
use holdfast_query::Document;
use serde_json::{Map, Value, json};

use super::{names, states};
use crate::grpc::call::Call;
use crate::settings::DelEvents;

/// What the method of every removal ends in; consumers tell removals by that.
const REMOVES: &str = "/Del";

/// The method by which entities are removed.
const ENTITY_DEL: &str = "/stategate.EntityService/Del";

/// Whether an event of the log is one of stategate.
pub(super) fn is_shown(removals: DelEvents, commit: &Commit, event: &Event) -> bool {
    if !event.kind.removes() {
        return event.leaves_entry();
    }
    match removals {
        DelEvents::Off => false,
        DelEvents::Entities => &*commit.actor.method == ENTITY_DEL,
        DelEvents::On => true,
    }
}

/// An event of the log with the names and values that stategate shows.
pub(super) struct Happened<'a> {
    commit: &'a Commit,
    event: &'a Event,
    pub(super) time: Timestamp,
    pub(super) kind: String,
    pub(super) key: String,
    pub(super) values: Map<String, Value>,
}

impl<'a> Happened<'a> {
    /// An event that left an entry behind.
    pub(super) fn of(commit: &'a Commit, index: usize) -> Self {
        let event = &commit.events[index];
        Self::with(commit, index, convert::values(&event.codec, &event.value))
    }

    /// A removal, with the entry as it was before; `None`: that is not kept any longer, or not for the caller.
    pub(super) fn removal(commit: &'a Commit, index: usize, before: Option<&Entry>) -> Self {
        let values = before.map(|entry| convert::values(&entry.codec, &entry.value));
        Self::with(commit, index, values.unwrap_or_default())
    }

    fn with(commit: &'a Commit, index: usize, values: Map<String, Value>) -> Self {
        let (event, time) = (&commit.events[index], commit.event_time(index));
        let (kind, key) = names::state_of(event.at.key.as_str());
        let (kind, key) = (kind.into_owned(), key.into_owned());
        Self { commit, event, time, kind, key, values }
    }

    fn id(&self) -> String {
        convert::event_id(self.event.id).to_string()
    }

    fn method(&self) -> Cow<'a, str> {
        let method = &*self.commit.actor.method;
        if self.event.kind.removes() && !method.ends_with(REMOVES) {
            return Cow::Owned(format!("{method}{REMOVES}"));
        }
        Cow::Borrowed(method)
    }

    fn domain(&self) -> String {
        names::domain_of(self.event.at.namespace.as_str())
    }

    fn claims(&self) -> Map<String, Value> {
        convert::claims(&self.commit.actor.claims)
    }

    /// The message.
    pub(super) fn message(&self) -> Message {
        let state = State {
            domain: self.domain(),
            r#type: self.kind.clone(),
            key: self.key.clone(),
            values: convert::of_members(&self.values).into(),
            ..State::default()
        };
        Message {
            id: self.id(),
            state: state.into(),
            claims: convert::of_members(&self.claims()).into(),
            time: self.time.0,
            method: self.method().into_owned(),
            revision: i64::try_from(self.commit.revision.0).unwrap_or(i64::MAX),
            ..Message::default()
        }
    }
}

/// Whether an event is of an entry that is gone, or was before it was made again, and such events are left out.
pub(super) async fn is_forgotten(call: &Call, logged: &Logged) -> Result<bool, EngineError> {
    if !call.knobs.forget_removed {
        return Ok(false);
    }
    let at = &logged.event().at;
    match call.engine.get(&call.caller, at.namespace.as_str(), at.key.as_str()).await {
        Ok(entry) => Ok(logged.commit().revision < entry.create_revision),
        Err(error) => match error.kind() {
            ErrorKind::NotFound | ErrorKind::PermissionDenied => Ok(true),
            _ => Err(error),
        },
    }
}

/// The entry that a removal removed, as far as the caller may see it.
pub(super) async fn before(
    engine: &Engine,
    caller: &Caller,
    event: &Event,
) -> Result<Option<Arc<Entry>>, EngineError> {
    let Some(previous) = event.previous else { return Ok(None) };
    let (namespace, key) = (event.at.namespace.as_str(), event.at.key.as_str());
    match engine.get_at(caller, namespace, key, previous).await {
        Ok(entry) => Ok(Some(entry)),
        Err(error) => match error.kind() {
            ErrorKind::NotFound | ErrorKind::Compacted | ErrorKind::PermissionDenied => Ok(None),
            _ => Err(error),
        },
    }
}

/// As a document for filters: `state.`, `entity.` and `claims.` lead into those, `_id`, `time` and `method` are of the event, and
/// every other name is one of the values.
impl Document for Happened<'_> {
    fn top(&self, name: &str) -> Option<Cow<'_, Value>> {
        match name {
            "_id" => Some(Cow::Owned(self.id().into())),
            "time" => Some(Cow::Owned(self.time.0.into())),
            "method" => Some(Cow::Owned(self.method().into_owned().into())),
            _ => self.values.get(name).map(Cow::Borrowed),
        }
    }

    fn each(&self, see: &mut dyn FnMut(&str, &Value)) {
        for name in ["_id", "time", "method"] {
            if let Some(value) = self.top(name) {
                see(name, &value);
            }
        }
        see("claims", &Value::Object(self.claims()));
        let state = json!({
            "domain": self.domain(), "type": self.kind, "key": self.key, "values": self.values,
        });
        see("state", &state);
    }

    fn enter(&self, path: &[String]) -> (Option<Cow<'_, Value>>, usize) {
        let names: Vec<&str> = path.iter().map(String::as_str).collect();
        match names.as_slice() {
            ["state" | "entity", "values", name, ..] => {
                (self.values.get(*name).map(Cow::Borrowed), 3)
            }
            ["state" | "entity", "values"] => {
                (Some(Cow::Owned(Value::Object(self.values.clone()))), 2)
            }
            ["state" | "entity", "domain", ..] => (Some(Cow::Owned(self.domain().into())), 2),
            ["state" | "entity", "type", ..] => (Some(Cow::Owned(self.kind.clone().into())), 2),
            ["state" | "entity", "key", ..] => (Some(Cow::Owned(self.key.clone().into())), 2),
            ["state" | "entity", _, ..] => (None, 2),
            ["claims", name, ..] => (self.claims().remove(*name).map(Cow::Owned), 2),
            // Longer names that begin like these are of the values.
            [name] => (self.top(name), 1),
            [name, ..] => (self.values.get(*name).map(Cow::Borrowed), 1),
            [] => (None, 1),
        }
    }
}

/// A state as a document for filters: its values, and its key as `_id`. The values are read when somebody asks for them, and once.
pub(super) struct Stored {
    entry: Arc<Entry>,
    values: OnceLock<Map<String, Value>>,
    /// One member was asked for: whoever asks for a second one has all read.
    peeked: AtomicBool,
}

impl Stored {
    pub(super) fn of(entry: &Arc<Entry>) -> Self {
        let peeked = AtomicBool::new(false);
        Self { entry: Arc::clone(entry), values: OnceLock::new(), peeked }
    }

    /// Type and key.
    pub(super) fn names(&self) -> (Cow<'_, str>, Cow<'_, str>) {
        names::state_of(self.entry.at.key.as_str())
    }

    fn key(&self) -> Value {
        self.names().1.into_owned().into()
    }

    fn values(&self) -> &Map<String, Value> {
        self.values.get_or_init(|| states::values(&self.entry))
    }

    /// Into an answer.
    pub(super) fn show(&self, domain: &str, found: &mut FoundStates) {
        let (kind, key) = self.names();
        found.push([domain, &kind, &key], &self.entry.codec, &self.entry.value);
    }
}

impl Document for Stored {
    fn top(&self, name: &str) -> Option<Cow<'_, Value>> {
        if name == "_id" {
            return Some(Cow::Owned(self.key()));
        }
        if self.values.get().is_none()
            && !self.peeked.swap(true, Relaxed)
            && let Some(found) = convert::peek(&self.entry.codec, &self.entry.value, name)
        {
            return found.map(Cow::Owned);
        }
        self.values().get(name).map(Cow::Borrowed)
    }

    fn each(&self, see: &mut dyn FnMut(&str, &Value)) {
        see("_id", &self.key());
        self.values().iter().for_each(|(name, value)| see(name, value));
    }
}

#[cfg(test)]
mod tests {
    use holdfast_model::{Codec, EntryKey, Key, Namespace, Revision, ValueType};
    use uuid::Uuid;

    use super::*;

    fn entry(codec: &str, value: &'static str) -> Arc<Entry> {
        let (namespace, key) = (Namespace::new("n"), Key::new("kind/k"));
        let at = EntryKey::new(namespace.expect("a namespace"), key.expect("a key"));
        Arc::new(Entry {
            at,
            value: value.into(),
            codec: Codec::new(codec).expect("a codec"),
            value_type: ValueType::Unknown,
            version: 1,
            ordinal: 1,
            create_revision: Revision(1),
            mod_revision: Revision(1),
            created_at: Timestamp(1),
            modified_at: Timestamp(1),
            expires_at: None,
            id: Uuid::nil(),
        })
    }

    #[test]
    fn a_member_is_the_same_alone_and_among_all() {
        let texts = [
            r#"{"a":"x","b":18446744073709551615,"c":[9007199254740993],"value":null,"_id":"other"}"#,
            r#"{"a":{"b":0.1,"c":true},"b":false,"c":-0.0}"#,
            r#""a""#,
            "7",
            "[1]",
            "{}",
            "{\"a\":",
            "",
        ];
        let mut found = 0;
        for text in texts {
            for codec in ["json", "yaml"] {
                let entry = entry(codec, text);
                let mut all = states::values(&entry);
                all.insert("_id".into(), "k".into());
                for name in ["a", "b", "c", "value", "bytes", "codec", "_id", "none"] {
                    let stored = Stored::of(&entry);
                    // The first time, and when all were read.
                    for time in 1..=3 {
                        let member = stored.top(name).map(Cow::into_owned);
                        assert_eq!(
                            member.as_ref(),
                            all.get(name),
                            "{name} of {codec} {text}, {time}"
                        );
                        found += usize::from(member.is_some());
                    }
                }
            }
        }
        assert!(found > 90, "only {found} members were looked at");
    }
}
