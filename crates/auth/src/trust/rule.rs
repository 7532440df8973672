//! One line of a role: `allow read,list prod/app/**`, `deny * prod/secrets/**`.

use std::fmt;
use std::str::FromStr;

use thiserror::Error;

use crate::resource::{Action, Resource};

/// Who wrote a rule meant aliases, which have no namespace.
const ALIASES: &str = "@alias";

/// `[allow|deny] ACTIONS NAMESPACE[/KEYS]`.
///
/// - `ACTIONS`: words of [`Action`] with commas between them; `*` is all but `admin`.
/// - `NAMESPACE`: a name, or a pattern with `*`, `?`, `{a,b}` or `[ab]`; `*` is every namespace and aliases, `@alias` only
///   aliases (the keys are their names then).
/// - `KEYS`: a key, or a pattern in which `*` ends at a `/` and `**` does not; left out: every key.
///
/// A question about a whole namespace (may this caller list it at all?) is answered by an `allow` for any of its keys, and
/// by a `deny` only for all of them: what is in the answer is asked about key by key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rule {
    /// A `deny` wins over every `allow`.
    pub denies: bool,
    actions: u8,
    namespaces: Pattern,
    keys: Pattern,
    text: String,
}

/// A line that is no rule. Nothing happened.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("{rule:?} is no rule: {why} (such as \"allow read,list prod/app/**\")")]
pub struct RuleError {
    /// The line.
    pub rule: String,
    /// What is wrong with it.
    pub why: String,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Pattern {
    Any,
    Exactly(String),
    Below(String),
    Glob(String),
}

/// Longest rule, in bytes: patterns are matched on the hot path.
const MAX_BYTES: usize = 2_048;

impl Rule {
    /// True when the rule speaks of this.
    pub fn matches(&self, action: Action, what: &Resource<'_>) -> bool {
        self.actions & bit(action) != 0 && self.names(what)
    }

    fn names(&self, what: &Resource<'_>) -> bool {
        match (what.namespace.is_empty(), what.key.is_empty()) {
            // Everything: a part of it is enough to be let in, and a rule about a part keeps nobody out.
            (true, true) => !self.denies || self.is_about_everything(),
            (true, false) => {
                let aliases = match &self.namespaces {
                    Pattern::Any => true,
                    Pattern::Exactly(name) => name == ALIASES,
                    _ => false,
                };
                aliases && self.keys.matches(&what.key)
            }
            (false, true) => {
                self.namespaces.matches(&what.namespace)
                    && (!self.denies || self.keys == Pattern::Any)
            }
            (false, false) => {
                self.namespaces.matches(&what.namespace) && self.keys.matches(&what.key)
            }
        }
    }

    fn is_about_everything(&self) -> bool {
        self.namespaces == Pattern::Any && self.keys == Pattern::Any
    }
}

impl fmt::Display for Rule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

impl FromStr for Rule {
    type Err = RuleError;

    fn from_str(text: &str) -> Result<Self, RuleError> {
        let refused = |why: String| RuleError { rule: text.chars().take(80).collect(), why };
        if text.len() > MAX_BYTES {
            return Err(refused(format!("more than {MAX_BYTES} bytes")));
        }
        let mut rest = text.trim();
        let mut denies = false;
        if let Some((word, tail)) = rest.split_once(char::is_whitespace)
            && let "allow" | "deny" = word
        {
            denies = word == "deny";
            rest = tail.trim_start();
        }
        let (actions, place) = rest
            .split_once(char::is_whitespace)
            .ok_or_else(|| refused("it has actions, a space, and a place".into()))?;
        // The only character that no namespace has; a key may have spaces.
        let (namespaces, keys) = place.trim().split_once('/').unwrap_or((place.trim(), "**"));
        Ok(Self {
            denies,
            actions: parse_actions(actions).map_err(refused)?,
            namespaces: Pattern::of_namespaces(namespaces).map_err(refused)?,
            keys: Pattern::of_keys(keys).map_err(refused)?,
            text: text.trim().to_owned(),
        })
    }
}

fn bit(action: Action) -> u8 {
    1 << (action as u8)
}

fn parse_actions(words: &str) -> Result<u8, String> {
    let mut actions = 0;
    for word in words.split(',') {
        actions |= match (word, Action::parse(word)) {
            ("*", _) => {
                let all = Action::ALL.into_iter().filter(|action| *action != Action::Admin);
                all.map(bit).sum()
            }
            (_, Some(action)) => bit(action),
            (_, None) => return Err(format!("{word:?} is no action")),
        };
    }
    Ok(actions)
}

impl Pattern {
    fn of_namespaces(text: &str) -> Result<Self, String> {
        match text {
            "" => Err("it names no namespace".into()),
            "*" | "**" => Ok(Self::Any),
            _ => Self::checked(text),
        }
    }

    fn of_keys(text: &str) -> Result<Self, String> {
        match text {
            "" => Err("it names no key after the /".into()),
            "**" => Ok(Self::Any),
            _ => match text.strip_suffix("**").filter(|below| below.ends_with('/')) {
                Some(below) if is_plain(below) => Ok(Self::Below(below.into())),
                _ => Self::checked(text),
            },
        }
    }

    fn checked(text: &str) -> Result<Self, String> {
        if is_plain(text) {
            return Ok(Self::Exactly(text.into()));
        }
        // A pattern that can never match would turn a `deny` into nothing.
        if !balanced(text) {
            return Err(format!("{text:?} opens a bracket that it does not close"));
        }
        if text.starts_with('!') {
            return Err(format!("{text:?} begins with a !, write a deny instead"));
        }
        Ok(Self::Glob(text.into()))
    }

    fn matches(&self, name: &str) -> bool {
        match self {
            Self::Any => true,
            Self::Exactly(text) => text == name,
            Self::Below(prefix) => name.starts_with(&**prefix),
            Self::Glob(pattern) => fast_glob::glob_match(pattern, name),
        }
    }
}

fn is_plain(text: &str) -> bool {
    !text.contains(['*', '?', '[', ']', '{', '}', '\\', '!'])
}

fn balanced(text: &str) -> bool {
    let mut open = Vec::new();
    let mut chars = text.chars();
    while let Some(c) = chars.next() {
        match (c, open.last()) {
            ('\\', _) if chars.next().is_none() => return false,
            ('\\', _) => {}
            (']', Some('[')) | ('}', Some('{')) => drop(open.pop()),
            (_, Some('[')) => {}
            ('[' | '{', _) => open.push(c),
            (']' | '}', _) => return false,
            _ => {}
        }
    }
    open.is_empty()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rule(text: &str) -> Rule {
        text.parse().expect("a rule")
    }

    fn about<'a>(namespace: &'a str, key: &'a str) -> Resource<'a> {
        Resource::key(namespace, key)
    }

    #[test]
    fn rules_match_what_they_say() {
        let cases = [
            ("read prod", "prod", "a/b", true),
            ("read prod/**", "prod", "a/b", true),
            ("read prod/app/**", "prod", "app/x/y", true),
            ("read prod/app/**", "prod", "application", false),
            ("read prod/app/*", "prod", "app/x", true),
            ("read prod/app/*", "prod", "app/x/y", false),
            ("read prod/**/name", "prod", "a/b/name", true),
            ("read prod/{a,b}/x", "prod", "b/x", true),
            ("read team-*/**", "team-a", "x", true),
            ("read team-*/**", "other", "x", false),
            ("read */**", "anything", "x", true),
            ("read prod/exact", "prod", "exact", true),
            ("read prod/exact", "prod", "exactly", false),
            ("read prod/a b", "prod", "a b", true),
            ("write prod", "prod", "x", false),
            ("* prod", "prod", "x", true),
            ("read @alias/short", "", "short", true),
            ("read @alias/short", "", "other", false),
            ("read *", "", "short", true),
            ("read prod", "", "short", false),
        ];
        for (text, namespace, key, expected) in cases {
            let matched = rule(text).matches(Action::Read, &about(namespace, key));
            assert_eq!(matched, expected, "{text} of {namespace}/{key}");
        }
    }

    /// The table of examples for operators.
    #[test]
    fn the_documentation_is_true() {
        let document = include_str!("../../../../docs/security.md");
        let rows =
            document.lines().filter(|line| line.ends_with("| yes |") || line.ends_with("| no |"));
        let mut checked = 0;
        for row in rows {
            let spans: Vec<_> = row.split('`').collect();
            let [_, text, asked, at, answer] = spans[..] else { panic!("no row: {row}") };
            let word = asked.trim_matches(['|', ' ']);
            let action = Action::parse(word).unwrap_or_else(|| panic!("no action: {row}"));
            let (namespace, key) = at.split_once('/').unwrap_or((at, ""));
            let matched = rule(text).matches(action, &about(namespace, key));
            assert_eq!(matched, answer.contains("yes"), "{row}");
            checked += 1;
        }
        assert!(checked > 10, "only {checked} rows");
    }

    #[test]
    fn all_actions_are_not_administration() {
        let what = about("internal:holdfast.trust", "tokens/x");
        assert!(!rule("* *").matches(Action::Admin, &what));
        assert!(rule("*,admin *").matches(Action::Admin, &what));
    }

    #[test]
    fn a_whole_is_opened_by_a_part_and_closed_only_by_the_whole() {
        let space = Resource::namespace("prod");
        assert!(rule("list prod/app/**").matches(Action::List, &space));
        assert!(!rule("deny list prod/app/**").matches(Action::List, &space));
        assert!(rule("deny list prod").matches(Action::List, &space));
        assert!(rule("list prod/app/**").matches(Action::List, &Resource::any()));
        assert!(!rule("deny list prod").matches(Action::List, &Resource::any()));
        assert!(rule("deny list *").matches(Action::List, &Resource::any()));
    }

    #[test]
    fn what_is_no_rule_is_refused_with_the_reason() {
        let long = format!("read {}", "x".repeat(MAX_BYTES));
        for text in [
            "",
            "read",
            "allow",
            "fly prod",
            "read prod/",
            "read /x",
            "deny read prod/[a",
            "read prod/a}",
            "read prod/!x",
            &long,
        ] {
            let error = text.parse::<Rule>().expect_err("it is none");
            assert!(error.to_string().len() < 300, "{error}");
        }
    }
}
