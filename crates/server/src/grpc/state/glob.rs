//! Domains and types of which a stream wants many: `*` stands for any run of characters.

use holdfast_model::{Filter as Names, Prefix};

use super::events::keys;
use super::names;

/// A name, or a pattern of names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Glob {
    /// This one.
    Name(String),
    /// What is between the stars.
    Parts(Vec<String>),
}

impl Glob {
    pub(super) fn of(text: &str) -> Self {
        if !text.contains('*') {
            return Self::Name(text.to_owned());
        }
        Self::Parts(text.split('*').map(str::to_owned).collect())
    }

    /// Each part where it comes first: the next one has all the more room.
    pub(super) fn matches(&self, name: &str) -> bool {
        let parts = match self {
            Self::Name(this) => return this == name,
            Self::Parts(parts) => parts,
        };
        let Some((first, rest)) = parts.split_first() else { return false };
        let Some((last, middle)) = rest.split_last() else { return false };
        let Some(mut left) = name.strip_prefix(first.as_str()) else { return false };
        for part in middle {
            let Some(at) = left.find(part.as_str()) else { return false };
            left = &left[at + part.len()..];
        }
        left.ends_with(last.as_str())
    }
}

/// Whose events a stream wants.
#[derive(Debug, Clone)]
pub(super) struct Wanted {
    domain: Glob,
    kind: Glob,
}

impl Wanted {
    pub(super) fn of(domain: &str, kind: &str) -> Self {
        Self { domain: Glob::of(domain), kind: Glob::of(kind) }
    }

    /// The keys of the log among which all that is wanted is. A pattern of domains stands for all namespaces but the server's own.
    pub(super) fn keys(&self) -> Names {
        match (&self.domain, &self.kind) {
            (Glob::Name(domain), Glob::Name(kind)) => keys(domain, kind),
            _ => Names {
                namespaces: self.namespace().into_iter().collect(),
                prefixes: self.prefixes(),
            },
        }
    }

    /// The one namespace of it; `None`: they may be in any.
    pub(super) fn namespace(&self) -> Option<String> {
        match &self.domain {
            Glob::Name(domain) => Some(names::namespace_of(domain)),
            Glob::Parts(_) => None,
        }
    }

    fn prefixes(&self) -> Vec<Prefix> {
        match &self.kind {
            Glob::Name(kind) => names::prefixes_of(kind).into_iter().map(Prefix::new).collect(),
            Glob::Parts(parts) => {
                let begin = parts.first().map_or("", |first| plain(first));
                if begin.is_empty() { Vec::new() } else { vec![Prefix::new(begin)] }
            }
        }
    }

    /// Whether an event among those keys is wanted.
    pub(super) fn lets(&self, namespace: &str, kind: &str) -> bool {
        let domain = match &self.domain {
            Glob::Name(_) => true,
            pattern => pattern.matches(&names::domain_of(namespace)),
        };
        domain && self.kind.matches(kind)
    }
}

/// The beginning of a type that is the beginning of its keys too: nothing in there is escaped, or part of an escape, or the
/// name of what has no type.
fn plain(text: &str) -> &str {
    let foreign = |c: char| !c.is_ascii_alphanumeric() || c == 'x';
    &text[..text.find(foreign).unwrap_or(text.len())]
}

#[cfg(test)]
mod tests {
    use holdfast_model::{EntryKey, Key, Namespace};
    use proptest::prelude::*;

    use super::*;

    /// By trying every run of characters.
    fn naive(pattern: &[char], name: &[char]) -> bool {
        match pattern.split_first() {
            None => name.is_empty(),
            Some(('*', rest)) => (0..=name.len()).any(|at| naive(rest, &name[at..])),
            Some((c, rest)) => name.first() == Some(c) && naive(rest, &name[1..]),
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(5_000))]

        #[test]
        fn a_pattern_matches_what_it_should(pattern in "[ab*é]{0,7}", name in "[abé.]{0,8}") {
            let chars = |text: &str| text.chars().collect::<Vec<_>>();
            let wanted = naive(&chars(&pattern), &chars(&name));
            prop_assert_eq!(Glob::of(&pattern).matches(&name), wanted);
        }

        /// What narrows the watch leaves nothing out.
        #[test]
        fn all_that_is_wanted_is_among_the_keys(
            pattern in "[ax_/:]{0,3}\\*?[a5F]{0,2}",
            kind in "[ax_/:5F]{1,6}",
            key in "[a_/]{1,4}",
        ) {
            let stored = names::key_of(&kind, &key);
            let at = EntryKey::new(Namespace::new("d").expect("valid"), Key::new(&stored).expect("valid"));
            for domain in ["d", "*", "x*"] {
                let wanted = Wanted::of(domain, &pattern);
                if wanted.lets("d", &kind) {
                    prop_assert!(wanted.keys().matches(&at), "{domain} {pattern} {kind} {stored}");
                }
            }
        }
    }

    #[test]
    fn fields_are_matched_each_by_itself() {
        let wanted = Wanted::of("a*", "us*");
        assert!(wanted.lets("acme", "user") && wanted.lets("a", "us"));
        assert!(!wanted.lets("b", "user") && !wanted.lets("acme", "u") && !wanted.lets("a", ".us"));
        assert_eq!(wanted.keys().prefixes, [Prefix::new("us")]);
        let everything = Wanted::of("*", "*").keys();
        assert!(everything.namespaces.is_empty() && everything.prefixes.is_empty());
        assert!(
            Wanted::of("*", "t").lets("ax:2F:b", "t")
                && Wanted::of("a/*", "t").lets("ax:2F:b", "t")
        );
    }
}
