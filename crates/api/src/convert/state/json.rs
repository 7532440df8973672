//! Messages of stategate as protobuf JSON with the members that are not set: `""`, `"0"`, `[]`, `null`.

use serde::{Serialize, Serializer};
use serde_json::{Map, Value};

use super::members;
use crate::stategate::{AckAnswer, Entities, Entity, Event, Events, State, StateValues};
use buffa_types::google::protobuf::Struct;

/// A message as JSON, of the v0.5.0 dialect or of a later one.
#[derive(Debug, Clone, Copy)]
pub struct Shown<'a, M> {
    /// The message.
    pub message: &'a M,
    /// With what the dialect did not have: `method` (of v0.5.0) and `revision` of events, `nextCursor` of pages.
    pub extended: bool,
    /// Events with `entity` in place of `state`, and always with `method`.
    pub newest: bool,
}

impl<'a, M> Shown<'a, M> {
    /// With or without what v0.5.0 did not have.
    pub fn new(message: &'a M, extended: bool) -> Self {
        Self { message, extended, newest: false }
    }

    /// As v0.14.0 has it, with or without what that did not have.
    pub fn newest(message: &'a M, extended: bool) -> Self {
        Self { message, extended, newest: true }
    }

    fn part<N>(&self, message: &'a N) -> Shown<'a, N> {
        Shown { message, extended: self.extended, newest: self.newest }
    }

    fn each<N>(&self, messages: &'a [N]) -> Vec<Shown<'a, N>> {
        messages.iter().map(|message| self.part(message)).collect()
    }

    fn next_cursor(&self, cursor: &'a str) -> Option<&'a str> {
        self.extended.then_some(cursor)
    }
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct JsonState<'a> {
    domain: &'a str,
    r#type: &'a str,
    key: &'a str,
    values: Option<Map<String, Value>>,
}

#[derive(Serialize)]
struct JsonEvent<'a> {
    id: &'a str,
    #[serde(flatten)]
    of: JsonOf<'a>,
    claims: Option<Map<String, Value>>,
    time: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    method: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    revision: Option<String>,
    /// Only where it is so: then whoever reads it has to know.
    #[serde(skip_serializing_if = "Option::is_none")]
    redelivered: Option<bool>,
}

/// What an event is of, by the name that the dialect has for it.
#[derive(Serialize)]
#[serde(rename_all = "lowercase")]
enum JsonOf<'a> {
    State(Option<Shown<'a, State>>),
    Entity(Option<Shown<'a, State>>),
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct JsonStates<'a> {
    state_values: Vec<Shown<'a, State>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    next_cursor: Option<&'a str>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct JsonEvents<'a> {
    events: Vec<Shown<'a, Event>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    next_cursor: Option<&'a str>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct JsonEntities<'a> {
    entities: Vec<Shown<'a, Entity>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    next_cursor: Option<&'a str>,
}

#[derive(Serialize)]
struct JsonAckAnswer {
    acknowledged: String,
}

fn object<E: serde::ser::Error>(of: Option<&Struct>) -> Result<Option<Map<String, Value>>, E> {
    of.map(members).transpose().map_err(E::custom)
}

impl Serialize for Shown<'_, State> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let State { domain, r#type, key, values, .. } = self.message;
        let values = object(values.as_option())?;
        JsonState { domain, r#type, key, values }.serialize(serializer)
    }
}

impl Serialize for Shown<'_, Entity> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let Entity { domain, r#type, key, values, .. } = self.message;
        let values = object(values.as_option())?;
        JsonState { domain, r#type, key, values }.serialize(serializer)
    }
}

impl Serialize for Shown<'_, Event> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let event = self.message;
        let state = event.state.as_option().map(|state| self.part(state));
        JsonEvent {
            id: &event.id,
            of: if self.newest { JsonOf::Entity(state) } else { JsonOf::State(state) },
            claims: object(event.claims.as_option())?,
            time: event.time.to_string(),
            method: (self.newest || self.extended).then_some(&event.method),
            revision: self.extended.then(|| event.revision.to_string()),
            redelivered: event.redelivered.then_some(true),
        }
        .serialize(serializer)
    }
}

impl Serialize for Shown<'_, StateValues> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let state_values = self.each(&self.message.state_values);
        let next_cursor = self.next_cursor(&self.message.next_cursor);
        JsonStates { state_values, next_cursor }.serialize(serializer)
    }
}

impl Serialize for Shown<'_, Entities> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let entities = self.each(&self.message.entities);
        let next_cursor = self.next_cursor(&self.message.next_cursor);
        JsonEntities { entities, next_cursor }.serialize(serializer)
    }
}

impl Serialize for Shown<'_, Events> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let events = self.each(&self.message.events);
        let next_cursor = self.next_cursor(&self.message.next_cursor);
        JsonEvents { events, next_cursor }.serialize(serializer)
    }
}

impl Serialize for Shown<'_, AckAnswer> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let acknowledged = self.message.acknowledged.to_string();
        JsonAckAnswer { acknowledged }.serialize(serializer)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text<'a, M>(message: &'a M, extended: bool) -> String
    where
        Shown<'a, M>: Serialize,
    {
        serde_json::to_string(&Shown::new(message, extended)).expect("it encodes")
    }

    #[test]
    fn what_is_not_set_is_there() {
        let empty = r#"{"domain":"","type":"","key":"","values":null}"#;
        assert_eq!(text(&State::default(), false), empty);
        assert_eq!(
            text(&Event::default(), false),
            r#"{"id":"","state":null,"claims":null,"time":"0"}"#
        );
        assert_eq!(text(&StateValues::default(), false), r#"{"stateValues":[]}"#);
        assert_eq!(text(&Events::default(), false), r#"{"events":[]}"#);
    }

    #[test]
    fn members_come_by_number_and_those_of_a_struct_by_name() {
        let values = Map::from_iter([("b".into(), 1.into()), ("a".into(), Value::Null)]);
        let values = super::super::of_members(&values);
        let state = State { key: "k".into(), values: values.into(), ..State::default() };
        let shown = r#"{"domain":"","type":"","key":"k","values":{"a":null,"b":1}}"#;
        let event = Event {
            id: "i".into(),
            state: state.into(),
            claims: Struct::default().into(),
            time: 7,
            method: "m".into(),
            revision: 3,
            ..Event::default()
        };
        let plain = format!(r#"{{"id":"i","state":{shown},"claims":{{}},"time":"7""#);
        assert_eq!(text(&event, false), format!("{plain}}}"));
        assert_eq!(text(&event, true), format!(r#"{plain},"method":"m","revision":"3"}}"#));
        let newest = serde_json::to_string(&Shown::newest(&event, false)).expect("it encodes");
        let entity =
            format!(r#"{{"id":"i","entity":{shown},"claims":{{}},"time":"7","method":"m"}}"#);
        assert_eq!(newest, entity);
        let entities = Entities { next_cursor: "c".into(), ..Entities::default() };
        assert_eq!(text(&entities, false), r#"{"entities":[]}"#);
        let page = Events { next_cursor: "c".into(), ..Events::default() };
        assert_eq!(text(&page, true), r#"{"events":[],"nextCursor":"c"}"#);
    }
}
