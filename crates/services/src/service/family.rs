//! A process and its descendants.

use std::collections::HashMap;
use std::fs;

use rustix::process::{Pid, Signal, kill_process};

/// A process and those that it started, each with the moment of its start: a number alone may be another process's later.
pub(super) struct Family(Vec<(i32, u64)>);

impl Family {
    pub(super) fn of(first: u32) -> Self {
        let mut children: HashMap<i32, Vec<(i32, u64)>> = HashMap::new();
        let mut started = 0;
        for pid in pids() {
            let Some((parent, start)) = stat(pid) else { continue };
            children.entry(parent).or_default().push((pid, start));
            if i64::from(pid) == i64::from(first) {
                started = start;
            }
        }
        let mut family = vec![(first.cast_signed(), started)];
        let mut next = 0;
        while let Some((pid, _)) = family.get(next) {
            family.extend(children.remove(pid).unwrap_or_default());
            next += 1;
        }
        Self(family)
    }

    pub(super) fn signal(&self, signal: Signal) {
        self.0.iter().for_each(|member| tell(*member, signal));
    }

    pub(super) fn signal_first(&self, signal: Signal) {
        self.0.iter().take(1).for_each(|member| tell(*member, signal));
    }

    /// True when every thread of theirs stands still: one that is in the middle of a system call goes on to its end.
    pub(super) fn stands_still(&self) -> bool {
        self.0.iter().filter(|member| is_there(**member)).all(|(pid, _)| {
            let threads = fs::read_dir(format!("/proc/{pid}/task")).into_iter().flatten().flatten();
            threads.into_iter().all(|thread| {
                let stat = fs::read_to_string(thread.path().join("stat"));
                // Behind the name, which may have spaces and brackets in it, comes the state.
                stat.is_ok_and(|stat| {
                    stat.rsplit_once(") ").is_some_and(|(_, rest)| rest.starts_with('T'))
                })
            })
        })
    }

    pub(super) fn lives(&self) -> bool {
        self.0.iter().any(|member| is_there(*member))
    }
}

fn is_there((pid, start): (i32, u64)) -> bool {
    stat(pid).is_some_and(|(_, now)| now == start)
}

fn tell(member: (i32, u64), signal: Signal) {
    if let Some(pid) = Pid::from_raw(member.0).filter(|_| is_there(member)) {
        let _ = kill_process(pid, signal);
    }
}

fn pids() -> Vec<i32> {
    let processes = fs::read_dir("/proc").into_iter().flatten().flatten();
    processes.filter_map(|process| process.file_name().to_str()?.parse().ok()).collect()
}

/// The parent and the start of a process that is no zombie.
fn stat(pid: i32) -> Option<(i32, u64)> {
    let text = fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
    // The name before it may hold anything.
    let mut fields = text.rsplit_once(") ")?.1.split(' ');
    let state = fields.next()?;
    let parent = fields.next()?.parse().ok()?;
    // Field 22 of proc(5); two were read, two stood before.
    let start = fields.nth(17)?.parse().ok()?;
    (state != "Z").then_some((parent, start))
}
