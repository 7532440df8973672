//! All documents of a moment, ready for decisions. Whoever follows the log applies its changes here; a decision reads one
//! state and takes no lock.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use arc_swap::ArcSwap;
use parking_lot::Mutex;
use serde_json::Map;
use tokio::sync::watch;

use super::document::{
    Document, Kind, PolicyDocument, PreviousSecret, RoleDocument, TokenDocument, UserDocument,
    rules,
};
use super::rule::Rule;
use super::secret::{Secret, Token};
use crate::identity::{Facts, Identity};

/// The book of tokens, users, roles and policies.
pub struct Book {
    state: ArcSwap<State>,
    documents: Mutex<BTreeMap<String, Document>>,
    /// Documents that cannot be read, by key, with the reason: what they would allow is not allowed.
    faults: Mutex<BTreeMap<String, String>>,
    changes: watch::Sender<u64>,
}

/// What decisions read.
#[derive(Default)]
pub(crate) struct State {
    /// Rises with each change.
    pub(crate) generation: u64,
    tokens: HashMap<String, Known>,
    roles: HashMap<String, Role>,
    disabled: HashSet<String>,
}

/// A token and whom it proves.
struct Known {
    secret: Secret,
    previous: Option<PreviousSecret>,
    expires: Option<SystemTime>,
    identity: Identity,
    disabled: bool,
}

struct Role {
    rules: Vec<Rule>,
    users: Vec<String>,
    groups: Vec<String>,
}

/// Roles that are there without a document; a document of that name takes their place.
const BUILT_IN: [(&str, &str); 3] =
    [("admin", "allow *,admin *"), ("writer", "allow * *"), ("reader", "allow read,list,watch *")];

impl Default for Book {
    fn default() -> Self {
        let (changes, _) = watch::channel(0);
        let book = Self {
            state: ArcSwap::from_pointee(State::default()),
            documents: Mutex::default(),
            faults: Mutex::default(),
            changes,
        };
        book.rebuild(&BTreeMap::new());
        book
    }
}

impl Book {
    /// Takes over documents by their keys; `None`: it was removed. All at once: no decision sees half of them.
    pub fn apply<'a>(&self, changed: impl IntoIterator<Item = (&'a str, Option<&'a [u8]>)>) {
        let mut documents = self.documents.lock();
        for (key, json) in changed {
            self.take(&mut documents, key, json);
        }
        self.rebuild(&documents);
    }

    /// Takes over all documents there are; what is not among them is gone.
    pub fn replace<'a>(&self, all: impl IntoIterator<Item = (&'a str, &'a [u8])>) {
        let mut documents = self.documents.lock();
        documents.clear();
        self.faults.lock().clear();
        for (key, json) in all {
            self.take(&mut documents, key, Some(json));
        }
        self.rebuild(&documents);
    }

    fn take(&self, documents: &mut BTreeMap<String, Document>, key: &str, json: Option<&[u8]>) {
        let Some((kind, _)) = Kind::of_key(key) else { return };
        self.faults.lock().remove(key);
        documents.remove(key);
        match json.map(|json| Document::parse(kind, json)) {
            None => {}
            Some(Ok(document)) => drop(documents.insert(key.to_owned(), document)),
            Some(Err(fault)) => drop(self.faults.lock().insert(key.to_owned(), fault.to_string())),
        }
    }

    fn rebuild(&self, documents: &BTreeMap<String, Document>) {
        let generation = self.state.load().generation + 1;
        self.state.store(Arc::new(State::of(generation, documents)));
        self.changes.send_replace(generation);
    }

    pub(crate) fn state(&self) -> Arc<State> {
        self.state.load_full()
    }

    pub(crate) fn with_state<T>(&self, read: impl FnOnce(&State) -> T) -> T {
        read(&self.state.load())
    }

    /// Which state is in force: it rises with each change.
    pub fn generation(&self) -> u64 {
        self.state.load().generation
    }

    /// The same, to wait for.
    pub fn changes(&self) -> watch::Receiver<u64> {
        self.changes.subscribe()
    }

    /// Documents that cannot be read: key and reason.
    pub fn faults(&self) -> Vec<(String, String)> {
        self.faults.lock().iter().map(|(key, why)| (key.clone(), why.clone())).collect()
    }

    /// The policies there are, by name.
    pub fn policies(&self) -> Vec<(String, PolicyDocument)> {
        let documents = self.documents.lock();
        let policies = documents.iter().filter_map(|(key, document)| match document {
            Document::Policy(policy) => {
                Some((key[Kind::Policy.prefix().len()..].to_owned(), policy.clone()))
            }
            _ => None,
        });
        policies.collect()
    }
}

impl State {
    fn of(generation: u64, documents: &BTreeMap<String, Document>) -> Self {
        let mut state = Self { generation, ..Self::default() };
        for (name, rule) in BUILT_IN {
            let role = RoleDocument { rules: vec![rule.to_owned()], ..RoleDocument::default() };
            state.add_role(name, &role);
        }
        let nobody = UserDocument::default();
        for (key, document) in documents {
            match (Kind::of_key(key), document) {
                (Some((_, name)), Document::Role(role)) => state.add_role(name, role),
                (Some((_, name)), Document::User(user)) if user.disabled => {
                    state.disabled.insert(name.to_owned());
                }
                (Some((_, id)), Document::Token(token)) => {
                    let user = match documents.get(&Kind::User.key(&token.user)) {
                        Some(Document::User(user)) => user,
                        _ => &nobody,
                    };
                    state.tokens.insert(id.to_owned(), Known::of(id, token, user));
                }
                _ => {}
            }
        }
        state
    }

    fn add_role(&mut self, name: &str, role: &RoleDocument) {
        // A document was checked before it came here.
        let rules = rules("rules", &role.rules).unwrap_or_default();
        let (users, groups) = (role.users.clone(), role.groups.clone());
        self.roles.insert(name.to_owned(), Role { rules, users, groups });
    }

    /// Whom the token proves; `None`: nobody.
    pub(crate) fn recognise(&self, token: &Token, now: SystemTime) -> Option<Identity> {
        let known = self.tokens.get(&token.id)?;
        let shown = token.hash();
        let previous = known.previous.as_ref().filter(|previous| now < at(previous.until));
        // Both are compared, so that the time does not tell which one it was.
        let is_current = shown == known.secret;
        let is_previous = previous.is_some_and(|previous| shown == previous.secret);
        let good = (is_current || is_previous) && known.is_good(now);
        good.then(|| known.identity.clone())
    }

    /// Whether a token that was recognised earlier is still good.
    pub(crate) fn is_good(&self, id: &str, now: SystemTime) -> bool {
        self.tokens.get(id).is_some_and(|known| known.is_good(now))
    }

    /// Whether there is a document of this user that says so.
    pub(crate) fn is_disabled(&self, user: &str) -> bool {
        self.disabled.contains(user)
    }

    /// All rules for a caller: of roles that name the caller, and of those that the caller names.
    pub(crate) fn rules_of(&self, who: &Identity) -> Vec<Rule> {
        self.roles_of(who).flat_map(|(_, rules)| rules.iter().cloned()).collect()
    }

    /// The roles of a caller with their rules, by name.
    pub(crate) fn roles_of(&self, who: &Identity) -> impl Iterator<Item = (&str, &[Rule])> {
        let facts = who.facts();
        let mut names: Vec<_> = self.roles.keys().collect();
        names.sort_unstable();
        let has = |name: &String, role: &Role| {
            facts.roles.contains(name)
                || role.users.contains(&facts.user)
                || role.groups.iter().any(|group| facts.groups.contains(group))
        };
        names.into_iter().filter_map(move |name| {
            let role = &self.roles[name];
            has(name, role).then_some((name.as_str(), &*role.rules))
        })
    }
}

impl Known {
    fn of(id: &str, token: &TokenDocument, user: &UserDocument) -> Self {
        let expires = token.expires.map(at);
        let both = |a: &[String], b: &[String]| a.iter().chain(b).cloned().collect();
        let identity = Identity::proven(Facts {
            user: token.user.clone(),
            claims: Map::new(),
            groups: both(&user.groups, &token.groups),
            roles: both(&user.roles, &token.roles),
            scopes: token.scopes.clone(),
            credential: format!("token:{id}"),
            expires,
        });
        let (secret, previous) = (token.secret, token.previous.clone());
        Self { secret, previous, expires, identity, disabled: user.disabled }
    }

    fn is_good(&self, now: SystemTime) -> bool {
        !self.disabled && self.expires.is_none_or(|end| now < end)
    }
}

fn at(seconds: u64) -> SystemTime {
    // Beyond what the system can count is never.
    let end = SystemTime::UNIX_EPOCH.checked_add(Duration::from_secs(seconds));
    end.unwrap_or(SystemTime::UNIX_EPOCH + Duration::from_secs(u64::from(u32::MAX) * 60))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn token(user: &str, roles: &[&str]) -> (Token, TokenDocument) {
        let token = Token::generate().expect("random numbers");
        let document = TokenDocument {
            user: user.into(),
            roles: roles.iter().map(|role| (*role).to_owned()).collect(),
            groups: Vec::new(),
            scopes: None,
            secret: token.hash(),
            previous: None,
            created: 0,
            expires: None,
            note: String::new(),
        };
        (token, document)
    }

    fn put(book: &Book, key: &str, document: Document) {
        let json = document.to_json().to_string();
        book.apply([(key, Some(json.as_bytes()))]);
    }

    fn recognise(book: &Book, token: &Token) -> Option<Identity> {
        book.state().recognise(token, SystemTime::now())
    }

    #[test]
    fn a_token_is_good_until_it_is_removed_or_its_user_disabled() {
        let book = Book::default();
        let (token, document) = token("ann", &["reader"]);
        let key = Kind::Token.key(&token.id);
        assert!(recognise(&book, &token).is_none());
        put(&book, &key, Document::Token(document));
        let who = recognise(&book, &token).expect("recognised");
        assert_eq!((who.user(), who.facts().roles.as_slice()), ("ann", &["reader".to_owned()][..]));
        put(
            &book,
            "users/ann",
            Document::User(UserDocument { disabled: true, ..Default::default() }),
        );
        assert!(recognise(&book, &token).is_none());
        assert!(book.state().is_disabled("ann") && !book.state().is_disabled("bob"));
        put(&book, "users/ann", Document::User(UserDocument::default()));
        assert!(recognise(&book, &token).is_some() && !book.state().is_disabled("ann"));
        book.apply([(&*key, None)]);
        assert!(recognise(&book, &token).is_none());
    }

    #[test]
    fn another_secret_under_the_same_id_proves_nobody() {
        let book = Book::default();
        let (token, document) = token("ann", &[]);
        put(&book, &Kind::Token.key(&token.id), Document::Token(document));
        let forged = Token::with_id(token.id.clone()).expect("random numbers");
        assert!(recognise(&book, &forged).is_none());
    }

    #[test]
    fn a_secret_before_a_rotation_is_good_for_its_grace() {
        let book = Book::default();
        let (old, mut document) = token("ann", &[]);
        let new = Token::with_id(old.id.clone()).expect("random numbers");
        document.previous = Some(PreviousSecret { secret: old.hash(), until: 100 });
        document.secret = new.hash();
        put(&book, &Kind::Token.key(&old.id), Document::Token(document));
        let state = book.state();
        assert!(state.recognise(&old, at(99)).is_some());
        assert!(state.recognise(&old, at(100)).is_none());
        assert!(state.recognise(&new, at(100)).is_some());
    }

    #[test]
    fn a_token_ends() {
        let book = Book::default();
        let (token, mut document) = token("ann", &[]);
        document.expires = Some(100);
        put(&book, &Kind::Token.key(&token.id), Document::Token(document));
        let state = book.state();
        assert!(state.recognise(&token, at(99)).is_some());
        assert!(state.recognise(&token, at(100)).is_none());
        assert!(!state.is_good(&token.id, at(100)));
    }

    #[test]
    fn a_document_that_cannot_be_read_allows_nothing_and_is_named() {
        let book = Book::default();
        book.apply([("roles/x", Some(&b"{\"rules\":[\"fly\"]}"[..]))]);
        assert_eq!(book.faults()[0].0, "roles/x");
        book.apply([("roles/x", Some(&b"{\"rules\":[\"read a\"]}"[..]))]);
        assert!(book.faults().is_empty());
    }

    #[test]
    fn roles_are_had_by_name_by_user_and_by_group() {
        let book = Book::default();
        let role = |users: &[&str], groups: &[&str]| {
            let all = |names: &[&str]| names.iter().map(|n| (*n).to_owned()).collect();
            Document::Role(RoleDocument {
                rules: vec!["read a".into()],
                users: all(users),
                groups: all(groups),
                note: String::new(),
            })
        };
        put(&book, "roles/by-user", role(&["ann"], &[]));
        put(&book, "roles/by-group", role(&[], &["ops"]));
        let facts = |user: &str, groups: &[&str], roles: &[&str]| {
            let all = |names: &[&str]| names.iter().map(|n| (*n).to_owned()).collect();
            let (groups, roles) = (all(groups), all(roles));
            Identity::proven(Facts { user: user.into(), groups, roles, ..Facts::default() })
        };
        let state = book.state();
        let rules = |who: Identity| state.rules_of(&who).len();
        assert_eq!(rules(facts("bob", &[], &[])), 0);
        assert_eq!(rules(facts("ann", &[], &[])), 1);
        assert_eq!(rules(facts("ann", &["ops"], &[])), 2);
        assert_eq!(rules(facts("bob", &[], &["by-group", "unknown"])), 1);
        // A group is no role, whatever it is called.
        assert_eq!(rules(facts("bob", &["admin"], &[])), 0);
    }
}
