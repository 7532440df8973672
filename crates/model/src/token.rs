//! Resume tokens: a place in a log that cannot be mistaken for a place in another one.

use std::fmt;
use std::str::FromStr;

use thiserror::Error;
use uuid::Uuid;

use crate::revision::{Epoch, Head, LogId, Revision};

/// "Everything up to this revision was seen." Opaque to clients; its text is `hf1.<log, 32 hex>.<epoch>.<revision>`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ResumeToken {
    /// Of which log.
    pub log: LogId,
    /// In which life of it.
    pub epoch: Epoch,
    /// Seen up to here.
    pub revision: Revision,
}

/// The text is no resume token.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("not a resume token: {0:?} (expected hf1.<log>.<epoch>.<revision>)")]
pub struct TokenError(pub String);

impl ResumeToken {
    /// The place right behind `revision` in the log of `head`.
    pub fn at(head: &Head, revision: Revision) -> Self {
        Self { log: head.log, epoch: head.epoch, revision }
    }

    /// True when the token's past is a part of the log of `head`: the same log, and the same epoch or a revision
    /// that the current epoch took over.
    pub fn belongs_to(&self, head: &Head) -> bool {
        let inherited = self.epoch < head.epoch && self.revision <= head.epoch_start.inherited;
        self.log == head.log && (inherited || self.epoch == head.epoch) && head.knows(self.revision)
    }
}

impl fmt::Display for ResumeToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "hf1.{}.{}.{}", self.log.0.simple(), self.epoch, self.revision)
    }
}

impl FromStr for ResumeToken {
    type Err = TokenError;

    fn from_str(text: &str) -> Result<Self, TokenError> {
        parse(text).ok_or_else(|| TokenError(text.chars().take(80).collect()))
    }
}

fn parse(text: &str) -> Option<ResumeToken> {
    let mut parts = text.strip_prefix("hf1.")?.split('.');
    let log = Uuid::try_parse(parts.next().filter(|hex| hex.len() == 32)?).ok()?;
    let epoch = parts.next()?.parse().ok()?;
    let revision = parts.next()?.parse().ok()?;
    let token = ResumeToken { log: LogId(log), epoch: Epoch(epoch), revision: Revision(revision) };
    // Only the one spelling: "+1" and "01" parse as numbers too.
    (parts.next().is_none() && token.to_string() == text).then_some(token)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn text_round_trip(log: u128, epoch: u32, revision: u64) {
            let token = ResumeToken {
                log: LogId(Uuid::from_u128(log)), epoch: Epoch(epoch), revision: Revision(revision),
            };
            prop_assert_eq!(token.to_string().parse::<ResumeToken>(), Ok(token));
        }

        #[test]
        fn no_text_panics(text: String) {
            let _ = text.parse::<ResumeToken>();
        }
    }

    #[test]
    fn only_the_one_spelling_is_a_token() {
        let good = "hf1.00000000000000000000000000000001.1.7";
        assert!(good.parse::<ResumeToken>().is_ok());
        for bad in [
            "",
            "7",
            &good[..20],
            "hf1.00000000000000000000000000000001.1.+7",
            "hf1.00000000000000000000000000000001.01.7",
            "hf1.00000000000000000000000000000001.1.7.8",
        ] {
            assert!(bad.parse::<ResumeToken>().is_err(), "{bad}");
        }
    }
}
