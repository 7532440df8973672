//! Keeps a policy as new as its source.

use std::path::PathBuf;
use std::sync::{Arc, Weak};
use std::time::Duration;

use holdfast_remote::{Kept, KeptSettings, Remote};
use parking_lot::Mutex;
use tokio::task::{JoinHandle, spawn_blocking};
use tokio_util::sync::CancellationToken;
use tracing::{info, warn};

use super::path;
use super::signed::BundleKey;
use super::{base64, bundle};
use crate::error::LoadError;
use crate::modules::Modules;
use crate::policy::RegoPolicy;
use crate::settings::RegoSettings;

/// Where a policy is.
pub enum Source {
    /// Base64 of the text of one module: nothing that changes.
    Base64(String),
    /// A file (a text or a bundle) or a directory, looked at again and again.
    Path {
        /// Where.
        path: PathBuf,
        /// What a bundle has to be signed with.
        key: Option<BundleKey>,
        /// Between two looks.
        every: Duration,
    },
    /// A text or a bundle at a URL.
    Url {
        /// Whom to ask.
        remote: Remote,
        /// How often, and where the last good copy is kept.
        kept: KeptSettings,
        /// What a bundle has to be signed with.
        key: Option<BundleKey>,
    },
}

/// A policy that follows its source for as long as this lives.
pub struct Followed {
    policy: Arc<RegoPolicy>,
    stop: CancellationToken,
    task: Mutex<Option<JoinHandle<()>>>,
    kept: Option<Kept<()>>,
}

/// Loads a policy and follows its source. What is on this machine has to be there and right; a URL that does not answer is
/// waited for, while the policy denies everything and says so.
///
/// # Errors
/// Why there is no policy to begin with.
pub async fn follow(settings: RegoSettings, source: Source) -> Result<Followed, LoadError> {
    follow_with(settings, source, |policy| policy).await
}

/// The same; the policy may be dressed, with a recorder say, before it is followed.
///
/// # Errors
/// As [`follow`].
pub async fn follow_with(
    settings: RegoSettings,
    source: Source,
    dress: impl FnOnce(RegoPolicy) -> RegoPolicy,
) -> Result<Followed, LoadError> {
    match source {
        Source::Base64(text) => {
            let policy = RegoPolicy::new(settings, &base64(&text)?)?;
            Ok(Followed::at_rest(dress(policy)))
        }
        Source::Path { path, key, every } => {
            let source = Arc::new(OnDisk { path, key });
            let modules = source.load().await?;
            let followed = Followed::at_rest(dress(RegoPolicy::new(settings, &modules)?));
            let look = look(Arc::downgrade(&followed.policy), source, modules, every);
            let stop = followed.stop.clone();
            let task = tokio::spawn(async move {
                tokio::select! {
                    () = stop.cancelled() => {}
                    () = look => {}
                }
            });
            *followed.task.lock() = Some(task);
            Ok(followed)
        }
        Source::Url { remote, kept, key } => {
            let mut followed = Followed::at_rest(dress(RegoPolicy::waiting(settings)));
            let policy = Arc::downgrade(&followed.policy);
            let kept = Kept::start(remote, kept, move |bytes| {
                take(&policy, bytes, key.as_ref()).map_err(|error| error.to_string())
            });
            kept.first().await;
            followed.kept = Some(kept);
            Ok(followed)
        }
    }
}

impl Followed {
    fn at_rest(policy: RegoPolicy) -> Self {
        let (policy, stop) = (Arc::new(policy), CancellationToken::new());
        Self { policy, stop, task: Mutex::new(None), kept: None }
    }

    /// The policy, to be asked.
    pub fn policy(&self) -> &Arc<RegoPolicy> {
        &self.policy
    }

    /// What keeps the policy from being the newest one, its source included.
    pub fn trouble(&self) -> Option<String> {
        let source = self.kept.as_ref().and_then(Kept::trouble);
        source.or_else(|| holdfast_auth::Policy::trouble(&*self.policy))
    }

    /// Ends the task that looks, and waits for its end. The policy stays in force.
    pub async fn close(&self) {
        self.stop.cancel();
        let task = self.task.lock().take();
        if let Some(task) = task {
            // It can only have been cancelled with its runtime.
            let _ = task.await;
        }
        if let Some(kept) = &self.kept {
            kept.close().await;
        }
    }
}

impl Drop for Followed {
    fn drop(&mut self) {
        self.stop.cancel();
    }
}

/// What a URL answered.
fn take(policy: &Weak<RegoPolicy>, bytes: &[u8], key: Option<&BundleKey>) -> Result<(), LoadError> {
    let Some(policy) = policy.upgrade() else { return Ok(()) };
    let modules = bundle::read(bytes, key).inspect_err(|error| policy.not_replaced(error))?;
    policy.replace(&modules, 0).map(|_| ())
}

struct OnDisk {
    path: PathBuf,
    key: Option<BundleKey>,
}

impl OnDisk {
    async fn load(self: &Arc<Self>) -> Result<Modules, LoadError> {
        let own = Arc::clone(self);
        let loaded = spawn_blocking(move || path::load(&own.path, own.key.as_ref())).await;
        loaded.unwrap_or_else(|_| Err(LoadError::File("reading it failed".into())))
    }
}

/// Looks at the files again and again. What was looked at last is compared, not what is in force: a broken policy is told
/// once, not at every look.
async fn look(policy: Weak<RegoPolicy>, source: Arc<OnDisk>, first: Modules, every: Duration) {
    let mut seen = Ok(first);
    loop {
        tokio::time::sleep(every).await;
        let found = source.load().await;
        let Some(policy) = policy.upgrade() else { return };
        if found == seen {
            continue;
        }
        let again = found.clone();
        // Compiling is work for longer than a worker of the runtime should be away.
        let done = spawn_blocking(move || put(&policy, &again)).await;
        if done.is_ok() {
            seen = found;
        }
    }
}

fn put(policy: &RegoPolicy, found: &Result<Modules, LoadError>) {
    let put = match found {
        Ok(modules) => policy.replace(modules, 0),
        Err(error) => {
            policy.not_replaced(error);
            Err(error.clone())
        }
    };
    match put {
        Ok(generation) => info!(generation, "a newer policy is in force"),
        Err(error) => warn!(%error, "the newest policy is not in force; the one before is"),
    }
}
