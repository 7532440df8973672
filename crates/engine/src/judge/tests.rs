//! The judge against a model: a map of keys, written as plainly as possible.

use std::collections::BTreeMap;

use bytes::Bytes;
use holdfast_model::{
    Choice, Codec, Compare, Condition, Key, Life, LogId, Namespace, Relation, Scope, Target,
    ValueType,
};
use proptest::prelude::*;

use super::*;
use crate::quotas::Quota;
use crate::testing::key;

/// Facts from a map that the test keeps.
#[derive(Default)]
struct Known {
    entries: BTreeMap<EntryKey, Arc<Entry>>,
    ordinals: BTreeMap<EntryKey, u64>,
    changed: bool,
    remembered: Option<Remembered>,
    quota: Option<Quota>,
}

impl Facts for Known {
    fn entry(&self, at: &EntryKey) -> Option<Arc<Entry>> {
        self.entries.get(at).cloned()
    }
    fn last_ordinal(&self, at: &EntryKey) -> u64 {
        self.ordinals.get(at).copied().unwrap_or(0)
    }
    fn changed(&self, _: &Quiet) -> bool {
        self.changed
    }
    fn remembered(&self, _: &Idempotency) -> Option<Remembered> {
        self.remembered.clone()
    }
    fn limits(&self) -> bool {
        self.quota.is_some()
    }
    fn account(&self, namespace: &Namespace) -> Option<Account> {
        let held = self.entries.values().filter(|entry| entry.at.namespace == *namespace);
        let used = held.fold(Used::default(), |used, entry| Used {
            keys: used.keys + 1,
            bytes: used.bytes + entry.value.len() as u64,
        });
        Some(Account { quota: self.quota?, used })
    }
}

impl Known {
    fn take(&mut self, group: &Group) {
        for sealed in &group.commits {
            for event in &sealed.commit().events {
                self.ordinals.insert(event.at.clone(), event.ordinal);
                match event.entry(sealed.commit()) {
                    Some(entry) => drop(self.entries.insert(event.at.clone(), Arc::new(entry))),
                    None => drop(self.entries.remove(&event.at)),
                }
            }
        }
    }
}

fn head() -> Head {
    Head::genesis(LogId(Uuid::nil()))
}

fn put(name: &str, mode: WriteMode, ttl: Option<u64>) -> Write {
    Write {
        at: key("a", name),
        action: WriteAction::Put {
            value: Bytes::from_static(b"1"),
            codec: Codec::json(),
            value_type: ValueType::Int,
            ttl: ttl.map(std::time::Duration::from_nanos).map(Life::For),
            mode,
        },
        condition: Precondition::default(),
    }
}

fn delete(name: &str, missing_ok: bool) -> Write {
    let action = WriteAction::Delete { missing_ok };
    Write { at: key("a", name), action, condition: Precondition::default() }
}

fn batch(writes: Vec<Write>) -> Batch {
    Batch {
        writes,
        conditions: Vec::new(),
        quiet: Vec::new(),
        actor: Actor::system("test"),
        reason: String::new(),
        idempotency: None,
        choice: None,
    }
}

fn run(head: &Head, facts: &Known, now: i64, batches: &[Batch]) -> Judgement {
    let mut random = || [7; 10];
    let circumstances = Circumstances { now: Timestamp(now), random: &mut random };
    let batches: Vec<&Batch> = batches.iter().collect();
    judge(head, facts, circumstances, &batches)
}

fn advance(head: &mut Head, group: &Group) {
    if let Some(last) = group.commits.last() {
        head.revision = last.commit().revision;
        head.time = last.commit().time;
        head.hash = last.hash();
    }
}

#[test]
fn each_batch_of_a_group_sees_those_before_it() {
    let create = || batch(vec![put("k", WriteMode::Create, None)]);
    let judged = run(
        &head(),
        &Known::default(),
        5,
        &[create(), create(), batch(vec![delete("k", false)]), create()],
    );
    let refused: Vec<_> = judged.verdicts.iter().map(|v| v.as_ref().err().copied()).collect();
    assert_eq!(refused, [None, Some(Refusal::Exists(0)), None, None]);
    let last = judged.group.commits.last().expect("three commits").commit();
    let event = &last.events[0];
    assert_eq!((last.revision, event.version, event.ordinal), (Revision(3), 1, 3));
    assert_eq!((event.create_revision, event.previous), (Revision(3), None));
}

#[test]
fn commits_are_chained_and_times_only_rise() {
    let mut start = head();
    start.time = Timestamp(100);
    let writes = [
        batch(vec![put("a", WriteMode::Upsert, None)]),
        batch(vec![put("b", WriteMode::Upsert, None)]),
    ];
    let judged = run(&start, &Known::default(), 5, &writes);
    let [first, second] = judged.group.commits.as_slice() else { panic!("two commits") };
    assert_eq!((first.commit().time, second.commit().time), (Timestamp(101), Timestamp(102)));
    assert_eq!(second.commit().previous_hash, first.hash());
}

#[test]
fn a_due_entry_goes_before_the_batch_that_touches_it_even_when_that_fails() {
    let mut facts = Known::default();
    let first = run(&head(), &facts, 10, &[batch(vec![put("k", WriteMode::Upsert, Some(5))])]);
    facts.take(&first.group);
    let mut at = head();
    advance(&mut at, &first.group);
    let early = run(&at, &facts, 14, &[batch(vec![put("k", WriteMode::Update, None)])]);
    assert_eq!(early.group.commits.len(), 1, "not due yet");
    let late = run(&at, &facts, 15, &[batch(vec![put("k", WriteMode::Update, None)])]);
    assert_eq!(late.verdicts[0].as_ref().err(), Some(&Refusal::Missing(0)));
    let expiry = late.group.commits[0].commit();
    assert_eq!((expiry.cause, expiry.events[0].kind), (Cause::Expiry, EventKind::Expire));
    // A clock behind the log's time expires nothing.
    at.time = Timestamp(1_000);
    let behind = run(&at, &facts, 999, &[batch(vec![put("k", WriteMode::Update, None)])]);
    assert!(behind.verdicts[0].is_ok() && behind.group.commits.len() == 1);
}

#[test]
fn looking_at_a_due_key_is_enough() {
    let mut facts = Known::default();
    let first = run(&head(), &facts, 10, &[batch(vec![put("k", WriteMode::Upsert, Some(5))])]);
    facts.take(&first.group);
    let mut look = batch(Vec::new());
    look.conditions.push(Condition { at: key("a", "k"), condition: Precondition::default() });
    let mut at = head();
    advance(&mut at, &first.group);
    let judged = run(&at, &facts, 99, &[look]);
    assert_eq!(judged.group.commits.len(), 1);
    assert!(judged.group.frees_space && judged.verdicts[0].is_ok());
}

#[test]
fn what_the_decision_was_made_from_must_not_have_changed() {
    let quiet =
        Quiet { scope: Scope::KeyAnywhere(Key::new("k").expect("valid")), since: Revision::ZERO };
    let mut careful = batch(vec![put("x", WriteMode::Upsert, None)]);
    careful.quiet.push(quiet);
    let before = batch(vec![put("k", WriteMode::Upsert, None)]);
    let judged = run(&head(), &Known::default(), 1, &[before, careful.clone()]);
    assert_eq!(judged.verdicts[1].as_ref().err(), Some(&Refusal::Stale));
    let facts = Known { changed: true, ..Known::default() };
    let judged = run(&head(), &facts, 1, &[careful]);
    assert_eq!(judged.verdicts[0].as_ref().err(), Some(&Refusal::Stale));
}

#[test]
fn an_idempotency_key_answers_once_and_for_one_request_only() {
    let with = |fingerprint| {
        let mut batch = batch(vec![put("k", WriteMode::Upsert, None)]);
        let identity = "me".to_owned();
        batch.idempotency = Some(Idempotency { identity, key: "1".into(), fingerprint });
        batch
    };
    let judged = run(&head(), &Known::default(), 1, &[with([1; 32]), with([1; 32]), with([2; 32])]);
    assert_eq!(judged.group.commits.len(), 1);
    let again = judged.verdicts[1].as_ref().expect("a replay");
    assert_eq!(again.revision, Revision(1));
    assert!(again.replay.as_ref().is_some_and(|known| known.committed));
    assert_eq!(judged.verdicts[2].as_ref().err(), Some(&Refusal::OtherRequest));
}

#[test]
fn a_key_without_a_trace_starts_above_the_ordinals_that_went() {
    let mut at = head();
    at.ordinal_base = 40;
    let judged = run(&at, &Known::default(), 1, &[batch(vec![put("k", WriteMode::Upsert, None)])]);
    assert_eq!(judged.group.commits[0].commit().events[0].ordinal, 41);
}

/// What one key is, in the model.
#[derive(Default, Clone, Copy)]
struct Cell {
    version: u64,
    ordinal: u64,
    created: u64,
    written: u64,
}

fn write() -> impl Strategy<Value = Write> {
    let name = "[abc]";
    let mode =
        prop_oneof![Just(WriteMode::Upsert), Just(WriteMode::Create), Just(WriteMode::Update)];
    let puts = (name, mode).prop_map(|(name, mode)| put(&name, mode, None));
    let deletes = (name, any::<bool>()).prop_map(|(name, ok)| delete(&name, ok));
    let version = proptest::option::weighted(0.3, 0u64..4);
    (prop_oneof![3 => puts, 1 => deletes], version).prop_map(|(mut write, version)| {
        write.condition.version = version;
        write
    })
}

proptest! {
    #[test]
    fn judging_agrees_with_the_model(
        groups in proptest::collection::vec(proptest::collection::vec(
            proptest::collection::vec(write(), 1..4), 1..5), 1..8)
    ) {
        let (mut at, mut facts) = (head(), Known::default());
        let mut model: BTreeMap<String, Cell> = BTreeMap::new();
        let mut revision = 0;
        for group in groups {
            let batches: Vec<Batch> = group.into_iter().map(|mut writes| {
                writes.sort_by(|a, b| a.at.cmp(&b.at));
                writes.dedup_by(|a, b| a.at == b.at);
                batch(writes)
            }).collect();
            let judged = run(&at, &facts, 1, &batches);
            for (batch, verdict) in batches.iter().zip(&judged.verdicts) {
                let ok = batch.writes.iter().all(|write| {
                    let cell = model.get(write.at.key.as_str()).copied().unwrap_or_default();
                    let fits = match write.action {
                        WriteAction::Put { mode: WriteMode::Create, .. } => cell.version == 0,
                        WriteAction::Put { mode: WriteMode::Update, .. }
                        | WriteAction::Delete { missing_ok: false } => cell.version > 0,
                        _ => true,
                    };
                    fits && write.condition.version.is_none_or(|v| v == cell.version)
                });
                prop_assert_eq!(verdict.is_ok(), ok);
                if !ok { continue; }
                let changes = batch.writes.iter().any(|write| {
                    let live = model.get(write.at.key.as_str()).is_some_and(|c| c.version > 0);
                    matches!(write.action, WriteAction::Put { .. }) || live
                });
                revision += u64::from(changes);
                for write in &batch.writes {
                    let cell = model.entry(write.at.key.to_string()).or_default();
                    if matches!(write.action, WriteAction::Put { .. }) {
                        cell.created = if cell.version == 0 { revision } else { cell.created };
                        *cell = Cell { version: cell.version + 1, ordinal: cell.ordinal + 1, written: revision, ..*cell };
                    } else if cell.version > 0 {
                        *cell = Cell { version: 0, ordinal: cell.ordinal + 1, ..*cell };
                    }
                }
            }
            facts.take(&judged.group);
            advance(&mut at, &judged.group);
            prop_assert_eq!(at.revision.0, revision);
            for (name, cell) in &model {
                let entry = facts.entry(&EntryKey::new(
                    Namespace::new("a").expect("valid"), Key::new(name).expect("valid")));
                let seen = entry.map(|e| (e.version, e.ordinal, e.create_revision.0, e.mod_revision.0));
                let expected = (cell.version > 0).then_some((cell.version, cell.ordinal, cell.created, cell.written));
                prop_assert_eq!(seen, expected);
            }
        }
    }
}

#[test]
fn a_choice_is_made_from_what_the_batches_before_it_did() {
    let missing =
        || Compare { at: key("a", "lock"), target: Target::Version(0), relation: Relation::Equal };
    let choice = || Choice {
        compares: vec![missing()],
        otherwise: vec![put("waiting", WriteMode::Upsert, None), delete("none", false)],
        otherwise_reads: vec![key("a", "lock")],
        ..Choice::default()
    };
    let take = |choice: Choice| Batch {
        choice: Some(Box::new(choice)),
        ..batch(vec![put("lock", WriteMode::Upsert, None)])
    };
    let waits = Choice { otherwise: vec![put("waiting", WriteMode::Upsert, None)], ..choice() };
    let judged = run(&head(), &Known::default(), 5, &[take(choice()), take(waits), take(choice())]);
    let [Ok(first), Ok(second), Err(third)] = judged.verdicts.as_slice() else {
        panic!("two go through")
    };
    assert!(!first.chosen.otherwise && second.chosen.otherwise);
    let seen: Vec<_> = second.chosen.reads.iter().flatten().map(|e| e.mod_revision).collect();
    assert_eq!(seen, [first.revision]);
    // Counted over the writes of both branches.
    assert_eq!(*third, Refusal::Missing(2));
    assert_eq!(judged.group.commits.len(), 2);
}
