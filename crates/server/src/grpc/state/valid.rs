//! What has to be true of a request, and the words in which the contract says that it is not: the first member that is wrong
//! is told, in the order of the fields.

use holdfast_api::stategate::{
    AckOpts, SearchEventOpts, SearchStateOpts, State, StateRef, StreamOpts,
};
use tonic::Status;

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
        match self.values.as_option() {
            Some(_) => Ok(()),
            None => Err(invalid("Values", "message must exist")),
        }
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
fn name(field: &str, value: &str) -> Result<(), Status> {
    let white = |c: char| matches!(c, '\t' | '\n' | '\x0c' | '\r' | ' ');
    if !value.is_empty() && !value.contains(white) {
        return Ok(());
    }
    let why = format!(r#"value '{value}' must be a string conforming to regex "^\\S+$""#);
    Err(invalid(field, &why))
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
    fn white_space_is_that_of_re2() {
        for good in ["a", "a\u{b}b", "\u{a0}", "\u{2003}", "a/b", "ключ"] {
            assert_eq!(told(&of("d", good, "k")), "", "{good:?}");
        }
        for bad in ["", " ", "a b", "a\t", "\n", "\r", "a\u{c}"] {
            assert!(told(&of("d", bad, "k")).starts_with("invalid field Type"), "{bad:?}");
        }
    }
}
