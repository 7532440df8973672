//! The script that the child runs, and the child.

use std::path::Path;

use futures::executor::block_on;
use holdfast_model::{EntryKey, Floors, Revision, Timestamp};
use holdfast_store::{AppendError, At, Group, SideWrite, Store};
use holdfast_store_fjall::FjallStore;
use holdfast_testkit::Random;
use holdfast_testkit::scribe::{Change, Scribe, key};

use super::shim::{CHILD, tell};
use crate::dump::open;

/// One thing that the child does, and marks as done.
pub(crate) enum Step {
    /// Appends a group of these commits and side rows.
    Append(Vec<Vec<Change>>, Vec<SideWrite>),
    /// Raises the floors to this revision and removes what lies below.
    Reclaim(u64),
    /// Writes everything to files.
    Compact,
    /// Closes and opens.
    Reopen,
}

/// So many steps are acknowledged before flushes or writes begin to fail.
pub(crate) const BEFORE_FAILURE: usize = 10;

pub(crate) fn keys() -> Vec<EntryKey> {
    (0..6).map(|n| key("n", &format!("k{n}"))).collect()
}

/// Some of everything, small enough to crash at each change.
pub(crate) fn script() -> Vec<Step> {
    let mut random = Random::new(5);
    let mut live = [false; 6];
    let mut steps = Vec::new();
    for round in 0..44_u64 {
        steps.push(match round {
            14 | 36 => Step::Compact,
            18 => Step::Reclaim(15),
            22 | 30 => Step::Reopen,
            33 => Step::Reclaim(40),
            _ => append(round, &mut random, &mut live),
        });
    }
    steps
}

fn append(round: u64, random: &mut Random, live: &mut [bool; 6]) -> Step {
    let keys = keys();
    let mut commits = Vec::new();
    // Some groups have no commit, only side rows.
    for _ in 0..random.below(4) {
        let mut changes = Vec::new();
        for place in 0..6 {
            if !random.once_in(3) {
                continue;
            }
            let at = &keys[place];
            let size =
                if random.once_in(4) { 2_000 + random.below(9_000) } else { random.below(60) };
            let due = Timestamp(random.below(90) as i64);
            changes.push(match random.below(5) {
                0 if live[place] => Change::delete(at),
                1 => Change::set_until(at, random.bytes(size), due),
                _ => Change::set(at, random.bytes(size)),
            });
            live[place] = !changes.last().is_some_and(|change| change.kind.removes());
        }
        if !changes.is_empty() {
            commits.push(changes);
        }
    }
    let side = |key: String, value| SideWrite { key: key.into(), value };
    let mut side = vec![side(format!("i/{round:02}"), Some("done".into()))];
    if round > 5 {
        side.push(SideWrite { key: format!("i/{:02}", round - 5).into(), value: None });
    }
    Step::Append(commits, side)
}

pub(crate) fn group(scribe: &mut Scribe, commits: Vec<Vec<Change>>, side: Vec<SideWrite>) -> Group {
    Group { side, ..scribe.group(commits) }
}

/// Only does something when the shim's side of the tests starts this program again.
#[test]
fn child() {
    let Some(folder) = std::env::var_os(CHILD) else { return };
    let folder = Path::new(&folder);
    match std::env::args().next_back().as_deref() {
        Some("failing-flush") => fails(folder, "sync-fails"),
        Some("full-disk") => fails(folder, "full"),
        _ => run(folder),
    }
}

fn run(folder: &Path) {
    let mut store = Some(open(folder).expect("opens"));
    let head = block_on(store.as_ref().expect("open").head()).expect("a head");
    let mut scribe = Scribe::continuing(head);
    for (number, step) in script().into_iter().enumerate() {
        do_step(&mut store, folder, &mut scribe, step).expect("the step succeeds");
        tell(&format!("mark/{}", number + 1));
    }
}

fn do_step(
    store: &mut Option<FjallStore>,
    folder: &Path,
    scribe: &mut Scribe,
    step: Step,
) -> Result<(), AppendError> {
    let open_store = store.as_ref().expect("it is open");
    match step {
        Step::Append(commits, side) => {
            let head = scribe.head();
            let group = group(scribe, commits, side);
            block_on(open_store.append(&head, group))?;
        }
        Step::Reclaim(revision) => {
            let floors = Floors { events: Revision(revision + 1), history: Revision(revision) };
            block_on(open_store.reclaim(floors)).expect("reclaims");
        }
        Step::Compact => open_store.compact().expect("compacts"),
        Step::Reopen => {
            drop(store.take());
            *store = Some(open(folder).expect("opens again"));
        }
    }
    Ok(())
}

/// Runs the beginning of the script, lets everything fail, and sees that the store only reads from then on.
fn fails(folder: &Path, how: &str) {
    let mut store = Some(open(folder).expect("opens"));
    let head = block_on(store.as_ref().expect("open").head()).expect("a head");
    let mut scribe = Scribe::continuing(head);
    for step in script().into_iter().take(BEFORE_FAILURE) {
        do_step(&mut store, folder, &mut scribe, step).expect("the step succeeds");
    }
    tell(how);
    let head = scribe.head();
    let group = script().into_iter().nth(BEFORE_FAILURE).map(|step| match step {
        Step::Append(commits, side) => group(&mut scribe, commits, side),
        _ => panic!("the step behind is an append"),
    });
    let store = store.expect("open");
    let group = group.expect("there is a step behind");
    let failed = block_on(store.append(&head, group.clone()));
    assert!(matches!(failed, Err(AppendError::Unknown(_))), "{failed:?}");
    // Even when the disk would take it again.
    tell("space");
    let refused = block_on(store.append(&head, group));
    assert!(matches!(refused, Err(AppendError::ReadOnly(_))), "{refused:?}");
    assert_eq!(block_on(store.head()).expect("a head"), head);
    block_on(store.get_many(&keys(), At::Latest)).expect("reads go on");
    let floors = Floors { events: Revision(2), history: Revision(2) };
    block_on(store.reclaim(floors)).expect_err("reclaim writes too");
    // As a crash: what the store would still do while it closes must not be needed.
    std::process::exit(0);
}
