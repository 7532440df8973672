//! The last known state as a file: written to one side, flushed, and put in place; believed only when its digest holds.

use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use bytes::Bytes;
use holdfast_model::Timestamp;
use serde::{Deserialize, Serialize};
use tokio::time::Instant;

use crate::entry::Log;
use crate::source::Place;
use crate::{Entry, Error, Kind};

/// Begins every file; the digit is the form of what follows.
const MAGIC: &[u8] = b"HOLDFAST SNAPSHOT 1\n";
const DIGEST_BYTES: usize = blake3::OUT_LEN;

/// Where the state of one namespace is kept.
#[derive(Debug)]
pub(super) struct Disk {
    file: PathBuf,
    identity: Arc<str>,
    namespace: Arc<str>,
    every: Duration,
    written: Option<Instant>,
}

/// What a file held.
pub(super) struct Found {
    pub(super) entries: Vec<Entry>,
    /// They are all there were.
    pub(super) complete: bool,
    pub(super) place: Option<Place>,
    pub(super) age: Duration,
}

#[derive(Serialize, Deserialize)]
struct Contents {
    identity: String,
    namespace: String,
    complete: bool,
    place: Option<String>,
    confirmed_at: Timestamp,
    entries: Vec<Row>,
}

#[derive(Serialize, Deserialize)]
struct Row {
    key: String,
    value: Vec<u8>,
    codec: String,
    version: u64,
    revision: u64,
    log: Log,
    created_at: Option<Timestamp>,
    updated_at: Option<Timestamp>,
    expires_at: Option<Timestamp>,
    origin: String,
}

impl Disk {
    pub(super) fn new(
        directory: &Path,
        identity: &Arc<str>,
        namespace: &Arc<str>,
        every: Duration,
    ) -> Self {
        // Names of other servers may hold what no file name can.
        let plain = |c: char| c.is_ascii_alphanumeric() || "_.-".contains(c);
        let readable: String = namespace.chars().filter(|c| plain(*c)).take(60).collect();
        let digest = blake3::hash(format!("{identity}\0{namespace}").as_bytes()).to_hex();
        Self {
            file: directory.join(format!("{readable}-{}.snapshot", &digest[..16])),
            identity: Arc::clone(identity),
            namespace: Arc::clone(namespace),
            every,
            written: None,
        }
    }

    /// True when enough time has gone by since the last one.
    pub(super) fn is_due(&self, now: Instant) -> bool {
        self.written.is_none_or(|written| now.duration_since(written) >= self.every)
    }

    /// `None`: there is no file.
    pub(super) async fn read(&self) -> Result<Option<Found>, Error> {
        let (file, identity, namespace) =
            (self.file.clone(), Arc::clone(&self.identity), Arc::clone(&self.namespace));
        aside(move || {
            let bytes = match fs::read(&file) {
                Ok(bytes) => bytes,
                Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
                Err(error) => return Err(at(&file, error)),
            };
            found(&bytes, &identity, &namespace)
                .map(Some)
                .map_err(|why| Error::new(Kind::File, format!("{}: {why}", file.display())))
        })
        .await
    }

    pub(super) async fn write(
        &mut self,
        entries: Vec<Arc<Entry>>,
        complete: bool,
        place: Option<Place>,
        age: Duration,
    ) -> Result<(), Error> {
        self.written = Some(Instant::now());
        let (file, identity, namespace) =
            (self.file.clone(), Arc::clone(&self.identity), Arc::clone(&self.namespace));
        aside(move || {
            let contents = Contents {
                identity: identity.to_string(),
                namespace: namespace.to_string(),
                complete,
                place: place.map(|place| place.0.to_string()),
                confirmed_at: before_now(age),
                entries: entries.iter().map(|entry| row(entry)).collect(),
            };
            let body = postcard::to_stdvec(&contents)
                .map_err(|error| Error::new(Kind::File, error.to_string()))?;
            put(&file, &body).map_err(|error| at(&file, error))
        })
        .await
    }

    pub(super) async fn remove(&self) {
        let file = self.file.clone();
        let removed = aside(move || match fs::remove_file(&file) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => Err(at(&file, error)),
            _ => Ok(()),
        });
        if let Err(error) = removed.await {
            tracing::warn!(%error, "a snapshot that the caller may not see any more is still there");
        }
    }
}

async fn aside<R: Send + 'static>(
    work: impl FnOnce() -> Result<R, Error> + Send + 'static,
) -> Result<R, Error> {
    let ended = tokio::task::spawn_blocking(work).await;
    ended.unwrap_or_else(|error| Err(Error::new(Kind::File, error.to_string())))
}

fn at(file: &Path, error: io::Error) -> Error {
    Error::new(Kind::File, format!("{}: {error}", file.display())).because(error)
}

/// Readable by its owner only, and there as a whole or not at all.
fn put(file: &Path, body: &[u8]) -> io::Result<()> {
    let directory = file.parent().unwrap_or(Path::new("."));
    let mut builder = fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(directory)?;
    // The library makes its files with mode 0600.
    let mut beside = tempfile::NamedTempFile::new_in(directory)?;
    beside.write_all(MAGIC)?;
    beside.write_all(blake3::hash(body).as_bytes())?;
    beside.write_all(body)?;
    beside.as_file().sync_all()?;
    beside.persist(file).map_err(|error| error.error)?;
    fs::File::open(directory)?.sync_all()
}

fn found(bytes: &[u8], identity: &str, namespace: &Arc<str>) -> Result<Found, String> {
    let rest = bytes.strip_prefix(MAGIC).ok_or("it is no snapshot of this form")?;
    let (digest, body) = rest.split_first_chunk::<DIGEST_BYTES>().ok_or("it is too short")?;
    if blake3::hash(body) != *digest {
        return Err("its digest does not hold".into());
    }
    let contents: Contents = postcard::from_bytes(body).map_err(|error| error.to_string())?;
    if contents.namespace != **namespace || contents.identity != identity {
        return Err("it is of another namespace or source".into());
    }
    let entries: Vec<_> = contents.entries.into_iter().map(|row| entry(row, namespace)).collect();
    Ok(Found {
        entries,
        complete: contents.complete,
        place: contents.place.map(|place| Place(place.into())),
        age: age_of(contents.confirmed_at),
    })
}

fn row(entry: &Entry) -> Row {
    Row {
        key: entry.key.to_string(),
        value: entry.value.to_vec(),
        codec: entry.codec.to_string(),
        version: entry.version,
        revision: entry.revision,
        log: entry.log,
        created_at: entry.created_at,
        updated_at: entry.updated_at,
        expires_at: entry.expires_at,
        origin: entry.origin.to_string(),
    }
}

fn entry(row: Row, namespace: &Arc<str>) -> Entry {
    Entry {
        namespace: Arc::clone(namespace),
        key: row.key.into(),
        value: Bytes::from(row.value),
        codec: row.codec.into(),
        version: row.version,
        revision: row.revision,
        log: row.log,
        created_at: row.created_at,
        updated_at: row.updated_at,
        expires_at: row.expires_at,
        origin: row.origin.into(),
    }
}

fn now() -> Timestamp {
    let since = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
    Timestamp(i64::try_from(since.as_nanos()).unwrap_or(i64::MAX))
}

fn before_now(age: Duration) -> Timestamp {
    Timestamp(now().0.saturating_sub(i64::try_from(age.as_nanos()).unwrap_or(i64::MAX)))
}

fn age_of(time: Timestamp) -> Duration {
    Duration::from_nanos(u64::try_from(now().0.saturating_sub(time.0)).unwrap_or(0))
}
