//! Backups of a small log: what comes back, and that nothing wrong does.

use std::io::Cursor;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use holdfast_backup::{BackupError, Encoder, NewFile, Reader, Restore, RestoreError, verify};
use holdfast_model::{Floors, Head, Revision, Timestamp};
use holdfast_store::copy::{Digests, LogSource, Position, Source, copy};
use holdfast_store::{At, Group, MemoryStore, SideWrite, Store};
use holdfast_testkit::scribe::key;
use holdfast_testkit::{Change, Scribe};

const MADE: Timestamp = Timestamp(1_700_000_000_000_000_000);
const HOUR: i64 = 3_600_000_000_000;

/// Ten commits over four keys, three of them compacted, and what was written as of each revision.
struct Log {
    store: Arc<MemoryStore>,
    states: Vec<Vec<Option<Vec<u8>>>>,
}

fn keys() -> Vec<holdfast_model::EntryKey> {
    (0..4).map(|number| key("n", &format!("k{number}"))).collect()
}

async fn state(store: &dyn Store, at: At) -> Vec<Option<Vec<u8>>> {
    let read = store.get_many(&keys(), at).await.expect("a read").value;
    read.into_iter().map(|entry| entry.map(|entry| entry.value.to_vec())).collect()
}

async fn log(floors: Floors) -> Log {
    let store = Arc::new(MemoryStore::new());
    let mut scribe = Scribe::continuing(store.head().await.expect("a head"));
    let (keys, mut states) = (keys(), Vec::new());
    for round in 0..10_usize {
        let at = &keys[round % 4];
        let mut changes = vec![Change::set(at, format!("{round}-").repeat(round * 30))];
        if round == 6 {
            changes.push(Change::delete(&keys[0]));
        }
        let group = scribe.group([changes]);
        let head = store.head().await.expect("a head");
        store.append(&head, group).await.expect("appended");
        states.push(state(&*store, At::Latest).await);
    }
    let side = vec![SideWrite { key: "idempotency".into(), value: Some("answer".into()) }];
    let head = store.head().await.expect("a head");
    store.append(&head, Group { side, ..Group::default() }).await.expect("appended");
    store.reclaim(floors).await.expect("reclaimed");
    Log { store, states }
}

fn floors(events: u64, history: u64) -> Floors {
    Floors { events: Revision(events), history: Revision(history) }
}

async fn bytes(log: &Log) -> Vec<u8> {
    let mut source = LogSource::open(log.store.clone()).await.expect("a source");
    let mut encoder = Encoder::default();
    let mut bytes = encoder.opening(source.outline(), MADE).expect("encoded");
    let mut position = Position::START;
    while let Some(piece) = source.next(&position).await.expect("a piece") {
        bytes.extend(encoder.piece(&piece).expect("encoded"));
        position = piece.end().expect("not empty");
    }
    bytes.extend(encoder.end().expect("encoded"));
    bytes
}

fn written(directory: &Path, bytes: &[u8]) -> PathBuf {
    let path = directory.join("a.backup");
    let mut file = NewFile::create(&path).expect("a file");
    file.write(bytes).expect("written");
    file.keep().expect("it is what was written");
    path
}

/// Reads all of it.
fn read(bytes: &[u8]) -> Result<usize, BackupError> {
    let mut reader = Reader::open(Cursor::new(bytes))?;
    let mut pieces = 0;
    while reader.piece()?.is_some() {
        pieces += 1;
    }
    Ok(pieces)
}

async fn restored(
    path: &Path,
    up_to: Option<u64>,
    later: i64,
) -> Result<MemoryStore, RestoreError> {
    let now = Timestamp(MADE.0 + later);
    let mut source = Restore::open(path, up_to.map(Revision), now, &mut |_| {})?;
    let store = MemoryStore::new();
    copy(&mut source, &mut store.fill(), &mut |_| {}).await.expect("copied");
    Ok(store)
}

#[tokio::test]
async fn all_of_a_log_comes_back_as_another_life_of_it() {
    let log = log(floors(6, 4)).await;
    let directory = tempfile::tempdir().expect("a directory");
    let path = written(directory.path(), &bytes(&log).await);
    let summary = verify(&path).expect("it is what was written");
    let head = log.store.head().await.expect("a head");
    assert_eq!((summary.head, summary.commits, summary.side), (head, 5, 1));
    assert_eq!((summary.start, summary.made), (Revision(5), MADE));
    assert_eq!(summary.bytes, std::fs::metadata(&path).expect("a file").len());

    let store = restored(&path, None, 0).await.expect("restored");
    let new = store.head().await.expect("a head");
    assert_eq!((new.log, new.epoch.0, new.revision), (head.log, head.epoch.0 + 1, head.revision));
    assert_eq!(new.epoch_start.inherited, head.revision);
    assert_eq!(new.epoch_start.first.0, head.revision.0 + Revision::EPOCH_GAP);
    assert_eq!(new.appended_bytes, head.appended_bytes);
    let (old, restored) = (
        Digests::of(&(log.store.clone() as Arc<dyn Store>)).await.expect("digests"),
        Digests::of(&(Arc::new(store) as Arc<dyn Store>)).await.expect("digests"),
    );
    assert_eq!(
        (&restored.chain, &restored.entries, &restored.history, &restored.side),
        (&old.chain, &old.entries, &old.history, &old.side)
    );
}

#[tokio::test]
async fn any_readable_revision_can_be_had() {
    let log = log(floors(6, 4)).await;
    let directory = tempfile::tempdir().expect("a directory");
    let path = written(directory.path(), &bytes(&log).await);
    for revision in 4..=10 {
        let store = restored(&path, Some(revision), 0).await.expect("restored");
        let head = store.head().await.expect("a head");
        assert_eq!(head.revision, Revision(revision));
        assert_eq!(head.epoch_start.first.0, 10 + Revision::EPOCH_GAP, "above the lost future");
        for past in 4..=revision {
            let expected = &log.states[past as usize - 1];
            assert_eq!(&state(&store, At::Revision(Revision(past))).await, expected, "at {past}");
        }
        assert_eq!(state(&store, At::Latest).await, log.states[revision as usize - 1]);
        goes_on(&store, head).await;
    }
    let compacted = restored(&path, Some(3), 0).await.err();
    assert!(matches!(compacted, Some(RestoreError::Compacted { oldest: Revision(4), .. })));
    let future = restored(&path, Some(11), 0).await.err();
    assert!(matches!(future, Some(RestoreError::Future { newest: Revision(10), .. })));
}

/// The next commit is the first of the new epoch; what lies between is nobody's.
async fn goes_on(store: &MemoryStore, head: Head) {
    let group = Scribe::continuing(head).set(&key("n", "new"), "1");
    let next = store.append(&head, group).await.expect("appended");
    assert_eq!(next.revision, head.epoch_start.first);
    let lost = store.commits(Revision(head.revision.0 + 1), 0).await;
    assert!(lost.is_err(), "a cursor from the lost future: {lost:?}");
    let known = store.commits(head.revision, 0).await.expect("a cursor from before");
    assert_eq!(known.commits.len(), 1);
}

/// Of a backup that is restored again after a while, the first restore may have gone on.
#[tokio::test]
async fn two_restores_at_different_times_have_different_revisions() {
    let log = log(floors(6, 4)).await;
    let directory = tempfile::tempdir().expect("a directory");
    let path = written(directory.path(), &bytes(&log).await);
    let mut firsts = Vec::new();
    for hours in [0, 1, 30] {
        let store = restored(&path, None, hours * HOUR).await.expect("restored");
        firsts.push(store.head().await.expect("a head").epoch_start.first.0);
    }
    assert!(firsts.windows(2).all(|pair| pair[1] - pair[0] >= Revision::EPOCH_GAP), "{firsts:?}");
}

/// What side rows promise may be among what is left out.
#[tokio::test]
async fn side_rows_come_back_only_with_all_commits() {
    let log = log(floors(1, 0)).await;
    let directory = tempfile::tempdir().expect("a directory");
    let path = written(directory.path(), &bytes(&log).await);
    for (revision, rows) in [(10, 1), (9, 0)] {
        let store: Arc<dyn Store> =
            Arc::new(restored(&path, Some(revision), 0).await.expect("restored"));
        assert_eq!(Digests::of(&store).await.expect("digests").side.rows, rows);
    }
}

#[tokio::test]
async fn no_flipped_byte_goes_unnoticed() {
    let whole = bytes(&log(floors(6, 4)).await).await;
    assert!(read(&whole).is_ok() && whole.len() < 20_000);
    for place in 0..whole.len() {
        for flip in [0x01, 0x80] {
            let mut bytes = whole.clone();
            bytes[place] ^= flip;
            let error = read(&bytes).expect_err("refused").to_string();
            assert!(error.contains("backup"), "byte {place}: {error}");
        }
    }
}

#[tokio::test]
async fn no_missing_and_no_added_byte_goes_unnoticed() {
    let mut bytes = bytes(&log(floors(6, 4)).await).await;
    for len in 0..bytes.len() {
        let error = read(&bytes[..len]).expect_err("refused");
        let said = matches!(error, BackupError::Foreign | BackupError::Damaged { .. });
        assert!(said, "{len} bytes: {error}");
    }
    bytes.push(0);
    let error = read(&bytes).expect_err("refused").to_string();
    assert!(error.contains("behind its end"), "{error}");
}

#[tokio::test]
async fn a_damaged_backup_says_how_far_it_is_good() {
    let bytes = bytes(&log(floors(1, 0)).await).await;
    let error = read(&bytes[..bytes.len() - 3]).expect_err("refused").to_string();
    assert!(error.contains("all commits up to 10 are intact"), "{error}");
    let error = read(b"something else altogether").expect_err("refused").to_string();
    assert!(error.contains("no backup of Holdfast"), "{error}");
    let mut newer = bytes;
    newer[8] = 9;
    let error = read(&newer).expect_err("refused").to_string();
    assert!(error.contains("format 9.0") && error.contains("newer"), "{error}");
}

#[test]
fn a_file_appears_only_when_it_is_whole() {
    let directory = tempfile::tempdir().expect("a directory");
    let path = directory.path().join("a.backup");
    let mut file = NewFile::create(&path).expect("a file");
    file.write(b"no backup").expect("written");
    assert!(file.keep().is_err());
    assert_eq!(std::fs::read_dir(directory.path()).expect("a directory").count(), 0);
    std::fs::write(&path, "precious").expect("written");
    assert!(NewFile::create(&path).is_err());
    assert_eq!(std::fs::read(&path).expect("a file"), b"precious");
}
