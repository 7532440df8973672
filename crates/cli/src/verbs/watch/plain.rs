//! Follows changes over config.v1, for a server that has nothing else: there a watch has no beginning but now and no place to go on
//! from. Who asked for what is there gets that from listings, and after an interruption what differs from it.

use std::collections::BTreeMap;
use std::time::Duration;

use holdfast_api::config_v1::{WatchRequest, WatchResponse};
use holdfast_model::Timestamp;
use tokio::sync::mpsc::{self, Receiver};
use tonic::{Request, Status};

use super::engine::{End, FIRST_WAIT, LONGEST_WAIT, Scope, Tell, Told, ended, lost, over};
use crate::change::Change;
use crate::connect::Server;
use crate::failure::Failure;
use crate::read;
use crate::record::Record;
use crate::screen;

/// Nothing tells when the server has begun to watch; clients of the API give it as long before they rely on it.
const REGISTERED: Duration = Duration::from_millis(150);
/// Changes that came while the listing was read. When it is full the connection waits, and nothing is lost.
const WAITING: usize = 1_024;

/// Which version of a key was told last.
type Seen = BTreeMap<(String, String), (u64, Option<Timestamp>)>;

pub(super) async fn run(
    server: &Server,
    scope: &Scope,
    initial: bool,
    tell: &mut Tell<'_>,
) -> Result<(), Failure> {
    let mut seen = initial.then(Seen::new);
    let (mut first, mut wait) = (true, FIRST_WAIT);
    loop {
        let mut alive = false;
        let status = follow(server, scope, &mut seen, (first, &mut alive), tell).await?;
        if alive || wait == FIRST_WAIT {
            screen::note(&lost(&status, initial));
        }
        wait = if alive { FIRST_WAIT } else { wait };
        first &= !alive;
        tokio::time::sleep(wait).await;
        wait = (wait * 2).min(LONGEST_WAIT);
    }
}

/// One stream to its end, which is answered unless nothing mends it.
async fn follow(
    server: &Server,
    scope: &Scope,
    seen: &mut Option<Seen>,
    (first, alive): (bool, &mut bool),
    tell: &mut Tell<'_>,
) -> Result<Status, Failure> {
    let mut changes = open(server, scope);
    if let Some(seen) = seen {
        tokio::time::sleep(REGISTERED).await;
        match current(server, scope).await {
            Ok(found) => compare(seen, found, first, tell)?,
            Err(Failure::Server(status)) => return interruption(*status),
            Err(failure) if first => return Err(failure),
            Err(failure) => return Ok(Status::unavailable(failure.to_string())),
        }
        *alive = true;
    }
    while let Some(next) = changes.recv().await {
        match next {
            Ok(message) => {
                *alive = true;
                let Some(change) = Change::from_config_v1(message) else { continue };
                if is_new(seen.as_mut(), &change) {
                    tell(Told::Change(&change))?;
                }
            }
            Err(status) => return interruption(status),
        }
    }
    Ok(over())
}

fn interruption(status: Status) -> Result<Status, Failure> {
    match ended(status.clone())? {
        End::Lost(status) => Ok(status),
        End::NotSpoken => Err(status.into()),
    }
}

/// Watches in a task of its own: such a server may answer nothing at all before the first change.
fn open(server: &Server, scope: &Scope) -> Receiver<Result<WatchResponse, Status>> {
    let request = WatchRequest {
        namespaces: scope.namespace.iter().cloned().collect(),
        prefixes: scope.prefixes.clone(),
        ..WatchRequest::default()
    };
    let mut client = server.config.clone();
    let (sender, receiver) = mpsc::channel(WAITING);
    tokio::spawn(async move {
        let mut stream = match client.watch(Request::new(request)).await {
            Ok(answer) => answer.into_inner(),
            // Nobody waits for it any more when the receiver is gone: here and below.
            Err(status) => return drop(sender.send(Err(status)).await),
        };
        while let Some(next) = stream.message().await.transpose() {
            let end = next.is_err();
            if sender.send(next).await.is_err() || end {
                return;
            }
        }
    });
    receiver
}

async fn current(server: &Server, scope: &Scope) -> Result<Vec<Record>, Failure> {
    let namespaces = match &scope.namespace {
        Some(namespace) => vec![namespace.clone()],
        None => read::namespaces(server, "").await?,
    };
    let mut found = Vec::new();
    for namespace in &namespaces {
        match scope.prefixes.as_slice() {
            [prefix] => found.extend(read::entries(server, namespace, prefix, None).await?),
            prefixes => {
                let all = read::entries(server, namespace, "", None).await?;
                let wanted = |record: &Record| {
                    prefixes.is_empty() || prefixes.iter().any(|p| record.key.starts_with(p))
                };
                found.extend(all.into_iter().filter(wanted));
            }
        }
    }
    Ok(found)
}

/// Tells what is there: all of it at first, later what is not as it was told.
fn compare(
    seen: &mut Seen,
    found: Vec<Record>,
    first: bool,
    tell: &mut Tell<'_>,
) -> Result<(), Failure> {
    let mut gone = std::mem::take(seen);
    for record in found {
        let (name, version) = (name(&record), (record.version, record.updated_at));
        if gone.remove(&name) != Some(version) {
            tell(Told::Change(&told(if first { "initial" } else { "set" }, record)))?;
        }
        seen.insert(name, version);
    }
    for (namespace, key) in gone.into_keys() {
        let record = Record { namespace, key, ..Record::default() };
        tell(Told::Change(&told("delete", record)))?;
    }
    if first { tell(Told::Whole) } else { Ok(()) }
}

/// Whether a change is behind what a listing showed already; remembers it.
fn is_new(seen: Option<&mut Seen>, change: &Change) -> bool {
    let Some(seen) = seen else { return true };
    let (name, record) = (name(&change.record), &change.record);
    match change.word {
        "set" => {
            let version = (record.version, record.updated_at);
            let known = seen.get(&name).copied();
            let old = known.is_some_and(|known| known == version || known.1 > version.1);
            if !old {
                seen.insert(name, version);
            }
            !old
        }
        "delete" => seen.remove(&name).is_some(),
        _ => true,
    }
}

fn name(record: &Record) -> (String, String) {
    (record.namespace.clone(), record.key.clone())
}

fn told(word: &'static str, record: Record) -> Change {
    let time = record.updated_at;
    Change { word, revision: None, time, reason: String::new(), token: None, record }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn record(key: &str, version: u64, at: i64) -> Record {
        let updated_at = Some(Timestamp(at));
        Record { namespace: "n".into(), key: key.into(), version, updated_at, ..Record::default() }
    }

    fn listed(seen: &mut Seen, found: Vec<Record>, first: bool) -> Vec<String> {
        let mut told = Vec::new();
        compare(seen, found, first, &mut |one| {
            if let Told::Change(change) = one {
                told.push(format!("{} {}", change.word, change.record.key));
            }
            Ok(())
        })
        .expect("nobody refuses it");
        told
    }

    #[test]
    fn a_listing_tells_what_differs_from_what_was_told() {
        let mut seen = Seen::new();
        let before = vec![record("a", 1, 1), record("b", 1, 2), record("c", 1, 3)];
        assert_eq!(listed(&mut seen, before, true), ["initial a", "initial b", "initial c"]);
        // "b" was deleted and written again, so its version is the same.
        let after = vec![record("a", 1, 1), record("b", 1, 9), record("d", 1, 4)];
        assert_eq!(listed(&mut seen, after, false), ["set b", "set d", "delete c"]);
    }

    #[test]
    fn what_a_listing_showed_is_not_told_again() {
        let mut seen = Seen::new();
        listed(&mut seen, vec![record("a", 2, 5)], true);
        let mut new = |word, record| is_new(Some(&mut seen), &told(word, record));
        assert!(!new("set", record("a", 1, 4)));
        assert!(!new("set", record("a", 2, 5)));
        assert!(new("set", record("a", 3, 6)));
        assert!(new("delete", record("a", 0, 0)));
        assert!(!new("delete", record("a", 0, 0)));
        assert!(new("set", record("a", 1, 7)));
    }
}
