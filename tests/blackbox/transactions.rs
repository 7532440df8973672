//! Transactions and single keys under concurrency and SIGKILL: sums that stay, and histories that one order explains.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use holdfast_api::holdfast_v1::compare::Target;
use holdfast_api::holdfast_v1::{
    Branch, Compare, Entry, GetRequest, Precondition, Read, Relation, TxnRequest, Write,
};
use holdfast_tests::client::put;
use holdfast_tests::dice::Dice;
use holdfast_tests::register::{Operation, What, check};
use holdfast_tests::{Failure, Holdfast, Server, log, torture};
use tokio::task::JoinSet;
use tonic::Code;

const CLIENTS: u64 = 64;
/// How long a busy machine may take to bear a load.
const PATIENCE: Duration = Duration::from_secs(60);
const CONNECTIONS: usize = 4;
const ACCOUNTS: u64 = 10;
const START: i64 = 1_000;

fn account(number: u64) -> String {
    format!("account/{number}")
}

fn read(key: &str) -> Read {
    Read { namespace: "bank".into(), key: key.into(), ..Read::default() }
}

fn same(entry: &Entry) -> Compare {
    Compare {
        namespace: entry.namespace.clone(),
        key: entry.key.clone(),
        relation: Relation::RELATION_EQUAL.into(),
        target: Some(Target::ModRevision(entry.mod_revision)),
        ..Compare::default()
    }
}

fn balance(entry: &Entry) -> i64 {
    std::str::from_utf8(&entry.value).expect("text").parse().expect("a number")
}

/// Both accounts of one moment, by a transaction that only reads.
async fn look(holdfast: &Holdfast, keys: &[String]) -> Result<Vec<Entry>, Failure> {
    let reads = keys.iter().map(|key| read(key)).collect();
    let then = Branch { reads, ..Branch::default() };
    let request = TxnRequest { then: then.into(), ..TxnRequest::default() };
    let answer = holdfast.txn(request).await?;
    Ok(answer.reads.into_iter().filter_map(|read| read.entry.into_option()).collect())
}

/// Moves an amount, if nobody touched either account since; what the attempt was.
async fn transfer(holdfast: &Holdfast, dice: &mut Dice) -> Result<bool, Failure> {
    let from = dice.below(ACCOUNTS);
    let to = (from + 1 + dice.below(ACCOUNTS - 1)) % ACCOUNTS;
    let found = look(holdfast, &[account(from), account(to)]).await?;
    let [source, target] = found.as_slice() else { panic!("both accounts exist: {found:?}") };
    let amount = i64::try_from(dice.below(50)).expect("small");
    let writes = vec![
        put("bank", &source.key, (balance(source) - amount).to_string()),
        put("bank", &target.key, (balance(target) + amount).to_string()),
    ];
    let request = TxnRequest {
        compares: vec![same(source), same(target)],
        then: Branch { writes, ..Branch::default() }.into(),
        otherwise: Branch { reads: vec![read(&source.key)], ..Branch::default() }.into(),
        ..TxnRequest::default()
    };
    Ok(holdfast.txn(request).await?.succeeded)
}

async fn total(holdfast: &Holdfast) -> i64 {
    let keys: Vec<String> = (0..ACCOUNTS).map(account).collect();
    let entries = look(holdfast, &keys).await.expect("the accounts can be read");
    assert_eq!(entries.len() as u64, ACCOUNTS);
    entries.iter().map(balance).sum()
}

/// 64 clients until the server is gone; how many transfers went through.
async fn transfers(server: &mut Server, dice: &mut Dice, span: Duration) -> u64 {
    let done = Arc::new(AtomicU64::new(0));
    let mut clients = JoinSet::new();
    let mut connections = Vec::new();
    for _ in 0..CONNECTIONS {
        connections.push(server.holdfast().await);
    }
    for who in 0..CLIENTS {
        let holdfast = connections[who as usize % CONNECTIONS].clone();
        let (mut dice, done) = (dice.fork(), Arc::clone(&done));
        clients.spawn(async move {
            while let Ok(moved) = transfer(&holdfast, &mut dice).await {
                done.fetch_add(u64::from(moved), Ordering::Relaxed);
            }
        });
    }
    let auditor = connections[0].clone();
    let began = Instant::now();
    while began.elapsed() < span || (done.load(Ordering::Relaxed) < 6 && began.elapsed() < PATIENCE)
    {
        assert_eq!(total(&auditor).await, START * ACCOUNTS as i64, "in the middle of it");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    server.kill();
    clients.join_all().await;
    done.load(Ordering::Relaxed)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn transfers_between_keys_keep_their_sum() {
    let kills = torture::form(4, 60);
    let mut dice = Dice::new("transfers");
    let mut server = Server::dev().await;
    let opening = (0..ACCOUNTS).map(|n| put("bank", &account(n), START.to_string())).collect();
    server.holdfast().await.commit(opening).await.expect("it is committed");
    let mut done = 0;
    for _ in 0..kills {
        let span = Duration::from_millis(200 + dice.below(600));
        done += transfers(&mut server, &mut dice, span).await;
        server.start_again().await;
        assert_eq!(total(&server.holdfast().await).await, START * ACCOUNTS as i64);
    }
    let commits = log::check(&server.holdfast().await).await;
    // At every revision, not only now.
    let mut balances = vec![START; ACCOUNTS as usize];
    for commit in &commits[1..] {
        assert_eq!(commit.events.len(), 2, "a transfer has two sides: {commit:?}");
        for event in &commit.events {
            let number: usize = event.key["account/".len()..].parse().expect("a number");
            balances[number] =
                std::str::from_utf8(&event.value).expect("text").parse().expect("a number");
        }
        assert_eq!(balances.iter().sum::<i64>(), START * ACCOUNTS as i64, "{commit:?}");
    }
    assert!(commits.len() as u64 > done, "{} commits, {done} acknowledged", commits.len());
    assert!(done > kills * 5, "only {done} transfers: this was no load");
    torture::figure("transfers under 64 clients and SIGKILL: kills", kills);
    torture::figure("transfers under 64 clients and SIGKILL: acknowledged, sum kept", done);
}

/// Reads one of a few keys.
pub(crate) async fn look_at(holdfast: &Holdfast, key: &str) -> Result<Operation, Failure> {
    let called = Instant::now();
    let request =
        GetRequest { namespace: "register".into(), key: key.into(), ..GetRequest::default() };
    let what = match holdfast.get(request).await {
        Ok(answer) => {
            let entry = answer.entry.into_option().expect("an answer has its entry");
            let value = String::from_utf8(entry.value.to_vec()).expect("text");
            What::Read { revision: entry.mod_revision, value: Some(value) }
        }
        Err(failure) if failure.code == Code::NotFound => What::Read { revision: 0, value: None },
        Err(failure) => return Err(failure),
    };
    Ok(Operation { called, returned: Instant::now(), what })
}

/// One operation on one of a few keys; `None`: its condition did not hold, and it has no effect.
pub(crate) async fn operation(
    holdfast: &Holdfast,
    key: &str,
    value: String,
    dice: &mut Dice,
) -> Result<Option<Operation>, Failure> {
    let called = Instant::now();
    let what = match dice.below(4) {
        0 | 1 => return look_at(holdfast, key).await.map(Some),
        2 => {
            let answer = holdfast.commit(vec![put("register", key, value.clone())]).await?;
            What::Write { revision: answer.revision, value }
        }
        _ => {
            // Compare and set on whatever was seen: a refusal has no effect.
            let request = GetRequest {
                namespace: "register".into(),
                key: key.into(),
                ..GetRequest::default()
            };
            let seen = match holdfast.get(request).await {
                Ok(answer) => answer.entry.as_option().map_or(0, |entry| entry.mod_revision),
                Err(failure) if failure.code == Code::NotFound => 0,
                Err(failure) => return Err(failure),
            };
            let condition = Precondition { mod_revision: Some(seen), ..Precondition::default() };
            let write = Write { r#if: condition.into(), ..put("register", key, value.clone()) };
            match holdfast.commit(vec![write]).await {
                Ok(answer) => What::Write { revision: answer.revision, value },
                Err(failure) if failure.code == Code::Aborted => return Ok(None),
                Err(failure) => return Err(failure),
            }
        }
    };
    Ok(Some(Operation { called, returned: Instant::now(), what }))
}

const KEYS: u64 = 4;

/// Waits on a busy machine until there was a load worth its name.
async fn enough(answered: &AtomicU64, wanted: u64) {
    let began = Instant::now();
    while answered.load(Ordering::Relaxed) < wanted && began.elapsed() < PATIENCE {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
}

/// Until the server is gone; counts what was answered.
async fn client(
    holdfast: Holdfast,
    who: u64,
    mut dice: Dice,
    answered: Arc<AtomicU64>,
) -> Vec<(u64, Operation)> {
    let mut history = Vec::new();
    for number in 0_u64.. {
        let key = dice.below(KEYS);
        let value = format!("\"{who}/{number}\"");
        match operation(&holdfast, &format!("k{key}"), value, &mut dice).await {
            Ok(done) => {
                answered.fetch_add(u64::from(done.is_some()), Ordering::Relaxed);
                history.extend(done.map(|operation| (key, operation)));
            }
            Err(_) => break,
        }
    }
    history
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_key_is_linearizable_across_kills() {
    let kills = torture::form(3, 40);
    let mut dice = Dice::new("linearizability");
    let mut server = Server::dev().await;
    let mut histories: Vec<Vec<Operation>> = vec![Vec::new(); KEYS as usize];
    for kill in 0..kills {
        let mut clients = JoinSet::new();
        let mut connections = Vec::new();
        for _ in 0..CONNECTIONS {
            connections.push(server.holdfast().await);
        }
        let answered = Arc::new(AtomicU64::new(0));
        for who in 0..CLIENTS {
            let holdfast = connections[who as usize % CONNECTIONS].clone();
            let number = kill * CLIENTS + who;
            clients.spawn(client(holdfast, number, dice.fork(), Arc::clone(&answered)));
        }
        tokio::time::sleep(Duration::from_millis(300 + dice.below(500))).await;
        enough(&answered, CLIENTS * 6).await;
        server.kill();
        for (key, operation) in clients.join_all().await.into_iter().flatten() {
            histories[key as usize].push(operation);
        }
        server.start_again().await;
    }
    let operations: usize = histories.iter().map(Vec::len).sum();
    assert!(operations as u64 > kills * CLIENTS * 5, "only {operations}: this was no load");
    for history in &histories {
        check(history).unwrap_or_else(|why| panic!("not linearizable: {why}"));
    }
    torture::figure("linearizability per key: operations of 64 clients, all explained", operations);
}

/// A checker that never says no proves nothing.
#[test]
fn the_checker_finds_what_no_order_explains() {
    let begin = Instant::now();
    let at = |millis| begin + Duration::from_millis(millis);
    let operation =
        |called, returned, what| Operation { called: at(called), returned: at(returned), what };
    let write = |revision| What::Write { revision, value: revision.to_string() };
    let read = |revision: u64| What::Read {
        revision,
        value: Some(revision).filter(|r| *r > 0).map(|r| r.to_string()),
    };
    let good = [
        operation(0, 10, write(1)),
        operation(5, 30, write(2)),
        operation(12, 20, read(1)),
        operation(14, 22, read(2)),
        operation(0, 3, read(0)),
    ];
    assert_eq!(check(&good), Ok(()));
    let stale =
        [operation(0, 10, write(1)), operation(11, 20, write(2)), operation(21, 30, read(1))];
    let future = [operation(0, 10, read(1)), operation(11, 20, write(1))];
    let back = [operation(0, 50, write(2)), operation(1, 10, read(2)), operation(11, 20, read(1))];
    let lost = [operation(0, 10, write(1)), operation(11, 20, read(0))];
    let other = [
        operation(0, 10, write(1)),
        operation(11, 20, What::Read { revision: 1, value: Some("x".into()) }),
    ];
    let twice = [operation(0, 10, write(1)), operation(0, 10, write(1))];
    for bad in [&stale[..], &future, &back, &lost, &other, &twice] {
        assert!(check(bad).is_err(), "{bad:?}");
    }
}
