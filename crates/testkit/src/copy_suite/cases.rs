//! The behaviours.

use holdfast_model::{Floors, Revision, Sealed};
use holdfast_store::copy::{self, Piece, Position, Source};
use holdfast_store::{At, PageLimit, Row, Scan, Store, StoreError};

use super::Place;
use super::log::{Log, digests};
use crate::{Change, scribe::key};

async fn copied(log: &Log, place: &dyn Place) -> std::sync::Arc<dyn Store> {
    let mut fill = place.fill().await;
    copy::copy(&mut log.source().await, &mut *fill, &mut |_| {}).await.expect("copied");
    drop(fill);
    place.open().await.expect("a filled store opens")
}

async fn check_same(log: &Log, place: &dyn Place) {
    let store = copied(log, place).await;
    assert_eq!(store.head().await.expect("a head"), log.head().await);
    assert_eq!(digests(&store).await, log.digests().await);
    drop(store);
    let again = place.open().await.expect("it opens again");
    assert_eq!(digests(&again).await, log.digests().await);
}

pub(super) async fn a_copy_is_what_the_log_was(place: &dyn Place) {
    check_same(&Log::new().await, place).await;
}

/// Between the floors the history knows more than the commits.
pub(super) async fn a_copy_of_a_reclaimed_log_is_what_the_log_was(place: &dyn Place) {
    let log = Log::new().await;
    log.reclaim(20, 5).await;
    check_same(&log, place).await;
}

pub(super) async fn a_copy_without_any_commit_keeps_the_end_of_the_log(place: &dyn Place) {
    let log = Log::new().await;
    let end = log.head().await.revision;
    log.reclaim(end.next().0, end.0).await;
    check_same(&log, place).await;
}

pub(super) async fn a_copy_spans_epochs(place: &dyn Place) {
    let mut log = Log::new().await;
    let end = log.head().await.revision;
    log.store.begin_epoch(Revision(end.0 + Revision::EPOCH_GAP));
    log.scribe.follow(log.head().await);
    log.round(11).await;
    check_same(&log, place).await;
}

/// After each single piece the filling is dropped and begun again.
pub(super) async fn an_interrupted_copy_goes_on_where_it_was(place: &dyn Place) {
    let log = Log::new().await;
    log.reclaim(20, 5).await;
    let mut source = log.source().await;
    let outline = *source.outline();
    let mut pieces = 0;
    loop {
        let mut fill = place.fill().await;
        let position = fill.begin(&outline).await.expect("it goes on");
        let Some(mut piece) = source.next(&position).await.expect("a piece") else {
            fill.finish().await.expect("finished");
            break;
        };
        shorten(&mut piece);
        fill.put(&piece).await.expect("taken");
        let end = piece.end();
        drop(fill);
        let mut again = place.fill().await;
        assert_eq!(Some(again.begin(&outline).await.expect("it goes on")), end);
        pieces += 1;
    }
    assert!(pieces > 10, "only {pieces} pieces");
    let store = place.open().await.expect("it opens");
    assert_eq!(digests(&store).await, log.digests().await);
}

/// Rows of one commit of one key stay together.
fn shorten(piece: &mut Piece) {
    match piece {
        Piece::Kept(rows) => {
            let same = |row: &holdfast_store::HistoryRow| {
                (row.event.at.clone(), row.revision)
                    == (
                        rows[4.min(rows.len() - 1)].event.at.clone(),
                        rows[4.min(rows.len() - 1)].revision,
                    )
            };
            let end = rows.iter().rposition(|row| same(row)).map_or(rows.len(), |last| last + 1);
            rows.truncate(end);
        }
        Piece::Side(rows) => rows.truncate(15),
        Piece::Commits(commits) => commits.truncate(4),
    }
}

pub(super) async fn a_store_that_is_being_filled_cannot_be_opened(place: &dyn Place) {
    let log = Log::new().await;
    let mut source = log.source().await;
    let mut fill = place.fill().await;
    let mut position = fill.begin(&source.outline().clone()).await.expect("begun");
    loop {
        drop(fill);
        let refused = place.open().await.err().expect("nobody opens it");
        assert!(
            matches!(&refused, StoreError::Refused(what) if what.contains("filled")),
            "{refused}"
        );
        fill = place.fill().await;
        fill.begin(&source.outline().clone()).await.expect("it goes on");
        let Some(piece) = source.next(&position).await.expect("a piece") else { break };
        fill.put(&piece).await.expect("taken");
        position = piece.end().expect("not empty");
    }
    fill.finish().await.expect("finished");
    drop(fill);
    place.open().await.expect("it opens");
}

pub(super) async fn only_an_empty_store_is_filled(place: &dyn Place) {
    let log = Log::new().await;
    let before = digests(&copied(&log, place).await).await;
    let outline = *log.source().await.outline();
    let refused = place.fill().await.begin(&outline).await;
    assert!(matches!(refused, Err(StoreError::Refused(_))), "{refused:?}");
    assert_eq!(digests(&place.open().await.expect("it opens")).await, before);
}

pub(super) async fn a_filling_goes_on_with_the_same_log_only(place: &dyn Place) {
    let mut log = Log::new().await;
    let outline = *log.source().await.outline();
    let mut fill = place.fill().await;
    fill.begin(&outline).await.expect("begun");
    drop(fill);
    log.round(10).await;
    let later = *log.source().await.outline();
    let other = *Log::new().await.source().await.outline();
    for wrong in [later, other] {
        let refused = place.fill().await.begin(&wrong).await;
        assert!(matches!(refused, Err(StoreError::Refused(_))), "{refused:?}");
    }
    assert_eq!(place.fill().await.begin(&outline).await.expect("it goes on"), Position::START);
}

pub(super) async fn commits_that_are_not_chained_are_refused(place: &dyn Place) {
    let log = Log::new().await;
    let outline = *log.source().await.outline();
    let commits = log.store.commits(Revision::ZERO, usize::MAX).await.expect("commits").commits;
    let mut forged = commits[1].commit().clone();
    forged.reason = "forged".into();
    let forged = std::sync::Arc::new(Sealed::new(forged));
    let mut fill = place.fill().await;
    fill.begin(&outline).await.expect("begun");
    for wrong in [
        vec![commits[1].clone()],
        vec![commits[0].clone(), commits[2].clone()],
        vec![commits[0].clone(), forged, commits[2].clone()],
    ] {
        let refused = fill.put(&Piece::Commits(wrong)).await;
        assert!(matches!(refused, Err(StoreError::Corrupt { .. })), "{refused:?}");
    }
    fill.put(&Piece::Commits(commits)).await.expect("the right ones are still taken");
}

pub(super) async fn a_copy_that_ends_too_early_is_refused(place: &dyn Place) {
    let log = Log::new().await;
    let outline = *log.source().await.outline();
    let mut commits = log.store.commits(Revision::ZERO, usize::MAX).await.expect("commits").commits;
    commits.pop();
    let mut fill = place.fill().await;
    fill.begin(&outline).await.expect("begun");
    fill.put(&Piece::Commits(commits)).await.expect("taken");
    let refused = fill.finish().await;
    assert!(matches!(refused, Err(StoreError::Corrupt { .. })), "{refused:?}");
}

/// The same writes and reclaims on both sides, until nothing of what was copied is needed any more.
pub(super) async fn a_copy_goes_on_as_its_log_does(place: &dyn Place) {
    let mut log = Log::new().await;
    log.reclaim(20, 5).await;
    let store = copied(&log, place).await;
    for round in 20..24 {
        let (before, mut scribe) = (log.head().await, log.scribe.clone());
        let changes = vec![Change::set(&key("n", "k/0"), format!("{round}"))];
        let group = scribe.group([changes]);
        log.scribe = scribe;
        store.append(&before, group.clone()).await.expect("appended");
        log.append(group).await;
        let end = log.head().await.revision;
        let history = if round == 20 { 12 } else { end.0 };
        let floors = Floors { events: end.next(), history: Revision(history) };
        store.reclaim(floors).await.expect("reclaimed");
        log.store.reclaim(floors).await.expect("reclaimed");
        let (copy, original) = (digests(&store).await, log.digests().await);
        assert_eq!((&copy.entries, &copy.history), (&original.entries, &original.history));
    }
    // Ten rounds wrote and deleted `k/2`, and it was never written again.
    let base = store.head().await.expect("a head").ordinal_base;
    assert!(base >= 20, "the last delete is forgotten with its ordinal: {base}");
    assert_eq!(kept(&*store).await, kept(&*log.store).await, "rows that nobody needs");
}

/// All rows of the history, needed or not.
async fn kept(store: &dyn Store) -> Vec<(String, Revision)> {
    let what = Scan::Kept { below: Revision(u64::MAX), after: None };
    let page = store.scan(&what, At::Latest, PageLimit::rows(100_000)).await.expect("a scan").value;
    assert!(!page.more);
    let name = |row| match row {
        Row::History(row) => (row.event.at.to_string(), row.revision),
        other => panic!("not a row of the history: {other:?}"),
    };
    page.rows.into_iter().map(name).collect()
}
