//! Whose events a stream wants: those of a domain and a type, each a name or a pattern.

use holdfast_model::{Filter as Names, Prefix};

use super::glob::Glob;
use super::names;

/// Whose events a stream wants.
#[derive(Debug, Clone)]
pub(super) struct Wanted {
    domain: Glob,
    kind: Glob,
}

impl Wanted {
    pub(super) fn of(domain: &str, kind: &str) -> Self {
        Self { domain: Glob::new(domain), kind: Glob::new(kind) }
    }

    /// The keys of the log among which all that is wanted is. A pattern of domains stands for all namespaces but the server's own.
    pub(super) fn keys(&self) -> Names {
        Names { namespaces: self.namespace().into_iter().collect(), prefixes: self.prefixes() }
    }

    /// The one namespace of it; `None`: they may be in any.
    pub(super) fn namespace(&self) -> Option<String> {
        self.domain.exactly().map(names::namespace_of)
    }

    fn prefixes(&self) -> Vec<Prefix> {
        if let Some(kind) = self.kind.exactly() {
            return names::prefixes_of(kind).into_iter().map(Prefix::new).collect();
        }
        let begin = plain(self.kind.begin());
        if begin.is_empty() { Vec::new() } else { vec![Prefix::new(begin)] }
    }

    /// Whether an event among those keys is wanted.
    pub(super) fn lets(&self, namespace: &str, kind: &str) -> bool {
        // Of one name there are no others among the keys.
        let domain =
            self.domain.exactly().is_some() || self.domain.matches(&names::domain_of(namespace));
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

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(5_000))]

        /// What narrows the watch leaves nothing out.
        #[test]
        fn all_that_is_wanted_is_among_the_keys(
            pattern in "[ax_/:]{0,3}\\*?[a5F]{0,2}",
            kind in "[ax_/:5F]{1,6}",
            key in "[a_/]{1,4}",
        ) {
            let stored = names::key_of(&kind, &key);
            let namespace = Namespace::new("d").expect("valid");
            let at = EntryKey::new(namespace, Key::new(&stored).expect("valid"));
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
        assert!(!wanted.lets("b", "user") && !wanted.lets("acme", "u"));
        assert!(!wanted.lets("acme", ".us"));
        assert_eq!(wanted.keys().prefixes, [Prefix::new("us")]);
        let everything = Wanted::of("*", "*").keys();
        assert!(everything.namespaces.is_empty() && everything.prefixes.is_empty());
        for domain in ["*", "a/*"] {
            assert!(Wanted::of(domain, "t").lets("ax:2F:b", "t"), "{domain}");
        }
        let exact = Wanted::of("a/b", "t").keys();
        assert_eq!(
            (exact.namespaces, exact.prefixes),
            (vec!["ax:2F:b".into()], vec![Prefix::new("t/")])
        );
    }
}
