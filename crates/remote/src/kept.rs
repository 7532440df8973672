//! The last good document, asked for again and again by one task.

use std::collections::hash_map::RandomState;
use std::fmt;
use std::hash::{BuildHasher, Hasher};
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use arc_swap::ArcSwapOption;
use bytes::Bytes;
use futures::FutureExt;
use parking_lot::Mutex;
use tokio::sync::{Notify, watch};
use tokio::task::JoinHandle;
use tokio::time::{Instant, sleep, sleep_until};
use tokio_util::sync::CancellationToken;
use tracing::{info, warn};

use crate::copy;
use crate::fetch::{Fetched, Remote};

/// The task by itself never asks sooner, whatever the settings and the answers say.
const SOONEST: Duration = Duration::from_secs(1);

/// How often, and where it is kept.
#[derive(Debug, Clone)]
pub struct KeptSettings {
    /// Between two questions when all is well; sooner when the document's server says so.
    pub interval: Duration,
    /// Never sooner than this after the last question, whoever asks: a stranger's bad token must not become a request.
    pub floor: Duration,
    /// The last good copy on disk.
    pub copy: Option<PathBuf>,
}

impl Default for KeptSettings {
    /// Five minutes, ten seconds, no copy.
    fn default() -> Self {
        let (interval, floor) = (Duration::from_secs(300), Duration::from_secs(10));
        Self { interval, floor, copy: None }
    }
}

/// A document that was understood.
#[derive(Debug)]
pub struct Held<T> {
    /// What was made of it.
    pub value: T,
    /// 1 for the first, one more for each document that was other than the one before.
    pub generation: u64,
}

/// What becomes of the bytes; the error says what is wrong with them, and the document before stays in force.
type Understand<T> = Box<dyn Fn(&Bytes) -> Result<T, String> + Send + Sync>;

/// The last good document at a URL. One task asks for it, so that no number of callers makes more than one request at a time.
/// Dropping it ends the task.
///
/// ```no_run
/// # async fn example() -> Result<(), holdfast_remote::RemoteError> {
/// use holdfast_remote::{Kept, KeptSettings, Remote, RemoteSettings};
///
/// let remote = Remote::new(&RemoteSettings::new("https://example.org/motd"))?;
/// let kept = Kept::start(remote, KeptSettings::default(), |bytes| Ok(bytes.len()));
/// kept.first().await;
/// if let Some(held) = kept.current() {
///     println!("{} bytes, generation {}", held.value, held.generation);
/// }
/// kept.close().await;
/// # Ok(())
/// # }
/// ```
pub struct Kept<T> {
    shared: Arc<Shared<T>>,
    task: Mutex<Option<JoinHandle<()>>>,
}

struct Shared<T> {
    remote: Remote,
    settings: KeptSettings,
    understand: Understand<T>,
    held: ArcSwapOption<Held<T>>,
    trouble: Mutex<Option<String>>,
    /// When the last question was put.
    asked: Mutex<Option<Instant>>,
    rounds: watch::Sender<Rounds>,
    generation: watch::Sender<u64>,
    wanted: Notify,
    stop: CancellationToken,
}

/// How many questions were put, and how many have ended.
#[derive(Debug, Clone, Copy, Default)]
struct Rounds {
    begun: u64,
    ended: u64,
}

/// What the task knows of the document besides its meaning.
#[derive(Default)]
struct Known {
    bytes: Bytes,
    etag: Option<String>,
    max_age: Option<Duration>,
    /// Failures since the last answer.
    failures: u32,
}

impl<T: Send + Sync + 'static> Kept<T> {
    /// Takes the copy on disk, if there is one, and starts to ask. It wants to be called inside of a tokio runtime.
    pub fn start(
        remote: Remote,
        settings: KeptSettings,
        understand: impl Fn(&Bytes) -> Result<T, String> + Send + Sync + 'static,
    ) -> Self {
        let shared = Arc::new(Shared {
            remote,
            settings,
            understand: Box::new(understand),
            held: ArcSwapOption::empty(),
            trouble: Mutex::new(Some("nothing was fetched yet".into())),
            asked: Mutex::new(None),
            rounds: watch::Sender::new(Rounds::default()),
            generation: watch::Sender::new(0),
            wanted: Notify::new(),
            stop: CancellationToken::new(),
        });
        let known = shared.load();
        let task = tokio::spawn(Arc::clone(&shared).poll(known));
        Self { shared, task: Mutex::new(Some(task)) }
    }

    /// The document; `None` until one was understood.
    pub fn current(&self) -> Option<Arc<Held<T>>> {
        self.shared.held.load_full()
    }

    /// Changes with each document that is other than the one before.
    pub fn changes(&self) -> watch::Receiver<u64> {
        self.shared.generation.subscribe()
    }

    /// What is wrong: the document cannot be had, or was not understood. The one before stays in force.
    pub fn trouble(&self) -> Option<String> {
        let trouble = self.shared.trouble.lock();
        trouble.as_ref().map(|why| format!("{}: {why}", self.shared.remote.shown()))
    }

    /// Waits until the first question has ended, well or not.
    pub async fn first(&self) {
        self.ended(1).await;
    }

    /// Waits for the end of the question that is under way, or of one that is put now. False, without a question, when the last
    /// one was put less than the floor ago, or after [`Kept::close`]. Dropping the future does not end the request.
    pub async fn refresh(&self) -> bool {
        let Rounds { begun, ended } = *self.shared.rounds.borrow();
        if begun > ended {
            return self.ended(begun).await;
        }
        if self.shared.too_soon() {
            return false;
        }
        self.shared.wanted.notify_one();
        self.ended(begun + 1).await
    }

    /// Waits until so many questions have ended, but not longer than one can take.
    async fn ended(&self, count: u64) -> bool {
        let mut rounds = self.shared.rounds.subscribe();
        tokio::select! {
            done = rounds.wait_for(|rounds| rounds.ended >= count) => done.is_ok(),
            () = self.shared.stop.cancelled() => false,
            () = sleep(self.shared.remote.timeout() + Duration::from_secs(1)) => false,
        }
    }

    /// Ends the task and waits for its end.
    pub async fn close(&self) {
        self.shared.stop.cancel();
        let task = self.task.lock().take();
        if let Some(task) = task {
            // It can only have been cancelled with its runtime.
            let _ = task.await;
        }
    }
}

impl<T> Drop for Kept<T> {
    fn drop(&mut self) {
        self.shared.stop.cancel();
    }
}

impl<T> fmt::Debug for Kept<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let generation = *self.shared.generation.borrow();
        write!(f, "Kept({}, generation {generation})", self.shared.remote.shown())
    }
}

impl<T: Send + Sync + 'static> Shared<T> {
    async fn poll(self: Arc<Self>, mut known: Known) {
        let stop = self.stop.clone();
        let rounds = async {
            loop {
                self.ask(&mut known).await;
                self.pause(&known).await;
            }
        };
        tokio::select! {
            () = stop.cancelled() => {}
            () = rounds => {}
        }
    }

    /// One question and what becomes of the answer.
    async fn ask(&self, known: &mut Known) {
        self.begin();
        let why = match self.remote.fetch(known.etag.as_deref()).await {
            Ok(Fetched::NotModified) => None,
            Ok(Fetched::Document { bytes, etag, max_age }) => {
                known.max_age = max_age;
                self.take(known, bytes, etag).await
            }
            Err(error) => Some(error.to_string()),
        };
        known.failures = if why.is_some() { known.failures.saturating_add(1) } else { 0 };
        self.tell(why);
        self.rounds.send_modify(|rounds| rounds.ended += 1);
    }

    fn begin(&self) {
        *self.asked.lock() = Some(Instant::now());
        self.rounds.send_modify(|rounds| rounds.begun += 1);
        // Whoever wanted this question is answered by it.
        let _ = self.wanted.notified().now_or_never();
    }

    /// Logs what changed, and keeps it for whoever asks.
    fn tell(&self, why: Option<String>) {
        let mut trouble = self.trouble.lock();
        match &why {
            Some(why) if trouble.as_ref() != Some(why) => {
                warn!(
                    url = self.remote.shown(),
                    why, "a document cannot be had; the last good one stays in force"
                );
            }
            None if trouble.is_some() => {
                info!(url = self.remote.shown(), "the document is in force")
            }
            _ => {}
        }
        *trouble = why;
    }

    /// Puts a document in force; what is wrong with it, if it cannot be.
    async fn take(&self, known: &mut Known, bytes: Bytes, etag: Option<String>) -> Option<String> {
        if self.held.load().is_none() || known.bytes != bytes {
            match (self.understand)(&bytes) {
                Ok(value) => self.hold(value),
                Err(why) => return Some(why),
            }
            self.save(&bytes).await;
        }
        (known.bytes, known.etag) = (bytes, etag);
        None
    }

    fn hold(&self, value: T) {
        let generation = *self.generation.borrow() + 1;
        self.held.store(Some(Arc::new(Held { value, generation })));
        self.generation.send_replace(generation);
    }

    fn load(&self) -> Known {
        let Some(path) = &self.settings.copy else { return Known::default() };
        match copy::read(path, self.remote.max_bytes()) {
            Ok(None) => {}
            Ok(Some(bytes)) => match (self.understand)(&bytes) {
                Ok(value) => {
                    self.hold(value);
                    return Known { bytes, ..Known::default() };
                }
                Err(why) => warn!(path = %path.display(), why, "the copy on disk is not used"),
            },
            Err(error) => warn!(path = %path.display(), %error, "the copy on disk cannot be read"),
        }
        Known::default()
    }

    /// A copy that cannot be written is a loss only after a restart: a warning, no trouble.
    async fn save(&self, bytes: &Bytes) {
        let Some(path) = self.settings.copy.clone() else { return };
        let bytes = bytes.clone();
        let written = tokio::task::spawn_blocking(move || {
            copy::write(&path, &bytes).map_err(|error| format!("{}: {error}", path.display()))
        });
        if let Ok(Err(why)) = written.await {
            warn!(why, "the copy on disk cannot be written");
        }
    }

    /// Until the next round, or until somebody wants one; never shorter than the floor.
    async fn pause(&self, known: &Known) {
        let now = Instant::now();
        let asked = self.asked.lock().unwrap_or(now);
        let next = now + jittered(self.until_next(known));
        tokio::select! {
            () = sleep_until(next) => {}
            () = self.wanted.notified() => sleep_until(asked + self.settings.floor).await,
        }
    }

    fn until_next(&self, known: &Known) -> Duration {
        let (interval, floor) = (self.settings.interval, self.settings.floor.max(SOONEST));
        let wanted = match known.failures {
            0 => known.max_age.map_or(interval, |age| age.min(interval)),
            some => floor.saturating_mul(1 << some.min(10)).min(interval),
        };
        wanted.max(floor)
    }

    fn too_soon(&self) -> bool {
        self.asked.lock().is_some_and(|asked| asked.elapsed() < self.settings.floor)
    }
}

/// Up to a tenth later, so that many servers do not ask at the same moment.
fn jittered(wait: Duration) -> Duration {
    let random = RandomState::new().build_hasher().finish();
    wait + wait.mul_f64(f64::from(random as u16) / f64::from(u16::MAX) / 10.0)
}
