//! The settings of a configuration in memory.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use arc_swap::ArcSwap;
use parking_lot::Mutex;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use super::clock::Tick;
use super::mirror::Bounds;
use super::{Config, Inner};
use crate::source::{Source, Why};
use crate::{Codecs, Error, Kind};

/// Chooses settings; [`open`](Self::open) makes the [`Config`].
#[derive(Debug)]
pub struct ConfigBuilder {
    source: Arc<dyn Source>,
    settings: Settings,
}

/// Told when the watch of a namespace fails: the namespace, and why.
pub type OnWatchError = Arc<dyn Fn(&str, &Error) + Send + Sync>;
/// Told when the whole state had to be told again: the namespace, and why.
pub type OnResync = Arc<dyn Fn(&str, Why) + Send + Sync>;

#[derive(Clone)]
pub(crate) struct Settings {
    pub(crate) default_namespace: Arc<str>,
    pub(crate) bounds: Bounds,
    pub(crate) max_staleness: Duration,
    pub(crate) first_wait: Duration,
    pub(crate) longest_wait: Duration,
    pub(crate) max_watch_errors: Option<u32>,
    pub(crate) snapshot_dir: Option<PathBuf>,
    pub(crate) snapshot_every: Duration,
    pub(crate) alias_refresh: Duration,
    pub(crate) on_watch_error: Option<OnWatchError>,
    pub(crate) on_resync: Option<OnResync>,
    /// `None`: the ones that are always there.
    pub(crate) codecs: Option<Arc<Codecs>>,
}

impl std::fmt::Debug for Settings {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Settings")
            .field("default_namespace", &self.default_namespace)
            .field("bounds", &self.bounds)
            .field("max_staleness", &self.max_staleness)
            .field("snapshot_dir", &self.snapshot_dir)
            .finish_non_exhaustive()
    }
}

/// Below this a calm server could not confirm often enough.
const SHORTEST_STALENESS: Duration = Duration::from_millis(500);

impl ConfigBuilder {
    pub(crate) fn new(source: Arc<dyn Source>) -> Self {
        let settings = Settings {
            default_namespace: Arc::from("default"),
            bounds: Bounds::default(),
            max_staleness: Duration::from_secs(10),
            first_wait: Duration::from_millis(100),
            longest_wait: Duration::from_secs(5),
            max_watch_errors: None,
            snapshot_dir: None,
            snapshot_every: Duration::from_secs(5),
            alias_refresh: Duration::from_secs(30),
            on_watch_error: None,
            on_resync: None,
            codecs: None,
        };
        Self { source, settings }
    }

    /// What an empty name stands for; `default` unless said otherwise.
    #[must_use]
    pub fn default_namespace(mut self, name: &str) -> Self {
        self.settings.default_namespace = name.into();
        self
    }

    /// How much is kept of each namespace; 100,000 keys and 64 MiB unless said otherwise.
    #[must_use]
    pub fn bounds(mut self, bounds: Bounds) -> Self {
        self.settings.bounds = bounds;
        self
    }

    /// How long a value counts as fresh after it was confirmed; 10 s unless said otherwise, at least 500 ms.
    #[must_use]
    pub fn max_staleness(mut self, span: Duration) -> Self {
        self.settings.max_staleness = span.max(SHORTEST_STALENESS);
        self
    }

    /// How long to wait before a watch that failed is opened again: at first, and at most. Doubles, with jitter; 100 ms and 5 s unless
    /// said otherwise.
    #[must_use]
    pub fn watch_backoff(mut self, first: Duration, longest: Duration) -> Self {
        self.settings.first_wait = first;
        self.settings.longest_wait = longest.max(first);
        self
    }

    /// After so many failures in a row the watch is given up, and every read asks the source; never unless said so.
    #[must_use]
    pub fn max_watch_errors(mut self, count: u32) -> Self {
        self.settings.max_watch_errors = Some(count.max(1));
        self
    }

    /// Keeps what is known in files of this directory, which is made when it is missing, so that an application starts while the
    /// server is away. The files hold values in clear and are readable by their owner only.
    #[must_use]
    pub fn snapshot_dir(mut self, directory: impl Into<PathBuf>) -> Self {
        self.settings.snapshot_dir = Some(directory.into());
        self
    }

    /// How often such a file is written at most; 5 s unless said otherwise.
    #[must_use]
    pub fn snapshot_every(mut self, span: Duration) -> Self {
        self.settings.snapshot_every = span;
        self
    }

    /// How often aliases are looked up anew; 30 s unless said otherwise.
    #[must_use]
    pub fn alias_refresh(mut self, span: Duration) -> Self {
        self.settings.alias_refresh = span.max(Duration::from_millis(100));
        self
    }

    /// Is told when the watch of a namespace fails. Has to return soon.
    #[must_use]
    pub fn on_watch_error(mut self, told: impl Fn(&str, &Error) + Send + Sync + 'static) -> Self {
        self.settings.on_watch_error = Some(Arc::new(told));
        self
    }

    /// Is told when changes could not be resumed and the whole state was told again. Has to return soon.
    #[must_use]
    pub fn on_resync(mut self, told: impl Fn(&str, Why) + Send + Sync + 'static) -> Self {
        self.settings.on_resync = Some(Arc::new(told));
        self
    }

    /// Which codecs there are; those of [`Codecs::new`] unless said otherwise.
    #[must_use]
    pub fn codecs(mut self, codecs: Codecs) -> Self {
        self.settings.codecs = Some(Arc::new(codecs));
        self
    }

    /// Makes it. Nothing is asked before a namespace is used.
    ///
    /// # Errors
    /// [`Kind::Settings`] outside of a tokio runtime.
    pub fn open(self) -> Result<Config, Error> {
        if tokio::runtime::Handle::try_current().is_err() {
            let sentence = "a configuration has to be opened inside a tokio runtime";
            return Err(Error::new(Kind::Settings, sentence));
        }
        let inner = Arc::new(Inner {
            source: self.source,
            settings: self.settings,
            namespaces: Mutex::default(),
            aliases: ArcSwap::default(),
            aliases_at: Mutex::new(Tick::NEVER),
            stop: CancellationToken::new(),
            tasks: TaskTracker::new(),
        });
        super::follower::start_aliases(&inner);
        Ok(Config { inner })
    }
}
