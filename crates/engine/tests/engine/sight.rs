//! What a caller sees of many answers is what a model says that they may read, in every read there is.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Mutex;
use std::time::{Duration, SystemTime};

use holdfast_auth::trust::{Kind, PolicyDocument};
use holdfast_auth::{Facts, Shown, Sight, Standing};
use holdfast_engine::{
    Delivery, Diff, Events, List, Moment, Rollback, RollbackScope, Search, Start, State, Watch,
};
use holdfast_model::{Filter, Revision};
use proptest::prelude::*;
use tokio::sync::watch;

use super::*;

/// Reads of these entries are allowed; everything else but reads always is.
struct Readable {
    entries: Mutex<BTreeSet<(String, String)>>,
    /// Answers at once, or only after thinking.
    at_once: bool,
    /// Takes `/secret` out of values.
    redacts: bool,
    changes: watch::Sender<u64>,
}

impl Readable {
    fn new(entries: BTreeSet<(String, String)>, at_once: bool) -> Self {
        let (changes, _) = watch::channel(0);
        Self { entries: Mutex::new(entries), at_once, redacts: false, changes }
    }

    fn rule(&self, action: Action, what: &Resource) -> Decision {
        let entries = self.entries.lock().expect("no panic");
        let allowed = match action {
            Action::Read if what.key.is_empty() => {
                what.namespace.is_empty() || entries.iter().any(|(n, _)| *n == what.namespace)
            }
            Action::Read => entries.contains(&(what.namespace.to_string(), what.key.to_string())),
            Action::Admin => false,
            _ => true,
        };
        if allowed { Decision::Allow } else { Decision::Deny("not for you".into()) }
    }
}

#[async_trait::async_trait]
impl Guard for Readable {
    async fn authenticate(&self, _: &Credentials<'_>) -> Result<Identity, AuthError> {
        Ok(Identity::named("me"))
    }

    async fn decide(
        &self,
        _: &Identity,
        action: Action,
        what: &Resource,
    ) -> Result<Decision, AuthError> {
        tokio::task::yield_now().await;
        Ok(self.rule(action, what))
    }

    fn decide_now(
        &self,
        _: &Identity,
        action: Action,
        what: &Resource<'_>,
    ) -> Option<Result<Decision, AuthError>> {
        self.at_once.then(|| Ok(self.rule(action, what)))
    }

    fn redacts(&self) -> bool {
        self.redacts
    }

    fn show(&self, _: &Identity, what: &Shown<'_>) -> Result<Sight, AuthError> {
        Ok(match what.key {
            "hidden" => Sight::Hidden,
            _ => Sight::Without(Arc::from(["/secret".to_owned()])),
        })
    }

    fn standing(&self, _: &Identity) -> Standing {
        let entries = self.entries.lock().expect("no panic");
        let rules = entries.iter().map(|(namespace, key)| format!("allow read {namespace}/{key}"));
        Standing { rules: rules.collect(), ..Standing::default() }
    }

    fn refuses(&self, name: &str, policy: Option<&PolicyDocument>) -> Option<String> {
        (name == "bad" || policy.is_none()).then(|| format!("{name} is wrong"))
    }

    fn changes(&self) -> Option<watch::Receiver<u64>> {
        Some(self.changes.subscribe())
    }
}

/// The same, and everything may be administered.
struct Administered(Readable);

#[async_trait::async_trait]
impl Guard for Administered {
    async fn authenticate(&self, shown: &Credentials<'_>) -> Result<Identity, AuthError> {
        self.0.authenticate(shown).await
    }

    async fn decide(&self, _: &Identity, _: Action, _: &Resource) -> Result<Decision, AuthError> {
        Ok(Decision::Allow)
    }

    fn refuses(&self, name: &str, policy: Option<&PolicyDocument>) -> Option<String> {
        self.0.refuses(name, policy)
    }
}

type Name = (String, String);

fn name() -> impl Strategy<Value = Name> {
    ("[ab]", "[xy]{1,2}").prop_map(|(namespace, key)| (namespace, key))
}

fn list(namespace: &str, limit: usize, after: Option<String>) -> List {
    List { namespace: namespace.into(), prefix: String::new(), limit: Some(limit), after }
}

/// The open engine writes, the one behind the guard reads.
async fn both(guard: Readable) -> (Engine, Engine) {
    let open = engine().await;
    let guarded = open.guarded_by(Arc::new(guard));
    (open, guarded)
}

async fn write(open: &Engine, writes: &[(Name, bool)]) -> BTreeMap<Name, u64> {
    let mut there = BTreeMap::new();
    for (name, delete) in writes {
        let (namespace, key) = name;
        if *delete {
            if there.remove(name).is_some() {
                open.delete(&me(), namespace, key).await.expect("it is there");
            }
        } else {
            let entry = set(open, namespace, key, "\"needle\"").await;
            there.insert(name.clone(), entry.version);
        }
    }
    there
}

fn of(namespace: &str, names: impl IntoIterator<Item = Name>) -> Vec<String> {
    names.into_iter().filter(|(n, _)| n == namespace).map(|(_, key)| key).collect()
}

async fn all_pages(guarded: &Engine, namespace: &str, limit: usize) -> Vec<String> {
    let mut keys: Vec<String> = Vec::new();
    loop {
        let after = keys.last().cloned();
        let page = guarded.list(&me(), list(namespace, limit, after)).await.expect("a page");
        keys.extend(page.entries.iter().map(|entry| entry.at.key.to_string()));
        if !page.more {
            return keys;
        }
        assert_eq!(page.entries.len(), limit, "a page that is not the last one is full");
    }
}

async fn replay(guarded: &Engine, head: Revision, start: Start) -> Vec<Name> {
    let watch = Watch { start, bookmark: Some(Duration::from_millis(5)), ..Watch::default() };
    let mut watcher = guarded.watch(&me(), watch).await.expect("a watch");
    let mut seen = Vec::new();
    loop {
        match watcher.next().await.expect("it goes on") {
            Delivery::Commit(matched) => {
                let commit = matched.commit.commit();
                for index in matched.events.indexes(commit.events.len()) {
                    let at = &commit.events[index].at;
                    seen.push((at.namespace.to_string(), at.key.to_string()));
                }
            }
            Delivery::Resync { revision, .. } => panic!("nothing has changed at {revision}"),
            Delivery::Initial { entries, .. } => seen
                .extend(entries.iter().map(|e| (e.at.namespace.to_string(), e.at.key.to_string()))),
            Delivery::Bookmark { revision, .. } if revision >= head => return seen,
            Delivery::Bookmark { .. } => {}
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]
    #[test]
    fn every_read_shows_what_may_be_read_and_nothing_else(
        writes in proptest::collection::vec((name(), proptest::bool::weighted(0.2)), 1..24),
        readable in proptest::collection::btree_set(name(), 0..8),
        at_once: bool,
        limit in 1usize..4,
    ) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
        runtime.expect("a runtime").block_on(async {
            let (open, guarded) = both(Readable::new(readable.clone(), at_once)).await;
            let there = write(&open, &writes).await;
            let seen: Vec<Name> =
                there.keys().filter(|name| readable.contains(*name)).cloned().collect();
            let head = open.status().head.revision;
            for namespace in ["a", "b"] {
                let expected = of(namespace, seen.clone());
                assert_eq!(all_pages(&guarded, namespace, limit).await, expected);
                let snapshot = guarded.snapshot(&me(), namespace, "").await;
                if !readable.iter().any(|(n, _)| n == namespace) {
                    assert!(snapshot.is_err());
                    continue;
                }
                let snapshot = snapshot.expect("a snapshot");
                let keys: Vec<_> = snapshot.entries.iter().map(|e| e.at.key.to_string()).collect();
                assert_eq!(keys, expected);
                let state = |moment| State { namespace: namespace.into(), moment, live: false };
                let diff = Diff {
                    from: state(Moment::Revision(Revision::ZERO)),
                    to: state(Moment::Latest),
                    prefix: String::new(),
                    after: None,
                    limit: 1_000,
                };
                let diff = guarded.diff(&me(), diff).await.expect("a diff");
                let keys: Vec<_> = diff.differences.iter().map(|d| d.key.to_string()).collect();
                assert_eq!(keys, expected);
            }
            let search = Search {
                namespace: None,
                prefix: String::new(),
                pattern: "needle".into(),
                regex: false,
                ignore_case: false,
                keys: false,
                values: true,
                moment: Moment::Latest,
                live: true,
                after: None,
                limit: 1_000,
            };
            let found = guarded.search(&me(), search).await.expect("a search");
            let names: Vec<Name> = found.found.iter()
                .map(|f| (f.entry.at.namespace.to_string(), f.entry.at.key.to_string())).collect();
            assert_eq!(names, seen);
            let spaces = guarded.list_namespaces(&me(), "", 10, None).await.expect("names");
            let spaces: BTreeSet<_> = spaces.namespaces.iter().map(ToString::to_string).collect();
            let expected: BTreeSet<_> = there.keys().map(|(n, _)| n.clone())
                .filter(|n| readable.iter().any(|(r, _)| r == n)).collect();
            assert_eq!(spaces, expected);
            let wanted = Events { limit: 1_000, ..Events::default() };
            let everything = open.events(&me(), wanted.clone()).await.expect("events");
            let expected: Vec<Name> = everything.events.iter()
                .map(|e| (e.event().at.namespace.to_string(), e.event().at.key.to_string()))
                .filter(|name| readable.contains(name)).collect();
            let events = guarded.events(&me(), wanted).await.expect("events");
            let names: Vec<Name> = events.events.iter()
                .map(|e| (e.event().at.namespace.to_string(), e.event().at.key.to_string())).collect();
            assert_eq!(&names, &expected);
            let replayed = replay(&guarded, head, Start::After(Revision::ZERO)).await;
            assert_eq!(&replayed, &expected);
            assert_eq!(replay(&guarded, head, Start::Initial).await, seen);
        });
    }
}

fn two() -> BTreeSet<Name> {
    BTreeSet::from([("a".into(), "x".into()), ("a".into(), "hidden".into())])
}

async fn a_change(watcher: &mut holdfast_engine::Watcher) -> Result<String, EngineError> {
    loop {
        if let Delivery::Commit(matched) = watcher.next().await? {
            let event = &matched.commit.commit().events[matched.events.indexes(1)[0]];
            return Ok(format!("{}={}", event.at.key, String::from_utf8_lossy(&event.value)));
        }
    }
}

#[tokio::test]
async fn parts_of_values_are_hidden_from_every_read() {
    let guard = Readable { redacts: true, ..Readable::new(two(), true) };
    let (open, guarded) = both(guard).await;
    let mut watcher = guarded.watch(&me(), Watch::default()).await.expect("a watch");
    set(&open, "a", "hidden", "1").await;
    set(&open, "a", "x", r#"{"secret":1,"open":2}"#).await;
    assert_eq!(a_change(&mut watcher).await.expect("a change"), r#"x={"open":2}"#);
    let got = guarded.get(&me(), "a", "x").await.expect("it is there");
    assert_eq!(got.value, r#"{"open":2}"#);
    assert!(is_not_found(guarded.get(&me(), "a", "hidden").await));
    let listed = guarded.list(&me(), list("a", 9, None)).await.expect("a page").entries;
    let values: Vec<_> = listed.iter().map(|entry| entry.value.clone()).collect();
    assert_eq!(values, [r#"{"open":2}"#]);
    let history = guarded.key_history(&me(), ("a", "x"), None, 9).await.expect("a history");
    assert_eq!(history.rows[0].event.value, r#"{"open":2}"#);
    let events = Events { limit: 9, ..Events::default() };
    let events = guarded.events(&me(), events).await.expect("events").events;
    assert_eq!(events.len(), 1);
    assert_eq!(events[0].event().value, r#"{"open":2}"#);
    // A search does not tell of what it does not show.
    let search = |pattern: &str| Search {
        namespace: Some("a".into()),
        prefix: String::new(),
        pattern: pattern.into(),
        regex: false,
        ignore_case: false,
        keys: false,
        values: true,
        moment: Moment::Latest,
        live: true,
        after: None,
        limit: 9,
    };
    assert_eq!(guarded.search(&me(), search("open")).await.expect("found").found.len(), 1);
    assert_eq!(guarded.search(&me(), search("secret")).await.expect("nothing").found.len(), 0);
    // Who wrote it was another caller: the log itself is whole.
    assert_eq!(open.get(&me(), "a", "x").await.expect("whole").value, r#"{"secret":1,"open":2}"#);
}

#[tokio::test]
async fn a_rollback_shows_no_key_that_may_not_be_read() {
    let (open, guarded) = both(Readable::new(two(), true)).await;
    set(&open, "a", "x", "1").await;
    set(&open, "a", "other", "1").await;
    let rollback = |scope| Rollback {
        namespace: "a".into(),
        scope,
        to: Moment::Revision(Revision::ZERO),
        dry_run: true,
        expect_head: None,
        reason: String::new(),
        idempotency_key: String::new(),
    };
    let all = guarded.rollback(&me(), rollback(RollbackScope::Below(String::new()))).await;
    assert!(
        matches!(all, Err(EngineError::Auth(AuthError::Denied(why))) if !why.contains("other"))
    );
    let one = guarded.rollback(&me(), rollback(RollbackScope::Key("x".into()))).await;
    assert_eq!(one.expect("a plan").plan.len(), 1);
}

#[tokio::test]
async fn a_changed_rule_reaches_a_running_watch() {
    let guard = Arc::new(Readable::new(two(), true));
    let open = engine().await;
    let guarded = open.guarded_by(guard.clone());
    let mut watcher = guarded.watch(&me(), Watch::default()).await.expect("a watch");
    set(&open, "a", "x", "1").await;
    assert_eq!(a_change(&mut watcher).await.expect("a change"), "x=1");
    guard.entries.lock().expect("no panic").clear();
    guard.changes.send_modify(|n| *n += 1);
    set(&open, "a", "x", "2").await;
    let nothing = tokio::time::timeout(Duration::from_millis(50), a_change(&mut watcher)).await;
    assert!(nothing.is_err(), "what may not be read any more does not come");
}

/// The revision up to which a watcher is told to read again; `None`: not within a moment.
async fn told_to_read_again(watcher: &mut holdfast_engine::Watcher) -> Option<Revision> {
    let next = async {
        loop {
            if let Delivery::Resync { revision, token } = watcher.next().await.expect("it goes on")
            {
                assert!(token.revision <= revision, "nothing is skipped");
                return revision;
            }
        }
    };
    tokio::time::timeout(Duration::from_millis(100), next).await.ok()
}

#[tokio::test]
async fn whoever_may_see_more_than_before_is_told_to_read_again() {
    let guard = Arc::new(Readable::new(two(), true));
    let open = engine().await;
    let guarded = open.guarded_by(guard.clone());
    let tells = Watch { resync: true, ..Watch::default() };
    let mut watcher = guarded.watch(&me(), tells.clone()).await.expect("a watch");
    let mut plain = guarded.watch(&me(), Watch::default()).await.expect("a watch");
    let hidden = set(&open, "b", "later", "1").await.mod_revision;
    let change = |to: BTreeSet<Name>| {
        *guard.entries.lock().expect("no panic") = to;
        guard.changes.send_modify(|n| *n += 1);
    };

    // The watcher has looked at what it may not see before it may.
    assert_eq!(told_to_read_again(&mut watcher).await, None);
    let mut more = two();
    more.insert(("b".into(), "later".into()));
    change(more);
    assert_eq!(told_to_read_again(&mut watcher).await, Some(hidden));
    assert_eq!(told_to_read_again(&mut watcher).await, None, "once is enough");
    set(&open, "b", "later", "2").await;
    assert_eq!(a_change(&mut watcher).await.expect("a change"), "later=2");
    change(BTreeSet::new());
    assert_eq!(told_to_read_again(&mut watcher).await, None, "less is not more");
    assert_eq!(told_to_read_again(&mut plain).await, None, "who did not ask is not told");
}

#[test]
fn rights_are_wider_by_a_new_allow_a_missing_deny_or_another_edition() {
    let standing = |rules: &[&str], edition| {
        let rules = rules.iter().map(|&rule| rule.to_owned()).collect();
        Standing { rules, edition, ..Standing::default() }
    };
    let before = standing(&["allow read a", "deny read a/b"], 1);
    let wider = |rules: &[&str], edition| standing(rules, edition).is_wider_than(&before);
    assert!(!wider(&["allow read a", "deny read a/b"], 1));
    assert!(!wider(&["deny read a/b"], 1));
    assert!(!wider(&["allow read a", "deny read a/b", "deny read a/c"], 1));
    assert!(wider(&["allow read a", "deny read a/b", "allow read c"], 1));
    assert!(wider(&["allow read a"], 1));
    assert!(wider(&["allow read a", "deny read a/b"], 2));
}

#[tokio::test]
async fn a_policy_that_the_guard_refuses_is_not_stored() {
    let open = engine().await;
    // An administrator, by a guard that knows what a good policy is.
    let guarded = open.guarded_by(Arc::new(Administered(Readable::new(two(), true))));
    let put = async |name: &str| {
        let json = br#"{"modules":{"m.rego":"package a"}}"#;
        guarded.put_document(&me(), Kind::Policy, name, json).await
    };
    put("good").await.expect("it is stored");
    let head = open.status().head.revision;
    let refused = put("bad").await.expect_err("it is refused");
    assert!(refused.to_string().contains("bad is wrong"), "{refused}");
    let kept = guarded.delete_document(&me(), Kind::Policy, "good").await;
    assert!(kept.expect_err("it is refused").to_string().contains("good is wrong"));
    assert_eq!(open.status().head.revision, head);
}

#[tokio::test]
async fn an_alias_that_is_a_key_elsewhere_tells_only_those_where_who_may_read_it() {
    let (open, guarded) = both(Readable::new(two(), true)).await;
    set(&open, "hush", "taken", "1").await;
    let told = async |engine: &Engine| {
        engine.set_alias(&me(), "taken", "x", any_key).await.expect_err("it is taken").to_string()
    };
    assert!(told(&open).await.contains("hush"));
    assert!(!told(&guarded).await.contains("hush"));
}

#[tokio::test]
async fn an_event_that_is_being_looked_at_is_not_lost() {
    // This guard has to think, and its watcher gives up again and again while it does.
    let (open, guarded) = both(Readable::new(two(), false)).await;
    let mut watcher = guarded.watch(&me(), Watch::default()).await.expect("a watch");
    for text in ["1", "2", "3"] {
        set(&open, "a", "x", text).await;
    }
    let mut seen = Vec::new();
    for _ in 0..200 {
        let once = futures::FutureExt::now_or_never(a_change(&mut watcher));
        match once {
            Some(change) => seen.push(change.expect("it goes on")),
            None => tokio::time::sleep(Duration::from_millis(1)).await,
        }
        // A reader that never waits for the guard sees nothing; now and then it does.
        if let Ok(change) =
            tokio::time::timeout(Duration::from_millis(5), a_change(&mut watcher)).await
        {
            seen.push(change.expect("it goes on"));
        }
    }
    assert_eq!(seen, ["x=1", "x=2", "x=3"]);
}

#[tokio::test]
async fn a_watch_ends_with_its_credential() {
    let engine = engine().await;
    let end = SystemTime::now() + Duration::from_millis(30);
    let facts = Facts { user: "me".into(), expires: Some(end), ..Facts::default() };
    let caller = Caller::of(Identity::proven(facts), "test");
    let mut watcher = engine.watch(&caller, Watch::default()).await.expect("a watch");
    let ended = tokio::time::timeout(Duration::from_secs(20), watcher.next()).await;
    let ended = ended.expect("it ends by itself").err();
    assert!(matches!(ended, Some(EngineError::Auth(AuthError::Unauthenticated(_)))), "{ended:?}");
}

#[tokio::test]
async fn what_the_server_keeps_is_for_those_who_administer_it() {
    let (open, guarded) = both(Readable::new(two(), true)).await;
    open.set_alias(&me(), "short", "long/name", any_key).await.expect("an alias");
    let own = "internal:holdfast";
    let denied = |result: Result<(), EngineError>| {
        assert!(matches!(result, Err(EngineError::Auth(AuthError::Denied(_)))), "{result:?}");
    };
    denied(guarded.get(&me(), own, "aliases/short").await.map(drop));
    denied(guarded.list(&me(), list(own, 9, None)).await.map(drop));
    denied(guarded.snapshot(&me(), own, "").await.map(drop));
    let filters = vec![Filter { namespaces: vec![own.into()], prefixes: Vec::new() }];
    denied(guarded.watch(&me(), Watch { filters, ..Watch::default() }).await.map(drop));
    // The alias itself is a resource without a namespace, which this caller may not read either.
    assert!(guarded.list_aliases(&me()).await.expect("none of them").is_empty());
}
