//! The last decisions, for `holdfast policy test --recorded`: inputs without secrets, and without values at all.

use std::collections::VecDeque;
use std::num::NonZeroUsize;

use holdfast_auth::{Action, Identity, Resource};
use parking_lot::Mutex;
use serde_json::{Map, Value, json};

use crate::answer::Answer;
use crate::error::RunError;

/// What stands for a claim that is not recorded.
pub const REDACTED: &str = "[redacted]";

/// The last decisions, at most so many.
pub struct Recorder {
    room: NonZeroUsize,
    redacted: Vec<String>,
    ring: Mutex<VecDeque<Recorded>>,
}

struct Recorded {
    who: Identity,
    action: Action,
    what: Resource<'static>,
    allowed: bool,
}

impl Recorder {
    /// Keeps so many, without the claims of these names (in any case of letters, at any depth).
    pub fn new(room: NonZeroUsize, redacted: &[String]) -> Self {
        let redacted = redacted.iter().map(|name| name.to_lowercase()).collect();
        Self { room, redacted, ring: Mutex::new(VecDeque::new()) }
    }

    /// Keeps a decision. Failures are denials.
    pub(crate) fn record(
        &self,
        who: &Identity,
        action: Action,
        what: &Resource,
        answer: &Result<Answer, RunError>,
    ) {
        let allowed = *answer == Ok(Answer::Allowed);
        let recorded =
            Recorded { who: who.clone(), action, what: what.clone().into_owned(), allowed };
        let mut ring = self.ring.lock();
        if ring.len() == self.room.get() {
            ring.pop_front();
        }
        ring.push_back(recorded);
    }

    /// All of them, oldest first, as JSON lines `{"input": .., "allowed": ..}`; they are no longer kept.
    pub fn drain_json_lines(&self) -> String {
        let ring = std::mem::take(&mut *self.ring.lock());
        let mut lines = String::new();
        for recorded in ring {
            lines.push_str(&self.line(&recorded).to_string());
            lines.push('\n');
        }
        lines
    }

    fn line(&self, recorded: &Recorded) -> Value {
        let mut claims = recorded.who.facts().claims.clone();
        self.redact(&mut claims);
        json!({
            "input": {
                "action": recorded.action.as_str(),
                "resource": {"namespace": recorded.what.namespace, "key": recorded.what.key},
                "identity": {"user_id": recorded.who.user(), "claims": claims},
            },
            "allowed": recorded.allowed,
        })
    }

    fn redact(&self, members: &mut Map<String, Value>) {
        for (name, value) in members {
            if self.redacted.contains(&name.to_lowercase()) {
                *value = REDACTED.into();
            } else {
                self.redact_inside(value);
            }
        }
    }

    fn redact_inside(&self, value: &mut Value) {
        match value {
            Value::Object(members) => self.redact(members),
            Value::Array(values) => values.iter_mut().for_each(|value| self.redact_inside(value)),
            _ => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use holdfast_auth::Facts;

    use super::*;

    #[test]
    fn a_ring_keeps_the_last_without_what_is_secret() {
        let room = NonZeroUsize::new(2).expect("room");
        let recorder = Recorder::new(room, &["Email".into()]);
        let claims = json!({"EMAIL": "a@b", "org": [{"email": "c@d", "name": "o"}]});
        let Value::Object(claims) = claims else { unreachable!() };
        let who = Identity::proven(Facts { user: "ann".into(), claims, ..Facts::default() });
        for key in ["first", "second", "third"] {
            let answer = if key == "third" { Answer::Denied } else { Answer::Allowed };
            recorder.record(&who, Action::Read, &Resource::key("n", key), &Ok(answer));
        }
        let lines = recorder.drain_json_lines();
        let lines: Vec<Value> =
            lines.lines().map(|line| serde_json::from_str(line).expect("JSON")).collect();
        let redacted = json!({"EMAIL": REDACTED, "org": [{"email": REDACTED, "name": "o"}]});
        assert_eq!(lines.len(), 2);
        assert_eq!(lines[0]["input"]["resource"]["key"], "second");
        assert_eq!(lines[0]["input"]["identity"], json!({"user_id": "ann", "claims": redacted}));
        assert_eq!((&lines[0]["allowed"], &lines[1]["allowed"]), (&json!(true), &json!(false)));
        assert_eq!(recorder.drain_json_lines(), "");
    }
}
