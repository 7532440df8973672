//! Patterns of names: `*` stands for any run of characters, and everything else for itself.

/// A pattern of one name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Glob(Vec<String>);

impl Glob {
    /// Every text is one.
    pub(crate) fn new(pattern: &str) -> Self {
        Self(pattern.split('*').map(str::to_owned).collect())
    }

    /// The one name that it matches; `None`: there may be more.
    pub(crate) fn exactly(&self) -> Option<&str> {
        match self.0.as_slice() {
            [whole] => Some(whole),
            _ => None,
        }
    }

    /// What all of those names begin with.
    pub(crate) fn begin(&self) -> &str {
        self.0.first().map_or("", String::as_str)
    }

    /// Whether a name is one of those. Takes as long as the name is long, whatever the pattern.
    pub(crate) fn matches(&self, name: &str) -> bool {
        let [first, middle @ .., last] = self.0.as_slice() else {
            return self.exactly() == Some(name);
        };
        let Some(rest) = name.strip_prefix(first.as_str()) else { return false };
        let Some(mut rest) = rest.strip_suffix(last.as_str()) else { return false };
        for part in middle {
            let Some((_, behind)) = rest.split_once(part.as_str()) else { return false };
            rest = behind;
        }
        true
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_star_is_any_run_of_characters() {
        for (pattern, good, bad) in [
            ("user", &["user"][..], &["users", "use", ""][..]),
            ("*", &["", "a", "a.b", "ключ"], &[]),
            ("us*", &["us", "user"], &["u", "aus"]),
            ("*er", &["er", "user"], &["erx"]),
            ("a*a", &["aa", "aba"], &["a", "ab"]),
            ("a*b*c", &["abc", "axbxc", "abbc"], &["ac", "acb"]),
            ("*b*", &["b", "abc"], &["ac"]),
            ("**", &["", "x"], &[]),
            ("a?[", &["a?["], &["abc"]),
        ] {
            let glob = Glob::new(pattern);
            assert!(good.iter().all(|name| glob.matches(name)), "{pattern}");
            assert!(!bad.iter().any(|name| glob.matches(name)), "{pattern}");
        }
        assert_eq!((Glob::new("a").exactly(), Glob::new("a*").exactly()), (Some("a"), None));
    }

    /// As the rule is written down, which takes longer.
    fn slowly(pattern: &[char], name: &[char]) -> bool {
        match (pattern.split_first(), name.split_first()) {
            (None, None) => true,
            (Some(('*', rest)), _) => (0..=name.len()).any(|at| slowly(rest, &name[at..])),
            (Some((p, pattern)), Some((n, name))) => p == n && slowly(pattern, name),
            _ => false,
        }
    }

    proptest! {
        #[test]
        fn the_rule_is_kept(pattern in "[ab*]{0,6}", name in "[ab]{0,8}") {
            let chars = |text: &str| text.chars().collect::<Vec<_>>();
            prop_assert_eq!(Glob::new(&pattern).matches(&name), slowly(&chars(&pattern), &chars(&name)));
        }
    }
}
