//! Locks, cached values and messages of peers as protobuf JSON with the members that are not set.

use buffa_types::google::protobuf::{Struct, Timestamp};
use serde::{Serialize, Serializer};
use serde_json::{Map, Value};

use super::json::Shown;
use super::{json, members};
use crate::stategate::{Cache, Locked, PeerMessage};

#[derive(Serialize)]
struct JsonLocked<'a> {
    owner: &'a str,
    revision: String,
}

#[derive(Serialize)]
struct JsonCache<'a> {
    domain: &'a str,
    key: &'a str,
    value: Value,
    exp: Option<&'a Timestamp>,
}

#[derive(Serialize)]
struct JsonMessage<'a> {
    id: &'a str,
    domain: &'a str,
    channel: &'a str,
    r#type: &'a str,
    body: Option<Map<String, Value>>,
    claims: Option<Map<String, Value>>,
    time: String,
}

impl Serialize for Shown<'_, Locked> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let Locked { owner, revision, .. } = self.message;
        JsonLocked { owner, revision: revision.to_string() }.serialize(serializer)
    }
}

impl Serialize for Shown<'_, Cache> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let Cache { domain, key, value, exp, .. } = self.message;
        let value = json(value).map_err(serde::ser::Error::custom)?;
        JsonCache { domain, key, value, exp: exp.as_option() }.serialize(serializer)
    }
}

impl Serialize for Shown<'_, PeerMessage> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let PeerMessage { id, domain, channel, r#type, body, claims, time, .. } = self.message;
        let object =
            |of: Option<&Struct>| of.map(members).transpose().map_err(serde::ser::Error::custom);
        let (body, claims, time) =
            (object(body.as_option())?, object(claims.as_option())?, time.to_string());
        JsonMessage { id, domain, channel, r#type, body, claims, time }.serialize(serializer)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text<'a, M>(message: &'a M) -> String
    where
        Shown<'a, M>: Serialize,
    {
        serde_json::to_string(&Shown::new(message, false)).expect("it encodes")
    }

    #[test]
    fn what_is_not_set_is_there() {
        assert_eq!(text(&Locked::default()), r#"{"owner":"","revision":"0"}"#);
        assert_eq!(text(&Cache::default()), r#"{"domain":"","key":"","value":null,"exp":null}"#);
        assert_eq!(
            text(&PeerMessage::default()),
            r#"{"id":"","domain":"","channel":"","type":"","body":null,"claims":null,"time":"0"}"#
        );
    }

    #[test]
    fn times_are_texts_and_values_what_they_are() {
        let exp = Timestamp { seconds: 1, nanos: 500_000_000, ..Timestamp::default() };
        let value = super::super::of_json(&serde_json::json!([1, {"a": null}]));
        let cache = Cache { value: value.into(), exp: exp.into(), ..Cache::default() };
        assert_eq!(
            text(&cache),
            r#"{"domain":"","key":"","value":[1,{"a":null}],"exp":"1970-01-01T00:00:01.500Z"}"#
        );
    }
}
