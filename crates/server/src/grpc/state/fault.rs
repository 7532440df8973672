//! What a caller of stategate is told: the contract's envelope, a JSON text in the message of the status.

use holdfast_api::status::row;
use holdfast_engine::EngineError;
use holdfast_model::ErrorKind;
use serde_json::{Map, Value, json};
use tonic::{Code, Status};

/// What a handler fails with.
#[derive(Debug)]
pub(crate) struct Refusal(pub(crate) Status);

impl From<Refusal> for Status {
    fn from(refusal: Refusal) -> Self {
        refusal.0
    }
}

impl From<Status> for Refusal {
    fn from(status: Status) -> Self {
        Self(status)
    }
}

/// What a call was about.
#[derive(Debug, Clone, Copy)]
pub(crate) struct About<'a> {
    pub(crate) domain: &'a str,
    pub(crate) kind: &'a str,
    /// `None` where it is about all of a type.
    pub(crate) key: Option<&'a str>,
}

/// Under which of its names it is spoken of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Noun {
    /// That of v0.5.0.
    State,
    /// That of later versions.
    Entity,
}

impl Noun {
    pub(crate) fn word(self) -> &'static str {
        match self {
            Self::State => "state",
            Self::Entity => "entity",
        }
    }
}

/// What a call was about, in the words of a noun.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Said<'a> {
    about: About<'a>,
    pub(crate) noun: Noun,
}

impl<'a> About<'a> {
    pub(crate) fn said(self, noun: Noun) -> Said<'a> {
        Said { about: self, noun }
    }

    /// [`Said::failed`] of states.
    pub(crate) fn failed(self, info: &str, error: &EngineError) -> Refusal {
        self.said(Noun::State).failed(info, error)
    }
}

impl Said<'_> {
    /// There is no such state.
    pub(crate) fn not_found(&self) -> Refusal {
        self.envelope(Code::NotFound, &format!("failed to find {}", self.noun.word()), None)
    }

    /// A use case failed. What the caller can do something about is told; the rest is for the log.
    pub(crate) fn failed(&self, info: &str, error: &EngineError) -> Refusal {
        if error.kind() == ErrorKind::NotFound {
            return self.not_found();
        }
        let (code, why) = told(info, error);
        self.envelope(code, info, why)
    }

    /// A failure of this code; `why` is a sentence for the caller.
    pub(crate) fn envelope(&self, code: Code, info: &str, why: Option<String>) -> Refusal {
        let mut metadata = self.metadata();
        if let Some(why) = why {
            metadata.insert("error".into(), why.into());
        }
        Refusal(envelope(code, info, metadata))
    }

    /// Its names, as members of an envelope.
    pub(crate) fn metadata(&self) -> Map<String, Value> {
        let About { domain, kind, key } = self.about;
        let names = [("domain", Some(domain)), ("type", Some(kind)), ("key", key)];
        let named = names.into_iter().filter_map(|(name, value)| {
            Some((format!("{}_{name}", self.noun.word()), value?.into()))
        });
        named.collect()
    }
}

/// What a call was about that is no state: the members of the envelope's metadata.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Subject<'a>(pub(crate) &'a [(&'static str, &'a str)]);

impl Subject<'_> {
    /// A use case failed. What the caller can do something about is told; the rest is for the log.
    pub(crate) fn failed(&self, info: &str, error: &EngineError) -> Refusal {
        let (code, why) = told(info, error);
        self.envelope(code, info, why)
    }

    /// A failure of this code; `why` is a sentence for the caller.
    pub(crate) fn envelope(&self, code: Code, info: &str, why: Option<String>) -> Refusal {
        let members = self.0.iter().copied().chain(why.as_deref().map(|why| ("error", why)));
        let metadata = members.map(|(name, value)| (name.to_owned(), value.into())).collect();
        Refusal(envelope(code, info, metadata))
    }
}

/// The code of a failure, and the sentence for the caller if there is one.
fn told(info: &str, error: &EngineError) -> (Code, Option<String>) {
    let kind = error.kind();
    if matches!(kind, ErrorKind::Internal | ErrorKind::Corrupt | ErrorKind::Unknown) {
        tracing::error!(%error, "{info}");
    }
    let code = match error {
        // To try again does not help who has lost a lock.
        EngineError::Fenced { .. } | EngineError::NotHeld { .. } => Code::FailedPrecondition,
        _ if kind == ErrorKind::Corrupt => Code::Internal,
        _ => row(kind).code,
    };
    (code, (code != Code::Internal).then(|| error.to_string()))
}

/// Members sorted by name, as the map keeps them.
pub(crate) fn envelope(code: Code, info: &str, metadata: Map<String, Value>) -> Status {
    let text = json!({ "info": info, "metadata": metadata, "type": number(code) });
    Status::new(code, text.to_string())
}

/// The contract's own numbering of failures.
fn number(code: Code) -> u8 {
    match code {
        Code::Unauthenticated => 1,
        Code::PermissionDenied => 2,
        Code::NotFound => 5,
        Code::DeadlineExceeded => 6,
        Code::AlreadyExists => 7,
        _ => 0,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_envelope_is_json_with_sorted_members() {
        let about = About { domain: "d", kind: "t", key: Some("k") };
        let status = Status::from(about.said(Noun::Entity).not_found());
        assert_eq!(
            status.message(),
            r#"{"info":"failed to find entity","metadata":{"entity_domain":"d","entity_key":"k","entity_type":"t"},"type":5}"#
        );
        let status = Status::from(about.said(Noun::State).not_found());
        assert_eq!(status.code(), Code::NotFound);
        assert_eq!(
            status.message(),
            r#"{"info":"failed to find state","metadata":{"state_domain":"d","state_key":"k","state_type":"t"},"type":5}"#
        );
    }

    #[test]
    fn what_the_caller_can_mend_is_told_and_nothing_else() {
        let about = About { domain: "d", kind: "t", key: None };
        let large = EngineError::ValueTooLarge { size: 2, max: 1 };
        let status = Status::from(about.failed("failed to set state", &large));
        assert_eq!(status.code(), Code::InvalidArgument);
        assert!(status.message().contains("exceeds maximum"), "{status:?}");
        let secret =
            holdfast_store::StoreError::Corrupt { place: "log".into(), what: "secret".into() };
        let status = Status::from(about.failed("failed to set state", &secret.into()));
        assert_eq!(status.code(), Code::Internal);
        assert_eq!(
            status.message(),
            r#"{"info":"failed to set state","metadata":{"state_domain":"d","state_type":"t"},"type":0}"#
        );
    }
}
