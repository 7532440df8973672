//! The past: reads of it, differences, rollback, events, search, through the real binary and its own store.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use holdfast_api::holdfast_v1::rollback_request::{Scope, To};
use holdfast_api::holdfast_v1::{
    DiffRequest, Entry, EventKind, EventsRequest, Filter, HistoryRequest, ListRequest, Moment,
    RollbackRequest, SearchRequest, SnapshotRequest, State, Write,
};
use holdfast_tests::client::{delete, put};
use holdfast_tests::dice::Dice;
use holdfast_tests::log::{self, Watch};
use holdfast_tests::server::Launch;
use holdfast_tests::{Failure, Holdfast, Server, torture};
use tonic::Code;

fn at(revision: u64) -> Moment {
    Moment {
        at: Some(holdfast_api::holdfast_v1::moment::At::Revision(revision)),
        ..Moment::default()
    }
}

async fn snapshot(
    holdfast: &Holdfast,
    moment: Option<Moment>,
) -> Result<(u64, String, Vec<Entry>), Failure> {
    let request =
        SnapshotRequest { namespace: "a".into(), at: moment.into(), ..SnapshotRequest::default() };
    let answer = holdfast.snapshot(request).await?;
    Ok((answer.revision, answer.etag, answer.entries))
}

fn to(revision: u64) -> RollbackRequest {
    RollbackRequest {
        namespace: "a".into(),
        to: Some(To::Revision(revision)),
        ..RollbackRequest::default()
    }
}

/// Random puts and deletes of a few keys, small and large values.
fn random(dice: &mut Dice) -> Vec<Write> {
    let mut writes = BTreeMap::new();
    for _ in 0..=dice.below(4) {
        let key = format!("k{}", dice.below(12));
        let write = if dice.once_in(4) {
            let mut gone = delete("a", &key);
            if let Some(holdfast_api::holdfast_v1::write::Action::Delete(delete)) = &mut gone.action
            {
                delete.missing_ok = true;
            }
            gone
        } else {
            let value = format!("\"{}\"", "x".repeat(dice.below(1_500) as usize));
            put("a", &key, value)
        };
        writes.insert(key, write);
    }
    writes.into_values().collect()
}

/// What a snapshot showed when it was the present it shows as the past, over restarts and beside compaction.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_state_reads_again_as_it_was() {
    let commits = torture::form(300, 5_000);
    let mut dice = Dice::new("past");
    let settings = "[retention]\nmax_revisions = 120";
    let mut server = Launch::default().settings(settings).start().await;
    let mut holdfast = server.holdfast().await;
    let mut states = BTreeMap::new();
    for n in 0..commits {
        holdfast.commit(random(&mut dice)).await.expect("it is committed");
        let (revision, etag, entries) = snapshot(&holdfast, None).await.expect("a snapshot");
        states.insert(revision, (etag, entries));
        if n % (commits / 3) == 0 {
            server.restart().await;
            holdfast = server.holdfast().await;
        }
    }
    let head = *states.keys().next_back().expect("states");
    let (mut kept, mut gone) = (0, 0);
    for (revision, (etag, entries)) in states {
        match snapshot(&holdfast, Some(at(revision))).await {
            Ok(then) => {
                assert_eq!(then, (revision, etag, entries), "at {revision} of {head}");
                kept += 1;
            }
            Err(failure) => {
                assert_eq!((failure.code, &*failure.reason), (Code::OutOfRange, "COMPACTED"));
                assert!(failure.metadata["oldest"].parse::<u64>().expect("a number") > revision);
                gone += 1;
            }
        }
    }
    assert!(kept >= 120 && gone > 0, "{kept} kept, {gone} compacted");
    torture::figure("states of the past read again", kept);
}

#[tokio::test]
async fn a_rollback_of_a_thousand_keys_is_one_commit_and_never_split() {
    let server = Server::dev().await;
    let holdfast = server.holdfast().await;
    let value = |n: usize, text: &str| format!("\"{text} {n} {}\"", "v".repeat(2_000));
    let many = |text: &str, range: std::ops::Range<usize>| -> Vec<Write> {
        range.map(|n| put("a", &format!("k{n:04}"), value(n, text))).collect()
    };
    holdfast.commit(many("old", 0..900)).await.expect("it is committed");
    let (before, etag, entries) = snapshot(&holdfast, None).await.expect("a snapshot");
    holdfast.commit(many("new", 100..1_000)).await.expect("it is committed");
    holdfast
        .commit((0..100).map(|n| delete("a", &format!("k{n:04}"))).collect())
        .await
        .expect("gone");
    let head =
        holdfast.commit(vec![put("b", "other", "1")]).await.expect("it is committed").revision;
    let mut watches = Vec::new();
    for filter in [&[][..], &[("a", "")], &[("a", "k09")]] {
        watches.push(Watch::new(holdfast.watch(filter, None).await.expect("a watch")));
    }
    let dry =
        holdfast.rollback(RollbackRequest { dry_run: true, ..to(before) }).await.expect("a plan");
    assert_eq!((dry.plan.len(), dry.head, dry.revision), (1_000, head, 0));
    let request =
        RollbackRequest { expect_head: Some(dry.head), reason: "bad".into(), ..to(before) };
    let done = holdfast.rollback(request).await.expect("rolled back");
    assert_eq!((done.revision, done.plan.len()), (head + 1, 1_000));
    for (watch, events) in watches.iter_mut().zip([1_000, 1_000, 100]) {
        let next = tokio::time::timeout(Duration::from_secs(60), watch.next_commit()).await;
        let commit = next.expect("it comes").expect("the watch goes on");
        assert_eq!((commit.revision, commit.events.len()), (done.revision, events));
        assert_eq!((&*commit.reason, &commit.token), ("bad", &done.token));
    }
    let (_, _, after) = snapshot(&holdfast, None).await.expect("a snapshot");
    let essence = |e: &Entry| (e.key.clone(), e.value.clone(), e.codec.clone(), e.r#type);
    assert!(after.iter().map(essence).eq(entries.iter().map(essence)), "the state is the old one");
    let (_, again, _) = snapshot(&holdfast, Some(at(before))).await.expect("the past stays");
    assert_eq!(again, etag);
    log::check(&holdfast).await;
}

#[tokio::test]
async fn a_rollback_that_one_commit_cannot_hold_says_so() {
    let server = Launch::default().settings("[limits]\ncommit_events = 100").start().await;
    let holdfast = server.holdfast().await;
    for part in 0..3 {
        let writes = (0..100).map(|n| put("a", &format!("p{part}/k{n}"), "1")).collect();
        holdfast.commit(writes).await.expect("it is committed");
    }
    let failure = holdfast.rollback(to(0)).await.expect_err("300 keys");
    assert_eq!(
        (failure.code, &*failure.reason),
        (Code::InvalidArgument, "TOO_LARGE"),
        "{failure:?}"
    );
    assert_eq!(failure.metadata["events"], "300");
    assert!(failure.message.contains("prefix by prefix"), "{failure:?}");
    let scope = Some(Scope::Prefix("p1/".into()));
    let part = holdfast.rollback(RollbackRequest { scope, ..to(0) }).await.expect("a part fits");
    assert_eq!(part.plan.len(), 100);
}

#[tokio::test]
async fn moments_are_revisions_times_and_places_not_yet_reached() {
    let server = Server::dev().await;
    let holdfast = server.holdfast().await;
    let first = holdfast.commit(vec![put("a", "k", "1")]).await.expect("it is committed");
    tokio::time::sleep(Duration::from_millis(5)).await;
    let second = holdfast.commit(vec![put("a", "k", "2")]).await.expect("it is committed");
    use holdfast_api::holdfast_v1::moment::At;
    let time = first.time.clone().into_option().expect("a time");
    let get = async |of: At| {
        let at = Moment { at: Some(of), ..Moment::default() };
        let request = holdfast_api::holdfast_v1::GetRequest {
            namespace: "a".into(),
            key: "k".into(),
            at: at.into(),
            ..Default::default()
        };
        holdfast.get(request).await
    };
    for (moment, value, revision) in [
        (At::Revision(1), "1", 1),
        (At::Time(Box::new(time)), "1", 1),
        (At::AtLeast(2), "2", 2),
        (At::Behind(second.token.clone()), "2", 2),
    ] {
        let answer = get(moment).await.expect("it is there");
        let entry = answer.entry.as_option().expect("an entry");
        assert_eq!((&entry.value[..], answer.revision), (value.as_bytes(), revision));
        assert!(answer.token.starts_with("hf1."));
    }
    let began = Instant::now();
    let failure = get(At::AtLeast(99)).await.expect_err("nobody writes that");
    assert_eq!((failure.code, &*failure.reason), (Code::OutOfRange, "FUTURE_REVISION"));
    assert!(began.elapsed() < Duration::from_secs(30), "it does not wait for ever");
    let failure = get(At::Revision(99)).await.expect_err("the future");
    assert_eq!(&*failure.reason, "FUTURE_REVISION");
    let other = second.token.replace(".1.2", ".7.2");
    assert_eq!(&*get(At::Behind(other)).await.expect_err("another epoch").reason, "FOREIGN_LOG");
    let failure = get(At::Behind("nonsense".into())).await.expect_err("no token");
    assert_eq!(failure.metadata["field"], "at.behind");
}

#[tokio::test]
async fn cursors_hold_one_state_and_fit_one_request() {
    let server = Server::dev().await;
    let holdfast = server.holdfast().await;
    let writes = (0..25).map(|n| put("a", &format!("k{n:02}"), "1")).collect();
    holdfast.commit(writes).await.expect("it is committed");
    let mut request = ListRequest { namespace: "a".into(), limit: 10, ..ListRequest::default() };
    let first = holdfast.list(request.clone()).await.expect("a page");
    holdfast.commit(vec![put("a", "k15", "2"), delete("a", "k20")]).await.expect("it is committed");
    let mut entries = first.entries.clone();
    request.cursor = first.next_cursor.clone();
    while !request.cursor.is_empty() {
        let page = holdfast.list(request.clone()).await.expect("a page");
        assert_eq!(page.revision, first.revision);
        entries.extend(page.entries);
        request.cursor = page.next_cursor;
    }
    assert!(entries.len() == 25 && entries.iter().all(|entry| &entry.value[..] == b"1"));
    let elsewhere = ListRequest { namespace: "b".into(), cursor: first.next_cursor, ..request };
    let failure = holdfast.list(elsewhere).await.expect_err("another request");
    assert_eq!((failure.code, &*failure.reason), (Code::InvalidArgument, "INVALID_CURSOR"));
}

#[tokio::test]
async fn differences_events_history_and_search_agree_with_what_was_done() {
    let server = Server::dev().await;
    let holdfast = server.holdfast().await;
    let writes = vec![
        put("a", "conf", r#"{"x":1,"y":[1]}"#),
        put("a", "gone", "1"),
        put("b", "k", "\"Needle\""),
    ];
    holdfast.commit(writes).await.expect("it is committed");
    holdfast
        .commit(vec![
            put("a", "conf", r#"{"x":2,"y":[1]}"#),
            delete("a", "gone"),
            put("a", "new", "1"),
        ])
        .await
        .expect("it is committed");
    let state =
        |revision| State { namespace: "a".into(), at: at(revision).into(), ..State::default() };
    let diff = DiffRequest {
        from: state(1).into(),
        to: state(2).into(),
        semantic: true,
        ..DiffRequest::default()
    };
    let diff = holdfast.diff(diff).await.expect("a diff");
    let keys: Vec<_> = diff.differences.iter().map(|d| (d.key.as_str(), d.kind.to_i32())).collect();
    assert_eq!(keys, [("conf", 3), ("gone", 2), ("new", 1)]);
    let json = &diff.differences[0].json[0];
    assert_eq!(
        (&*json.pointer, json.old.as_deref(), json.new.as_deref()),
        ("/x", Some("1"), Some("2"))
    );
    let events = EventsRequest {
        filters: vec![Filter { namespace: "a".into(), ..Filter::default() }],
        kinds: vec![EventKind::EVENT_KIND_DELETE.into()],
        newest_first: true,
        ..EventsRequest::default()
    };
    let events = holdfast.events(events).await.expect("events");
    let event = events.events[0].event.as_option().expect("an event");
    assert_eq!((events.events.len(), &*event.key, event.mod_revision), (1, "gone", 2));
    let history =
        HistoryRequest { namespace: "a".into(), key: "gone".into(), ..HistoryRequest::default() };
    let history = holdfast.history(history).await.expect("a history");
    assert_eq!(history.events.len(), 2);
    let search =
        SearchRequest { pattern: "needle".into(), ignore_case: true, ..SearchRequest::default() };
    let found = holdfast.search(search).await.expect("a search");
    let entry = found.matches[0].entry.as_option().expect("an entry");
    assert!(found.matches.len() == 1 && entry.namespace == "b" && found.matches[0].in_value);
    let bad = SearchRequest { pattern: "(".into(), regex: true, ..SearchRequest::default() };
    assert_eq!(holdfast.search(bad).await.expect_err("no expression").metadata["field"], "pattern");
}
