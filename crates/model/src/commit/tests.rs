use proptest::prelude::*;
use proptest::strategy::ValueTree;

use super::*;

fn event() -> impl Strategy<Value = Event> {
    let names = ("[a-z][a-z:.]{0,9}", "[a-zé/ ]{1,20}", "[a-z:]{1,9}");
    let numbers = (any::<u64>(), any::<u64>(), any::<u64>(), any::<Option<u64>>());
    let times = (any::<i64>(), any::<Option<i64>>());
    let rest = (any::<u128>(), 1u8..=6, 0u8..5, proptest::collection::vec(any::<u8>(), 0..900));
    (names, numbers, times, rest).prop_map(|(names, numbers, times, rest)| Event {
        id: Uuid::from_u128(rest.0),
        kind: EventKind::from_number(rest.1).expect("1 to 6"),
        at: EntryKey::new(
            Namespace::new(names.0).expect("valid"),
            Key::new(names.1).expect("valid"),
        ),
        version: numbers.0,
        ordinal: numbers.1,
        create_revision: Revision(numbers.2),
        previous: numbers.3.map(Revision),
        created_at: Timestamp(times.0),
        expires_at: times.1.map(Timestamp),
        codec: Codec::new(names.2).expect("valid"),
        value_type: ValueType::from_number(rest.2),
        value: rest.3.into(),
    })
}

fn commit() -> impl Strategy<Value = Commit> {
    let head = (any::<u128>(), any::<u32>(), any::<u64>(), any::<i64>(), any::<[u8; 32]>());
    let who = ("[a-z]{0,9}", "[a-z/.]{0,12}", "\\PC{0,30}", 1u8..=4);
    (head, who, proptest::collection::vec(event(), 1..5)).prop_map(|(head, who, events)| Commit {
        log: LogId(Uuid::from_u128(head.0)),
        epoch: Epoch(head.1),
        revision: Revision(head.2),
        time: Timestamp(head.3),
        previous_hash: ChainHash(head.4),
        actor: Actor {
            identity: who.0.into(),
            claims: Arc::new([("team".into(), "\"a\"".into())]),
            method: who.1.into(),
        },
        reason: who.2.into(),
        cause: Cause::from_number(who.3).expect("1 to 4"),
        events,
    })
}

fn reopen(sealed: &Sealed) -> Result<Sealed, DecodeError> {
    let events = &sealed.commit().events;
    StoredCommit::new(sealed.canonical().clone()).open(|index, _| Ok(events[index].value.clone()))
}

proptest! {
    #[test]
    fn canonical_round_trip(commit in commit()) {
        let sealed = Sealed::new(commit);
        prop_assert_eq!(reopen(&sealed)?, sealed);
    }

    #[test]
    fn a_glance_sees_each_event_as_it_is(commit in commit()) {
        let sealed = Sealed::new(commit);
        let commit = sealed.commit();
        let glance = Glance::at(sealed.canonical())?;
        prop_assert_eq!((glance.revision(), glance.time()), (commit.revision, commit.time));
        let lens = commit.events.iter().map(|event| event.value.len());
        prop_assert!(glance.value_lens().eq(lens));
        let keys: Vec<_> = glance.keys().collect::<Result<_, _>>()?;
        prop_assert!(keys.iter().eq(commit.events.iter().map(|event| &event.at)));
        for (index, event) in commit.events.iter().enumerate() {
            prop_assert!(glance.is_about(index, &event.at));
            prop_assert!(glance.is_value(index, &event.value));
            let seen = glance.event(index, event.at.clone(), event.value.clone())?;
            prop_assert_eq!(seen.as_ref(), Some(event));
            let newest = commit.events.iter().rposition(|e| e.at == event.at && e.leaves_entry());
            prop_assert_eq!(glance.newest_entry(&event.at), newest);
        }
        prop_assert!(!glance.is_about(commit.events.len(), &commit.events[0].at));
    }

    #[test]
    fn every_flipped_byte_changes_the_hash(commit in commit(), place: usize, bit in 0u8..8) {
        let sealed = Sealed::new(commit);
        let mut bytes = sealed.canonical().to_vec();
        let place = place % bytes.len();
        bytes[place] ^= 1 << bit;
        prop_assert_ne!(StoredCommit::new(bytes.into()).hash(), sealed.hash());
    }

    #[test]
    fn no_bytes_panic(bytes: Vec<u8>) {
        let _ = Glance::at(&bytes);
        let _ = StoredCommit::new(bytes.into()).open(|_, _| Err(DecodeError::Impossible("value")));
    }
}

#[test]
fn a_swapped_value_is_noticed() {
    let mut runner = proptest::test_runner::TestRunner::deterministic();
    let mut commit = commit().new_tree(&mut runner).expect("a tree").current();
    commit.events[0].value = Bytes::from_static(b"right");
    let sealed = Sealed::new(commit);
    let stored = StoredCommit::new(sealed.canonical().clone());
    let opened = stored.open(|_, len| Ok::<_, DecodeError>(Bytes::from(vec![b'x'; len])));
    assert!(matches!(opened, Err(DecodeError::Value { index: 0, .. })));
}
