//! What the log knows of sessions: under a hash of the cookie who has signed in, which signed session was ended, and which sign-in has
//! led to a session.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use holdfast_auth::{Facts, Identity};
use holdfast_engine::sessions::Mark;
use holdfast_model::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

/// `open/<hash>`: a session.
pub(super) const OPEN: &str = "open/";
/// `ended/<hash>`: a signed session that was signed out.
pub(super) const ENDED: &str = "ended/";
/// `used/<hash>`: a sign-in that is over.
pub(super) const USED: &str = "used/";
/// The key of [`super::seal::Seal`].
pub(super) const KEY: &str = "key";
/// How the credential of such an identity begins.
pub(super) const CREDENTIAL: &str = "session:";

/// A hash of a cookie.
pub(super) type Id = [u8; 16];

const HASH_CONTEXT: &str = "holdfast 2026 session cookie v1";

pub(super) fn id_of(cookie: &str) -> Id {
    let hash = blake3::derive_key(HASH_CONTEXT, cookie.as_bytes());
    let mut id = Id::default();
    id.copy_from_slice(&hash[..16]);
    id
}

/// The hash in a name behind its prefix.
pub(super) fn id_in(text: &str) -> Option<Id> {
    let mut id = Id::default();
    hex::decode_to_slice(text, &mut id).ok()?;
    Some(id)
}

pub(super) fn identity(facts: Facts, id: Id, end: SystemTime) -> Identity {
    let credential = format!("{CREDENTIAL}{}", hex::encode(id));
    Identity::proven(Facts { credential, expires: Some(end), ..facts })
}

/// Who somebody is, as it is stored.
#[derive(Serialize, Deserialize)]
struct Person {
    user: String,
    #[serde(default, skip_serializing_if = "Map::is_empty")]
    claims: Map<String, Value>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    groups: Vec<String>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    roles: Vec<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    scopes: Option<Vec<String>>,
    /// In milliseconds since 1970.
    expires: u64,
}

/// The mark of a session of somebody, until a time.
pub(super) fn open(facts: &Facts, id: Id, end: SystemTime) -> Mark {
    let Facts { user, claims, groups, roles, scopes, .. } = facts.clone();
    let expires = since_1970(end).as_millis();
    let expires = u64::try_from(expires).unwrap_or(u64::MAX);
    let json = serde_json::to_value(Person { user, claims, groups, roles, scopes, expires });
    let json = json.unwrap_or_else(|error| unreachable!("texts and numbers are JSON: {error}"));
    Mark { key: name(OPEN, id), json, until: Some(timestamp(end)) }
}

/// The mark that a session is over, until it would have ended.
pub(super) fn ended(id: Id, end: SystemTime) -> Mark {
    let expires = u64::try_from(since_1970(end).as_millis()).unwrap_or(u64::MAX);
    let json = serde_json::json!({ "expires": expires });
    Mark { key: name(ENDED, id), json, until: Some(timestamp(end)) }
}

pub(super) fn name(prefix: &str, id: Id) -> String {
    format!("{prefix}{}", hex::encode(id))
}

/// Whose session a mark is; `None` when it cannot be read.
pub(super) fn read_open(json: &[u8], id: Id) -> Option<Identity> {
    let person: Person = serde_json::from_slice(json).ok()?;
    let end = UNIX_EPOCH.checked_add(Duration::from_millis(person.expires))?;
    let Person { user, claims, groups, roles, scopes, .. } = person;
    let facts = Facts { user, claims, groups, roles, scopes, ..Facts::default() };
    Some(identity(facts, id, end))
}

/// Until when the session would have lasted.
pub(super) fn read_ended(json: &[u8]) -> Option<SystemTime> {
    let json: Value = serde_json::from_slice(json).ok()?;
    UNIX_EPOCH.checked_add(Duration::from_millis(json.get("expires")?.as_u64()?))
}

/// For the log. What it cannot count is never.
pub(super) fn timestamp(time: SystemTime) -> Timestamp {
    Timestamp(i64::try_from(since_1970(time).as_nanos()).unwrap_or(i64::MAX))
}

/// As exact as it is stored.
pub(super) fn exact(time: SystemTime) -> SystemTime {
    let millis = u64::try_from(since_1970(time).as_millis()).unwrap_or(u64::MAX);
    UNIX_EPOCH.checked_add(Duration::from_millis(millis)).unwrap_or(time)
}

pub(super) fn since_1970(time: SystemTime) -> Duration {
    time.duration_since(UNIX_EPOCH).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn somebody_comes_back_as_they_went_and_nothing_of_the_cookie_is_stored() {
        let facts = Facts {
            user: "ann".into(),
            claims: Map::from_iter([("email".to_owned(), Value::from("ann@example.org"))]),
            groups: vec!["ops".into()],
            roles: vec!["reader".into()],
            scopes: Some(vec!["read a".into()]),
            ..Facts::default()
        };
        let (id, end) = (id_of("cookie"), UNIX_EPOCH + Duration::from_millis(12_345));
        let mark = open(&facts, id, end);
        assert_eq!(mark.until, Some(Timestamp(12_345_000_000)));
        let text = mark.json.to_string();
        assert!(!text.contains("cookie") && !mark.key.contains("cookie"), "{text}");
        assert_eq!(mark.key.strip_prefix(OPEN).and_then(id_in), Some(id));
        assert_eq!(read_open(text.as_bytes(), id), Some(identity(facts, id, end)));
        let mark = ended(id, end);
        assert_eq!(read_ended(mark.json.to_string().as_bytes()), Some(end));
        assert_eq!(read_open(br#"{"user":1,"expires":1}"#, id), None);
        for wrong in ["", "{}", "[]", r#"{"user":"ann","expires":-1}"#] {
            assert_eq!(read_open(wrong.as_bytes(), id), None, "{wrong}");
            assert_eq!(read_ended(wrong.as_bytes()), None, "{wrong}");
        }
        assert!(id_in("xy").is_none() && id_in("").is_none());
    }
}
