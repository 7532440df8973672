use std::collections::{HashMap, HashSet};

use proptest::prelude::*;

use super::*;

const PATIENCE: Duration = Duration::from_secs(30);

fn place(number: u64) -> Place {
    Place { revision: Revision(number), index: 0 }
}

fn id(number: u64) -> Uuid {
    Uuid::from_u128(number.into())
}

fn offered(number: u64, key: u64) -> Offered {
    Offered { place: place(number), key, id: id(number), commit: None, repeated: false }
}

/// A ledger with events 1, 2, .. of these keys.
fn with(keys: &[u64]) -> Ledger {
    let mut ledger = Ledger::new(place(0), PATIENCE);
    for (number, key) in (1..).zip(keys) {
        ledger.offer(offered(number, *key));
    }
    ledger
}

const ALL: Revision = Revision(u64::MAX);

/// What a member gets now: the numbers, with a sign for repeats.
fn taken(ledger: &mut Ledger, member: MemberId, now: Instant) -> Vec<String> {
    ledger.assign(ALL, now);
    let next = || ledger.take(member, now);
    std::iter::from_fn(next)
        .map(|t| format!("{}{}", t.place.revision.0, if t.repeated { "+" } else { "" }))
        .collect()
}

#[test]
fn members_share_the_keys_and_each_key_keeps_its_order() {
    let now = Instant::now();
    let mut ledger = with(&[1, 2, 1, 2, 1]);
    let (a, _) = ledger.join(true, 10);
    let (b, _) = ledger.join(true, 10);
    assert_eq!(taken(&mut ledger, a, now), ["1", "3", "5"]);
    assert_eq!(taken(&mut ledger, b, now), ["2", "4"]);
    assert_eq!(ledger.done(), Place { revision: Revision(0), index: u32::MAX });
    assert_eq!(ledger.acknowledge([id(1), id(2), id(9)]), 2);
    assert_eq!(ledger.acknowledge([id(1)]), 0);
    assert_eq!(ledger.done(), Place { revision: Revision(2), index: u32::MAX });
    ledger.acknowledge([id(3), id(4), id(5)]);
    assert_eq!(ledger.done(), place(5));
}

#[test]
fn members_that_are_quick_take_turns() {
    let now = Instant::now();
    let mut ledger = with(&[]);
    let members = [(); 3].map(|()| ledger.join(true, 10).0);
    let mut got = [0; 3];
    for number in 1..=9 {
        ledger.offer(offered(number, number));
        for (at, member) in members.iter().enumerate() {
            got[at] += taken(&mut ledger, *member, now).len();
        }
        // Before the next one comes.
        ledger.acknowledge([id(number)]);
    }
    assert_eq!(got, [3, 3, 3]);
}

#[test]
fn no_member_gets_more_than_it_has_room_for() {
    let now = Instant::now();
    let mut ledger = with(&[1, 2, 3, 4]);
    let (a, _) = ledger.join(true, 2);
    assert_eq!(taken(&mut ledger, a, now), ["1", "2"]);
    assert!(taken(&mut ledger, a, now).is_empty());
    ledger.acknowledge([id(2)]);
    assert_eq!(taken(&mut ledger, a, now), ["3"]);
}

#[test]
fn what_a_member_had_is_for_the_others_when_it_is_gone() {
    let now = Instant::now();
    let mut ledger = with(&[1, 1, 2]);
    let (a, _) = ledger.join(true, 10);
    assert_eq!(taken(&mut ledger, a, now), ["1", "2", "3"]);
    ledger.acknowledge([id(1)]);
    ledger.leave(a);
    let (b, _) = ledger.join(true, 10);
    assert_eq!(taken(&mut ledger, b, now), ["2+", "3+"]);
}

#[test]
fn what_is_not_acknowledged_in_time_comes_back_with_what_is_behind_it_of_its_key() {
    let now = Instant::now();
    let mut ledger = with(&[1, 1, 2]);
    let (a, _) = ledger.join(true, 10);
    assert_eq!(taken(&mut ledger, a, now), ["1", "2", "3"]);
    let (b, _) = ledger.join(true, 10);
    let late = now + Duration::from_secs(10);
    assert_eq!(ledger.give_back([id(1)]), 1);
    assert_eq!(taken(&mut ledger, b, late), ["1+", "2+"]);
    ledger.expire(now + PATIENCE);
    assert_eq!(taken(&mut ledger, b, now + PATIENCE), ["3+"]);
    assert_eq!(ledger.next_due(), Some(late + PATIENCE));
    // Late is better than never.
    assert_eq!(ledger.acknowledge([id(1), id(2), id(3)]), 3);
    assert_eq!(ledger.next_due(), None);
}

#[test]
fn what_a_member_without_acknowledgements_took_long_ago_is_done() {
    let now = Instant::now();
    let mut ledger = with(&[1, 2]);
    let (a, _) = ledger.join(false, 10);
    assert_eq!(taken(&mut ledger, a, now), ["1", "2"]);
    ledger.offer(offered(3, 3));
    let later = now + Duration::from_secs(20);
    assert_eq!(taken(&mut ledger, a, later), ["3"]);
    ledger.expire(now + PATIENCE);
    assert_eq!(ledger.done().revision, Revision(2));
    ledger.leave(a);
    let (b, _) = ledger.join(false, 10);
    assert_eq!(taken(&mut ledger, b, later), ["3+"]);
}

#[test]
fn what_waits_for_a_slow_reader_is_not_done_but_comes_back() {
    let now = Instant::now();
    let mut ledger = with(&[1]);
    let (slow, _) = ledger.join(false, 10);
    ledger.assign(ALL, now);
    let (other, _) = ledger.join(false, 10);
    ledger.expire(now + PATIENCE);
    assert_eq!(taken(&mut ledger, other, now + PATIENCE), ["1"], "nobody got it before");
    assert!(taken(&mut ledger, slow, now + PATIENCE).is_empty());
}

#[test]
fn what_one_may_not_see_is_for_others_and_what_none_may_see_is_done() {
    let now = Instant::now();
    let mut ledger = with(&[1]);
    let (a, _) = ledger.join(true, 10);
    let (b, _) = ledger.join(true, 10);
    assert_eq!(taken(&mut ledger, a, now), ["1"]);
    ledger.refuse(a, place(1), false);
    assert!(taken(&mut ledger, a, now).is_empty());
    assert_eq!(taken(&mut ledger, b, now), ["1"]);
    ledger.refuse(b, place(1), false);
    assert_eq!(ledger.done(), place(1));
}

#[test]
fn what_is_behind_a_refused_event_of_its_key_comes_behind_it() {
    let now = Instant::now();
    let mut ledger = with(&[1, 1]);
    let (a, _) = ledger.join(true, 10);
    ledger.assign(ALL, now);
    let first = ledger.take(a, now).expect("it has two");
    let (b, _) = ledger.join(true, 10);
    ledger.refuse(a, first.place, first.repeated);
    ledger.assign(ALL, now);
    assert!(ledger.take(a, now).is_none(), "the second one may not come first");
    assert_eq!(taken(&mut ledger, b, now), ["1", "2"]);
}

#[test]
fn nothing_is_written_down_ahead_for_who_has_no_room() {
    let now = Instant::now();
    let mut ledger = with(&[1, 2]);
    assert!(!ledger.assign(Revision(0), now), "nobody is there");
    let (a, _) = ledger.join(true, 1);
    assert!(ledger.assign(Revision(0), now));
    assert_eq!(taken(&mut ledger, a, now), ["1"]);
    assert!(!ledger.assign(Revision(1), now), "it has no room");
}

#[test]
fn nothing_is_given_behind_the_revision_that_is_allowed() {
    let now = Instant::now();
    let mut ledger = with(&[1, 2, 3]);
    let (a, _) = ledger.join(true, 10);
    assert!(ledger.assign(Revision(2), now));
    assert_eq!(ledger.next_waiting(Revision(2)), Some(Revision(3)));
    let two = std::iter::from_fn(|| ledger.take(a, now)).count();
    assert_eq!(two, 2);
    assert!(!ledger.assign(Revision(3), now));
}

#[derive(Debug, Clone)]
enum Step {
    Offer(u64),
    Join(bool, usize),
    Leave(usize),
    Take(usize),
    Acknowledge(usize),
    GiveBack(usize),
    Pass(u64),
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        4 => (0..5u64).prop_map(Step::Offer),
        1 => (any::<bool>(), 1..5usize).prop_map(|(acks, most)| Step::Join(acks, most)),
        1 => (0..8usize).prop_map(Step::Leave),
        6 => (0..8usize).prop_map(Step::Take),
        3 => (0..64usize).prop_map(Step::Acknowledge),
        1 => (0..64usize).prop_map(Step::GiveBack),
        1 => (1..40u64).prop_map(Step::Pass),
    ]
}

proptest! {
    /// Whatever happens: nothing is lost, an event that comes unmarked comes so once, those of a key come for the first time in
    /// their order, and `done` never runs ahead.
    #[test]
    fn nothing_is_lost_and_repeats_are_marked(steps in prop::collection::vec(step(), 1..200)) {
        let mut now = Instant::now();
        let mut ledger = with(&[]);
        let mut members = Vec::new();
        let (mut keys, mut first) = (HashMap::new(), HashMap::<u64, u64>::new());
        let (mut unmarked, mut acked) = (HashSet::new(), HashSet::new());
        let mut last = 0;
        let mut sent_without = HashSet::new();
        for step in steps {
            match step {
                Step::Offer(key) => {
                    last += 1;
                    keys.insert(last, key);
                    ledger.offer(offered(last, key));
                }
                Step::Join(acks, most) => members.push((ledger.join(acks, most).0, acks)),
                Step::Leave(n) if !members.is_empty() => {
                    ledger.leave(members.remove(n % members.len()).0);
                }
                Step::Take(n) if !members.is_empty() => {
                    ledger.assign(ALL, now);
                    let (member, acks) = members[n % members.len()];
                    let Some(taken) = ledger.take(member, now) else { continue };
                    let number = taken.place.revision.0;
                    prop_assert!(!acked.contains(&number), "{} is done", number);
                    if !taken.repeated {
                        prop_assert!(unmarked.insert(number), "{} came unmarked twice", number);
                    }
                    let before = first.entry(keys[&number]).or_default();
                    prop_assert!(taken.repeated || *before < number, "{number} after {before}");
                    *before = number.max(*before);
                    if !acks {
                        sent_without.insert(number);
                    }
                }
                Step::Acknowledge(n) => {
                    let number = u64::try_from(n).expect("small") + 1;
                    if unmarked.contains(&number) && ledger.acknowledge([id(number)]) == 1 {
                        acked.insert(number);
                    }
                }
                Step::GiveBack(n) => {
                    ledger.give_back([id(u64::try_from(n).expect("small") + 1)]);
                }
                Step::Pass(seconds) => {
                    now += Duration::from_secs(seconds);
                    ledger.expire(now);
                }
                Step::Leave(_) | Step::Take(_) => {}
            }
            let done = ledger.done();
            let open = (1..=last).find(|n| !acked.contains(n) && !sent_without.contains(n));
            if let Some(open) = open {
                prop_assert!(done < place(open), "{done:?} is ahead of {open}");
            }
        }
        // Whoever comes now gets all that is open, and then everything is done.
        for (member, _) in members {
            ledger.leave(member);
        }
        let (drain, _) = ledger.join(true, usize::MAX);
        ledger.assign(ALL, now);
        let mut order = HashMap::<u64, u64>::new();
        while let Some(taken) = ledger.take(drain, now) {
            let number = taken.place.revision.0;
            let before = order.insert(keys[&number], number).unwrap_or_default();
            prop_assert!(before < number);
            unmarked.insert(number);
            ledger.acknowledge([id(number)]);
        }
        prop_assert_eq!(unmarked.len() as u64, last, "all were given to somebody");
        prop_assert_eq!(ledger.sizes(), (0, 0));
        prop_assert!(ledger.next_due().is_none() && ledger.keys.is_empty() && ledger.ids.is_empty());
    }
}
