//! What the value of a rule means.

use std::sync::Arc;

use holdfast_auth::{Sight, Verdict};
use regorus::Value;

use crate::error::RunError;
use crate::settings::{Combine, Unsaid};

/// What to tell a caller whom the policy denies.
pub const DENIED: &str = "OPA policy denied";
/// What to tell a caller of whom the policy says nothing.
pub const NO_DECISION: &str = "no OPA decision";
/// What to tell a caller whom the policy allows, and nobody else does who would have to.
pub const NOT_ALONE: &str = "the policy allows it, and no role does";

/// What a rule that decides said.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Answer {
    /// `true`.
    Allowed,
    /// `false`, or anything else that is not `true`.
    Denied,
    /// Undefined.
    NoDecision,
}

impl Answer {
    /// Of the value of a rule.
    pub fn of(value: &Value) -> Self {
        match value {
            Value::Bool(true) => Self::Allowed,
            Value::Undefined => Self::NoDecision,
            _ => Self::Denied,
        }
    }

    /// The reason of a denial.
    pub fn reason(self) -> Option<&'static str> {
        match self {
            Self::Allowed => None,
            Self::Denied => Some(DENIED),
            Self::NoDecision => Some(NO_DECISION),
        }
    }

    /// What it means beside other policies.
    pub fn verdict(self, combine: Combine) -> Verdict {
        match (self.reason(), combine) {
            (None, Combine::Any | Combine::Veto) => Verdict::Allow,
            (None, Combine::Both) => Verdict::Silent(NOT_ALONE.into()),
            (Some(reason), Combine::Any) => Verdict::Silent(reason.into()),
            (Some(reason), Combine::Veto | Combine::Both) => Verdict::Forbid(reason.into()),
        }
    }
}

/// How much a response policy lets see.
pub(crate) fn sight(value: &Value, unsaid: Unsaid) -> Result<Sight, RunError> {
    match value {
        Value::Bool(true) => Ok(Sight::Whole),
        Value::Bool(false) => Ok(Sight::Hidden),
        Value::Undefined => Ok(match unsaid {
            Unsaid::Hidden => Sight::Hidden,
            Unsaid::Whole => Sight::Whole,
        }),
        Value::Array(pointers) => without(pointers.iter()),
        Value::Set(pointers) => without(pointers.iter()),
        _ => Err(unclear()),
    }
}

fn without<'a>(pointers: impl Iterator<Item = &'a Value>) -> Result<Sight, RunError> {
    let mut texts = Vec::new();
    for pointer in pointers {
        let text = pointer.as_string().map_err(|_| unclear())?;
        if !is_pointer(text) {
            return Err(unclear());
        }
        texts.push(text.to_string());
    }
    texts.sort_unstable();
    texts.dedup();
    Ok(if texts.is_empty() { Sight::Whole } else { Sight::Without(Arc::from(texts)) })
}

/// RFC 6901: empty, or parts that each begin with a slash, and every tilde followed by 0 or 1.
fn is_pointer(text: &str) -> bool {
    let whole = text.is_empty() || text.starts_with('/');
    whole && text.split('~').skip(1).all(|rest| rest.starts_with(['0', '1']))
}

fn unclear() -> RunError {
    RunError::Failed("what it shows is neither true nor false nor a list of JSON pointers".into())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(json: &str) -> Result<Sight, RunError> {
        sight(&Value::from_json_str(json).expect("JSON"), Unsaid::Hidden)
    }

    #[test]
    fn a_response_policy_answers_with_what_to_hide() {
        assert_eq!(of("true"), Ok(Sight::Whole));
        assert_eq!(of("false"), Ok(Sight::Hidden));
        assert_eq!(of("[]"), Ok(Sight::Whole));
        let without = Sight::Without(Arc::from(["/a/~1b".to_owned(), "/c".to_owned()]));
        assert_eq!(of(r#"["/c", "/a/~1b", "/c"]"#), Ok(without));
        assert_eq!(of(r#"[""]"#), Ok(Sight::Without(Arc::from([String::new()]))));
        for unclear in ["1", "null", "\"/a\"", "[1]", r#"["a"]"#, r#"["/a~2"]"#, "{}"] {
            assert!(of(unclear).is_err(), "{unclear}");
        }
        assert_eq!(sight(&Value::Undefined, Unsaid::Hidden), Ok(Sight::Hidden));
        assert_eq!(sight(&Value::Undefined, Unsaid::Whole), Ok(Sight::Whole));
    }

    #[test]
    fn a_decision_is_true_and_nothing_else() {
        for (json, expected) in
            [("true", Answer::Allowed), ("false", Answer::Denied), ("\"true\"", Answer::Denied)]
        {
            assert_eq!(Answer::of(&Value::from_json_str(json).expect("JSON")), expected);
        }
        assert_eq!(Answer::of(&Value::Undefined), Answer::NoDecision);
    }
}
