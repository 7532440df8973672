//! How a policy is read and what its answers mean.

use std::num::NonZeroUsize;
use std::time::Duration;

/// The name of the rule that decides, where a setting does not name another one.
pub const ALLOW: &str = "data.config.authz.allow";
/// The name of the rule that says how much of a value is shown.
pub const SHOW: &str = "data.config.authz.show";

/// How a policy is read and what its answers mean.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RegoSettings {
    /// The rule that decides: `data.config.authz.allow`.
    pub allow: String,
    /// The rule that says how much of a value is shown; a policy need not have it.
    pub show: String,
    /// The syntax.
    pub dialect: Dialect,
    /// What the decision means beside other policies.
    pub combine: Combine,
    /// What a value is shown as when the rule [`RegoSettings::show`] is there and says nothing of it.
    pub unsaid: Unsaid,
    /// How much work one decision may be.
    pub limits: Limits,
    /// How many decisions are kept, when the policy is one whose decisions may be kept. 0: none.
    pub kept_decisions: usize,
}

impl Default for RegoSettings {
    fn default() -> Self {
        Self {
            allow: ALLOW.into(),
            show: SHOW.into(),
            dialect: Dialect::Auto,
            combine: Combine::Any,
            unsaid: Unsaid::Hidden,
            limits: Limits::default(),
            kept_decisions: 65_536,
        }
    }
}

/// Which syntax of Rego a module is written in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Dialect {
    /// With `if` and `contains`: OPA 1.0 and later.
    V1,
    /// Without: OPA before 1.0, and the contract of stategate.
    V0,
    /// v1, and v0 when the modules compile only as such.
    Auto,
}

/// What the answer of a policy means beside the answers of others (roles, say).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Combine {
    /// One yes is enough: what this policy does not allow another one may.
    Any,
    /// One yes is enough, but what this policy does not allow nobody may.
    Veto,
    /// Both have to say yes: what this policy allows another one has to allow as well.
    Both,
}

/// What is shown when a response policy says nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Unsaid {
    /// Nothing.
    Hidden,
    /// The whole value.
    Whole,
}

/// How much work one evaluation may be; beyond it, it ends with an error, which is a denial.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Limits {
    /// By the clock, looked at every 256 instructions: a single built-in function is not interrupted.
    pub time: Duration,
    /// Instructions of the compiled form.
    pub instructions: NonZeroUsize,
}

impl Default for Limits {
    fn default() -> Self {
        // A decision of an ordinary policy takes some hundred instructions.
        const INSTRUCTIONS: NonZeroUsize = NonZeroUsize::new(10_000_000).expect("not zero");
        Self { time: Duration::from_millis(50), instructions: INSTRUCTIONS }
    }
}

macro_rules! words {
    ($name:ident { $($variant:ident = $word:literal),+ }) => {
        impl $name {
            /// The words of settings.
            pub const WORDS: &'static [&'static str] = &[$($word),+];

            /// What a word of the settings means.
            pub fn parse(word: &str) -> Option<Self> {
                match word {
                    $($word => Some(Self::$variant),)+
                    _ => None,
                }
            }

            /// The word.
            pub fn as_str(self) -> &'static str {
                match self {
                    $(Self::$variant => $word,)+
                }
            }
        }
    };
}

words!(Dialect { V1 = "v1", V0 = "v0", Auto = "auto" });
words!(Combine { Any = "any", Veto = "veto", Both = "both" });
words!(Unsaid { Hidden = "hidden", Whole = "whole" });

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_read_as_they_are_written() {
        for word in Dialect::WORDS {
            assert_eq!(Dialect::parse(word).map(Dialect::as_str), Some(*word));
        }
        for word in Combine::WORDS {
            assert_eq!(Combine::parse(word).map(Combine::as_str), Some(*word));
        }
        for word in Unsaid::WORDS {
            assert_eq!(Unsaid::parse(word).map(Unsaid::as_str), Some(*word));
        }
        assert_eq!(Dialect::parse("V1"), None);
    }
}
