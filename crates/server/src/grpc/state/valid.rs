//! What has to be true of a request, and the words in which the contract says that it is not: the first member that is wrong
//! is told, in the order of the fields.

use holdfast_api::stategate::{
    AckOpts, Entity, EntityRef, EventRef, SearchEntityOpts, SearchEventOpts, SearchStateOpts,
    State, StateRef, StreamOpts,
};
use serde::Serialize;
use tonic::Status;
use uuid::{Uuid, Variant};

/// A request that can be wrong.
pub(crate) trait Checked {
    /// Reports the first member that is wrong.
    fn check(&self) -> Result<(), Status>;
}

impl Checked for StateRef {
    fn check(&self) -> Result<(), Status> {
        names(&self.domain, &self.r#type)?;
        name("Key", &self.key)
    }
}

impl Checked for State {
    fn check(&self) -> Result<(), Status> {
        names(&self.domain, &self.r#type)?;
        name("Key", &self.key)?;
        there("Values", self.values.is_set())
    }
}

impl Checked for Entity {
    fn check(&self) -> Result<(), Status> {
        names(&self.domain, &self.r#type)?;
        name("Key", &self.key)?;
        there("Values", self.values.is_set())
    }
}

impl Checked for EntityRef {
    fn check(&self) -> Result<(), Status> {
        names(&self.domain, &self.r#type)?;
        name("Key", &self.key)
    }
}

impl Checked for EventRef {
    fn check(&self) -> Result<(), Status> {
        names(&self.domain, &self.r#type)?;
        // Without one it is that of any key.
        if !self.key.is_empty() {
            name("Key", &self.key)?;
        }
        event_id(&self.id)
    }
}

/// The name of an event to which its own entity is reverted.
#[derive(Serialize)]
#[serde(transparent)]
pub(super) struct Reverting(pub(super) EventRef);

impl Checked for Reverting {
    fn check(&self) -> Result<(), Status> {
        let Self(of) = self;
        names(&of.domain, &of.r#type)?;
        name("Key", &of.key)?;
        event_id(&of.id)
    }
}

impl Checked for SearchEntityOpts {
    fn check(&self) -> Result<(), Status> {
        names(&self.domain, &self.r#type)?;
        limit(self.limit.into())
    }
}

impl Checked for SearchStateOpts {
    fn check(&self) -> Result<(), Status> {
        names(&self.domain, &self.r#type)?;
        limit(self.limit)
    }
}

impl Checked for SearchEventOpts {
    fn check(&self) -> Result<(), Status> {
        names(&self.domain, &self.r#type)?;
        limit(self.limit)
    }
}

impl Checked for StreamOpts {
    fn check(&self) -> Result<(), Status> {
        names(&self.domain, &self.r#type)?;
        group(&self.consumer_group)?;
        if self.max_unacked < 0 {
            let why = format!("value '{}' must not be negative", self.max_unacked);
            return Err(invalid("MaxUnacked", &why));
        }
        Ok(())
    }
}

impl Checked for AckOpts {
    fn check(&self) -> Result<(), Status> {
        names(&self.domain, &self.r#type)?;
        if self.consumer_group.is_empty() {
            return Err(invalid("ConsumerGroup", "value '' must be the name of a group"));
        }
        group(&self.consumer_group)
    }
}

/// The longest name of a consumer group, in bytes.
const GROUP_BYTES: usize = 255;

fn group(name: &str) -> Result<(), Status> {
    if name.len() <= GROUP_BYTES {
        return Ok(());
    }
    Err(invalid("ConsumerGroup", &format!("it has more than {GROUP_BYTES} bytes")))
}

/// A member that is wrong, by its name in the contract.
pub(crate) fn invalid(field: &str, why: &str) -> Status {
    Status::invalid_argument(format!("invalid field {field}: {why}"))
}

fn names(domain: &str, kind: &str) -> Result<(), Status> {
    name("Domain", domain)?;
    name("Type", kind)
}

/// `^\S+$` as RE2 reads it: white space is tab, newline, form feed, carriage return and space.
pub(super) fn name(field: &str, value: &str) -> Result<(), Status> {
    let white = |c: char| matches!(c, '\t' | '\n' | '\x0c' | '\r' | ' ');
    if !value.is_empty() && !value.contains(white) {
        return Ok(());
    }
    let why = format!(r#"value '{value}' must be a string conforming to regex "^\\S+$""#);
    Err(invalid(field, &why))
}

fn there(field: &str, is_set: bool) -> Result<(), Status> {
    if is_set { Ok(()) } else { Err(invalid(field, "message must exist")) }
}

/// A UUID of version 4, or nothing.
fn event_id(id: &str) -> Result<(), Status> {
    const PATTERN: &str = "^([a-fA-F0-9]{8}-[a-fA-F0-9]{4}-[4][a-fA-F0-9]{3}-[8|9|aA|bB][a-fA-F0-9]{3}-[a-fA-F0-9]{12})?$";
    let is_one = |id: Uuid| id.get_version_num() == 4 && id.get_variant() == Variant::RFC4122;
    let hyphenated = id.len() == uuid::fmt::Hyphenated::LENGTH;
    if id.is_empty() || (hyphenated && Uuid::try_parse(id).is_ok_and(is_one)) {
        return Ok(());
    }
    let why = format!(r#"value '{id}' must be a string conforming to regex "{PATTERN}""#);
    Err(invalid("Id", &why))
}

fn limit(limit: i64) -> Result<(), Status> {
    if limit > 0 {
        return Ok(());
    }
    Err(invalid("Limit", &format!("value '{limit}' must be greater than '0'")))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(domain: &str, kind: &str, key: &str) -> StateRef {
        StateRef {
            domain: domain.into(),
            r#type: kind.into(),
            key: key.into(),
            ..StateRef::default()
        }
    }

    fn told(request: &impl Checked) -> String {
        request.check().map_or_else(|status| status.message().to_owned(), |()| String::new())
    }

    #[test]
    fn the_first_member_that_is_wrong_is_told() {
        let why = r#"must be a string conforming to regex "^\\S+$""#;
        assert_eq!(told(&of("", " a", "")), format!("invalid field Domain: value '' {why}"));
        assert_eq!(told(&of("d", " a", "")), format!("invalid field Type: value ' a' {why}"));
        assert_eq!(told(&of("d", "t", "")), format!("invalid field Key: value '' {why}"));
        let state = State { domain: "d".into(), r#type: "t".into(), ..State::default() };
        assert_eq!(told(&state), format!("invalid field Key: value '' {why}"));
        let state = State { key: "k".into(), ..state };
        assert_eq!(told(&state), "invalid field Values: message must exist");
        let search = SearchStateOpts {
            domain: "d".into(),
            r#type: "t".into(),
            limit: -1,
            ..Default::default()
        };
        assert_eq!(told(&search), "invalid field Limit: value '-1' must be greater than '0'");
    }

    #[test]
    fn events_are_called_by_uuids_of_version_four() {
        let of = |key: &str, id: &str| EventRef {
            domain: "d".into(),
            r#type: "t".into(),
            key: key.into(),
            id: id.into(),
            ..EventRef::default()
        };
        let id = "6f5902ac-2370-4b32-8cb4-94d7a4b5d1b1";
        for good in [id, "", &id.to_uppercase()] {
            assert_eq!(told(&of("k", good)), "", "{good}");
            assert_eq!(told(&of("", good)), "", "{good}");
        }
        for bad in [
            "x",
            "6f5902ac-2370-7b32-8cb4-94d7a4b5d1b1",
            "6f5902ac-2370-4b32-0cb4-94d7a4b5d1b1",
            "6f5902ac23704b328cb494d7a4b5d1b1",
            "6f5902ac-2370-4b32-8cb4-94d7a4b5d1b1 ",
        ] {
            assert!(told(&of("k", bad)).starts_with("invalid field Id: value '"), "{bad}");
        }
        assert!(told(&of(" ", "x")).starts_with("invalid field Key"));
        assert!(told(&Reverting(of("", "x"))).starts_with("invalid field Key"));
    }

    #[test]
    fn white_space_is_that_of_re2() {
        for good in ["a", "a\u{b}b", "\u{a0}", "\u{2003}", "a/b", "ключ"] {
            assert_eq!(told(&of("d", good, "k")), "", "{good:?}");
        }
        for bad in ["", " ", "a b", "a\t", "\n", "\r", "a\u{c}"] {
            assert!(told(&of("d", bad, "k")).starts_with("invalid field Type"), "{bad:?}");
        }
    }
}
