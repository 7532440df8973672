//! The policy that goes by roles.

use std::sync::Arc;

use quick_cache::sync::Cache;

use super::book::Book;
use super::rule::Rule;
use crate::guard::{AuthError, Standing};
use crate::identity::Identity;
use crate::policy::{Policy, Verdict};
use crate::resource::{Action, Resource};

/// Allows what a rule of one of the caller's roles allows and none forbids.
pub struct Roles {
    book: Arc<Book>,
    /// The rules of callers who asked lately, by fingerprint, each with the generation of the book that they are from.
    rules: Cache<u128, (u64, Arc<[Rule]>)>,
}

/// Callers whose rules are kept at hand.
const CALLERS: usize = 20_000;

impl Roles {
    /// Of this book.
    pub fn new(book: Arc<Book>) -> Self {
        Self { book, rules: Cache::new(CALLERS) }
    }

    fn rules_of(&self, who: &Identity) -> Arc<[Rule]> {
        let state = self.book.state();
        let fingerprint = who.fingerprint();
        match self.rules.get(&fingerprint) {
            Some((generation, rules)) if generation == state.generation => rules,
            _ => {
                let rules: Arc<[Rule]> = state.rules_of(who).into();
                self.rules.insert(fingerprint, (state.generation, Arc::clone(&rules)));
                rules
            }
        }
    }
}

impl Policy for Roles {
    fn name(&self) -> &str {
        "roles"
    }

    fn judge(&self, who: &Identity, action: Action, what: &Resource) -> Result<Verdict, AuthError> {
        Ok(judge(&self.rules_of(who), action, what))
    }

    fn standing(&self, who: &Identity) -> Standing {
        let state = self.book.state();
        let (mut roles, mut rules) = (Vec::new(), Vec::new());
        for (name, of_role) in state.roles_of(who) {
            roles.push(name.to_owned());
            rules.extend(of_role.iter().map(ToString::to_string));
        }
        Standing { roles, rules, ..Standing::default() }
    }

    fn trouble(&self) -> Option<String> {
        let (key, why) = self.book.faults().into_iter().next()?;
        Some(format!("the document {key} cannot be used: {why}"))
    }
}

/// What rules say: a `deny` wins.
pub fn judge(rules: &[Rule], action: Action, what: &Resource<'_>) -> Verdict {
    let mut allowed = false;
    for rule in rules {
        if rule.matches(action, what) {
            if rule.denies {
                return Verdict::Forbid(format!("forbidden by the rule \"{rule}\""));
            }
            allowed = true;
        }
    }
    if allowed {
        return Verdict::Allow;
    }
    let place = match (&*what.namespace, &*what.key) {
        ("", "") => "anything".to_owned(),
        ("", alias) => format!("the alias {alias}"),
        (namespace, "") => namespace.to_owned(),
        (namespace, key) => format!("{namespace}/{key}"),
    };
    Verdict::Silent(format!("no role of yours allows to {} {place}", action.as_str()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::identity::Facts;

    fn rules(lines: &[&str]) -> Vec<Rule> {
        lines.iter().map(|line| line.parse().expect("a rule")).collect()
    }

    #[test]
    fn a_deny_wins_over_every_allow() {
        let rules = rules(&["allow * *", "deny read prod/secret/**"]);
        let open = judge(&rules, Action::Read, &Resource::key("prod", "x"));
        assert_eq!(open, Verdict::Allow);
        let secret = judge(&rules, Action::Read, &Resource::key("prod", "secret/x"));
        assert!(matches!(secret, Verdict::Forbid(why) if why.contains("deny read prod/secret/**")));
        assert!(matches!(
            judge(&[], Action::Write, &Resource::key("a", "k")),
            Verdict::Silent(why) if why == "no role of yours allows to write a/k"
        ));
    }

    #[test]
    fn a_changed_role_is_in_force_at_once() {
        let book = Arc::new(Book::default());
        let roles = Roles::new(Arc::clone(&book));
        let facts = Facts { roles: vec!["r".into()], ..Facts::default() };
        let who = Identity::proven(facts);
        let ask = || roles.judge(&who, Action::Read, &Resource::key("a", "k")).expect("a verdict");
        assert!(matches!(ask(), Verdict::Silent(_)));
        book.apply([("roles/r", Some(&br#"{"rules":["read a"]}"#[..]))]);
        assert_eq!(ask(), Verdict::Allow);
        book.apply([("roles/r", None)]);
        assert!(matches!(ask(), Verdict::Silent(_)));
    }
}
